// The graph: immutable SSA values in topological order. Plain data, so that it survives JSON, workers and other copies of this package.

import type { Initializer } from './initializer.ts';
import type { PrimitiveAttrs, PrimitiveName } from './ops/attributes.ts';
import type { TensorType } from './tensor-type.ts';

/** Version of the graph's form in JSON; readers refuse others. */
export const SCHEMA_VERSION = 1;

interface NodeBase {
  /** Values read, as indices of earlier nodes. */
  readonly inputs: readonly number[];
  readonly type: TensorType;
  /** Dotted naming scope where the node was built, e.g. `layer1.0.conv1`. */
  readonly scope: string;
}

/** A node whose operation is one of the closed list, with the attributes of that operation. */
export type PrimitiveNode<K extends PrimitiveName = PrimitiveName> = {
  [P in K]: NodeBase & { readonly op: P; readonly attrs: PrimitiveAttrs[P] };
}[K];

/** A value from outside: a graph input, a parameter or a state entry, by name. */
export interface LeafNode extends NodeBase {
  readonly op: 'input' | 'parameter' | 'state';
  readonly attrs: { readonly name: string };
}

/** A function applied to its inputs; its results are read through `result` nodes. `type` is that of the first result. */
export interface CallNode extends NodeBase {
  readonly op: 'call';
  readonly attrs: { readonly function: string };
}

/** One of the results of a call, by its position among them. */
export interface ResultNode extends NodeBase {
  readonly op: 'result';
  readonly attrs: { readonly index: number };
}

/** One value. Its id is its position in `graph.nodes`. */
export type Node = PrimitiveNode | LeafNode | CallNode | ResultNode;

/** Whether the node applies a primitive; otherwise it is a leaf, a call or one result of a call. */
export function isPrimitiveNode(node: Node): node is PrimitiveNode {
  return (
    node.op !== 'input' && node.op !== 'parameter' && node.op !== 'state' && node.op !== 'call' && node.op !== 'result'
  );
}

/** A tensor that every run is given. */
export interface InputDef {
  readonly value: number;
  readonly type: TensorType;
}

/** A tensor that training changes: where its value stands in the graph, how it starts, and whether and how it trains. */
export interface ParameterDef {
  readonly value: number;
  readonly type: TensorType;
  readonly init: Initializer;
  readonly trainable: boolean;
  /** `decay` for weights, `noDecay` for biases, norms and the like; other names are the user's groups. */
  readonly group: string;
}

/** A tensor that outlives a run and that no gradient reaches: running statistics, moments, counters. */
export interface StateDef {
  readonly value: number;
  readonly type: TensorType;
  readonly init: Initializer;
  /** Element type in saved files when it differs, e.g. `I64` for `num_batches_tracked`. */
  readonly serializedAs?: 'I64';
  /** Whether a model's `state_dict` lists it (running statistics) or only checkpoints do (moments, counters). */
  readonly persistent: boolean;
}

/** A value that every run returns. */
export interface OutputDef {
  readonly value: number;
  /** Inference mode removes training-only outputs. */
  readonly role: 'prediction' | 'trainingOnly';
  /** Weight with which this output's loss enters the total. */
  readonly lossWeight: number;
}

/**
 * Kernels of a function for one signature: plain data that `defineLowering` of `@netwright/compiler` makes and its compiler reads. It adds nothing to the
 * meaning, which is the expansion's: saved graphs and hashes leave it out, and a compiler that does not know the format compiles the expansion.
 */
export interface FunctionLowering {
  readonly format: number;
}

/** A function as a graph carries it: its expansion for one signature and, where it has them, its gradient, its inference form and its kernels. */
export interface FunctionDef {
  readonly name: string;
  /** For display and for a plugin's own lowering; the bodies have them built in. */
  readonly attrs: Readonly<Record<string, unknown>>;
  /** Inputs `x0, x1, ...`; outputs `y0, y1, ...`. */
  readonly body: Graph;
  /** Inputs `x0 ..`, `y0 ..`, `g0 ..` (gradients of the results); outputs `d0 ..` for the inputs that have a gradient. */
  readonly gradient?: Graph;
  /** Same inputs and outputs as `body`; replaces it in inference mode. */
  readonly inference?: Graph;
  /** Kernels in place of the body's, where a backend runs kernels. */
  readonly lowering?: FunctionLowering;
}

/** A program as plain data. The tables name values, by their position in `nodes`; every node reads earlier ones only. */
export interface Graph<I extends string = string, O extends string = string> {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly nodes: readonly Node[];
  readonly inputs: Readonly<Record<I, InputDef>>;
  readonly parameters: Readonly<Record<string, ParameterDef>>;
  readonly states: Readonly<Record<string, StateDef>>;
  readonly outputs: Readonly<Record<O, OutputDef>>;
  /** New value of a parameter or state entry after a run. */
  readonly updates: Readonly<Record<string, number>>;
  readonly functions: Readonly<Record<string, FunctionDef>>;
}

/**
 * Scalar i32 inputs that exist only in graphs with random values: the run's seed, the step, and the position in the
 * batch of the first sample of this run (so that splitting a batch changes no mask). `run` takes 0 where they are not given.
 */
export const RANDOM_INPUTS = ['$seed', '$step', '$offset'] as const;
