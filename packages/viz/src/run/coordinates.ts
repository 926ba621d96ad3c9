import { reshape, slice, type Tensor } from '@netwright/ir';

/** The two elements of a vector as scalars. */
export function coordinates(point: Tensor): readonly [x: Tensor, y: Tensor] {
  const at = (index: number): Tensor => reshape(slice(point, { starts: [index], ends: [index + 1] }), []);
  return [at(0), at(1)];
}
