// The optimizer contract: an update rule written once, as graph ops.

import type { Initializer, Tensor } from '@netwright/ir';
import type { Curvature } from './curvature.ts';

/** An option is a number, which schedules may change from step to step, or chooses the structure of the rule. */
export type OptionValue = number | boolean | string;
/** Options of an optimizer as plain data, which checkpoints keep. */
export type OptimizerOptions = Readonly<Record<string, OptionValue>>;

/** The numeric options of `O`: they become scalar inputs of the training graph, so changing one never recompiles. */
export type HyperName<O extends OptimizerOptions> = {
  [K in keyof O & string]: O[K] extends number ? K : never;
}[keyof O & string];

/** Per-parameter state of an optimizer (moments, velocities) by the names that its rule declared. */
export type States = Readonly<Record<string, Tensor>>;

/** What a rule asks for beside the gradient: the loss's exact Hessian, or its products with vectors. */
export type CurvatureKind = keyof Curvature;

/** What a rule sees of one parameter in one step. Everything is a tensor of the training graph, but for `options`. */
export interface UpdateContext<O extends OptimizerOptions> {
  /** One parameter; with curvature all of them, flattened and joined to one vector [k], and likewise `grad` and the state. */
  readonly param: Tensor;
  /** Gradient of the loss, of the parameter's type, after clipping. */
  readonly grad: Tensor;
  /** Per-parameter state, by the names that `state` and `scalars` declared. */
  readonly state: States;
  /** Number of this update as an f32 scalar, from 1. */
  readonly step: Tensor;
  /** Numeric options as f32 scalars; joined, one that differs between parameters is a vector [k]. `lr` includes the schedule and the parameter's own scale. */
  readonly hyper: Readonly<Record<HyperName<O>, Tensor>>;
  /** All options as given: booleans and strings choose the structure of the rule. */
  readonly options: O;
}

/** New values of the parameter and of every slot of its state, of the types of the old ones. */
export interface UpdateResult {
  readonly param: Tensor;
  readonly state: States;
}

/** An optimizer as its author writes it, for {@link defineOptimizer}. */
export interface OptimizerRule<O extends OptimizerOptions, C extends CurvatureKind = never> {
  readonly name: string;
  /** What the rule needs beside the gradient. With curvature it updates all parameters at once. */
  readonly needs?: { readonly curvature?: C };
  /** Numeric options that shape the graph (a number of iterations), so that they are no hyper-parameters. */
  readonly structural?: readonly (keyof O & string)[];
  /** Defaults; PyTorch's. */
  readonly options: O;
  /** Throws a NetwrightError (`<name>.options`) when a setting makes no sense. */
  check?(options: O): void;
  /** Initial values of the per-parameter state; each has the parameter's shape. */
  state?(options: O): Readonly<Record<string, Initializer>>;
  /** Initial values of further per-parameter state, one number each; not for rules that need curvature. */
  scalars?(options: O): Readonly<Record<string, Initializer>>;
  update(context: UpdateContext<O> & Pick<Curvature, C>): UpdateResult;
  /** Where the gradient is taken, when not at the parameter itself (Nesterov's look-ahead). */
  gradientAt?(context: Omit<UpdateContext<O>, 'grad'>): Tensor;
}

/** An optimizer with its options resolved: a value to hand to `train`. */
export interface Optimizer {
  readonly name: string;
  readonly options: OptimizerOptions;
  /** Numeric options by name: the values that the training graph's scalar inputs start from. */
  readonly hyper: Readonly<Record<string, number>>;
  readonly state: Readonly<Record<string, Initializer>>;
  readonly scalars?: Readonly<Record<string, Initializer>>;
  readonly needs?: { readonly curvature?: CurvatureKind };
  update(context: Omit<UpdateContext<OptimizerOptions>, 'options'> & Partial<Curvature>): UpdateResult;
  gradientAt?(context: Omit<UpdateContext<OptimizerOptions>, 'options' | 'grad'>): Tensor;
}
