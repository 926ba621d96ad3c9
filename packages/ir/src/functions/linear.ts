import { multiplyDims } from '../dim.ts';
import { add } from '../ops/add.ts';
import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Affine map of the last axis: `x W^T + b`, one two-dimensional product for any number of leading axes.
 *
 * @param x - f32 [.., in].
 * @param weight - f32 [out, in].
 * @param bias - f32 [out], optional.
 * @returns f32 [.., out]. Errors: `linear.operands`.
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  checkOperands(x, weight, bias);
  const leading = x.shape.slice(0, -1);
  const rows = reshape(x, [multiplyDims(...leading), ...x.shape.slice(-1)]);
  const product = matmul(rows, transpose(weight, [1, 0]));
  const shifted = bias === undefined ? product : add(product, bias);
  return reshape(shifted, [...leading, ...weight.shape.slice(0, 1)]);
}

function checkOperands(x: Tensor, weight: Tensor, bias: Tensor | undefined): void {
  const operands = bias === undefined ? [x, weight] : [x, weight, bias];
  const check = new ShapeCheck(
    'linear',
    operands.map(({ type }) => type),
    x.builder.scope,
  );
  for (const { dtype } of operands) check.require(dtype === 'f32', `element type ${dtype} is not f32`);
  const [outputs, inputs] = weight.shape;
  const features = x.shape.at(-1);
  const axes = check.require(features !== undefined, 'x has no axes');
  if (check.require(weight.shape.length === 2, 'the weight has not two axes')) {
    check.require(
      !axes || features === inputs,
      () => `x has ${String(features)} features, the weight ${String(inputs)}`,
    );
    check.require(
      bias === undefined || (bias.shape.length === 1 && bias.shape[0] === outputs),
      () => `the bias has not the ${String(outputs)} outputs of the weight`,
    );
  }
  check.done(`x [.., in], weight [out, in]${bias === undefined ? '' : ' and bias [out]'}`);
}
