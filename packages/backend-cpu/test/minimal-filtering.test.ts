// Sums over 3x3 windows through transformed tiles, against the interpreter, and the matrices against their definition.

import { describe, expect, test } from 'vitest';

import { printProgram, verifyProgram, type KernelProgram, type SchedulePass } from '@netwright/compiler';

import { prepareKernels } from '../src/generate/kernel-module.ts';
import { simd128Tuning } from '../src/generate/tile-plan.ts';
import { nativeTuning } from '../src/native/native-tuning.ts';
import { schedulePasses } from '../src/schedule/passes.ts';
import { transformWindows } from '../src/schedule/transform-windows.ts';
import { filtering, transpose, type Matrix } from '../src/schedule/winograd/toom-cook.ts';
import { interpret, type Contents } from './interpret.ts';
import {
  convolutionForward,
  convolutionInputGradient,
  convolutionWeightGradient,
  product,
  type ConvolutionCase,
} from './kernel-samples.ts';
import { loadProgram, randomValues, relativeError } from './run-kernels.ts';

const times = (matrix: Matrix, vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, value, k) => sum + value * (vector[k] ?? NaN), 0));

describe.each([2, 4])('F(%i, 3)', (outputs) => {
  const { input, filter, output } = filtering(outputs, 3);
  const values = (count: number, seed: number): number[] =>
    Array.from(randomValues(count, seed), (value) => Math.round(value * 8));
  const [d, g, dy] = [values(outputs + 2, 1), values(3, 2), values(outputs, 3)];
  const at = (list: readonly number[], k: number): number => list[k] ?? NaN;

  test('gives the outputs of a filter', () => {
    const products = times(filter, g).map((value, k) => value * at(times(input, d), k));
    const expected = dy.map((_, i) => g.reduce((sum, tap, k) => sum + tap * at(d, i + k), 0));
    times(output, products).forEach((value, i) => expect(value).toBeCloseTo(at(expected, i), 10));
  });

  test('gives the gradient of the filter, transposed', () => {
    const products = times(transpose(output), dy).map((value, k) => value * at(times(input, d), k));
    const expected = g.map((_, k) => dy.reduce((sum, value, i) => sum + value * at(d, i + k), 0));
    times(transpose(filter), products).forEach((value, k) => expect(value).toBeCloseTo(at(expected, k), 10));
  });
});

test('more points than are known', () => {
  expect(() => filtering(6, 3)).toThrow('F(6, 3) needs 7 points');
});

const cases: readonly ConvolutionCase[] = [
  { batch: 2, inChannels: 20, outChannels: 36, size: 9, filter: 3, stride: 1, padding: 1 },
  { batch: 1, inChannels: 3, outChannels: 17, size: 8, filter: 3, stride: 1, padding: 0 },
  { batch: 3, inChannels: 16, outChannels: 32, size: 7, filter: 3, stride: 1, padding: 2 },
  { batch: 1, inChannels: 70, outChannels: 5, size: 4, filter: 3, stride: 1, padding: 1 },
];

const makers = { convolutionForward, convolutionInputGradient, convolutionWeightGradient };
const programs = Object.entries(makers).flatMap(([name, make]) =>
  cases.map((one) => [name, JSON.stringify(one), make(one)] as const),
);

/** Runs a program as it is and with the passes, whole and in three shares; gives the schedule. */
function compare(made: KernelProgram, passes: readonly SchedulePass[], tolerance: number): KernelProgram {
  const program: KernelProgram = {
    ...made,
    buffers: made.buffers.map((decl) =>
      decl.role.kind === 'persistent' ? decl : { ...decl, role: { kind: 'temporary' } },
    ),
  };
  const start: Contents = program.buffers.map(({ shape }, i) => Float64Array.from(randomValues(product(shape), i + 1)));
  const expected = start.map((values) => values.slice());
  interpret(program, expected);
  const scheduled = passes.reduce((current, pass) => pass.run(current), program);
  const written = new Set(scheduled.kernels.flatMap(({ outputs }) => outputs.map(({ buffer }) => buffer)));
  verifyProgram({
    ...scheduled,
    buffers: scheduled.buffers.map((decl) =>
      written.has(decl.id) || decl.role.kind === 'persistent'
        ? decl
        : { ...decl, role: { kind: 'input', name: `b${decl.id}` } },
    ),
  });
  for (const shares of [1, 3]) {
    const loaded = loadProgram(scheduled);
    program.buffers.forEach((_buffer, i) => loaded.write(i, start[i] ?? []));
    loaded.run(shares);
    program.buffers.forEach((_buffer, i) =>
      expect(relativeError(loaded.read(i), expected[i] ?? []), `buffer ${i} in ${shares} shares`).toBeLessThan(
        tolerance,
      ),
    );
  }
  return scheduled;
}

describe.each([
  ['2x2', 1e-6],
  ['2x4', 2e-6],
  ['4x4', 5e-6],
] as const)('tiles of %s', (windows, tolerance) => {
  test.each(programs)('%s of %s', (_, _case, made) => {
    expect(printProgram(compare(made, schedulePasses({ windows }), tolerance))).toContain(`F(${windows},3x3).products`);
  });
});

describe('tiles that fill the vectors of one register tile', () => {
  const channels = { batch: 1, inChannels: 20, outChannels: 18, filter: 3, stride: 1 };
  const eight = { ...channels, size: 7, padding: 1 };

  test.each([
    ['lie along the lanes', 4, '2x4', eight, [24, 20, 4, 2]],
    ['of several images do', 4, '2x2', { ...eight, batch: 2, size: 4 }, [16, 20, 2, 2, 2]],
    ['do in the one vector of eight lanes', 8, '2x4', eight, [24, 24, 4, 2]],
    ['do not where they leave lanes empty', 4, '2x4', { ...eight, size: 9 }, [24, 5, 3, 24]],
    ['do not where accumulators would be few', 4, '2x2', { ...eight, size: 4 }, [16, 2, 2, 24]],
    ['do not where each step would touch new cache lines', 4, '2x2', { ...eight, size: 8 }, [16, 4, 4, 24]],
  ] as const)('%s: %i lanes', (_, lanes, windows, one, shape) => {
    const registers = lanes === 4 ? simd128Tuning : nativeTuning(lanes);
    const scheduled = compare(convolutionForward(one), schedulePasses({ windows, registers }), 2e-6);
    const products = scheduled.kernels.find(({ name }) => name.endsWith('.products'));
    expect(scheduled.buffers[products?.outputs[0]?.buffer ?? -1]?.shape.filter((extent) => extent > 1)).toEqual(shape);
  });

  test('threads that transform the image do not share cache lines', () => {
    const program = convolutionForward({ ...eight, inChannels: 64 });
    const scheduled = compare(program, schedulePasses({ windows: '2x4' }), 2e-6);
    const transform = prepareKernels(scheduled).find(({ name }) => name.endsWith('.tiles'));
    const { plan, lowered } = transform ?? {};
    const [outermost] = plan?.shared ?? [];
    const bytes = lowered?.outputs[0]?.address.coefficients.get(outermost?.axis ?? -1) ?? 0;
    expect(bytes * (plan?.tile.get(outermost?.axis ?? -1) ?? 1)).toBeGreaterThanOrEqual(64);
  });
});

test.each([
  ['images', 'convolutionForward', { ...cases[2], batch: 8 }, 8],
  ['rows of tiles', 'convolutionForward', { ...cases[0], batch: 1, size: 24, outChannels: 8 }, 6],
  ['channels', 'convolutionForward', { ...cases[3], outChannels: 64 }, 8],
  ['images of a gradient', 'convolutionInputGradient', { ...cases[2], batch: 6 }, 6],
  ['channels of a filter', 'convolutionWeightGradient', { ...cases[0], outChannels: 64 }, 8],
] as const)('in parts along %s', (_, name, one, count) => {
  const made = makers[name](one);
  // Filters that change in every run, so that their transforms need memory.
  const changing: KernelProgram = {
    ...made,
    buffers: made.buffers.map((decl) => ({ ...decl, role: { kind: 'temporary' } })),
  };
  const transform = transformWindows({
    precision: 'fast',
    registers: simd128Tuning,
    force: '2x4',
    room: { wanted: 0, most: 0, floor: 0 },
  });
  const passes = schedulePasses().map((pass) => (pass.name === transform.name ? transform : pass));
  const printed = printProgram(compare(changing, passes, 2e-6));
  const parts = new Set(Array.from(printed.matchAll(/\/part(\d+)\//g), ([, part]) => part));
  expect(parts.size).toBe(count);
});
