// Numbers as text that every target of gpu.js reads as the same single-precision value.

/** Integers up to here are exact in single precision. */
export const EXACT = 2 ** 24;

/** From here on a whole number could be taken for an integer that does not exist. */
const LARGEST_PLAIN = 2 ** 31;
const STEP = 2 ** 30;

/** A finite number; negative ones in brackets. Large ones are a fraction times powers of two, since exponents are not understood everywhere. */
export function literal(value: number): string {
  if (value < 0 || Object.is(value, -0)) return `(-${literal(-value)})`;
  if (value < LARGEST_PLAIN) return String(value);
  let factor = value;
  let steps = '';
  while (factor >= 1) {
    const by = Math.min(STEP, 2 ** (Math.floor(Math.log2(factor)) + 1));
    factor /= by;
    steps += ` * ${String(by)}`;
  }
  return `(${String(factor)}${steps})`;
}
