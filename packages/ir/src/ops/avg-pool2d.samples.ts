import type { PrimitiveSample } from '../primitive.ts';
import { pool2dGeometries } from './pool2d-geometries.ts';
import { normal, values } from './sample-inputs.ts';

export const avgPool2dSamples: readonly PrimitiveSample<'avgPool2d'>[] = [
  ...pool2dGeometries.flatMap(({ name, image, attrs }) =>
    [true, false].map(
      (countIncludePad) =>
        ({
          name: countIncludePad ? name : `${name}, padding not counted`,
          op: 'avgPool2d',
          attrs: { ...attrs, countIncludePad },
          inputs: [normal(image)],
          differentiable: true,
        }) as const,
    ),
  ),
  {
    name: 'large and tiny values',
    op: 'avgPool2d',
    attrs: { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], ceilMode: false, countIncludePad: true },
    inputs: [values([1, 1, 2, 4], [1e30, 1, 1e-30, 2e-30, 3e30, 0, -0, 1e-30])],
    differentiable: false,
  },
];
