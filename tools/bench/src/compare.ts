// Whether two engines computed the same.

import { tensorOf, type Tensors } from './networks/tensors.ts';

export interface Comparison {
  /** Name of the tensor that differs most, and by how much of its size. */
  readonly worst: string;
  readonly error: number;
}

/** Of the root mean square change of a network: a tensor whose elements change less is measured as if they changed so much. */
const smallestChange = 1e-3;

/**
 * Largest |a - b| over the largest |b|, of the tensor where that is most.
 *
 * @throws RangeError when a tensor is missing or has another size.
 */
export function compareResults(actual: Tensors, expected: Tensors): Comparison {
  return worstOf(expected, (name, data) => {
    const other = dataOf(actual, name, data.length);
    return [largest(data.length, (at) => other[at] - data[at]), largest(data.length, (at) => data[at])];
  });
}

/**
 * The Euclidean norm of a - b over that of the change from `before` to `b`, of the tensor where that is most: of an update, not of the weights that it hardly moves, and
 * without much weight on the few elements that one ReLU on its kink decides. What has no value before, such as a loss, is measured by its own norm.
 *
 * Some updates are zero in exact arithmetic, such as that of a bias whose channel another batch norm shifts back; what engines compute for them is rounding. So the
 * change that errors are measured by is at least 1e-3 of the root mean square change of all elements of the network: an update far below that is only held to be small.
 *
 * @throws RangeError when a tensor is missing or has another size.
 */
export function compareUpdates(actual: Tensors, expected: Tensors, before: Tensors): Comparison {
  let total = 0;
  let elements = 0;
  for (const [name, { data }] of expected) {
    const start = before.get(name)?.data;
    if (start === undefined) continue;
    total += squares(data.length, (at) => data[at] - start[at]);
    elements += data.length;
  }
  const floor = smallestChange ** 2 * (total / Math.max(elements, 1));
  return worstOf(expected, (name, data) => {
    const other = dataOf(actual, name, data.length);
    const start = before.get(name)?.data;
    const change = squares(data.length, (at) => data[at] - (start?.[at] ?? 0));
    const size = start === undefined ? change : Math.max(change, floor * data.length);
    return [Math.sqrt(squares(data.length, (at) => other[at] - data[at])), Math.sqrt(size)];
  });
}

function worstOf(
  expected: Tensors,
  measure: (name: string, data: Float32Array) => readonly [difference: number, size: number],
): Comparison {
  let worst = { worst: '', error: 0 };
  for (const [name, { data }] of expected) {
    const [difference, size] = measure(name, data);
    const error = difference === 0 ? 0 : difference / size;
    if (!(error <= worst.error)) worst = { worst: name, error: Number.isNaN(error) ? Infinity : error };
  }
  return worst;
}

function dataOf(tensors: Tensors, name: string, length: number): Float32Array {
  const { data } = tensorOf(tensors, name);
  if (data.length !== length)
    throw new RangeError(`${name} has ${String(data.length)} elements, not ${String(length)}`);
  return data;
}

function largest(length: number, value: (at: number) => number): number {
  let most = 0;
  for (let at = 0; at < length; at++) {
    const size = Math.abs(value(at));
    if (!(size <= Infinity)) return NaN;
    most = Math.max(most, size);
  }
  return most;
}

function squares(length: number, value: (at: number) => number): number {
  let total = 0;
  for (let at = 0; at < length; at++) total += value(at) ** 2;
  return total;
}
