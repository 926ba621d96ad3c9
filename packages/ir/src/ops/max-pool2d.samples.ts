import type { PrimitiveSample } from '../primitive.ts';
import { maxPool2dGeometries } from './max-pool2d-geometries.ts';
import { normal, values } from './sample-inputs.ts';

export const maxPool2dSamples: readonly PrimitiveSample<'maxPool2d'>[] = [
  ...maxPool2dGeometries.map(
    ({ name, image, attrs }) =>
      ({ name, op: 'maxPool2d', attrs, inputs: [normal(image)], differentiable: true }) as const,
  ),
  ...maxPool2dGeometries.slice(0, 1).flatMap(({ attrs }) => [
    {
      name: 'ties',
      op: 'maxPool2d',
      attrs,
      inputs: [values([1, 1, 2, 6], [1, 1, 0, -0, -3, -4, 1, 1, -0, 0, -3, -3])],
      differentiable: false,
    } as const,
    {
      name: 'infinities',
      op: 'maxPool2d',
      attrs,
      inputs: [values([1, 1, 2, 4], [-Infinity, -Infinity, 3, Infinity, -Infinity, -Infinity, 2, 1])],
      differentiable: false,
    } as const,
  ]),
  ...maxPool2dGeometries.slice(0, 1).map(
    ({ attrs }) =>
      ({
        name: 'NaN',
        op: 'maxPool2d',
        attrs,
        inputs: [values([1, 1, 2, 6], [1, NaN, NaN, 0, 3, 4, Infinity, 0, 1, 2, 5, NaN])],
        differentiable: false,
      }) as const,
  ),
];
