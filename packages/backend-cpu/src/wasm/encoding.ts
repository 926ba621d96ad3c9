// LEB128 integers, IEEE floats, names and vectors of the WebAssembly binary format.

/** Appends an unsigned LEB128 integer below 2^53. */
export function pushUnsigned(out: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
}

/** Appends a signed LEB128 integer; `value` is taken as a 32-bit integer. */
export function pushSigned32(out: number[], value: number): void {
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) {
      out.push(byte);
      return;
    }
    out.push(byte | 0x80);
  }
}

/** Appends a signed LEB128 integer of 64 bits. */
export function pushSigned64(out: number[], value: bigint): void {
  let rest = BigInt.asIntN(64, value);
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    if ((rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0)) {
      out.push(byte);
      return;
    }
    out.push(byte | 0x80);
  }
}

const scratch = new DataView(new ArrayBuffer(4));

/** Little-endian bytes of a float32. */
export function float32Bytes(value: number): readonly number[] {
  scratch.setFloat32(0, value, true);
  return [0, 1, 2, 3].map((i) => scratch.getUint8(i));
}

/** Little-endian bytes of a 32-bit integer, signed or unsigned. */
export function int32Bytes(value: number): readonly number[] {
  scratch.setInt32(0, value | 0, true);
  return [0, 1, 2, 3].map((i) => scratch.getUint8(i));
}

/** Appends a length-prefixed UTF-8 name. */
export function pushName(out: number[], name: string): void {
  const bytes = new TextEncoder().encode(name);
  pushUnsigned(out, bytes.length);
  for (const byte of bytes) out.push(byte);
}

/** Appends `bytes` after their length. */
export function pushSized(out: number[], bytes: readonly number[]): void {
  pushUnsigned(out, bytes.length);
  for (const byte of bytes) out.push(byte);
}

/** All parts, one after the other. */
export function joinBytes(parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
