// 1,000 random convolutions, input gradients and weight gradients through every pass, against evaluation in double precision.

import { expect, test } from 'vitest';

import { compileKernels, verification } from '@netwright/compiler';

import { schedulePasses, type ScheduleOptions } from '../src/schedule/passes.ts';
import { contractionCase, kinds, randomContraction } from './random-contractions.ts';
import { loadProgram, relativeError } from './run-kernels.ts';

const count = 1000;
const batch = 50;
const variants: readonly ScheduleOptions[] = [
  {},
  { precision: 'fast' },
  { windows: '2x2' },
  { windows: '2x4' },
  { windows: 'direct' },
];

test.each(Array.from({ length: count / batch }, (_, k) => k * batch))('from seed %i on', (first) => {
  for (let seed = first; seed < first + batch; seed += 1) {
    const contraction = randomContraction(seed);
    const kind = kinds[seed % kinds.length] ?? 'forward';
    const options = variants[Math.floor(seed / kinds.length) % variants.length] ?? {};
    const { graph, inputs, expected } = contractionCase(contraction, kind, seed);
    const { program } = compileKernels(graph, {
      dims: {},
      passes: schedulePasses(options),
      ...(seed % 10 === 0 && { verify: verification }),
    });
    const loaded = loadProgram(program);
    const find = (name: string): number =>
      program.buffers.findIndex(
        ({ role }) =>
          (role.kind === 'input' && role.name === name) || (role.kind === 'output' && role.names.includes(name)),
      );
    for (const [name, values] of Object.entries(inputs)) loaded.write(find(name), values);
    loaded.run(1 + (seed % 3));
    const error = relativeError(loaded.read(find('y')), expected);
    expect(error, `${kind} ${JSON.stringify(contraction)} ${JSON.stringify(options)}`).toBeLessThan(
      options.precision === 'fast' ? 3e-5 : 2e-6,
    );
  }
});
