import type { PrimitiveSample } from '../primitive.ts';
import { maxPool2dSelectSamples } from './max-pool2d-select.samples.ts';
import { normal } from './sample-inputs.ts';

export const maxPool2dScatterSamples: readonly PrimitiveSample<'maxPool2dScatter'>[] = maxPool2dSelectSamples.map(
  ({ name, attrs, inputs: [image, indices], differentiable }) => {
    const [, , height, width] = image.type.shape;
    return {
      name,
      op: 'maxPool2dScatter',
      attrs: { ...attrs, inputSize: [Number(height), Number(width)] },
      inputs: [normal(indices.type.shape), indices],
      differentiable,
    };
  },
);
