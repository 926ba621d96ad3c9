// Random directions in the space of weights, scaled filter by filter. arXiv:1712.09913, section 4

import { initialize } from '@netwright/arch';
import type { TensorData } from '@netwright/compiler';
import { bindShape, GraphBuilder, type Graph } from '@netwright/ir';

/** A change of each parameter, by name; parameters without one stay. */
export type Direction = ReadonlyMap<string, Float32Array>;

/**
 * A normal random direction in which each filter (the slice of a weight that makes one output) has the norm that it has in the network. Weights of one
 * axis (biases, scales and shifts of norms) do not move, and neither do running statistics.
 *
 * @param entries - the parameters' values.
 * @param seed - directions of different seeds are independent.
 */
export function filterNormalizedDirection(
  graph: Graph,
  entries: ReadonlyMap<string, TensorData>,
  seed: number,
): Direction {
  const moved = Object.entries(graph.parameters).filter(([, { type }]) => type.shape.length > 1);
  const builder = new GraphBuilder();
  for (const [name, { type }] of moved) {
    builder.parameter(name, type.shape, { init: { kind: 'normal', mean: 0, std: 1 } });
  }
  const direction = new Map<string, Float32Array>();
  for (const [name, { data }] of initialize(builder.finish(), seed)) {
    const weights = entries.get(name)?.data ?? new Float32Array(data.length);
    const [filters] = bindShape(graph.parameters[name].type.shape, {});
    const size = data.length / filters;
    const values = Float32Array.from(data);
    for (let filter = 0; filter < filters; filter++) {
      const [from, to] = [filter * size, (filter + 1) * size];
      const factor = norm(weights, from, to) / Math.max(norm(values, from, to), 1e-10);
      for (let at = from; at < to; at++) values[at] *= factor;
    }
    direction.set(name, values);
  }
  return direction;
}

function norm(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += values[at] ** 2;
  return Math.sqrt(sum);
}
