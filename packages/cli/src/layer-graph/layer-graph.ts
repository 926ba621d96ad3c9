// The layers of a network as a picture needs them: nodes folded by scope, and edges between them.

import {
  isPrimitiveNode,
  RANDOM_INPUTS,
  reachable,
  summarize,
  type Graph,
  type Node,
  type Shape,
  type SummaryRow,
} from '@netwright/ir';

export type LayerKind = 'input' | 'output' | 'convolution' | 'linear' | 'norm' | 'pool' | 'join' | 'function' | 'block';

export interface LayerNode {
  readonly kind: LayerKind;
  /** Scope of the layer or block; the name of an input or output. */
  readonly title: string;
  /** Further lines: what it does, and its result. */
  readonly details: readonly string[];
}

export interface LayerGraph {
  readonly nodes: readonly LayerNode[];
  /** Positions in `nodes`. */
  readonly edges: readonly (readonly [from: number, to: number])[];
}

/**
 * The layers between inputs and outputs. What lies at least `depth` names deep is folded into the block of its first `depth` names; the operations
 * above that stand alone, with what only reshapes them.
 */
export function layerGraph(graph: Graph, depth: number): LayerGraph {
  return new Folding(graph, depth).result();
}

const HIDDEN: ReadonlySet<string> = new Set(['reshape', 'broadcastTo', 'transpose', 'result']);

class Folding {
  private readonly graph: Graph;
  private readonly depth: number;
  private readonly activations: ReadonlySet<number>;
  /** Values of each node of the picture, by its key. */
  private readonly members = new Map<string, number[]>();
  private readonly keys = new Map<number, string>();

  constructor(graph: Graph, depth: number) {
    this.graph = graph;
    this.depth = depth;
    this.activations = valuesOfInputs(graph);
    const outputs = Object.values(graph.outputs).map(({ value }) => value);
    for (const id of reachable(graph, outputs)) {
      if (!this.activations.has(id)) continue;
      const key = this.keyOf(id);
      this.keys.set(id, key);
      const members = this.members.get(key);
      if (members === undefined) this.members.set(key, [id]);
      else members.push(id);
    }
  }

  result(): LayerGraph {
    const { graph, keys, members } = this;
    const order = [...members.keys()];
    const position = new Map(order.map((key, index) => [key, index]));
    const { rows } = summarize(graph);
    const nodes: LayerNode[] = order.map((key) => this.nodeOf(key, members.get(key) ?? [], rows));
    const edges = new Map<string, readonly [number, number]>();
    const connect = (from: number | undefined, to: number | undefined): void => {
      if (from !== undefined && to !== undefined && from !== to) edges.set(`${String(from)} ${String(to)}`, [from, to]);
    };
    const at = (id: number): number | undefined => position.get(keys.get(id) ?? '');
    for (const id of keys.keys()) for (const input of graph.nodes[id].inputs) connect(at(input), at(id));
    for (const [name, { value, role }] of Object.entries(graph.outputs)) {
      const details = [sizes(graph.nodes[value].type.shape), ...(role === 'trainingOnly' ? ['training only'] : [])];
      connect(at(value), nodes.push({ kind: 'output', title: name, details }) - 1);
    }
    return { nodes, edges: [...edges.values()] };
  }

  private keyOf(id: number): string {
    const node = this.graph.nodes[id];
    const scope = node.scope === '' ? [] : node.scope.split('.');
    if (node.op !== 'input' && scope.length >= this.depth) return `block ${scope.slice(0, this.depth).join('.')}`;
    const [source, ...others] = node.inputs.filter((input) => this.activations.has(input));
    const before = source === undefined ? undefined : this.keys.get(source);
    const joins =
      others.length === 0 && before !== undefined && before.startsWith('value') && this.belongs(node, source);
    return joins ? before : `value ${String(id)}`;
  }

  /** Whether a node only shows its operand in another form, or adds the bias of a product in its scope. */
  private belongs(node: Node, source: number): boolean {
    if (HIDDEN.has(node.op)) return true;
    const { op, scope } = this.graph.nodes[source];
    return node.op === 'add' && node.scope === scope && (op === 'conv2d' || op === 'matmul');
  }

  private nodeOf(key: string, ids: readonly number[], rows: readonly SummaryRow[]): LayerNode {
    const { graph } = this;
    const shape = sizes(graph.nodes[ids[ids.length - 1]].type.shape);
    const main = ids.filter((id) => !HIDDEN.has(graph.nodes[id].op) && !this.isBias(id));
    if (main.length === 1 || !key.startsWith('block')) return this.layerOf(main[0] ?? ids[0], shape);
    const scope = key.slice('block '.length);
    const inside = rows.filter((row) => row.scope === scope || row.scope.startsWith(`${scope}.`));
    const total = (field: 'parameters' | 'macs'): number => inside.reduce((sum, row) => sum + row[field], 0);
    const title = scope;
    return {
      kind: 'block',
      title,
      details: [`${String(main.length)} operations`, costs(total('parameters'), total('macs')), shape],
    };
  }

  private isBias(id: number): boolean {
    const node = this.graph.nodes[id];
    const [source, ...others] = node.inputs.filter((input) => this.activations.has(input));
    return source !== undefined && others.length === 0 && node.op === 'add' && this.belongs(node, source);
  }

  private layerOf(id: number, shape: string): LayerNode {
    const node = this.graph.nodes[id];
    const { kind, text } = describe(this.graph, this.activations, id);
    if (node.op === 'input') return { kind, title: text, details: [sizes(node.type.shape)] };
    return {
      kind,
      title: node.scope === '' ? text : node.scope,
      details: [...(node.scope === '' ? [] : [text]), shape],
    };
  }
}

/** Values that depend on an input; seed, step and offset of random values count as none. */
function valuesOfInputs({ inputs, nodes }: Graph): ReadonlySet<number> {
  const names = Object.keys(inputs).filter((name) => !RANDOM_INPUTS.some((random) => random === name));
  const found = new Set(names.map((name) => inputs[name].value));
  nodes.forEach((node, id) => {
    if (node.inputs.some((input) => found.has(input))) found.add(id);
  });
  return found;
}

/** What a node does, in a few words. */
function describe(
  graph: Graph,
  activations: ReadonlySet<number>,
  id: number,
): { readonly kind: LayerKind; readonly text: string } {
  const node = graph.nodes[id];
  const shape = (input: number): Shape => graph.nodes[node.inputs[input]].type.shape;
  switch (node.op) {
    case 'input':
      return { kind: 'input', text: node.attrs.name };
    case 'conv2d': {
      const [out, , ...kernel] = shape(1);
      const { stride, groups } = node.attrs;
      const parts = [`conv ${kernel.join('x')}`, String(out), ...(groups > 1 ? [`${String(groups)} groups`] : [])];
      return { kind: 'convolution', text: [...parts, ...strideText(stride)].join(', ') };
    }
    case 'maxPool2d':
    case 'avgPool2d': {
      const { kernel, stride } = node.attrs;
      const name = node.op === 'maxPool2d' ? 'max pool' : 'average pool';
      return { kind: 'pool', text: [`${name} ${kernel.join('x')}`, ...strideText(stride)].join(', ') };
    }
    case 'matmul': {
      const features = node.type.shape.at(-1);
      const product = node.inputs.every((input) => activations.has(input));
      return product ? { kind: 'join', text: 'matmul' } : { kind: 'linear', text: `linear, ${String(features)}` };
    }
    case 'call': {
      const { name } = graph.functions[node.attrs.function];
      return { kind: kindOf(name, node, activations), text: name };
    }
    default: {
      const several = node.inputs.length > 1 && isPrimitiveNode(node);
      return { kind: several ? 'join' : 'function', text: node.op === 'result' ? `result ${String(id)}` : node.op };
    }
  }
}

/** For colours only: by what the name of a function says. */
function kindOf(name: string, node: Node, activations: ReadonlySet<number>): LayerKind {
  if (/norm/i.test(name)) return 'norm';
  if (/pool/i.test(name)) return 'pool';
  if (name === 'linear') return 'linear';
  return node.inputs.filter((input) => activations.has(input)).length > 1 ? 'join' : 'function';
}

function strideText([vertical, horizontal]: readonly [number, number]): readonly string[] {
  if (vertical === 1 && horizontal === 1) return [];
  return [`stride ${vertical === horizontal ? String(vertical) : `${String(vertical)}x${String(horizontal)}`}`];
}

function sizes(shape: Shape): string {
  return shape.join(' x ');
}

function costs(parameters: number, macs: number): string {
  return `${short(parameters)} parameters, ${short(macs)} MACs`;
}

function short(value: number): string {
  return new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 }).format(value);
}
