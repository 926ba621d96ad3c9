// Whether two engines computed the same.

import { tensorOf, type Tensors } from './networks/tensors.ts';

export interface Comparison {
  /** Name of the tensor that differs most, and by how much of the largest element. */
  readonly worst: string;
  readonly error: number;
}

/**
 * Largest |a - b| over the largest |b|, over all tensors of `expected`. With `before`, both are changes since then and the norms are Euclidean: of an update, not of the
 * weights that it hardly moves, and without much weight on the few elements that one ReLU on its kink decides.
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
    const size = norm(data.length, (at) => data[at] - (start?.[at] ?? 0), before !== undefined);
    const difference = norm(data.length, (at) => other[at] - data[at], before !== undefined);
    const error = difference === 0 ? 0 : difference / size;
    if (!(error <= worst.error)) worst = { worst: name, error: Number.isNaN(error) ? Infinity : error };
  }
  return worst;
}

function norm(length: number, value: (at: number) => number, euclidean: boolean): number {
  let total = 0;
  for (let at = 0; at < length; at++) {
    const size = Math.abs(value(at));
    if (!(size <= Infinity)) return NaN;
    total = euclidean ? total + size * size : Math.max(total, size);
  }
  return euclidean ? Math.sqrt(total) : total;
}
