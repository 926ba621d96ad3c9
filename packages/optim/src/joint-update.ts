// The update of a rule that needs curvature: all parameters as one vector.

import {
  broadcastTo,
  cast,
  isFinite as isFiniteOp,
  lt,
  NetwrightError,
  not,
  reshape,
  sum,
  type Tensor,
} from '@netwright/ir';
import { curvatureOf, elementsOf, joinTensors, splitVector } from './curvature.ts';
import type { Optimizer, States, UpdateResult } from './optimizer.ts';

/** One parameter of a joint update. */
export interface JointEntry {
  readonly name: string;
  readonly param: Tensor;
  readonly grad: Tensor;
  readonly state: States;
  readonly hyper: Readonly<Record<string, Tensor>>;
}

export interface JointUpdate {
  /** In the order of the entries. */
  readonly results: readonly UpdateResult[];
  /** Bool scalar: whether every new value of a parameter is finite; a singular Hessian's are not. */
  readonly finite: Tensor;
}

/**
 * Joins parameters, gradients, state and hyper-parameters, and splits the result again.
 *
 * @throws NetwrightError `optimizer.curvature` without a loss.
 */
export function jointUpdate(
  optimizer: Optimizer,
  entries: readonly JointEntry[],
  step: Tensor,
  loss: Tensor | undefined,
): JointUpdate {
  if (loss === undefined) throw missingLoss(optimizer);
  const params = entries.map(({ param }) => param);
  const slots = Object.keys(optimizer.state);
  const context = {
    param: joinTensors(params),
    grad: joinTensors(entries.map(({ grad }) => grad)),
    state: Object.fromEntries(slots.map((slot) => [slot, joinTensors(entries.map(({ state }) => state[slot]))])),
    step,
    hyper: joinHyper(entries),
    ...curvatureOf(loss, params),
  };
  const result = loss.builder.within(optimizer.name, () => optimizer.update(context));
  const nextParams = splitVector(result.param, params);
  const nextStates = slots.map((slot) => [slot, splitVector(result.state[slot], params)] as const);
  const bad = sum(cast(not(isFiniteOp(result.param)), 'f32'));
  return {
    results: entries.map((_, index) => ({
      param: nextParams[index],
      state: Object.fromEntries(nextStates.map(([slot, parts]) => [slot, parts[index]])),
    })),
    finite: lt(bad, 1),
  };
}

/** Scalars where all entries share them, else one value for each element. */
function joinHyper(entries: readonly JointEntry[]): Record<string, Tensor> {
  const [{ hyper: first }] = entries;
  return Object.fromEntries(
    Object.entries(first).map(([name, shared]) => {
      if (entries.every(({ hyper }) => hyper[name].id === shared.id)) return [name, shared];
      const parts = entries.map(({ hyper, param }) => broadcastTo(reshape(hyper[name], [1]), [elementsOf(param)]));
      return [name, joinTensors(parts)];
    }),
  );
}

function missingLoss({ name, needs }: Optimizer): NetwrightError {
  return new NetwrightError({
    code: 'optimizer.curvature',
    operation: name,
    expected: 'the loss in the graph of the update',
    received: 'gradients only',
    reasons: [`${name} needs the ${needs?.curvature === 'hessian' ? 'Hessian' : "Hessian's products with vectors"}`],
    hint: 'pass loss to applyOptimizer; accumulated gradients have no curvature, so train with accumulate 1',
  });
}
