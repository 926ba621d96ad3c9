// Convolutions of an activation with a weight that follows from parameters.

import type { Graph } from '../../graph.ts';
import type { Conv2dAttrs } from '../../ops/attributes.ts';

export interface ConvolutionForm {
  readonly id: number;
  /** Ids of the operands. */
  readonly image: number;
  readonly weight: number;
  readonly attrs: Conv2dAttrs;
  /** Input and output channels. */
  readonly channels: number;
  readonly out: number;
  /** Window, and size of the image, as text: convolutions that agree in it visit the same pixels. */
  readonly geometry: string;
  readonly scope: string;
}

/** The convolutions of a graph, in order. */
export function convolutionsOf(graph: Graph, activations: ReadonlySet<number>): readonly ConvolutionForm[] {
  return graph.nodes.flatMap((node, id) => {
    if (node.op !== 'conv2d') return [];
    const [image, weight] = node.inputs;
    if (!activations.has(image) || activations.has(weight)) return [];
    const { stride, padding, dilation } = node.attrs;
    const [batch, channels, ...size] = graph.nodes[image].type.shape;
    const [out, , ...kernel] = graph.nodes[weight].type.shape;
    if (typeof channels !== 'number' || typeof out !== 'number') return [];
    const geometry = JSON.stringify([batch, size, kernel, stride, padding, dilation]);
    return [{ id, image, weight, attrs: node.attrs, channels, out, geometry, scope: node.scope }];
  });
}
