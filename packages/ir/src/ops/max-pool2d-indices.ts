import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { applyPrimitive } from './apply.ts';
import type { MaxPool2dAttrs } from './attributes.ts';
import { pooledType, visitWindows } from './pool2d-shape.ts';
import { elementCount } from './row-major.ts';

/**
 * The i32 tap (row * KW + column within the window) of the first maximum of each window of x [N, C, H, W]; NaN counts as the largest. Padding never
 * wins: where everything is -Infinity the first tap inside the image does.
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
  macs: () => 0,
  evaluate: ({ inputs: [x], attrs, shape }) => {
    const best = new Float64Array(elementCount(shape));
    const taps = new Float64Array(best.length).fill(-1);
    visitWindows(x.shape, shape, attrs, (inputAt, outputAt, tap) => {
      const value = x.data[inputAt];
      const known = best[outputAt];
      if (taps[outputAt] < 0 || value > known || (Number.isNaN(value) && !Number.isNaN(known))) {
        best[outputAt] = value;
        taps[outputAt] = tap;
      }
    });
    return taps;
  },
};
