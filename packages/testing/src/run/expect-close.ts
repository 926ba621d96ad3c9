// Compares tensors, and says which output, in which scope, at which element, and by how much.

import type { TensorData } from '@netwright/compiler';
import { formatType, NetwrightError, type Graph } from '@netwright/ir';
import type { Results } from './run-program.ts';
import type { Tolerances } from './tolerance.ts';
import type { Precision } from './tensors.ts';

export interface Comparison {
  /** Which of several comparisons of a test this is, e.g. `training step 2`; empty where there is one. */
  readonly name: string;
  readonly graph?: Graph;
  readonly precision: Precision;
}

/**
 * Every output against the reference's.
 *
 * @throws NetwrightError `testing.outputs` for other names, `testing.type` for another type, `testing.value` for the worst element outside its tolerance.
 */
export function expectResults(
  comparison: Comparison,
  expected: Results,
  received: Results,
  tolerances: Tolerances,
): void {
  const names = Object.keys(expected);
  if (names.toSorted().join() !== Object.keys(received).sort().join()) {
    throw failure(comparison, 'testing.outputs', {
      expected: names.join(', '),
      received: Object.keys(received).join(', '),
    });
  }
  for (const name of names) expectTensor(comparison, name, expected[name], received[name], tolerances[name]);
}

/** One tensor against another; `tolerance` has one number for each element. */
export function expectTensor(
  comparison: Comparison,
  name: string,
  expected: TensorData,
  received: TensorData,
  tolerance: ArrayLike<number>,
): void {
  const wanted = `${formatType(expected)} with ${expected.data.length} elements`;
  const got = `${formatType(received)} with ${received.data.length} elements`;
  if (wanted !== got) throw failure(comparison, 'testing.type', { output: name, expected: wanted, received: got });
  const single = comparison.precision === 'f32' && expected.dtype === 'f32';
  let worst = -1;
  let excess = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const value = single ? Math.fround(expected.data[i]) : expected.data[i];
    const over = distance(value, received.data[i]) - tolerance[i];
    if (over > excess) {
      worst = i;
      excess = over;
    }
  }
  if (worst < 0) return;
  throw failure(comparison, 'testing.value', {
    output: name,
    expected: `${expected.data[worst]} within ${tolerance[worst]}`,
    received: `${received.data[worst]}`,
    reasons: [
      `at [${position(expected.shape, worst).join(', ')}] of ${formatType(expected)}`,
      `the difference is ${distance(expected.data[worst], received.data[worst])}`,
    ],
  });
}

/** Bit for bit, but for the sign and payload of NaN. */
export function expectSameBits(comparison: Comparison, name: string, expected: TensorData, received: TensorData): void {
  const wanted = `${formatType(expected)} with ${expected.data.length} elements`;
  const got = `${formatType(received)} with ${received.data.length} elements`;
  if (wanted !== got) throw failure(comparison, 'testing.type', { output: name, expected: wanted, received: got });
  const at = Array.from(expected.data).findIndex((value, i) => !Object.is(value, received.data[i]));
  if (at < 0) return;
  throw failure(comparison, 'testing.bits', {
    output: name,
    expected: `exactly ${text(expected.data[at])}`,
    received: text(received.data[at]),
    reasons: [`at [${position(expected.shape, at).join(', ')}] of ${formatType(expected)}`],
  });
}

/** 0 for equal numbers, equal infinities and two NaN; infinite where only one is finite. */
function distance(a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  return Number.isFinite(a) && Number.isFinite(b) ? Math.abs(a - b) : Infinity;
}

interface Failure {
  readonly output?: string;
  readonly expected: string;
  readonly received: string;
  readonly reasons?: readonly string[];
}

function failure(
  { name, graph }: Comparison,
  code: string,
  { output, expected, received, reasons }: Failure,
): NetwrightError {
  const value = output === undefined ? undefined : graph?.outputs[output]?.value;
  const scope = value === undefined ? undefined : graph?.nodes[value].scope;
  const place =
    output === undefined
      ? undefined
      : scope === undefined || scope === ''
        ? `output ${output}`
        : `output ${output} in ${scope}`;
  return new NetwrightError({
    code,
    operation: name,
    ...(place === undefined ? {} : { scope: place }),
    expected,
    received,
    ...(reasons === undefined ? {} : { reasons }),
  });
}

function text(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function position(shape: readonly number[], index: number): readonly number[] {
  let rest = index;
  return shape
    .toReversed()
    .map((dim) => {
      const at = rest % dim;
      rest = (rest - at) / dim;
      return at;
    })
    .toReversed();
}
