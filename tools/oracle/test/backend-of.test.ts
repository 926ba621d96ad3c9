// `--backend` and `--mode` of the command.

import { expect, test } from 'vitest';
import { backendOf } from '../src/backend-of.ts';

test.each([
  ['gpujs', 'webasm', 'webasm'],
  ['gpujs', 'cpu', 'cpu'],
  ['gpujs:mode=cpu', 'webasm', 'webasm'],
  ['gpujs:mode=cpu', undefined, 'cpu'],
])('--backend %s --mode %s runs as %s', async (backend, mode, target) => {
  const made = backendOf(backend, mode);
  expect(made.target).toBe(target);
  await made.dispose();
});

test('a mode that there is not is refused', () => {
  expect(() => backendOf('gpujs', 'webgl')).toThrow(/one of auto, cpu, webasm, webgl2, webgpu/);
});
