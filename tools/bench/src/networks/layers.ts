// A network as a flat list of layers with plain names, which every engine can build without knowing our graphs.

import { bindShape, isPrimitiveNode, type Graph, type Node } from '@netwright/ir';

export interface Layer {
  readonly op:
    | 'conv2d'
    | 'linear'
    | 'batchNorm'
    | 'relu'
    | 'relu6'
    | 'silu'
    | 'sigmoid'
    | 'add'
    | 'mul'
    | 'maxPool2d'
    | 'globalAvgPool2d'
    | 'reshape';
  /** Values: the input, results of earlier layers, and the names of parameters and statistics. Two that are added or multiplied broadcast as in NumPy. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attrs: Readonly<Record<string, number | readonly number[]>>;
}

export interface Layers {
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  readonly layers: readonly Layer[];
  readonly output: string;
}

const activations = ['relu', 'relu6', 'silu', 'sigmoid', 'globalAvgPool2d'] as const;

/**
 * The layers that lead to a graph's first output. Biases become the third input of their convolution or matrix product.
 *
 * @throws TypeError for operations that no measured network has.
 */
export function layersOf(graph: Graph, batch: number): Layers {
  return new LayerList(graph, batch).finish();
}

class LayerList {
  private readonly graph: Graph;
  private readonly dims: Readonly<Record<string, number>>;
  /** The name under which each node's value is found. */
  private readonly names = new Map<number, string>();
  private readonly layers = new Map<string, Layer>();

  constructor(graph: Graph, batch: number) {
    this.graph = graph;
    this.dims = { N: batch };
  }

  finish(): Layers {
    const [[name, { type }]] = Object.entries(this.graph.inputs);
    const [{ value }] = Object.values(this.graph.outputs);
    const needed = new Set<number>();
    const need = (id: number): void => {
      if (needed.has(id)) return;
      needed.add(id);
      this.graph.nodes[id].inputs.forEach(need);
    };
    need(value);
    this.graph.nodes.forEach((node, id) => {
      if (needed.has(id)) this.names.set(id, this.visit(node, id));
    });
    return {
      input: { name, shape: bindShape(type.shape, this.dims) },
      layers: [...this.layers.values()],
      output: this.name(value),
    };
  }

  private name(id: number): string {
    return this.names.get(id) ?? '';
  }

  private emit(id: number, op: Layer['op'], inputs: readonly string[], attrs: Layer['attrs'] = {}): string {
    const output = `v${String(id)}`;
    this.layers.set(output, { op, inputs, output, attrs });
    return output;
  }

  private visit(node: Node, id: number): string {
    const inputs = node.inputs.map((input) => this.name(input));
    if (node.op === 'call') return this.visitCall(node.attrs.function, inputs, id);
    if (node.op === 'result') return inputs[0];
    if (!isPrimitiveNode(node)) return node.attrs.name;
    switch (node.op) {
      case 'conv2d': {
        const { stride, padding, dilation, groups } = node.attrs;
        return this.emit(id, 'conv2d', inputs, { stride, padding, dilation, groups });
      }
      case 'maxPool2d': {
        const { kernel, stride, padding } = node.attrs;
        return this.emit(id, 'maxPool2d', inputs, { kernel, stride, padding });
      }
      case 'reshape': {
        if (this.isParameter(inputs[0])) return inputs[0];
        return this.emit(id, 'reshape', inputs, { shape: bindShape(node.type.shape, this.dims) });
      }
      case 'broadcastTo':
      case 'transpose':
        return inputs[0];
      case 'matmul':
        return this.emit(id, 'linear', inputs);
      case 'add': {
        const layer = this.layers.get(inputs[0]);
        if (layer !== undefined && this.isParameter(inputs[1])) {
          this.layers.set(layer.output, { ...layer, inputs: [...layer.inputs, inputs[1]] });
          return layer.output;
        }
        return this.emit(id, 'add', inputs);
      }
      case 'mul':
        return this.emit(id, 'mul', inputs);
      default:
        throw new TypeError(`the benchmarks have no layer for ${node.op} of ${node.scope}`);
    }
  }

  private visitCall(key: string, inputs: readonly string[], id: number): string {
    const { name, attrs } = this.graph.functions[key];
    if (name === 'batchNorm') {
      const { eps, momentum } = attrs as { readonly eps: number; readonly momentum: number };
      return this.emit(id, 'batchNorm', inputs, { eps, momentum });
    }
    const known = activations.find((activation) => activation === name);
    if (known === undefined) throw new TypeError(`the benchmarks have no layer for the function ${name}`);
    return this.emit(id, known, inputs);
  }

  private isParameter(name: string): boolean {
    return Object.hasOwn(this.graph.parameters, name);
  }
}
