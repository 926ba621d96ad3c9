// A 128-bit hash of sequences of 32-bit words: MurmurHash3_x86_128 by Austin Appleby (public domain), https://github.com/aappleby/smhasher

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

/** Four words. */
export type Digest = readonly [number, number, number, number];

/** Collects words; `digest` is the hash of their little-endian bytes with seed 0. Not for secrets. */
export class Hasher {
  private h1 = 0;
  private h2 = 0;
  private h3 = 0;
  private h4 = 0;
  private readonly block = [0, 0, 0, 0];
  private count = 0;
  private readonly double = new DataView(new ArrayBuffer(8));

  word(word: number): void {
    this.block[this.count++ & 3] = word;
    if ((this.count & 3) === 0) this.mixBlock();
  }

  /** A number by its bits; every NaN is the same. */
  number(value: number): void {
    this.double.setFloat64(0, Number.isNaN(value) ? NaN : value);
    this.word(this.double.getInt32(0));
    this.word(this.double.getInt32(4));
  }

  /** A text by its length and UTF-16 units, two to a word. */
  text(text: string): void {
    this.word(text.length);
    for (let i = 0; i < text.length; i += 2) {
      this.word(text.charCodeAt(i) | (i + 1 < text.length ? text.charCodeAt(i + 1) << 16 : 0));
    }
  }

  words(digest: Digest): void {
    for (const word of digest) this.word(word);
  }

  /** The hash of everything so far; nothing may be added after. */
  digest(): Digest {
    const [k1, k2, k3] = this.block;
    const rest = this.count & 3;
    if (rest > 2) this.h3 ^= Math.imul(rotate(Math.imul(k3, C3), 17), C4);
    if (rest > 1) this.h2 ^= Math.imul(rotate(Math.imul(k2, C2), 16), C3);
    if (rest > 0) this.h1 ^= Math.imul(rotate(Math.imul(k1, C1), 15), C2);
    const bytes = this.count * 4;
    this.h1 ^= bytes;
    this.h2 ^= bytes;
    this.h3 ^= bytes;
    this.h4 ^= bytes;
    this.spread();
    this.h1 = avalanche(this.h1);
    this.h2 = avalanche(this.h2);
    this.h3 = avalanche(this.h3);
    this.h4 = avalanche(this.h4);
    this.spread();
    return [this.h1 >>> 0, this.h2 >>> 0, this.h3 >>> 0, this.h4 >>> 0];
  }

  private mixBlock(): void {
    const [k1, k2, k3, k4] = this.block;
    this.h1 ^= Math.imul(rotate(Math.imul(k1, C1), 15), C2);
    this.h1 = step(rotate(this.h1, 19) + this.h2, 0x561ccd1b);
    this.h2 ^= Math.imul(rotate(Math.imul(k2, C2), 16), C3);
    this.h2 = step(rotate(this.h2, 17) + this.h3, 0x0bcaa747);
    this.h3 ^= Math.imul(rotate(Math.imul(k3, C3), 17), C4);
    this.h3 = step(rotate(this.h3, 15) + this.h4, 0x96cd1c35);
    this.h4 ^= Math.imul(rotate(Math.imul(k4, C4), 18), C1);
    this.h4 = step(rotate(this.h4, 13) + this.h1, 0x32ac3b17);
  }

  private spread(): void {
    this.h1 = (this.h1 + this.h2 + this.h3 + this.h4) | 0;
    this.h2 = (this.h2 + this.h1) | 0;
    this.h3 = (this.h3 + this.h1) | 0;
    this.h4 = (this.h4 + this.h1) | 0;
  }
}

/** 32 hexadecimal digits. */
export function digestText(digest: Digest): string {
  return digest.map((word) => word.toString(16).padStart(8, '0')).join('');
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function step(word: number, constant: number): number {
  return (Math.imul(word, 5) + constant) | 0;
}

function avalanche(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
