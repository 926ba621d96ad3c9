// Modes, errors, memory and the kernel cache.

import { compile, type Kernel } from '@netwright/compiler';
import { axisIndex, constant, rowMajorStorage } from '@netwright/compiler/kernels';
import { add, GraphBuilder, isNetwrightError, matmul, mul, relu, tensorType, type Graph } from '@netwright/ir';
import { gpujs } from '@netwright/backend-gpujs';
import { describe, expect, it, vi } from 'vitest';
import { Device } from '../src/device/device.ts';
import type { Gpu, GpuKernel, GpuModule } from '../src/device/gpu-module.ts';
import { KernelEmitter } from '../src/emit/emit-kernel.ts';
import { literal } from '../src/emit/literal.ts';

const f32 = (shape: readonly (number | string)[]) => tensorType('f32', shape);

/** One step: w = relu(x w) w + w, and y = x w. */
function stepGraph(): Graph<'x', 'y'> {
  const builder = new GraphBuilder();
  const x = builder.input('x', f32([8, 8]));
  const w = builder.parameter('w', [8, 8]);
  const y = matmul(x, w);
  builder.output('y', y);
  builder.update('w', add(mul(relu(y), 1e-3), w));
  return builder.finish();
}

const input = { dtype: 'f32' as const, shape: [8, 8], data: new Float32Array(64).fill(0.1) };

async function codeOf(attempt: () => Promise<unknown>): Promise<string> {
  const error: unknown = await attempt().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isNetwrightError(error) ? `${error.code}: ${error.message}` : String(error);
}

describe('modes', () => {
  it.each([
    ['auto', 'webasm:auto', 'there is no webgpu and no webgl2'],
    ['webasm', 'webasm', 'as asked for'],
    ['cpu', 'cpu', 'as asked for'],
  ] as const)('%s runs as %s and says why', async (mode, target, reason) => {
    const backend = gpujs({ mode });
    const { report, dispose } = await compile(stepGraph(), backend);
    expect(report.target).toBe(target);
    expect(backend.target).toBe(target);
    expect(report.kernels.map(({ schedule }) => schedule).join()).toContain(reason);
    await dispose();
    await backend.dispose();
  });

  it.each(['webgl2', 'webgpu'] as const)('%s is refused in Node', async (mode) => {
    expect(await codeOf(() => gpujs({ mode }).createStore())).toMatch(/^gpujs\.mode: .*a browser with a GPU/);
  });

  it('an unknown one is refused at once', () => {
    expect(() => gpujs({ mode: 'webgl' as 'cpu' })).toThrow(/one of auto, cpu, webasm, webgl2, webgpu.*gpujs\.mode/s);
  });
});

describe('errors', () => {
  it('names the install line where gpu.js is missing', async () => {
    vi.doMock('gpu.js', () => {
      throw new Error('Cannot find package gpu.js');
    });
    vi.resetModules();
    const { gpujs: fresh } = await import('@netwright/backend-gpujs');
    expect(await codeOf(() => fresh().createStore())).toMatch(/^gpujs\.missing: .*npm install .*gpu\.js@2\.24\.1/);
    vi.doUnmock('gpu.js');
  });

  it.each([
    { constructor: { mode: 'webasm' }, fallbackReason: 'no such value' },
    { constructor: {}, fallbackReason: null },
  ])('notices that a kernel left its mode: %o', async (kernel) => {
    const run = Object.assign(() => new Float32Array(1), { kernel, destroy: () => undefined });
    class GPU {
      createKernel(): GpuKernel {
        return run;
      }
      destroy: Gpu['destroy'] = async () => undefined;
    }
    const device = new Device({ GPU } as unknown as GpuModule, { mode: 'webasm', reason: 'as asked for' });
    const { kernel: made } = device.kernel({ source: 'function () {}', output: [1] }, []);
    expect(await codeOf(() => device.run(made, []))).toMatch(/^gpujs\.fallback/);
  });

  it('refuses what was disposed of, and stores of other backends', async () => {
    const backend = gpujs({ mode: 'cpu' });
    const store = await backend.createStore();
    const executable = await compile(stepGraph(), backend, { store });
    await executable.dispose();
    expect(await codeOf(() => executable.run({ x: input }))).toMatch(/^executable\.disposed/);
    expect(await codeOf(() => store.read('none'))).toMatch(/^store\.unknown/);
    await store.dispose();
    expect(await codeOf(() => store.read('w'))).toMatch(/^store\.disposed/);
    const other = await gpujs({ mode: 'cpu' }).createStore();
    expect(await codeOf(() => backend.load(stepGraph(), other, { dims: {} }))).toMatch(/^gpujs\.store/);
    await backend.dispose();
    expect(await codeOf(() => backend.createStore())).toMatch(/^gpujs\.disposed/);
  });

  it('refuses integers with too many elements', async () => {
    const builder = new GraphBuilder();
    builder.output('y', add(builder.input('x', tensorType('i32', [2 ** 23 + 1])), 1));
    expect(await codeOf(() => compile(builder.finish(), gpujs({ mode: 'cpu' })))).toMatch(/^gpujs\.index/);
  });

  it('refuses outputs that do not number their elements', () => {
    const shape = [4];
    const role = { kind: 'temporary' } as const;
    const kernel: Kernel = {
      name: 'odd',
      sources: [],
      axes: [{ id: 0, extent: 2 }],
      reductionAxes: [],
      outputs: [{ buffer: 0, index: [axisIndex(0, 2)], value: constant(1) }],
    };
    const buffers = [{ id: 0, dtype: 'f32' as const, shape, role, storage: rowMajorStorage(shape) }];
    const emitter = new KernelEmitter({ buffers, kernels: [kernel] }, { isHost: true, rows: false });
    expect(() => emitter.emit(kernel)).toThrow(/gpujs\.output/);
  });
});

describe('memory', () => {
  it.each(['cpu', 'webasm'] as const)('%s keeps as many handles after 2,000 steps as after one', async (mode) => {
    const backend = gpujs({ mode });
    const store = await backend.createStore();
    const executable = await compile(stepGraph(), backend, { store });
    await store.write('w', input);
    await executable.run({ x: input });
    const { handles, kernels } = backend.usage();
    expect(handles).toBe(1);
    expect(kernels).toBeGreaterThan(0);
    for (let step = 1; step < 2000; step++) await executable.run({ x: input });
    expect(backend.usage()).toEqual({ handles, kernels });
    await executable.dispose();
    expect(backend.usage()).toEqual({ handles: 1, kernels });
    await store.dispose();
    expect(backend.usage()).toEqual({ handles: 0, kernels });
    await backend.dispose();
  });

  it.each(['cpu', 'webasm'] as const)('the report of %s counts what the first call builds', async (mode) => {
    const backend = gpujs({ mode });
    const executable = await compile(stepGraph(), backend);
    const before = executable.report;
    expect(before.kernels.some(({ schedule }) => schedule.includes('first call'))).toBe(false);
    await executable.run({ x: input });
    const { kernels, compileMilliseconds } = executable.report;
    const schedules = kernels.map(({ schedule }) => /first call(?: of all kernels)? in ([\d.]+) ms$/.exec(schedule));
    expect(schedules.every((found) => Number(found?.[1]) >= 0)).toBe(true);
    expect(compileMilliseconds).toBeGreaterThan(before.compileMilliseconds);
    await executable.run({ x: input });
    expect(executable.report.compileMilliseconds).toBe(compileMilliseconds);
    await backend.dispose();
  });

  it('programs with the same kernels share them', async () => {
    const backend = gpujs({ mode: 'webasm' });
    const store = await backend.createStore();
    const first = await compile(stepGraph(), backend, { store });
    const { kernels } = backend.usage();
    const second = await compile(stepGraph(), backend, { store });
    expect(backend.usage().kernels).toBe(kernels);
    expect(first.report.kernels.every(({ schedule }) => schedule.includes('made in'))).toBe(true);
    expect(second.report.kernels.every(({ schedule }) => schedule.endsWith('from the cache'))).toBe(true);
    await first.dispose();
    await store.write('w', input);
    const { y } = await second.run({ x: input });
    expect(y.data[0]).toBeCloseTo(0.08, 6);
    await backend.dispose();
  });
});

describe('literals', () => {
  it.each([0, 1, -1, 0.1, 65536, 2 ** 31, 2 ** 31 - 128, 1e-30, -1e30, 3.4028234663852886e38, 2 ** 127, -0])(
    '%d is itself',
    (value) => {
      const factors = literal(value).replaceAll(/[()]/g, '').split(' * ').map(Number);
      expect(Math.fround(factors.reduce((product, factor) => product * factor))).toBe(Math.fround(value));
    },
  );
});
