// Exponential moving average of weights, as a part of a training graph.

import {
  add,
  cast,
  constant,
  div,
  minimum,
  mul,
  NetwrightError,
  sub,
  tensorType,
  where,
  zerosInit,
  type GraphBuilder,
  type Tensor,
} from '@netwright/ir';

/** Prefix of the state entries that hold averages: `average/layer1.0.conv1.weight`. */
export const AVERAGE_PREFIX = 'average/';

const STEP = `${AVERAGE_PREFIX}step`;

/** How slowly the average follows the weights. */
export interface AverageOptions {
  /** Share of the average that stays in each step, e.g. 0.999. */
  readonly decay: number;
  /** Starts with a smaller share, `(1 + t) / (10 + t)` in step t from 0, so that the first weights are soon forgotten. Default false. */
  readonly warmup?: boolean;
}

/** Names that are averaged: what a step updates among trainable parameters and the model's f32 state (running statistics). */
export function averagedNames(graph: Pick<GraphBuilder, 'parameters' | 'states' | 'updates'>): readonly string[] {
  return Object.keys(graph.updates).filter((name) => {
    if (Object.hasOwn(graph.parameters, name)) return graph.parameters[name].trainable;
    const { persistent, type } = graph.states[name];
    return persistent && type.dtype === 'f32';
  });
}

/**
 * Declares `average/<name>` for each of {@link averagedNames}, a copy of it at first, and updates it: `average += (1 - decay) * (value - average)` with the
 * value after the step. Call it when all updates of the step are registered.
 *
 * @param gate - bool scalar: where false, averages stay as they were.
 * @throws NetwrightError `average.decay` unless 0 <= decay < 1.
 */
export function averageWeights(builder: GraphBuilder, options: AverageOptions, gate?: Tensor): void {
  const { decay, warmup = false } = options;
  if (!(decay >= 0 && decay < 1)) {
    throw new NetwrightError({
      code: 'average.decay',
      operation: 'averageWeights',
      expected: 'a decay in [0, 1)',
      received: String(decay),
      hint: '0.999 averages over about the last 1000 steps',
    });
  }
  const keep = (next: Tensor, previous: Tensor): Tensor => (gate === undefined ? next : where(gate, next, previous));
  const names = averagedNames(builder);
  const share = sub(1, warmup ? minimum(risingDecay(builder, keep), decay) : constant(builder, decay));
  for (const name of names) {
    const { type } = builder.parameters[name] ?? builder.states[name];
    const average = builder.state(`${AVERAGE_PREFIX}${name}`, type, {
      init: { kind: 'copyOf', parameter: name },
      persistent: false,
    });
    const next = builder.tensor(builder.updates[name]);
    builder.update(`${AVERAGE_PREFIX}${name}`, keep(add(average, mul(sub(next, average), share)), average));
  }
}

function risingDecay(builder: GraphBuilder, keep: (next: Tensor, previous: Tensor) => Tensor): Tensor {
  const counter = builder.state(STEP, tensorType('i32', []), { init: zerosInit, persistent: false });
  builder.update(STEP, keep(add(counter, 1), counter));
  const step = cast(counter, 'f32');
  return div(add(step, 1), add(step, 10));
}
