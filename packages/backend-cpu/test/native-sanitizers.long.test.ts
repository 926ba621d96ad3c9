// Every tile that is emitted, under the sanitizers of addresses and of undefined behaviour, on buffers that end where they end.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { compileKernels, type KernelProgram } from '@netwright/compiler';
import {
  applyPrimitive,
  gradients,
  GraphBuilder,
  inlineFunctions,
  primitives,
  type Graph,
  type Primitive,
  type PrimitiveName,
  type PrimitiveSample,
} from '@netwright/ir';
import { samples } from '@netwright/ir/samples';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { schedulePasses, type ScheduleOptions } from '../src/schedule/passes.ts';
import {
  convolutionForward,
  convolutionInputGradient,
  convolutionWeightGradient,
  matmulProgram,
} from './kernel-samples.ts';
import { missing } from './native/available.ts';
import { usableCompiler } from './native/harness.ts';
import { sanitizedSource } from './native/sanitized-source.ts';

const image = { batch: 2, inChannels: 19, outChannels: 41, size: 13, filter: 3, padding: 1 };
const wide = { ...image, inChannels: 32, outChannels: 64, stride: 1 };

const contractions: readonly (readonly [string, KernelProgram, ScheduleOptions])[] = [
  ['matmul', matmulProgram(67, 130, 45), {}],
  ['matmul of few rows', matmulProgram(3, 300, 96), {}],
  ...([1, 2] as const).flatMap((stride) => [
    [`forward, stride ${String(stride)}`, convolutionForward({ ...image, stride }), {}] as const,
    [`input gradient, stride ${String(stride)}`, convolutionInputGradient({ ...image, stride }), {}] as const,
    [`weight gradient, stride ${String(stride)}`, convolutionWeightGradient({ ...image, stride }), {}] as const,
  ]),
  ['1x1', convolutionForward({ ...image, filter: 1, padding: 0, stride: 1 }), {}],
  ...(['direct', '2x2', '4x4'] as const).flatMap((windows) => [
    [`forward, ${windows}`, convolutionForward(wide), { windows }] as const,
    [`input gradient, ${windows}`, convolutionInputGradient(wide), { windows }] as const,
    [`weight gradient, ${windows}`, convolutionWeightGradient(wide), { windows }] as const,
  ]),
];

function scheduled(program: KernelProgram, options: ScheduleOptions): KernelProgram {
  return schedulePasses(options).reduce((current, pass) => pass.run(current), program);
}

function sampleProgram(sample: PrimitiveSample): KernelProgram {
  const builder = new GraphBuilder();
  const inputs = sample.inputs.map(({ type }, i) => builder.input(`x${String(i)}`, type));
  const record = primitives[sample.op] as unknown as Primitive<PrimitiveName>;
  const output = applyPrimitive(record, inputs, sample.attrs, builder);
  builder.output('y', output);
  const smooth = sample.differentiable ? inputs.filter(({ dtype }) => dtype === 'f32') : [];
  if (smooth.length > 0) {
    const seed = builder.input('r', output.type);
    gradients(output, smooth, seed).forEach((grad, i) => builder.output(`d${String(i)}`, grad));
  }
  const graph: Graph = inlineFunctions.run(builder.finish());
  return compileKernels(graph, { dims: {}, passes: schedulePasses(), alignment: 64 }).program;
}

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'netwright-sanitized-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What the program printed, and the sanitizers. */
function runSanitized(source: string): { readonly status: number | null; readonly text: string } {
  const { command, options } = usableCompiler();
  const program = path.join(scratch, 'program');
  const kept = options.filter((option) => option !== '-shared' && option !== '-fwrapv' && !/^-O/.test(option));
  const sanitizers = ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  const built = spawnSync(command, [...kept, ...sanitizers, '-o', program, '-x', 'c', '-', '-lm'], {
    input: source,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (built.status !== 0) throw new Error(built.stderr.slice(0, 2_000));
  const { status, stdout, stderr } = spawnSync(program, [], {
    encoding: 'utf8',
    env: { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' },
  });
  return { status, text: `${stdout}${stderr}` };
}

const operations = Object.entries(samples) as unknown as readonly (readonly [string, readonly PrimitiveSample[]])[];

if (missing === undefined) {
  describe.each(contractions)('%s', (_, program, options) => {
    test.each([4, 8, 16])('vectors of %i', (lanes) => {
      const made = scheduled(program, options);
      expect(runSanitized(sanitizedSource(made, lanes))).toEqual({
        status: 0,
        text: `ran ${String(made.kernels.length)}\n`,
      });
    });
  });

  test('a buffer that is too short is noticed', () => {
    const source = sanitizedSource(scheduled(matmulProgram(16, 16, 16), {}), 4, 64);
    expect(runSanitized(source)).toMatchObject({
      status: 1,
      text: expect.stringContaining('heap-buffer-overflow') as string,
    });
  });

  test.each(operations)('%s', (_, all) => {
    const { lanes } = usableCompiler();
    for (const sample of all) {
      const program = sampleProgram(sample);
      expect({ sample: sample.name, ...runSanitized(sanitizedSource(program, lanes)) }).toEqual({
        sample: sample.name,
        status: 0,
        text: `ran ${String(program.kernels.length)}\n`,
      });
    }
  });
} else {
  test(`is not run, ${missing}: ${String(3 * contractions.length + 1 + operations.length)} cases`, () =>
    expect(missing).not.toBe(''));
}
