// 16-bit floats as 32-bit ones: exact, for every bit pattern.

/** From bit patterns of bfloat16, the upper halves of float32. */
export function widenBf16(patterns: Uint16Array): Float32Array {
  const bits = new Uint32Array(patterns.length);
  for (let i = 0; i < patterns.length; i++) bits[i] = patterns[i] << 16;
  return new Float32Array(bits.buffer);
}

/** From bit patterns of IEEE 754 binary16: 1 bit sign, 5 bits exponent (bias 15), 10 bits fraction. */
export function widenF16(patterns: Uint16Array): Float32Array {
  const bits = new Uint32Array(patterns.length);
  for (let i = 0; i < patterns.length; i++) bits[i] = widenPattern(patterns[i]);
  return new Float32Array(bits.buffer);
}

function widenPattern(pattern: number): number {
  const sign = (pattern & 0x8000) << 16;
  const exponent = (pattern >>> 10) & 0x1f;
  const fraction = pattern & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
