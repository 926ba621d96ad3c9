// Bilinear resizing of a plane, as Pillow does it: a triangle filter that widens when the image shrinks.

/** A rectangle in pixels of a plane; its edges need not be integers. */
export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** The weights of one axis: output `o` is the sum of `weights[k] * input[first[o] + k - start[o]]` for k from start[o] to start[o + 1] - 1. */
interface Taps {
  readonly first: Int32Array;
  readonly start: Int32Array;
  readonly weights: Float64Array;
}

/**
 * A rectangle of a plane at another size. Pixel centres lie at half-integers (`align_corners` false); when shrinking, each
 * output averages all pixels below it, with weights that fall off linearly, so that nothing is skipped.
 *
 * @param plane - `height * width` values, row by row.
 */
export function resizeBilinear(
  plane: Float32Array,
  [height, width]: readonly [number, number],
  [outHeight, outWidth]: readonly [number, number],
  cut: Rectangle = { top: 0, left: 0, height, width },
): Float32Array {
  const columns = taps(cut.left, cut.width, outWidth, width);
  const rows = taps(cut.top, cut.height, outHeight, height);
  const narrow = new Float64Array(height * outWidth);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      let source = y * width + columns.first[x];
      for (let k = columns.start[x]; k < columns.start[x + 1]; k++) sum += columns.weights[k] * plane[source++];
      narrow[y * outWidth + x] = sum;
    }
  }
  const result = new Float32Array(outHeight * outWidth);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      let source = rows.first[y] * outWidth + x;
      for (let k = rows.start[y]; k < rows.start[y + 1]; k++, source += outWidth)
        sum += rows.weights[k] * narrow[source];
      result[y * outWidth + x] = sum;
    }
  }
  return result;
}

/** The largest rectangle of the output's proportions in the middle of an image, times `fraction` in both directions. */
export function centerRectangle(
  [height, width]: readonly [number, number],
  [outHeight, outWidth]: readonly [number, number],
  fraction: number,
): Rectangle {
  const scale = Math.min(height / outHeight, width / outWidth) * fraction;
  const cut = { height: outHeight * scale, width: outWidth * scale };
  return { top: (height - cut.height) / 2, left: (width - cut.width) / 2, ...cut };
}

function taps(offset: number, length: number, count: number, limit: number): Taps {
  const scale = length / count;
  const radius = Math.max(scale, 1);
  const first = new Int32Array(count);
  const start = new Int32Array(count + 1);
  const weights: number[] = [];
  for (let out = 0; out < count; out++) {
    const centre = offset + (out + 0.5) * scale;
    const from = Math.max(0, Math.floor(centre - radius + 0.5));
    const to = Math.min(limit, Math.max(from + 1, Math.floor(centre + radius + 0.5)));
    const own = Array.from({ length: to - from }, (_, k) =>
      Math.max(0, 1 - Math.abs(from + k + 0.5 - centre) / radius),
    );
    const total = own.reduce((sum, weight) => sum + weight, 0);
    first[out] = from;
    weights.push(...own.map((weight) => weight / total));
    start[out + 1] = weights.length;
  }
  return { first, start, weights: Float64Array.from(weights) };
}
