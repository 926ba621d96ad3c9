// A matrix product and a convolution: generated, by hand in the forms that gpu.js is fastest with, and plain loops. Uploads and results count for all.

import { compile, type TensorData } from '@netwright/compiler';
import { conv2d, GraphBuilder, matmul, tensorType, type Tensor } from '@netwright/ir';
import { gpujs } from '@netwright/backend-gpujs';
import { expect, test } from 'vitest';
import { ByHand, elementsOf, numbers, sideBySide } from './side-by-side.ts';

interface Work {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly multiplyAdds: number;
  build(x: Tensor, w: Tensor): Tensor;
  readonly byHand: readonly { readonly name: string; readonly source: string; readonly output: readonly number[] }[];
  /** What the kernels by hand get for the first operand. */
  prepare(x: Float32Array): Float32Array;
  plain(x: Float32Array, w: Float32Array): Float32Array;
}

const COLUMNS = [0, 1, 2, 3];

const MATMUL: Work = {
  name: 'matmul 512 x 512 x 512',
  shapes: [
    [512, 512],
    [512, 512],
  ],
  multiplyAdds: 512 ** 3,
  build: (x, w) => matmul(x, w),
  prepare: (x) => x,
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
      name: 'four columns a thread',
      output: [128, 512],
      source: `function (a, b) {
        ${COLUMNS.map((at) => `let sum${String(at)} = 0;`).join(' ')}
        for (let i = 0; i < 512; i++) {
          const left = a[this.thread.y * 512 + i];
          const at = i * 512 + this.thread.x * 4;
          ${COLUMNS.map((at) => `sum${String(at)} += left * b[at + ${String(at)}];`).join(' ')}
        }
        return [${COLUMNS.map((at) => `sum${String(at)}`).join(', ')}];
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

/** The nine taps of one input channel, for the output column that begins at `column`. */
function taps(sum: string, column: number): string {
  return [0, 1, 2, 3, 4, 5, 6, 7, 8]
    .map((tap) => {
      const offset = Math.floor(tap / 3) * 58 + (tap % 3) + column;
      return `${sum} += x[at + ${String(offset)}] * w[k + ${String(tap)}];`;
    })
    .join(' ');
}

const CONV: Work = {
  name: 'convolution 3x3, 64 to 64 channels, 56 x 56',
  shapes: [
    [1, 64, 56, 56],
    [64, 64, 3, 3],
  ],
  multiplyAdds: 64 * 64 * 9 * 56 * 56,
  build: (x, w) => conv2d(x, w, { padding: 1 }),
  prepare(x) {
    const padded = new Float32Array(64 * 58 * 58);
    for (let row = 0; row < 64 * 56; row++) {
      const start = (Math.floor(row / 56) * 58 + (row % 56) + 1) * 58 + 1;
      padded.set(x.subarray(row * 56, row * 56 + 56), start);
    }
    return padded;
  },
  byHand: [
    {
      name: 'padded, taps written out',
      output: [56, 56, 64],
      source: `function (x, w) {
        let sum = 0;
        for (let i = 0; i < 64; i++) {
          const at = (i * 58 + this.thread.y) * 58 + this.thread.x;
          const k = (this.thread.z * 64 + i) * 9;
          ${taps('sum', 0)}
        }
        return sum;
      }`,
    },
    {
      name: 'padded, four columns a thread',
      output: [14, 56, 64],
      source: `function (x, w) {
        ${COLUMNS.map((at) => `let sum${String(at)} = 0;`).join(' ')}
        for (let i = 0; i < 64; i++) {
          const at = (i * 58 + this.thread.y) * 58 + this.thread.x * 4;
          const k = (this.thread.z * 64 + i) * 9;
          ${COLUMNS.map((at) => taps(`sum${String(at)}`, at)).join('\n          ')}
        }
        return [${COLUMNS.map((at) => `sum${String(at)}`).join(', ')}];
      }`,
    },
    {
      name: 'padded, four columns a thread that share what they load',
      output: [14, 56, 64],
      source: `function (x, w) {
        ${COLUMNS.map((at) => `let sum${String(at)} = 0;`).join(' ')}
        for (let i = 0; i < 64; i++) {
          const at = (i * 58 + this.thread.y) * 58 + this.thread.x * 4;
          const k = (this.thread.z * 64 + i) * 9;
          ${[0, 1, 2]
            .map((row) => {
              const loads = [0, 1, 2, 3, 4, 5].map(
                (c) => `const p${String(row)}c${String(c)} = x[at + ${String(row * 58 + c)}];`,
              );
              const products = [0, 1, 2].flatMap((tap) => [
                `const k${String(row)}t${String(tap)} = w[k + ${String(row * 3 + tap)}];`,
                ...COLUMNS.map(
                  (c) => `sum${String(c)} += p${String(row)}c${String(c + tap)} * k${String(row)}t${String(tap)};`,
                ),
              ]);
              return [...loads, ...products].join(' ');
            })
            .join('\n          ')}
        }
        return [${COLUMNS.map((at) => `sum${String(at)}`).join(', ')}];
      }`,
    },
  ],
  plain(x, w) {
    const y = new Float32Array(64 * 56 * 56);
    const padded = CONV.prepare(x);
    for (let c = 0; c < 64; c++)
      for (let row = 0; row < 56; row++)
        for (let column = 0; column < 56; column++) {
          let sum = 0;
          for (let i = 0; i < 64; i++)
            for (let ky = 0; ky < 3; ky++)
              for (let kx = 0; kx < 3; kx++)
                sum += padded[(i * 58 + row + ky) * 58 + column + kx] * w[((c * 64 + i) * 3 + ky) * 3 + kx];
          y[(c * 56 + row) * 56 + column] = sum;
        }
    return y;
  },
};

test.each([MATMUL, CONV])('$name', async ({ name, shapes, multiplyAdds, build, byHand, prepare, plain }) => {
  const backend = gpujs({ mode: 'webasm' });
  const builder = new GraphBuilder();
  const [x, w] = shapes.map((shape, at) => builder.input(`x${String(at)}`, tensorType('f32', shape)));
  builder.output('y', build(x, w));
  const executable = await compile(builder.finish(), backend);
  const [left, right] = shapes.map((shape, at): TensorData & { readonly data: Float32Array } => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    return { dtype: 'f32', shape, data: numbers(size, at) };
  });
  const hand = new ByHand();
  const pipelines = byHand.map(({ source, output }) => {
    const kernel = hand.kernel(output, source);
    return hand.pipeline(2, (a, b) => [kernel(a, b)]);
  });
  const padded = prepare(left.data);
  const expected = plain(left.data, right.data);
  const { y } = await executable.run({ x0: left, x1: right });
  const results = [y.data as Float32Array];
  for (const run of pipelines) results.push(elementsOf((await run(padded, right.data))[0]));
  for (const result of results)
    expect(result.reduce((worst, value, at) => Math.max(worst, Math.abs(value - expected[at])), 0)).toBeLessThan(1e-2);
  const contenders = [
    { name: 'generated', run: () => executable.run({ x0: left, x1: right }) },
    ...byHand.map((one, at) => ({ name: `by hand, ${one.name}`, run: () => pipelines[at](padded, right.data) })),
    { name: 'plain loops', run: () => plain(left.data, right.data) },
  ];
  await sideBySide(name, contenders, { rounds: 7, megaflops: (2 * multiplyAdds) / 1e6 });
  await executable.dispose();
  await Promise.all([backend.dispose(), hand.dispose()]);
});
