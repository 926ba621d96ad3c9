// Random contractions, convolutions and elementwise kernels of odd sizes through all passes, against the interpreter.

import { describe, expect, test } from 'vitest';

import type { Expr, Guard, Index, KernelProgram } from '@netwright/compiler';

import { cpuPasses } from '../src/schedule/passes.ts';
import { interpret, type Contents } from './interpret.ts';
import {
  axes,
  axis,
  binary,
  cast,
  buffer,
  channelsLast,
  constant,
  convolutionForward,
  convolutionInputGradient,
  convolutionWeightGradient,
  depthwiseChain,
  filterLayout,
  index,
  kernel,
  load,
  matmulProgram,
  product,
  reduce,
  select,
  unary,
  type ConvolutionCase,
} from './kernel-samples.ts';
import { loadProgram, randomValues, relativeError } from './run-kernels.ts';

function random(seed: number): (below: number) => number {
  const values = randomValues(64, seed + 17);
  let next = 0;
  return (below) => {
    next += 1;
    return Math.floor(((values[next % 64] ?? 0) / 2 + 0.5) * below);
  };
}

/** Compares generated code, with and without the passes and in several parts, with the interpreter. */
function check(program: KernelProgram, tolerance = 3e-6): void {
  const start: Contents = program.buffers.map(({ shape }, i) => Float64Array.from(randomValues(product(shape), i + 1)));
  const expected = start.map((values) => values.slice());
  interpret(program, expected);
  const temporaries: KernelProgram = {
    ...program,
    buffers: program.buffers.map((decl) =>
      decl.role.kind === 'persistent' ? decl : { ...decl, role: { kind: 'temporary' } },
    ),
  };
  const scheduled = cpuPasses.reduce((current, pass) => pass.run(current), temporaries);
  for (const variant of [program, scheduled]) {
    for (const parts of [1, 2, 5]) {
      const loaded = loadProgram(variant);
      // Zeros around an image make another buffer of it.
      const kept = program.buffers.flatMap(({ shape }, i) =>
        shape.join() === variant.buffers[i]?.shape.join() ? [i] : [],
      );
      for (const { buffer } of program.kernels.at(-1)?.outputs ?? []) expect(kept).toContain(buffer);
      for (const i of kept) loaded.write(i, start[i] ?? []);
      loaded.run(parts);
      for (const i of kept)
        expect(relativeError(loaded.read(i), expected[i] ?? []), `buffer ${i} in ${parts} parts`).toBeLessThan(
          tolerance,
        );
    }
  }
}

test.each(Array.from({ length: 40 }, (_, seed) => seed))('matrix product %i', (seed) => {
  const size = random(seed);
  check(matmulProgram(1 + size(40), 1 + size(70), 1 + size(90)));
});

test.each(Array.from({ length: 30 }, (_, seed) => seed))('convolution and its gradients %i', (seed) => {
  const pick = random(seed + 100);
  const filter = 1 + pick(5);
  const c: ConvolutionCase = {
    batch: 1 + pick(3),
    inChannels: 1 + pick(20),
    outChannels: 1 + pick(36),
    size: filter + pick(8),
    filter,
    stride: 1 + pick(3),
    padding: pick(filter),
  };
  for (const make of [convolutionForward, convolutionInputGradient, convolutionWeightGradient]) {
    const program = make(c);
    check(program);
    const [x, w, y] = program.buffers;
    if (x !== undefined && w !== undefined && y !== undefined)
      check({ ...program, buffers: [channelsLast(x), filterLayout(w), channelsLast(y)] });
  }
});

test.each(Array.from({ length: 12 }, (_, seed) => seed))(
  'a depthwise convolution of what was just computed %i',
  (seed) => {
    const pick = random(seed + 300);
    const filter = 2 + pick(4);
    check(
      depthwiseChain({
        batch: 1 + pick(3),
        inChannels: 1 + pick(20),
        size: 12 + pick(9),
        filter,
        stride: 1 + pick(3),
        padding: pick(3),
      }),
    );
  },
);

test('a weight gradient of rows that would meet in few sets of the cache', () => {
  check(
    convolutionWeightGradient({
      batch: 2,
      inChannels: 512,
      outChannels: 18,
      size: 5,
      filter: 1,
      stride: 1,
      padding: 0,
    }),
  );
});

describe('elementwise and in place', () => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed))('broadcast over random layouts %i', (seed) => {
    const pick = random(seed + 200);
    const shape = [1 + pick(3), 1 + pick(20), 1 + pick(7), 1 + pick(7)];
    const at = shape.map((_, k) => axis(k));
    const layout = seed % 2 === 0 ? channelsLast : (decl: ReturnType<typeof buffer>) => decl;
    const program: KernelProgram = {
      buffers: [layout(buffer(0, shape)), buffer(1, shape), buffer(2, [shape[1] ?? 1]), layout(buffer(3, shape))],
      kernels: [
        kernel(
          'scale',
          axes(0, shape),
          [],
          [
            {
              buffer: 3,
              index: at,
              value: binary(
                'max',
                binary('add', binary('mul', load(0, at), load(2, [axis(1)])), load(1, at)),
                constant(0),
              ),
            },
            { buffer: 0, index: at, value: binary('sub', load(0, at), unary('neg', load(1, at))) },
          ],
        ),
      ],
    };
    check(program);
  });
});

describe('sums of several kinds', () => {
  const norm = (rows: number, columns: number): KernelProgram => {
    const x = load(0, [axis(0), axis(1)]);
    const mean = binary('mul', reduce('sum', [1], x), constant(1 / columns));
    return {
      buffers: [buffer(0, [rows, columns]), buffer(1, [rows]), buffer(2, [rows])],
      kernels: [
        kernel('norm', axes(0, [rows]), axes(1, [columns]), [
          { buffer: 1, index: [axis(0)], value: mean },
          {
            buffer: 2,
            index: [axis(0)],
            value: binary('sub', reduce('sum', [1], binary('mul', x, x)), binary('mul', mean, reduce('max', [1], x))),
          },
        ]),
      ],
    };
  };
  test.each([
    [1, 1],
    [3, 7],
    [50, 33],
    [2, 9000],
    [7, 4099],
  ] as const)('moments of %i rows of %i', (rows, columns) => check(norm(rows, columns)));

  test('batch statistics over images', () => {
    const at = [axis(1), axis(0), axis(2), axis(3)];
    const x = load(0, at);
    check({
      buffers: [channelsLast(buffer(0, [6, 20, 31, 29])), buffer(1, [20]), buffer(2, [20])],
      kernels: [
        kernel('statistics', axes(0, [20]), axes(1, [6, 31, 29]), [
          { buffer: 1, index: [axis(0)], value: reduce('sum', [1, 2, 3], x) },
          { buffer: 2, index: [axis(0)], value: reduce('sum', [1, 2, 3], binary('mul', x, x)) },
        ]),
      ],
    });
  });

  test.each([
    [1, 1],
    [2, 1],
    [2, 0],
    [3, 1],
  ] as const)('maximum and mean windows, stride %i, padding %i', (stride, padding) => {
    const size = 13;
    const out = Math.floor((size + 2 * padding - 3) / stride) + 1;
    const position = (at: number, tap: number): Index => index(-padding, [stride, at], [1, tap]);
    const rows = position(2, 4);
    const columns = position(3, 5);
    const guards = padding === 0 ? [] : [rows, columns].map((one) => ({ index: one, lower: 0, upper: size }));
    const source = [axis(0), axis(1), rows, columns];
    const pooled = (id: number) => channelsLast(buffer(id, [2, 9, out, out]));
    check({
      buffers: [channelsLast(buffer(0, [2, 9, size, size])), pooled(1), pooled(2)],
      kernels: [
        kernel('maximum', axes(0, [2, 9, out, out]), axes(4, [3, 3]), [
          {
            buffer: 1,
            index: [0, 1, 2, 3].map(axis),
            value: reduce('max', [4, 5], load(0, source, 'f32', guards, -Infinity)),
          },
        ]),
        kernel('mean', axes(0, [2, 9, out, out]), axes(4, [3, 3]), [
          {
            buffer: 2,
            index: [0, 1, 2, 3].map(axis),
            value: binary('mul', reduce('sum', [4, 5], load(0, source, 'f32', guards)), constant(1 / 9)),
          },
        ]),
      ],
    });
  });

  test.each([
    [1, 0],
    [1, 1],
    [2, 1],
  ] as const)('depthwise windows and their weight gradient, stride %i, padding %i', (stride, padding) => {
    const size = 12;
    const out = Math.floor((size + 2 * padding - 3) / stride) + 1;
    const rows = index(-padding, [stride, 2], [1, 4]);
    const columns = index(-padding, [stride, 3], [1, 5]);
    const guards = [rows, columns].map((one) => ({ index: one, lower: 0, upper: size }));
    const x = load(0, [axis(0), axis(1), rows, columns], 'f32', guards);
    check({
      buffers: [
        channelsLast(buffer(0, [2, 22, size, size])),
        filterLayout(buffer(1, [22, 1, 3, 3])),
        channelsLast(buffer(2, [2, 22, out, out])),
        filterLayout(buffer(3, [22, 1, 3, 3])),
      ],
      kernels: [
        kernel('depthwise', axes(0, [2, 22, out, out]), axes(4, [3, 3]), [
          {
            buffer: 2,
            index: [0, 1, 2, 3].map(axis),
            value: reduce('sum', [4, 5], binary('mul', x, load(1, [axis(1), index(0), axis(4), axis(5)]))),
          },
        ]),
        kernel(
          'depthwise.weight',
          [{ id: 1, extent: 22 }, ...axes(4, [3, 3])],
          [{ id: 0, extent: 2 }, ...axes(2, [out, out])],
          [
            {
              buffer: 3,
              index: [axis(1), index(0), axis(4), axis(5)],
              value: reduce('sum', [0, 2, 3], binary('mul', x, load(2, [0, 1, 2, 3].map(axis)))),
            },
          ],
        ),
      ],
    });
  });
});

test('a window whose surroundings count as different values for its two readers', () => {
  const size = 12;
  const at = [axis(0), axis(1), axis(2), index(-1, [1, 3], [1, 4])];
  const guards = [{ index: index(-1, [1, 3], [1, 4]), lower: 0, upper: size }];
  const both = binary('add', load(0, at, 'f32', guards, 0), load(0, at, 'f32', guards, 1));
  check({
    buffers: [channelsLast(buffer(0, [2, 8, 3, size])), buffer(1, [3, 8]), channelsLast(buffer(2, [2, 8, 3, size]))],
    kernels: [
      kernel('two fillings', axes(0, [2, 8, 3, size]), axes(4, [3]), [
        {
          buffer: 2,
          index: [0, 1, 2, 3].map(axis),
          value: reduce('sum', [4], binary('mul', both, load(1, [axis(4), axis(1)]))),
        },
      ]),
    ],
  });
});

describe('reshapes, groups and concatenation', () => {
  const image = [0, 1, 2, 3].map(axis);
  test('a linear layer over a flattened image', () => {
    const [channels, height, width] = [5, 4, 6];
    const flat = channels * height * width;
    const digit = (of: Index, by: number): Index => index(0, [1, { kind: 'floorDiv', of, by }]);
    const rest = (of: Index, by: number): Index => index(0, [1, { kind: 'mod', of, by }]);
    const source = [axis(0), digit(axis(2), height * width), rest(digit(axis(2), width), height), rest(axis(2), width)];
    check({
      buffers: [
        channelsLast(buffer(0, [3, channels, height, width])),
        buffer(1, [10, flat], { kind: 'persistent', name: 'w' }),
        buffer(2, [3, 10]),
      ],
      kernels: [
        kernel('linear', axes(0, [3, 10]), axes(2, [flat]), [
          {
            buffer: 2,
            index: [axis(0), axis(1)],
            value: reduce('sum', [2], binary('mul', load(0, source), load(1, [axis(1), axis(2)]))),
          },
        ]),
      ],
    });
  });

  test('a grouped convolution', () => {
    const [groups, inEach, outEach] = [3, 4, 8];
    const channel = index(0, [inEach, { kind: 'floorDiv', of: axis(1), by: outEach }], [1, 4]);
    const rows = index(-1, [1, 2], [1, 5]);
    const columns = index(-1, [1, 3], [1, 6]);
    const guards = [rows, columns].map((one) => ({ index: one, lower: 0, upper: 7 }));
    check({
      buffers: [
        buffer(0, [2, groups * inEach, 7, 7]),
        buffer(1, [groups * outEach, inEach, 3, 3], { kind: 'persistent', name: 'w' }),
        buffer(2, [2, groups * outEach, 7, 7]),
      ],
      kernels: [
        kernel('grouped', axes(0, [2, groups * outEach, 7, 7]), axes(4, [inEach, 3, 3]), [
          {
            buffer: 2,
            index: image,
            value: reduce(
              'sum',
              [4, 5, 6],
              binary(
                'mul',
                load(0, [axis(0), channel, rows, columns], 'f32', guards),
                load(1, [axis(1), axis(4), axis(5), axis(6)]),
              ),
            ),
          },
        ]),
      ],
    });
  });

  test.each([1, 3])('a convolution in %i groups and its batch norm', (groups) => {
    const [inEach, outEach] = [4, 8];
    const channel = index(0, [inEach, { kind: 'floorDiv', of: axis(1), by: outEach }], [1, 4]);
    const parameter = (id: number, name: string, shape: readonly number[]) =>
      buffer(id, shape, { kind: 'persistent', name });
    const channels = groups * outEach;
    const ofChannel = (id: number): Expr => load(id, [axis(1)]);
    const sum = reduce(
      'sum',
      [4],
      binary('mul', load(0, [axis(0), channel, axis(2), axis(3)]), load(1, [axis(1), axis(4)])),
    );
    const normalized = binary('add', binary('mul', binary('sub', sum, ofChannel(2)), ofChannel(3)), ofChannel(4));
    check({
      buffers: [
        channelsLast(buffer(0, [2, groups * inEach, 7, 6])),
        parameter(1, 'w', [channels, inEach]),
        parameter(2, 'mean', [channels]),
        parameter(3, 'weight', [channels]),
        parameter(4, 'bias', [channels]),
        channelsLast(buffer(5, [2, channels, 7, 6])),
      ],
      kernels: [
        kernel('normalized', axes(0, [2, channels, 7, 6]), axes(4, [inEach]), [
          { buffer: 5, index: image, value: binary('max', normalized, constant(0)) },
        ]),
      ],
    });
  });

  test.each([
    [3, 5],
    [4, 8],
    [16, 16],
    [1, 30],
  ] as const)('channels of %i and %i images side by side', (first, second) => {
    const value: Expr = {
      kind: 'guarded',
      dtype: 'f32',
      guards: [{ index: axis(1), lower: 0, upper: first }],
      a: load(0, image),
      b: unary('neg', load(1, [axis(0), index(-first, [1, 1]), axis(2), axis(3)])),
    };
    const shape = [2, first + second, 5, 3];
    check({
      buffers: [
        channelsLast(buffer(0, [2, first, 5, 3])),
        channelsLast(buffer(1, [2, second, 5, 3])),
        channelsLast(buffer(2, shape)),
      ],
      kernels: [kernel('concatenate', axes(0, shape), [], [{ buffer: 2, index: image, value }])],
    });
  });

  test('the adjoint of a strided maximum, and zeros between elements', () => {
    const taps = (position: number, tap: number): { at: Index; guards: readonly Guard[] } => {
      const moved = index(1, [1, position], [-1, tap]);
      const at = index(0, [1, { kind: 'floorDiv', of: moved, by: 2 }]);
      return {
        at,
        guards: [
          { index: index(0, [1, { kind: 'mod', of: moved, by: 2 }]), lower: 0, upper: 1 },
          { index: at, lower: 0, upper: 5 },
        ],
      };
    };
    const [rows, columns] = [taps(2, 4), taps(3, 5)];
    const guards = [...rows.guards, ...columns.guards];
    const source = [axis(0), axis(1), rows.at, columns.at];
    const chosen = load(1, source, 'f32', guards, -1);
    const tap = cast('f32', { kind: 'index', dtype: 'i32', index: index(0, [3, 4], [1, 5]) });
    const scattered = reduce(
      'sum',
      [4, 5],
      select(binary('lt', chosen, tap), load(0, source, 'f32', guards), constant(0)),
    );
    const spread = (position: number): { at: Index; guards: readonly Guard[] } => {
      const moved = index(-2, [1, position]);
      const at = index(0, [1, { kind: 'floorDiv', of: moved, by: 3 }]);
      return {
        at,
        guards: [
          { index: index(0, [1, { kind: 'mod', of: moved, by: 3 }]), lower: 0, upper: 1 },
          { index: at, lower: 0, upper: 5 },
        ],
      };
    };
    const [across, down] = [spread(2), spread(3)];
    check({
      buffers: [
        channelsLast(buffer(0, [2, 6, 5, 5])),
        channelsLast(buffer(1, [2, 6, 5, 5])),
        channelsLast(buffer(2, [2, 6, 9, 9])),
        channelsLast(buffer(3, [2, 6, 16, 16])),
      ],
      kernels: [
        kernel('scatter', axes(0, [2, 6, 9, 9]), axes(4, [3, 3]), [{ buffer: 2, index: image, value: scattered }]),
        kernel(
          'spread',
          axes(0, [2, 6, 16, 16]),
          [],
          [
            {
              buffer: 3,
              index: image,
              value: load(0, [axis(0), axis(1), across.at, down.at], 'f32', [...across.guards, ...down.guards], 0.25),
            },
          ],
        ),
      ],
    });
  });
});
