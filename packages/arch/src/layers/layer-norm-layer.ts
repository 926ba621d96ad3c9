// Layer normalization with its parameters.

import { formatType, layerNorm, NetwrightError, onesInit, zerosInit, type Tensor } from '@netwright/ir';

/** Name and constant of a norm over the last axis. */
export interface LayerNormLayerOptions {
  /** Scope, e.g. `ln_1`. */
  readonly name: string;
  /** Default 1e-5; vision transformers have 1e-6. */
  readonly eps?: number;
}

/**
 * Layer normalization over the last axis of x [.., D], with `weight` and `bias` [D] as `torch.nn.LayerNorm(D)`. arXiv:1607.06450
 *
 * @throws NetwrightError `layerNormLayer.features` where the last axis has no fixed size.
 */
export function layerNormLayer(x: Tensor, { name, eps = 1e-5 }: LayerNormLayerOptions): Tensor {
  const features = x.shape.at(-1);
  if (typeof features !== 'number') {
    throw new NetwrightError({
      code: 'layerNormLayer.features',
      operation: 'layerNormLayer',
      scope: x.builder.qualifyScope(name),
      expected: 'a last axis of fixed size',
      received: formatType(x.type),
    });
  }
  const normalizedShape = [features];
  return x.builder.within(name, () => {
    const weight = x.builder.parameter('weight', normalizedShape, { init: onesInit, group: 'noDecay' });
    const bias = x.builder.parameter('bias', normalizedShape, { init: zerosInit, group: 'noDecay' });
    return layerNorm(x, { normalizedShape, weight, bias, eps });
  });
}
