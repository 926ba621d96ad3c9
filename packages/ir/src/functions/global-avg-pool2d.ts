import { callFunction, defineFunction } from '../function.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { mean } from './statistics.ts';

/** Mean over height and width: x [N, C, H, W] gives [N, C, 1, 1]. Errors: `globalAvgPool2d.operands`. */
export function globalAvgPool2d(x: Tensor): Tensor {
  const check = new ShapeCheck('globalAvgPool2d', [x.type], x.builder.scope);
  check.require(x.dtype === 'f32', () => `element type ${x.dtype} is not f32`);
  check.require(x.shape.length === 4, 'x is not [N, C, H, W]');
  check.done('f32 images [N, C, H, W]');
  return callFunction(globalAvgPool2dFunction, [x], {})[0];
}

export const globalAvgPool2dFunction = defineFunction({
  name: 'globalAvgPool2d',
  expand: ([x]) => [mean(x, { axes: [2, 3], keepDims: true })],
});
