import { multiplyDims } from '../dim.ts';
import { add } from '../ops/add.ts';
import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Affine map of the last axis: `x W^T + b`, one two-dimensional product for any number of leading axes.
 *
 * @param x - f32 [.., in].
 * @param weight - f32 [out, in].
 * @param bias - f32 [out], optional.
 * @returns f32 [.., out]. Errors: `transpose.operands`, `matmul.operands`, `broadcast.shapes`.
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const leading = x.shape.slice(0, -1);
  const rows = reshape(x, [multiplyDims(...leading), ...x.shape.slice(-1)]);
  const product = matmul(rows, transpose(weight, [1, 0]));
  const shifted = bias === undefined ? product : add(product, bias);
  return reshape(shifted, [...leading, ...shifted.shape.slice(1)]);
}
