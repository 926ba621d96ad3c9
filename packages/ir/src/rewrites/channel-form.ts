// How the channels of a contraction's result belong to the rows of its weight.

import type { Dim, Shape } from '../dim.ts';
import { isPrimitiveNode, type Graph, type Node, type PrimitiveNode } from '../graph.ts';
import { broadcastTo } from '../ops/broadcast-to.ts';
import { constantTensor } from '../ops/constant.ts';
import { mul } from '../ops/mul.ts';
import { reshape } from '../ops/reshape.ts';
import type { Tensor } from '../tensor.ts';

export interface ChannelForm {
  /** The operand that is the weight. */
  readonly weight: 0 | 1;
  /** Axis of the channels in the result. */
  readonly axis: number;
  readonly channels: number;
  /** The weight that gives the result times `scale` [channels]. */
  scaleWeight(weight: Tensor, scale: Tensor): Tensor;
}

/** The form of a contraction between an activation and a weight that does not depend on inputs; undefined for anything else. */
export function channelFormOf(
  graph: Graph,
  node: Node,
  isActivation: (id: number) => boolean,
): ChannelForm | undefined {
  if (!isPrimitiveNode(node) || node.inputs.length !== 2) return undefined;
  const [first, second] = node.inputs.map(isActivation);
  if (first === second) return undefined;
  const weight = first ? 1 : 0;
  const found = axisAndScaling(node, graph.nodes[node.inputs[weight]].type.shape, weight);
  const channels = found === undefined ? undefined : node.type.shape[found.axis];
  return found === undefined || typeof channels !== 'number' ? undefined : { ...found, weight, channels };
}

function axisAndScaling(
  node: PrimitiveNode,
  weight: Shape,
  operand: 0 | 1,
): Pick<ChannelForm, 'axis' | 'scaleWeight'> | undefined {
  const rank = node.type.shape.length;
  if (node.op === 'matmul') {
    return operand === 1
      ? { axis: rank - 1, scaleWeight: mul }
      : { axis: rank - 2, scaleWeight: (w, scale) => mul(w, reshape(scale, [...scale.shape, 1])) };
  }
  if (node.op === 'conv2d' && operand === 1) {
    return { axis: 1, scaleWeight: (w, scale) => mul(w, reshape(scale, [...scale.shape, 1, 1, 1])) };
  }
  if (node.op === 'conv2dInputGrad' && operand === 1) {
    const { groups } = node.attrs;
    const [out, channels, ...kernel] = weight;
    if (typeof out !== 'number' || typeof channels !== 'number') return undefined;
    return {
      axis: 1,
      scaleWeight: (w, scale) => {
        const grouped = reshape(w, [groups, out / groups, channels, ...kernel]);
        return reshape(mul(grouped, reshape(scale, [groups, 1, channels, 1, 1])), weight);
      },
    };
  }
  return undefined;
}

/**
 * The value that an operand of shape `shape` takes its elements from, when they differ along `axis` only: the operand itself, or what it broadcasts.
 * {@link asVector} reads it.
 */
export function perChannelSource({ nodes }: Graph, operand: number, shape: Shape, axis: number): number | undefined {
  const node = nodes[operand];
  const source = node.op === 'broadcastTo' ? node.inputs[0] : operand;
  const from = nodes[source].type.shape;
  const lead = shape.length - from.length;
  const varies = (dim: Dim, at: number): boolean => dim !== 1 && at + lead !== axis;
  return isFilled(nodes[source]) || !from.some(varies) ? source : undefined;
}

function isFilled(node: Node): node is PrimitiveNode<'constant'> {
  return node.op === 'constant' && node.attrs.values.length === 1;
}

/** A per-channel source as [channels]. */
export function asVector(source: Tensor, channels: number): Tensor {
  const node = source.builder.node(source.id);
  if (isFilled(node)) return constantTensor(source.builder, node.attrs.values, [channels], node.attrs.dtype);
  const own = source.shape.includes(channels) ? channels : 1;
  return broadcastTo(reshape(source, [own]), [channels]);
}
