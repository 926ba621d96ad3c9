// Adds an optimizer's update of every parameter to a training graph.

import {
  add,
  and,
  cast,
  constant,
  mul,
  tensorType,
  where,
  zerosInit,
  type GraphBuilder,
  type Tensor,
} from '@netwright/ir';
import { jointUpdate } from './joint-update.ts';
import type { Optimizer } from './optimizer.ts';

/** Prefix of the state entries that belong to optimizers: `optimizer/step`, `optimizer/velocity/layer1.0.conv1.weight`. */
export const OPTIMIZER_PREFIX = 'optimizer/';

/** Gradients and hyper-parameters of one step, and what is special to single parameters. */
export interface ApplyOptimizerOptions {
  /** Gradients by parameter name; parameters without one are left alone. */
  readonly grads: Readonly<Record<string, Tensor>>;
  /** Scalar f32 hyper-parameters by name, from {@link hyperInputs}. */
  readonly hyper: Readonly<Record<string, Tensor>>;
  /** Values that replace a hyper-parameter for one parameter (weight-decay groups); default none. */
  readonly override?: (parameter: string) => Readonly<Record<string, number>>;
  /** Factor on the learning rate of one parameter; default 1. */
  readonly lrScale?: (parameter: string) => number;
  /** Bool scalar: where false, parameters and state stay as they were. */
  readonly gate?: Tensor;
  /** Scalar loss whose curvature second-order optimizers use. The curvature is that of the loss itself, whatever `grads` were clipped to. */
  readonly loss?: Tensor;
}

/** Declares one scalar input `$hyper.<name>` for each numeric option. */
export function hyperInputs(builder: GraphBuilder, optimizer: Optimizer): Record<string, Tensor> {
  return Object.fromEntries(
    Object.keys(optimizer.hyper).map((name) => [name, builder.input(`$hyper.${name}`, tensorType('f32', []))]),
  );
}

/** The state entries of one parameter, declared on first use. */
export function optimizerStates(
  builder: GraphBuilder,
  optimizer: Optimizer,
  parameter: string,
): Record<string, Tensor> {
  const { type } = builder.parameters[parameter];
  const slots = [
    ...Object.entries(optimizer.state).map(([slot, init]) => [slot, init, type] as const),
    ...Object.entries(optimizer.scalars ?? {}).map(([slot, init]) => [slot, init, tensorType('f32', [])] as const),
  ];
  return Object.fromEntries(
    slots.map(([slot, init, slotType]) => {
      const name = stateName(slot, parameter);
      const existing = Object.hasOwn(builder.states, name) ? builder.states[name] : undefined;
      return [
        slot,
        existing === undefined
          ? builder.state(name, slotType, { init, persistent: false })
          : builder.tensor(existing.value),
      ];
    }),
  );
}

/**
 * Builds the updates and registers them with the graph.
 *
 * @returns Bool scalar: whether the update is made. It is the gate, and for second-order optimizers also that the new parameters are finite;
 *   undefined where nothing can hold it back.
 * @throws NetwrightError `optimizer.curvature` for a second-order optimizer without `loss`.
 */
export function applyOptimizer(
  builder: GraphBuilder,
  optimizer: Optimizer,
  options: ApplyOptimizerOptions,
): Tensor | undefined {
  const { grads, hyper, gate, loss, override = () => ({}), lrScale = () => 1 } = options;
  const counter = stepCounter(builder);
  const next = add(counter, 1);
  const step = cast(next, 'f32');
  const entries = Object.entries(grads).map(([name, grad]) => ({
    name,
    param: builder.tensor(builder.parameters[name].value),
    grad,
    state: optimizerStates(builder, optimizer, name),
    hyper: hyperFor(builder, hyper, override(name), lrScale(name)),
  }));
  const joint =
    optimizer.needs?.curvature === undefined || entries.length === 0
      ? undefined
      : jointUpdate(optimizer, entries, step, loss);
  const made = joint === undefined ? gate : gate === undefined ? joint.finite : and(gate, joint.finite);
  const keep = (value: Tensor, previous: Tensor): Tensor => (made === undefined ? value : where(made, value, previous));
  builder.update(STEP, keep(next, counter));
  entries.forEach((entry, index) => {
    const { name, ...context } = entry;
    const { param, state } = context;
    const result = joint === undefined ? optimizer.update({ ...context, step }) : joint.results[index];
    builder.update(name, keep(result.param, param));
    for (const slot of Object.keys(state)) builder.update(stateName(slot, name), keep(result.state[slot], state[slot]));
  });
  return made;
}

/** What decides where a gradient is taken, for the optimizers that do not take it at the parameters themselves. */
export type GradientPointOptions = Pick<ApplyOptimizerOptions, 'hyper' | 'override' | 'lrScale'> & {
  /** Names of the parameters that the optimizer will update. */
  readonly parameters: readonly string[];
};

/** Where each parameter's gradient is taken: the parameter itself, or the optimizer's look-ahead point. */
export function gradientPoints(
  builder: GraphBuilder,
  optimizer: Optimizer,
  { parameters, hyper, override = () => ({}), lrScale = () => 1 }: GradientPointOptions,
): Record<string, Tensor> {
  return Object.fromEntries(
    parameters.map((name) => {
      const param = builder.tensor(builder.parameters[name].value);
      const point = optimizer.gradientAt?.({
        param,
        state: optimizerStates(builder, optimizer, name),
        step: cast(add(stepCounter(builder), 1), 'f32'),
        hyper: hyperFor(builder, hyper, override(name), lrScale(name)),
      });
      return [name, point ?? param];
    }),
  );
}

/** The hyper-parameters of one parameter: the shared scalars, overrides, and `lr` with its scale. */
export function hyperFor(
  builder: GraphBuilder,
  hyper: Readonly<Record<string, Tensor>>,
  override: Readonly<Record<string, number>>,
  lrScale: number,
): Record<string, Tensor> {
  const replaced = Object.entries(override).filter(([name]) => Object.hasOwn(hyper, name));
  const own = { ...hyper, ...Object.fromEntries(replaced.map(([name, value]) => [name, constant(builder, value)])) };
  return lrScale === 1 ? own : { ...own, lr: mul(own.lr, lrScale) };
}

const STEP = `${OPTIMIZER_PREFIX}step`;

function stepCounter(builder: GraphBuilder): Tensor {
  const existing = Object.hasOwn(builder.states, STEP) ? builder.states[STEP] : undefined;
  return existing === undefined
    ? builder.state(STEP, tensorType('i32', []), { init: zerosInit, persistent: false })
    : builder.tensor(existing.value);
}

function stateName(slot: string, parameter: string): string {
  return `${OPTIMIZER_PREFIX}${slot}/${parameter}`;
}
