// Batch normalization with its parameters, running statistics and counter.

import { add, batchNorm, onesInit, tensorType, zerosInit, type Initializer, type Tensor } from '@netwright/ir';
import { channelsOf } from './conv2d-layer.ts';

/** Name, constants and start of a norm; its parameters and statistics have one element for each channel. */
export interface BatchNormLayerOptions {
  /** Scope, e.g. `bn1`. */
  readonly name: string;
  /** Default 1e-5. */
  readonly eps?: number;
  /** Weight of the new batch in the running statistics. Default 0.1. */
  readonly momentum?: number;
  /** How the scale starts: ones by default, zeros for the last norm of a residual branch. */
  readonly init?: Initializer;
}

/**
 * Batch normalization over all axes but the second, with `weight`, `bias`, `running_mean`, `running_var` and `num_batches_tracked` as
 * `torch.nn.BatchNorm2d`. arXiv:1502.03167
 */
export function batchNormLayer(
  x: Tensor,
  { name, eps = 1e-5, momentum = 0.1, init = onesInit }: BatchNormLayerOptions,
): Tensor {
  const { builder } = x;
  const shape = [channelsOf(x)];
  return builder.within(name, () => {
    const weight = builder.parameter('weight', shape, { init, group: 'noDecay' });
    const bias = builder.parameter('bias', shape, { init: zerosInit, group: 'noDecay' });
    const runningMean = builder.state('running_mean', tensorType('f32', shape), { init: zerosInit });
    const runningVar = builder.state('running_var', tensorType('f32', shape), { init: onesInit });
    const tracked = builder.state('num_batches_tracked', tensorType('i32', []), {
      init: zerosInit,
      serializedAs: 'I64',
    });
    const result = batchNorm(x, { weight, bias, runningMean, runningVar, eps, momentum });
    builder.update(builder.qualify('running_mean'), result.runningMean);
    builder.update(builder.qualify('running_var'), result.runningVar);
    builder.update(builder.qualify('num_batches_tracked'), add(tracked, 1));
    return result.output;
  });
}
