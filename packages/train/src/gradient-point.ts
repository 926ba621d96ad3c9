// The model where the optimizer takes its gradient.

import { GraphBuilder, type Graph, type Tensor } from '@netwright/ir';
import { gradientPoints, hyperInputs, type GradientPointOptions, type Optimizer } from '@netwright/optim';

export interface ModelAtPoint {
  /** Holds the model; its outputs and statistics are those at the points. */
  readonly builder: GraphBuilder;
  readonly hyper: Readonly<Record<string, Tensor>>;
  /** For each trainable parameter the value that the model reads: itself, or the look-ahead point. */
  readonly points: Readonly<Record<string, Tensor>>;
}

/** Starts a training graph: the model with the optimizer's hyper-parameters, computed at its look-ahead points where it has such. */
export function modelAtPoint(
  model: Graph,
  optimizer: Optimizer,
  options: Pick<GradientPointOptions, 'override' | 'lrScale'>,
): ModelAtPoint {
  const parameters = Object.keys(model.parameters).filter((name) => model.parameters[name].trainable);
  const builder = optimizer.gradientAt === undefined ? GraphBuilder.from(model) : new GraphBuilder();
  const copies = new Map<number, Tensor>();
  if (optimizer.gradientAt !== undefined)
    model.nodes.forEach((node, id) => {
      if (node.op === 'input' || node.op === 'parameter' || node.op === 'state')
        copies.set(id, builder.copyLeaf(model, node));
    });
  const hyper = hyperInputs(builder, optimizer);
  const points = gradientPoints(builder, optimizer, { ...options, parameters, hyper });
  if (optimizer.gradientAt !== undefined) {
    for (const [name, point] of Object.entries(points)) copies.set(model.parameters[name].value, point);
    copyRest(builder, model, copies);
  }
  return { builder, hyper, points };
}

/** Copies what is not a leaf, outputs and updates; `copies` has the leaves. */
function copyRest(builder: GraphBuilder, model: Graph, copies: Map<number, Tensor>): void {
  const copyOf = (id: number): Tensor => {
    const copy = copies.get(id);
    if (copy === undefined) throw new RangeError(`value ${String(id)} is read before it is computed`);
    return copy;
  };
  for (const [key, def] of Object.entries(model.functions)) builder.function(key, def);
  model.nodes.forEach((node, id) => {
    if (copies.has(id)) return;
    copies.set(id, builder.append({ ...node, inputs: node.inputs.map((input) => copyOf(input).id) }));
  });
  for (const [name, { value, role, lossWeight }] of Object.entries(model.outputs))
    builder.output(name, copyOf(value), { role, lossWeight });
  for (const [name, value] of Object.entries(model.updates)) builder.update(name, copyOf(value));
}
