// Whether two engines computed the same.

import { tensorOf, type Tensors } from './networks/tensors.ts';

export interface Comparison {
  /** Name of the tensor that differs most, and by how much of the largest element. */
  readonly worst: string;
  readonly error: number;
}

/**
 * Largest |a - b| over the largest |b|, over all tensors of `expected`. With `before`, both are changes since then: of an update, not of the weights that it
 * hardly moves.
 *
 * @throws RangeError when a tensor is missing or has another size.
 */
export function compareTensors(actual: Tensors, expected: Tensors, before?: Tensors): Comparison {
  let worst = { worst: '', error: 0 };
  for (const [name, { data }] of expected) {
    const other = tensorOf(actual, name).data;
    if (other.length !== data.length)
      throw new RangeError(`${name} has ${String(other.length)} elements, not ${String(data.length)}`);
    const start = before?.get(name)?.data;
    let largest = 0;
    let difference = 0;
    for (let at = 0; at < data.length; at++) {
      largest = Math.max(largest, Math.abs(data[at] - (start?.[at] ?? 0)));
      const distance = Math.abs(other[at] - data[at]);
      difference = Number.isFinite(distance) ? Math.max(difference, distance) : Infinity;
    }
    const error = difference === 0 ? 0 : difference / largest;
    if (error > worst.error) worst = { worst: name, error };
  }
  return worst;
}
