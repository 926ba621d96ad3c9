// Generated kernels against gpu.js kernels written by hand and plain loops, one thread each, in turns within one run, so that a slow minute of the machine
// hurts all alike. Uploads and results are counted for all of them.

import { createRequire } from 'node:module';
import { compile, type TensorData } from '@netwright/compiler';
import { conv2d, GraphBuilder, matmul, tensorType, type Tensor } from '@netwright/ir';
import { gpujs } from '@netwright/backend-gpujs';
import { expect, test } from 'vitest';
import type { GpuModule } from '../src/device/gpu-module.ts';

const { GPU } = createRequire(import.meta.url)('gpu.js') as GpuModule;
const ROUNDS = 5;
const SETTINGS = {
  precision: 'single',
  tactic: 'precision',
  pipeline: true,
  immutable: true,
  loopMaxIterations: 65_535,
} as const;

interface Work {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly multiplyAdds: number;
  build(x: Tensor, w: Tensor): Tensor;
  /** Each a source and the threads along x and y. */
  readonly byHand: readonly { readonly name: string; readonly source: string; readonly output: readonly number[] }[];
  plain(x: ArrayLike<number>, w: ArrayLike<number>): Float32Array;
}

const MATMUL: Work = {
  name: 'matmul 512 x 512 x 512',
  shapes: [
    [512, 512],
    [512, 512],
  ],
  multiplyAdds: 512 ** 3,
  build: (x, w) => matmul(x, w),
  byHand: [
    {
      name: 'two dimensions',
      output: [512, 512],
      source: `function (a, b) {
        let sum = 0;
        for (let i = 0; i < 512; i++) { sum += a[this.thread.y * 512 + i] * b[i * 512 + this.thread.x]; }
        return sum;
      }`,
    },
    {
      name: 'flat',
      output: [512 * 512],
      source: `function (a, b) {
        const row = Math.floor(this.thread.x / 512);
        const column = this.thread.x - row * 512;
        let sum = 0;
        for (let i = 0; i < 512; i++) { sum += a[row * 512 + i] * b[i * 512 + column]; }
        return sum;
      }`,
    },
  ],
  plain(a, b) {
    const y = new Float32Array(512 * 512);
    for (let row = 0; row < 512; row++)
      for (let i = 0; i < 512; i++) {
        const left = a[row * 512 + i];
        for (let column = 0; column < 512; column++) y[row * 512 + column] += left * b[i * 512 + column];
      }
    return y;
  },
};

const CONV: Work = {
  name: 'convolution 3x3, 64 to 64 channels, 56 x 56',
  shapes: [
    [1, 64, 56, 56],
    [64, 64, 3, 3],
  ],
  multiplyAdds: 64 * 64 * 9 * 56 * 56,
  build: (x, w) => conv2d(x, w, { padding: 1 }),
  byHand: [
    {
      name: 'guarded',
      output: [56, 56 * 64],
      source: `function (x, w) {
        const c = Math.floor(this.thread.y / 56);
        const row = this.thread.y - c * 56;
        let sum = 0;
        for (let i = 0; i < 64; i++) {
          for (let ky = 0; ky < 3; ky++) {
            for (let kx = 0; kx < 3; kx++) {
              const iy = row + ky - 1;
              const ix = this.thread.x + kx - 1;
              if (iy >= 0 && iy < 56 && ix >= 0 && ix < 56) {
                sum += x[(i * 56 + iy) * 56 + ix] * w[((c * 64 + i) * 3 + ky) * 3 + kx];
              }
            }
          }
        }
        return sum;
      }`,
    },
  ],
  plain(x, w) {
    const y = new Float32Array(64 * 56 * 56);
    for (let c = 0; c < 64; c++)
      for (let row = 0; row < 56; row++)
        for (let column = 0; column < 56; column++) {
          let sum = 0;
          for (let i = 0; i < 64; i++)
            for (let ky = 0; ky < 3; ky++)
              for (let kx = 0; kx < 3; kx++) {
                const [iy, ix] = [row + ky - 1, column + kx - 1];
                if (iy >= 0 && iy < 56 && ix >= 0 && ix < 56)
                  sum += x[(i * 56 + iy) * 56 + ix] * w[((c * 64 + i) * 3 + ky) * 3 + kx];
              }
          y[(c * 56 + row) * 56 + column] = sum;
        }
    return y;
  },
};

function numbers(shape: readonly number[]): TensorData {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { dtype: 'f32', shape, data: Float32Array.from({ length: size }, (_, at) => Math.sin(at * 12.9898)) };
}

async function timed(run: () => unknown): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1];
}

test.each([MATMUL, CONV])('$name', async ({ name, shapes, multiplyAdds, build, byHand, plain }) => {
  const backend = gpujs({ mode: 'webasm' });
  const builder = new GraphBuilder();
  const [x, w] = shapes.map((shape, at) => builder.input(`x${String(at)}`, tensorType('f32', shape)));
  builder.output('y', build(x, w));
  const executable = await compile(builder.finish(), backend);
  const [left, right] = shapes.map(numbers);
  const data = [left, right].map((tensor) => Float32Array.from(tensor.data));
  const gpu = new GPU({ mode: 'webasm' });
  const kernels = byHand.map(({ source, output }) => gpu.createKernel(source, { ...SETTINGS, output }));
  const contenders: readonly (readonly [string, () => unknown])[] = [
    ['generated', () => executable.run({ x0: left, x1: right })],
    ...byHand.map((one, at): [string, () => unknown] => [`by hand, ${one.name}`, () => kernels[at](...data)]),
    ['plain loops', () => plain(data[0], data[1])],
  ];
  const times = contenders.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++)
    for (const [at, [, run]] of contenders.entries()) {
      const spent = await timed(run);
      if (round > 0) times[at].push(spent);
    }
  const { y } = await executable.run({ x0: left, x1: right });
  const expected = plain(data[0], data[1]);
  expected.forEach((value, at) => expect(Math.abs(y.data[at] - value)).toBeLessThan(1e-2));
  process.stdout.write(`${name}\n`);
  contenders.forEach(([what], at) => {
    const spent = median(times[at]);
    const speed = (2 * multiplyAdds) / spent / 1e6;
    process.stdout.write(`  ${what}: ${spent.toFixed(0)} ms, ${speed.toFixed(2)} GFLOP/s\n`);
  });
  await executable.dispose();
  await backend.dispose();
});
