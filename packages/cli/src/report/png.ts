import { encode } from 'fast-png';

/** An image [C, H, W] of bytes, or of floats from 0 to 1, as a data URL. */
export function toPngUrl(
  image: Uint8Array | Float32Array,
  [channels, height, width]: readonly [number, number, number],
): string {
  const plane = height * width;
  const colours = channels >= 3 ? 3 : 1;
  const scale = image instanceof Float32Array ? 255 : 1;
  const data = Uint8ClampedArray.from(
    { length: plane * colours },
    (_, at) => image[(at % colours) * plane + Math.floor(at / colours)] * scale,
  );
  return `data:image/png;base64,${Buffer.from(encode({ width, height, channels: colours, depth: 8, data })).toString('base64')}`;
}
