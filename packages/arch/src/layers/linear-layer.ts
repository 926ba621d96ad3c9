// A fully connected layer with its parameters.

import { formatType, linear, NetwrightError, type Initializer, type Tensor } from '@netwright/ir';

/** Shape and start of a linear layer; input features are the last axis of x. */
export interface LinearLayerOptions {
  /** Scope, e.g. `fc`. */
  readonly name: string;
  readonly out: number;
  /** Default true. */
  readonly bias?: boolean;
  /** Default: uniform in +-1/sqrt(fanIn), PyTorch's. */
  readonly init?: Initializer;
  readonly biasInit?: Initializer;
}

/** PyTorch's default for weights: uniform in +-1/sqrt(fanIn), which is Kaiming's rule with slope sqrt(5). */
export const torchDefaultInit: Initializer = {
  kind: 'kaiming',
  distribution: 'uniform',
  fan: 'fanIn',
  gain: 1 / Math.sqrt(3),
};

/**
 * x [..., in] W^T + b with a weight [out, in] of its own.
 *
 * @throws NetwrightError `linearLayer.features` where the last axis has no fixed size.
 */
export function linearLayer(
  x: Tensor,
  { name, out, bias = true, init = torchDefaultInit, biasInit }: LinearLayerOptions,
): Tensor {
  const fanIn = x.shape.at(-1);
  if (typeof fanIn !== 'number') {
    throw new NetwrightError({
      code: 'linearLayer.features',
      operation: 'linearLayer',
      scope: x.builder.qualifyScope(name),
      expected: 'a last axis of fixed size',
      received: formatType(x.type),
    });
  }
  return x.builder.within(name, () => {
    const weight = x.builder.parameter('weight', [out, fanIn], { init });
    const biasParameter = bias
      ? x.builder.parameter('bias', [out], { init: biasInit ?? { kind: 'biasOf', fanIn }, group: 'noDecay' })
      : undefined;
    return linear(x, weight, biasParameter);
  });
}
