import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { applyPrimitive } from './apply.ts';
import type { MaxPool2dAttrs } from './attributes.ts';
import { pooledType, visitWindows } from './pool2d-shape.ts';
import { elementCount } from './row-major.ts';

/**
 * The i32 tap (row * KW + column within the window) of the first maximum of each window of x [N, C, H, W]; padding never wins, and where everything
 * is -Infinity or NaN the first tap inside the image does.
 *
 * Errors: `maxPool2dIndices.operands`.
 */
export function maxPool2dIndices(x: Tensor, attrs: MaxPool2dAttrs): Tensor {
  return applyPrimitive(maxPool2dIndicesPrimitive, [x], attrs);
}

export const maxPool2dIndicesPrimitive: Primitive<'maxPool2dIndices'> = {
  name: 'maxPool2dIndices',
  traits: { family: 'window' },
  infer: (inputs, attrs) => pooledType('maxPool2dIndices', inputs, attrs, 'i32', 1),
  vjp: null,
  macs: () => 0,
  evaluate: ({ inputs: [x], attrs, shape }) => {
    const best = new Float64Array(elementCount(shape));
    const taps = new Float64Array(best.length).fill(-1);
    visitWindows(x.shape, shape, attrs, (inputAt, outputAt, tap) => {
      if (taps[outputAt] < 0 || x.data[inputAt] > best[outputAt]) {
        best[outputAt] = x.data[inputAt];
        taps[outputAt] = tap;
      }
    });
    return taps;
  },
};
