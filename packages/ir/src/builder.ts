// Builds a graph node by node. Ops are free functions over Tensor handles; this is the state behind them.

import { NetwrightError } from './errors.ts';
import type {
  FunctionDef,
  Graph,
  InputDef,
  LeafNode,
  Node,
  OutputDef,
  ParameterDef,
  PrimitiveNode,
  StateDef,
} from './graph.ts';
import { RANDOM_INPUTS, SCHEMA_VERSION } from './graph.ts';
import type { Initializer } from './initializer.ts';
import { onesInit, zerosInit } from './initializer.ts';
import type { PrimitiveAttrs, PrimitiveName } from './ops/attributes.ts';
import { equalData } from './plain-data.ts';
import type { Tensor } from './tensor.ts';
import { equalTypes, formatType, tensorType, type TensorType } from './tensor-type.ts';

/** How a parameter starts, and how optimizers treat it. */
export interface ParameterOptions {
  /** Default zeros. */
  readonly init?: Initializer;
  /** Default true. */
  readonly trainable?: boolean;
  /** Default `decay`. */
  readonly group?: string;
}

/** How an entry starts that the graph updates but no optimizer does, such as running statistics. */
export interface StateOptions {
  /** Default zeros; ones for `running_var`, as PyTorch. */
  readonly init?: Initializer;
  readonly serializedAs?: 'I64';
  /** Default true: part of the model's `state_dict`. */
  readonly persistent?: boolean;
}

/** What an output is for: predictions stay in inference mode, auxiliary heads only train. */
export interface OutputOptions {
  /** Default `prediction`. */
  readonly role?: OutputDef['role'];
  /** Default 1. */
  readonly lossWeight?: number;
}

/** Seed, step and batch offset, for random primitives. */
export interface RandomKey {
  readonly seed: Tensor;
  readonly step: Tensor;
  readonly offset: Tensor;
}

class Builder {
  private readonly nodes: Node[] = [];
  private readonly inputDefs: Record<string, InputDef> = {};
  private readonly parameterDefs: Record<string, ParameterDef> = {};
  private readonly stateDefs: Record<string, StateDef> = {};
  private readonly outputDefs: Record<string, OutputDef> = {};
  private readonly updateDefs: Record<string, number> = {};
  private readonly functionDefs: Record<string, FunctionDef> = {};
  private scopes: string[] = [];
  private readonly streamCounts = new Map<string, number>();
  private readonly streams = new Set<number>();
  private readonly instances = new Map<object, Map<string, string>>();

  /**
   * A builder that starts with everything in `graph`, to which more is added. Ids of its values stay as they are.
   *
   * @throws NetwrightError `graph.schemaVersion` for a graph that another version of this package made.
   */
  static from(graph: Graph): Builder {
    requireSchemaVersion(graph);
    const builder = new Builder();
    builder.nodes.push(...graph.nodes);
    Object.assign(builder.inputDefs, graph.inputs);
    Object.assign(builder.parameterDefs, graph.parameters);
    Object.assign(builder.stateDefs, graph.states);
    Object.assign(builder.outputDefs, graph.outputs);
    Object.assign(builder.updateDefs, graph.updates);
    Object.assign(builder.functionDefs, graph.functions);
    for (const stream of streamsOf(graph)) builder.streams.add(stream);
    return builder;
  }

  get scope(): string {
    return this.scopes.join('.');
  }

  /** Runs `build` inside a naming scope; an empty name opens none. */
  within<T>(name: string, build: () => T): T {
    if (name === '') return build();
    this.scopes.push(name);
    try {
      return build();
    } finally {
      this.scopes.pop();
    }
  }

  /** Runs `build` in the scope of that full name, whatever the current one is. */
  at<T>(scope: string, build: () => T): T {
    const outer = this.scopes;
    this.scopes = scope === '' ? [] : [scope];
    try {
      return build();
    } finally {
      this.scopes = outer;
    }
  }

  /** `name` in the current scope, e.g. `layer1.0.conv1.weight`. */
  qualify(name: string): string {
    return this.scopes.length === 0 ? name : `${this.scope}.${name}`;
  }

  /** `scope` below the current one; either may be empty. */
  qualifyScope(scope: string): string {
    return scope === '' ? this.scope : this.qualify(scope);
  }

  tensor(id: number): Tensor {
    const { type } = this.node(id);
    return { builder: this, id, type, shape: type.shape, dtype: type.dtype };
  }

  node(id: number): Node {
    const node = this.nodes[id];
    if (node === undefined) throw new RangeError(`no value ${String(id)}`);
    return node;
  }

  /** Number of values so far. */
  get length(): number {
    return this.nodes.length;
  }

  primitive<K extends PrimitiveName>(
    op: K,
    inputs: readonly Tensor[],
    attrs: PrimitiveAttrs[K],
    type: TensorType,
  ): Tensor {
    this.requireOwned(op, inputs);
    const node = { op, inputs: inputs.map(({ id }) => id), attrs, type, scope: this.scope };
    return this.append(node as unknown as PrimitiveNode);
  }

  /** Appends a node as it is; whoever calls this answers for its type. */
  append(node: Node): Tensor {
    this.nodes.push(node);
    if (node.op === 'random') this.streams.add(node.attrs.stream);
    return this.tensor(this.nodes.length - 1);
  }

  input(name: string, type: TensorType): Tensor {
    this.checkFree('input', name, this.inputDefs);
    const tensor = this.append({ op: 'input', inputs: [], attrs: { name }, type, scope: this.scope });
    this.inputDefs[name] = { value: tensor.id, type };
    return tensor;
  }

  /** A parameter named in the current scope. */
  parameter(name: string, shape: TensorType['shape'], options: ParameterOptions = {}): Tensor {
    const qualified = this.qualify(name);
    this.checkFree('parameter', qualified, this.parameterDefs, this.stateDefs);
    const type = tensorType('f32', shape);
    const tensor = this.append({ op: 'parameter', inputs: [], attrs: { name: qualified }, type, scope: this.scope });
    this.parameterDefs[qualified] = {
      value: tensor.id,
      type,
      init: options.init ?? zerosInit,
      trainable: options.trainable ?? true,
      group: options.group ?? 'decay',
    };
    return tensor;
  }

  /** A state entry (running statistics, moments, counters) named in the current scope. */
  state(name: string, type: TensorType, options: StateOptions = {}): Tensor {
    const qualified = this.qualify(name);
    this.checkFree('state', qualified, this.parameterDefs, this.stateDefs);
    const tensor = this.append({ op: 'state', inputs: [], attrs: { name: qualified }, type, scope: this.scope });
    this.stateDefs[qualified] = {
      value: tensor.id,
      type,
      init: options.init ?? (name === 'running_var' ? onesInit : zerosInit),
      persistent: options.persistent ?? true,
      ...(options.serializedAs === undefined ? {} : { serializedAs: options.serializedAs }),
    };
    return tensor;
  }

  /** Declares the input, parameter or state entry of another graph's leaf, under its own name and scope. */
  copyLeaf(graph: Graph, leaf: LeafNode): Tensor {
    const { name } = leaf.attrs;
    this.checkFree(leaf.op, name, ...(leaf.op === 'input' ? [this.inputDefs] : [this.parameterDefs, this.stateDefs]));
    const tensor = this.append(leaf);
    const value = tensor.id;
    if (leaf.op === 'input') this.inputDefs[name] = { ...graph.inputs[name], value };
    else if (leaf.op === 'parameter') this.parameterDefs[name] = { ...graph.parameters[name], value };
    else this.stateDefs[name] = { ...graph.states[name], value };
    return tensor;
  }

  /** Sets the value that the named parameter or state entry (full name) has after a run; a later call replaces an earlier one. */
  update(name: string, value: Tensor): void {
    this.requireOwned('update', [value]);
    const entry = own(this.parameterDefs, name) ?? own(this.stateDefs, name);
    if (entry === undefined || !equalTypes(entry.type, value.type)) {
      throw new NetwrightError({
        code: 'graph.update',
        operation: 'update',
        scope: name,
        expected: entry === undefined ? 'the name of a parameter or state entry' : formatType(entry.type),
        received: entry === undefined ? name : formatType(value.type),
        hint: 'declare it with parameter() or state() first, and keep its type',
      });
    }
    this.updateDefs[name] = value.id;
  }

  /** Names a value of the result; a later call with the same name replaces an earlier one. */
  output(name: string, value: Tensor, options: OutputOptions = {}): void {
    this.requireOwned('output', [value]);
    this.checkFree('output', name);
    this.outputDefs[name] = {
      value: value.id,
      role: options.role ?? 'prediction',
      lossWeight: options.lossWeight ?? 1,
    };
  }

  removeOutput(name: string): void {
    Reflect.deleteProperty(this.outputDefs, name);
  }

  /** Marks a parameter as (not) trainable or moves it to another group. */
  setParameter(name: string, change: Partial<Pick<ParameterDef, 'trainable' | 'group' | 'init'>>): void {
    const def = own(this.parameterDefs, name);
    if (def === undefined) {
      throw new NetwrightError({
        code: 'graph.parameter',
        operation: 'setParameter',
        scope: name,
        expected: 'the name of a parameter',
        received: name,
      });
    }
    this.parameterDefs[name] = { ...def, ...change };
  }

  /** Registers a function; returns its key, which differs from `key` when that stands for another definition. */
  function(key: string, def: FunctionDef): string {
    for (let count = 1; ; count++) {
      const candidate = count === 1 ? key : `${key}#${String(count)}`;
      const existing = own(this.functionDefs, candidate);
      if (existing !== undefined && existing !== def && !equalData(existing, def)) continue;
      if (existing === undefined) {
        this.functionDefs[candidate] = def;
        for (const stream of streamsOfFunction(def)) this.streams.add(stream);
      }
      return candidate;
    }
  }

  /** As {@link function}, for a definition that `make` gives; it is called once for each `owner` and `key`. */
  functionOf(owner: object, key: string, make: () => FunctionDef): string {
    const keys = this.instances.get(owner) ?? new Map<string, string>();
    this.instances.set(owner, keys);
    const registered = keys.get(key) ?? this.function(key, make());
    keys.set(key, registered);
    return registered;
  }

  getFunction(key: string): FunctionDef {
    const def = own(this.functionDefs, key);
    if (def === undefined) throw new RangeError(`no function ${key}`);
    return def;
  }

  get parameters(): Readonly<Record<string, ParameterDef>> {
    return this.parameterDefs;
  }

  get states(): Readonly<Record<string, StateDef>> {
    return this.stateDefs;
  }

  get inputs(): Readonly<Record<string, InputDef>> {
    return this.inputDefs;
  }

  get outputs(): Readonly<Record<string, OutputDef>> {
    return this.outputDefs;
  }

  get updates(): Readonly<Record<string, number>> {
    return this.updateDefs;
  }

  /** The run's seed, step and batch offset; declares these inputs on first use. */
  randomKey(): RandomKey {
    const scalar = tensorType('i32', []);
    const [seed, step, offset] = RANDOM_INPUTS.map((name) => {
      const existing = own(this.inputDefs, name);
      return existing === undefined ? this.input(name, scalar) : this.tensor(existing.value);
    });
    return { seed, step, offset };
  }

  /** A random stream that this graph does not use yet, fixed by the current scope and the number of streams opened in it (FNV-1a of both). */
  randomStream(): number {
    for (;;) {
      const count = this.streamCounts.get(this.scope) ?? 0;
      this.streamCounts.set(this.scope, count + 1);
      let hash = 0x811c9dc5;
      for (const byte of new TextEncoder().encode(`${this.scope}#${String(count)}`)) {
        hash = Math.imul(hash ^ byte, 0x01000193);
      }
      const stream = hash >>> 0;
      if (this.streams.has(stream)) continue;
      this.streams.add(stream);
      return stream;
    }
  }

  /** Throws `graph.foreign` unless all `inputs` are values of this builder. */
  requireOwned(operation: string, inputs: readonly Tensor[]): void {
    if (inputs.every(({ builder }) => builder === this)) return;
    throw new NetwrightError({
      code: 'graph.foreign',
      operation,
      scope: this.scope,
      expected: 'operands of one graph',
      received: 'a tensor of another graph',
      hint: 'build both operands from the same builder, or pass the tensor in as an input',
    });
  }

  finish<I extends string = string, O extends string = string>(): Graph<I, O> {
    return {
      schemaVersion: SCHEMA_VERSION,
      nodes: [...this.nodes],
      inputs: { ...this.inputDefs } as Record<I, InputDef>,
      parameters: { ...this.parameterDefs },
      states: { ...this.stateDefs },
      outputs: { ...this.outputDefs } as Record<O, OutputDef>,
      updates: { ...this.updateDefs },
      functions: { ...this.functionDefs },
    };
  }

  private checkFree(operation: string, name: string, ...tables: readonly Readonly<Record<string, unknown>>[]): void {
    if (name !== '' && name !== '__proto__' && tables.every((table) => !Object.hasOwn(table, name))) return;
    throw new NetwrightError({
      code: 'graph.name',
      operation,
      scope: name,
      expected: 'a name that is not empty and not taken',
      received: JSON.stringify(name),
      hint: 'open a scope with within(), or choose another name',
    });
  }
}

/**
 * Mutable while a graph is being built; `finish` gives the immutable graph. The type is the public part alone: with private fields in it, TypeScript would
 * take the builders of two installed copies of this package for different things.
 */
export type GraphBuilder = { readonly [K in keyof Builder]: Builder[K] };

export const GraphBuilder: { new (): GraphBuilder; from(graph: Graph): GraphBuilder } = Builder;

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Streams of all random values of a graph, those in functions included. */
function streamsOf(graph: Graph): readonly number[] {
  const direct = graph.nodes.flatMap((node) => (node.op === 'random' ? [node.attrs.stream] : []));
  return [...direct, ...Object.values(graph.functions).flatMap(streamsOfFunction)];
}

function streamsOfFunction({ body, gradient, inference }: FunctionDef): readonly number[] {
  return [body, gradient, inference].flatMap((graph) => (graph === undefined ? [] : streamsOf(graph)));
}

function requireSchemaVersion({ schemaVersion }: Graph): void {
  if (schemaVersion === SCHEMA_VERSION) return;
  throw new NetwrightError({
    code: 'graph.schemaVersion',
    operation: 'GraphBuilder.from',
    expected: `schema version ${String(SCHEMA_VERSION)}, that of this copy of @netwright/ir`,
    received: `schema version ${String(schemaVersion)}, of the copy that made the graph`,
    hint: 'install versions of @netwright/ir with one schema version',
  });
}

type TensorsOf<I extends string> = Readonly<Record<I, Tensor>>;
type OutputSpec = Tensor | ({ readonly value: Tensor } & OutputOptions);

/**
 * Builds a graph whose input and output names are known to TypeScript.
 *
 * ```ts
 * const graph = buildGraph({ x: tensorType('f32', ['N', 3]) }, ({ x }) => ({ y: relu(x) }));
 * ```
 */
export function buildGraph<I extends string, O extends string>(
  inputs: Readonly<Record<I, TensorType>>,
  build: (inputs: TensorsOf<I>, builder: GraphBuilder) => Readonly<Record<O, OutputSpec>>,
): Graph<I, O> {
  const builder = new GraphBuilder();
  const tensors = Object.fromEntries(
    Object.entries<TensorType>(inputs).map(([name, type]) => [name, builder.input(name, type)]),
  ) as Record<I, Tensor>;
  for (const [name, spec] of Object.entries<OutputSpec>(build(tensors, builder))) {
    if ('value' in spec) builder.output(name, spec.value, spec);
    else builder.output(name, spec);
  }
  return builder.finish<I, O>();
}
