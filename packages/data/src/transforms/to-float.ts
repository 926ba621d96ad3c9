/** Bytes as 0 to 1, each the float nearest to byte / 255; floats as they are. */
export function toFloat(images: Uint8Array | Uint8ClampedArray | Float32Array): Float32Array {
  if (images instanceof Float32Array) return images;
  const values = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
  const scaled = new Float32Array(images.length);
  for (let i = 0; i < images.length; i++) scaled[i] = values[images[i]];
  return scaled;
}
