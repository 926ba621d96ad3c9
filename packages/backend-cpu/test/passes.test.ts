// Text of small programs after each pass; the results of the same passes are compared in contractions.test.ts.

import { describe, expect, test } from 'vitest';

import { type Expr, printProgram, type KernelProgram, type SchedulePass } from '@netwright/compiler';
import { printBuffer } from '@netwright/compiler/kernels';

import { simd128Tuning } from '../src/generate/tile-plan.ts';
import { addHalos } from '../src/schedule/add-halos.ts';
import { chooseLayout } from '../src/schedule/choose-layout.ts';
import { foldFactors } from '../src/schedule/fold-factors.ts';
import { inlinePrepared } from '../src/schedule/inline-prepared.ts';
import { isolateSums } from '../src/schedule/isolate-sums.ts';
import { packPanels } from '../src/schedule/pack-panels.ts';
import { padOperands } from '../src/schedule/pad-operands.ts';
import { padRows } from '../src/schedule/pad-rows.ts';
import { splitPhases } from '../src/schedule/split-phases.ts';
import { splitReductions } from '../src/schedule/split-reductions.ts';
import {
  axes,
  axis,
  binary,
  buffer,
  constant,
  convolutionForward,
  convolutionInputGradient,
  convolutionWeightGradient,
  depthwiseChain,
  kernel,
  load,
  matmulProgram,
  reduce,
  type ConvolutionCase,
} from './kernel-samples.ts';

const small: ConvolutionCase = { batch: 2, inChannels: 3, outChannels: 4, size: 6, filter: 3, stride: 2, padding: 1 };

/** Inputs and outputs as a graph's inner values would be. */
function inner(program: KernelProgram): KernelProgram {
  return {
    ...program,
    buffers: program.buffers.map((decl) =>
      decl.role.kind === 'persistent' ? decl : { ...decl, role: { kind: 'temporary' } },
    ),
  };
}

/** Every output times 0.5. */
function halved(program: KernelProgram): KernelProgram {
  const kernels = program.kernels.map((one) => ({
    ...one,
    outputs: one.outputs.map((output) => ({ ...output, value: binary('mul', output.value, constant(0.5)) })),
  }));
  return { ...program, kernels };
}

function lines(pass: SchedulePass, program: KernelProgram): string[] {
  return printProgram(pass.run(program)).split('\n');
}

/** Types and storage of the buffers after a pass. */
function storages(pass: SchedulePass, program: KernelProgram): string[] {
  return pass.run(program).buffers.map((decl) => printBuffer(decl).replace(/^.*: /, ''));
}

describe('choose-layout', () => {
  test.each(Object.entries({ convolutionForward, convolutionInputGradient, convolutionWeightGradient }))(
    '%s: images have channels last, the filter output channels',
    (_, make) => {
      expect(storages(chooseLayout, inner(make(small)))).toEqual([
        'f32[2, 3, 6, 6] strides 108 1 18 3 offset 0 size 216',
        'f32[4, 3, 3, 3] strides 1 4 36 12 offset 0 size 108',
        'f32[2, 4, 3, 3] strides 36 1 12 4 offset 0 size 72',
      ]);
    },
  );

  test('inputs and outputs stay canonical; a chain of elementwise kernels and the moments of a filter follow', () => {
    const at = [0, 1, 2, 3].map(axis);
    const forward = convolutionForward(small);
    const shape = [2, 4, 3, 3];
    const program: KernelProgram = {
      buffers: [
        ...forward.buffers.slice(0, 2),
        buffer(2, shape),
        buffer(3, shape),
        buffer(4, shape, { kind: 'output', names: ['y'] }),
        buffer(5, [4, 3, 3, 3]),
        buffer(6, [2, 8, 5, 7]),
      ],
      kernels: [
        ...forward.kernels,
        kernel('relu', axes(0, shape), [], [{ buffer: 3, index: at, value: binary('max', load(2, at), constant(0)) }]),
        kernel('out', axes(0, shape), [], [{ buffer: 4, index: at, value: load(3, at) }]),
        kernel('decay', axes(0, [4, 3, 3, 3]), [], [{ buffer: 5, index: at, value: load(1, at) }]),
        kernel('attention', axes(0, [2, 8, 5, 7]), [], [{ buffer: 6, index: at, value: constant(1) }]),
      ],
    };
    expect(storages(chooseLayout, program)).toEqual([
      'f32[2, 3, 6, 6]',
      'f32[4, 3, 3, 3] strides 1 4 36 12 offset 0 size 108',
      'f32[2, 4, 3, 3] strides 36 1 12 4 offset 0 size 72',
      'f32[2, 4, 3, 3] strides 36 1 12 4 offset 0 size 72',
      'f32[2, 4, 3, 3] strides 36 1 12 4 offset 0 size 72',
      'f32[4, 3, 3, 3] strides 1 4 36 12 offset 0 size 108',
      'f32[2, 8, 5, 7]',
      'f32[2, 4, 3, 3]',
    ]);
    expect(lines(chooseLayout, program).slice(-2)).toEqual([
      'y/canonical a0:2 a1:4 a2:3 a3:3',
      '  b7[a0, a1, a2, a3] = b4[a0, a1, a2, a3]',
    ]);
  });

  test('a linear layer keeps its weight with output features innermost', () => {
    const program = matmulProgram(5, 7, 3);
    const buffers = program.buffers.map((decl) =>
      decl.id === 1 ? { ...decl, role: { kind: 'persistent', name: 'w' } as const } : decl,
    );
    expect(storages(chooseLayout, { ...program, buffers })[1]).toBe('f32[3, 7] strides 1 3 offset 0 size 21');
  });
});

describe('fold-factors', () => {
  const sum = reduce('sum', [2], binary('mul', load(0, [axis(0), axis(2)]), load(1, [axis(1), axis(2)])));
  const vector = (id: number): Expr => load(id, [axis(1)]);
  const program = (value: Expr): KernelProgram => {
    const parameter = (id: number, shape: readonly number[]) =>
      buffer(id, shape, { kind: 'persistent', name: `p${String(id)}` });
    return {
      buffers: [
        buffer(0, [5, 7]),
        parameter(1, [3, 7]),
        parameter(2, [3]),
        parameter(3, [3]),
        parameter(4, [5]),
        buffer(5, [5, 3]),
        buffer(6, [3]),
      ],
      kernels: [kernel('linear', axes(0, [5, 3]), axes(2, [7]), [{ buffer: 5, index: [axis(0), axis(1)], value }])],
    };
  };

  test('a factor and what is added before and after become weights and a shift', () => {
    const value = binary('add', binary('mul', binary('sub', sum, vector(2)), vector(3)), vector(2));
    expect(lines(foldFactors, program(binary('max', value, constant(0)))).slice(7)).toMatchInlineSnapshot(`
      [
        "b7 temporary: f32[3, 7]",
        "b8 temporary: f32[3]",
        "linear/scaled0 a1:3 a2:7",
        "  b7[a1, a2] = mul(b1[a1, a2], b3[a1])",
        "linear/shift1 a1:3",
        "  b8[a1] = add(mul(neg(b2[a1]), b3[a1]), b2[a1])",
        "linear a0:5 a1:3 | a2:7",
        "  b5[a0, a1] = max(add(sum{a2}(mul(b0[a0, a2], b7[a1, a2])), b8[a1]), 0)",
      ]
    `);
  });

  test('a value that is used twice is folded in both places', () => {
    const scaled = binary('mul', vector(3), sum);
    expect(lines(foldFactors, program(binary('mul', scaled, binary('add', scaled, constant(1))))).slice(7))
      .toMatchInlineSnapshot(`
        [
          "b7 temporary: f32[3, 7]",
          "linear/scaled0 a1:3 a2:7",
          "  b7[a1, a2] = mul(b1[a1, a2], b3[a1])",
          "linear a0:5 a1:3 | a2:7",
          "  t0 = sum{a2}(mul(b0[a0, a2], b7[a1, a2]))",
          "  b5[a0, a1] = mul(t0, add(t0, 1))",
        ]
      `);
  });

  test.each(
    Object.entries({
      'a factor that varies with the other operand': binary('mul', sum, load(4, [axis(0)])),
      'a factor that changes between runs': binary('mul', sum, vector(6)),
      'a sum that is used without its factor too': binary('add', binary('mul', sum, vector(2)), sum),
      'two factors': binary('max', binary('mul', sum, vector(2)), binary('mul', sum, vector(3))),
      'a term alone': binary('add', sum, vector(2)),
      'a sum that is subtracted': binary('sub', vector(2), binary('add', sum, vector(3))),
    }),
  )('leaves %s', (_, value) => {
    expect(foldFactors.run(program(value)).kernels).toEqual(program(value).kernels);
  });
});

describe('inline-prepared', () => {
  const program = (rows: number, reads: readonly number[]): KernelProgram => {
    const shape = [rows, 128];
    const at = [axis(0), axis(1)];
    return {
      buffers: [
        buffer(0, shape, { kind: 'persistent', name: 'w' }),
        buffer(1, [128], { kind: 'persistent', name: 's' }),
        buffer(2, shape),
        buffer(3, [128, rows]),
        buffer(4, [rows, 128], { kind: 'input', name: 'x' }),
        buffer(5, [rows, 128], { kind: 'output', names: ['y'] }),
      ],
      kernels: [
        kernel(
          'scaled',
          axes(0, shape),
          [],
          [{ buffer: 2, index: at, value: binary('mul', load(0, at), load(1, [axis(1)])) }],
        ),
        kernel('turned', axes(0, [128, rows]), [], [{ buffer: 3, index: at, value: load(2, [axis(1), axis(0)]) }]),
        kernel(
          'used',
          axes(0, shape),
          [],
          [
            {
              buffer: 5,
              index: at,
              value: binary('add', load(4, at), load(reads[0] ?? 3, reads[0] === 2 ? at : [axis(1), axis(0)])),
            },
          ],
        ),
      ],
    };
  };

  test('what only another prepared kernel reads is computed there', () => {
    expect(lines(inlinePrepared, program(128, [])).slice(6)).toMatchInlineSnapshot(`
      [
        "turned a0:128 a1:128",
        "  b3[a0, a1] = mul(b0[a1, a0], b1[a0])",
        "used a0:128 a1:128",
        "  b5[a0, a1] = add(b4[a0, a1], b3[a1, a0])",
      ]
    `);
  });

  test('what runs read, and what is small, stays', () => {
    for (const one of [program(128, [2]), program(127, [])])
      expect(inlinePrepared.run(one).kernels.map(({ name }) => name)).toContain('scaled');
  });
});

describe('split-phases', () => {
  test('a strided input gradient becomes four affine kernels', () => {
    const before = printProgram(convolutionInputGradient(small));
    expect(before).toContain('((a2 - a5 + 1) mod 2)');
    expect(lines(splitPhases, convolutionInputGradient(small)).slice(3)).toMatchInlineSnapshot(`
      [
        "conv2d.input/phase0/phase0 a0:2 a1:3 a2:3 a3:3 | a4:4 a5:1 a6:1",
        "  b0[a0, a1, 2*a2, 2*a3] = sum{a4, a5, a6}(mul(b2[a0, a4, a2 - a5, a3 - a6], b1[a4, a1, 2*a5 + 1, 2*a6 + 1]))",
        "conv2d.input/phase0/phase1 a0:2 a1:3 a2:3 a3:3 | a4:4 a5:1 a6:2",
        "  b0[a0, a1, 2*a2, 2*a3 + 1] = sum{a4, a5, a6}(mul((b2[a0, a4, a2 - a5, a3 - a6 + 1] if 0 <= a3 - a6 + 1 < 3 else 0), b1[a4, a1, 2*a5 + 1, 2*a6]))",
        "conv2d.input/phase1/phase0 a0:2 a1:3 a2:3 a3:3 | a4:4 a5:2 a6:1",
        "  b0[a0, a1, 2*a2 + 1, 2*a3] = sum{a4, a5, a6}(mul((b2[a0, a4, a2 - a5 + 1, a3 - a6] if 0 <= a2 - a5 + 1 < 3 else 0), b1[a4, a1, 2*a5, 2*a6 + 1]))",
        "conv2d.input/phase1/phase1 a0:2 a1:3 a2:3 a3:3 | a4:4 a5:2 a6:2",
        "  b0[a0, a1, 2*a2 + 1, 2*a3 + 1] = sum{a4, a5, a6}(mul((b2[a0, a4, a2 - a5 + 1, a3 - a6 + 1] if 0 <= a2 - a5 + 1 < 3 & 0 <= a3 - a6 + 1 < 3 else 0), b1[a4, a1, 2*a5, 2*a6]))",
      ]
    `);
  });
  test('phases without taps are filled with zeros', () => {
    const printed = lines(splitPhases, convolutionInputGradient({ ...small, filter: 1, padding: 0 })).slice(3);
    expect(printed.filter((line) => line.endsWith('= 0')).length).toBe(2);
  });
  test('unit stride is left alone', () => {
    const program = convolutionInputGradient({ ...small, stride: 1 });
    expect(splitPhases.run(program)).toEqual(program);
  });
});

describe('add-halos', () => {
  const image = { batch: 2, inChannels: 8, size: 14, filter: 3, stride: 1, padding: 1 };
  const withPadding = { ...image, size: 7, padding: 2 };

  test('an image that a window reads next lies inside zeros', () => {
    expect(lines(addHalos, depthwiseChain(image)).slice(2)).toMatchInlineSnapshot(`
      [
        "b2 temporary: f32[2, 8, 16, 16] strides 2048 1 128 8 offset 0 size 4096",
        "b3 output y: f32[2, 8, 14, 14] strides 1568 1 112 8 offset 0 size 3136",
        "spread/zeros0/halo2 a0:2 a1:8 a2:1 a3:16 a4:2",
        "  b2[a0, a1, a2 + 15*a4, a3] = 0",
        "spread/zeros1/halo2 a0:2 a1:8 a2:14 a3:1 a4:2",
        "  b2[a0, a1, a2 + 1, a3 + 15*a4] = 0",
        "spread a0:2 a1:8 a2:14 a3:14",
        "  b2[a0, a1, a2 + 1, a3 + 1] = add(b0[a0, a2, a3], b1[a1, 0, 0])",
        "depthwise a0:2 a1:8 a2:14 a3:14 | a4:3 a5:3",
        "  b3[a0, a1, a2, a3] = sum{a4, a5}(mul(b2[a0, a1, a2 + a4, a3 + a5], b1[a1, a4, a5]))",
      ]
    `);
  });

  test('a window that never reaches the end needs zeros in front only', () => {
    const { buffers, kernels } = addHalos.run(depthwiseChain({ ...image, size: 16, stride: 2 }));
    expect(buffers[2]?.shape).toEqual([2, 8, 17, 17]);
    expect(kernels.map(({ name }) => name)).toEqual([
      'spread/zeros0/halo2',
      'spread/zeros1/halo2',
      'spread',
      'depthwise',
    ]);
  });

  test.each(
    Object.entries({
      'an input': { ...depthwiseChain(image), kernels: depthwiseChain(image).kernels.slice(1) },
      'a small image': depthwiseChain(withPadding),
      'an image that may take the place of another': (() => {
        const { buffers, kernels } = depthwiseChain(image);
        const at = [0, 1, 2, 3].map(axis);
        const twice = kernel(
          'twice',
          axes(0, [2, 8, 14, 14]),
          [],
          [{ buffer: 2, index: at, value: binary('add', load(4, at), load(4, at)) }],
        );
        return { buffers: [...buffers, buffer(4, [2, 8, 14, 14])], kernels: [twice, ...kernels.slice(1)] };
      })(),
      'an image without padding': depthwiseChain({ ...image, padding: 0 }),
      'an image that is read much later': (() => {
        const program = depthwiseChain(image);
        const [first, last] = program.kernels;
        if (first === undefined || last === undefined) throw new RangeError('two kernels');
        const between = Array.from({ length: 8 }, (_, at) => {
          const index = [0, 1, 2, 3].map(axis);
          return kernel(`between${at}`, axes(0, [2, 8, 14, 14]), [], [{ buffer: 4 + at, index, value: constant(1) }]);
        });
        const others = between.map((_, at) => buffer(4 + at, [2, 8, 14, 14]));
        return { buffers: [...program.buffers, ...others], kernels: [first, ...between, last] };
      })(),
    }),
  )('leaves %s', (_, program) => {
    expect(addHalos.run(program)).toEqual(program);
  });
});

describe('pad-operands', () => {
  const large: ConvolutionCase = {
    batch: 2,
    inChannels: 64,
    outChannels: 32,
    size: 8,
    filter: 3,
    stride: 1,
    padding: 1,
  };
  test('padding becomes zeros of a scratch buffer whose pitch is not a power of two', () => {
    expect(lines(padOperands, chooseLayout.run(inner(convolutionForward(large)))).slice(3)).toMatchInlineSnapshot(`
      [
        "b3 temporary: f32[2, 64, 10, 10] strides 8000 1 800 80 offset 0 size 16000",
        "conv2d/pad0 a0:2 a1:64 a2:10 a3:10",
        "  b3[a0, a1, a2, a3] = (b0[a0, a1, a2 - 1, a3 - 1] if 0 <= a2 - 1 < 8 & 0 <= a3 - 1 < 8 else 0)",
        "conv2d a0:2 a1:32 a2:8 a3:8 | a4:64 a5:3 a6:3",
        "  b2[a0, a1, a2, a3] = sum{a4, a5, a6}(mul(b3[a0, a4, a2 + a5, a3 + a6], b1[a1, a4, a5, a6]))",
      ]
    `);
  });
  test('one copy serves both gradients of a convolution', () => {
    const forward = inner(convolutionInputGradient(large));
    const weight = inner(convolutionWeightGradient(large));
    const buffers = [
      ...forward.buffers,
      { ...buffer(3, [32, 64, 3, 3]), role: { kind: 'persistent', name: 'dw' } as const },
      { ...buffer(4, [2, 64, 8, 8]) },
    ];
    const renamed = weight.kernels.map((one) => ({
      ...one,
      outputs: one.outputs.map((output) => ({ ...output, buffer: 3 })),
    }));
    const result = padOperands.run(chooseLayout.run({ buffers, kernels: [...forward.kernels, ...renamed] }));
    expect(result.kernels.map(({ name }) => name)).toEqual([
      'conv2d.input/pad2',
      'conv2d.input',
      'conv2d.weight/pad0',
      'conv2d.weight',
    ]);
    expect(printProgram({ buffers: [], kernels: result.kernels.slice(3) })).toContain(
      'mul(b5[a4, a0, a5 + 1, a6 + 1], b6[',
    );
  });
  test('little reuse is not worth a copy', () => {
    const program = inner(convolutionForward({ ...large, outChannels: 1, filter: 3, inChannels: 1 }));
    expect(padOperands.run(program)).toEqual(program);
  });
});

describe('pad-rows', () => {
  const one: ConvolutionCase = {
    batch: 1,
    inChannels: 768,
    outChannels: 20,
    size: 4,
    filter: 1,
    stride: 1,
    padding: 0,
  };
  const padded = (make: typeof convolutionForward, given: ConvolutionCase): string[] =>
    storages(padRows, chooseLayout.run(inner(make(given))));

  test('images whose pixels a weight gradient adds up get a pitch', () => {
    expect(padded(convolutionWeightGradient, one)).toEqual([
      'f32[1, 768, 4, 4] strides 12544 1 3136 784 offset 0 size 12544',
      'f32[20, 768, 1, 1] strides 1 20 15360 15360 offset 0 size 15360',
      'f32[1, 20, 4, 4] strides 320 1 80 20 offset 0 size 320',
    ]);
  });

  test.each([
    ['whose channels are summed', convolutionForward, one],
    ['of few pixels', convolutionWeightGradient, { ...one, size: 3 }],
    ['of short rows', convolutionWeightGradient, { ...one, inChannels: 256 }],
    ['of rows that meet in no set', convolutionWeightGradient, { ...one, inChannels: 800 }],
  ])('those %s stay', (_, make, given) => {
    const { inChannels, size } = given;
    const row = inChannels * size;
    expect(padded(make, given)[0]).toBe(
      `f32[1, ${inChannels}, ${size}, ${size}] strides ${row * size} 1 ${row} ${inChannels} offset 0 size ${row * size}`,
    );
  });
});

describe('pack-panels', () => {
  test('the lane operand of a matrix product is cut into panels of 16', () => {
    expect(lines(packPanels(simd128Tuning), inner(matmulProgram(100, 48, 40))).slice(3)).toMatchInlineSnapshot(`
      [
        "b3 temporary: f32[3, 40, 16]",
        "matmul/panels1 a3:3 a2:40 a1:16",
        "  b3[a3, a2, a1] = b1[a2, a1 + 16*a3]",
        "matmul a0:100 a3:3 a1:16 | a2:40",
        "  b2[a0, a1 + 16*a3] = sum{a2}(mul(b0[a0, a2], b3[a3, a2, a1]))",
      ]
    `);
  });
  test.each([
    [100, 16, 40],
    [100, 50, 40],
    [20, 48, 40],
    [100, 48, 20],
  ] as const)('not where it cannot pay: %i x %i x %i', (m, n, k) => {
    const program = inner(matmulProgram(m, n, k));
    expect(packPanels(simd128Tuning).run(program)).toEqual(program);
  });
});

describe('isolate-sums', () => {
  const gradient = inner(convolutionWeightGradient({ ...small, size: 40, inChannels: 32, outChannels: 32 }));
  test('a weight gradient fused with its update is taken out', () => {
    const scaled = gradient.kernels.map((one) => ({
      ...one,
      outputs: one.outputs.map((output) => ({
        ...output,
        value: binary('sub', load(1, output.index), binary('mul', output.value, constant(0.5))),
      })),
    }));
    const result = isolateSums.run(chooseLayout.run({ ...gradient, kernels: scaled }));
    expect(result.kernels.map(({ name, outputs }) => [name, outputs[0]?.value.kind])).toEqual([
      ['conv2d.weight/sum0', 'reduce'],
      ['conv2d.weight', 'binary'],
    ]);
    expect(result.buffers.at(-1)?.storage.strides).toEqual([1, 32, 3072, 1024]);
    expect(printProgram({ buffers: [], kernels: result.kernels.slice(1) })).toContain(
      'sub(b1[a0, a1, a2, a3], mul(b3[a0, a1, a2, a3], 0.5))',
    );
  });
  test('alone it stays', () => {
    const program = chooseLayout.run(gradient);
    expect(isolateSums.run(program)).toEqual(program);
  });
  test('so is that of an image of three channels, whose other operand is not packed', () => {
    const stem = chooseLayout.run(inner(convolutionWeightGradient({ ...small, size: 64, outChannels: 32 })));
    expect(packPanels(simd128Tuning).run(stem)).toEqual(stem);
    expect(isolateSums.run(halved(stem)).kernels.map(({ name }) => name)).toEqual([
      'conv2d.weight/sum0',
      'conv2d.weight',
    ]);
  });
  test('not a sum along the rows of an operand', () => {
    const program = halved(inner(matmulProgram(100, 64, 2048)));
    expect(isolateSums.run(program)).toEqual(program);
  });
});

describe('split-reductions', () => {
  const sum = (shape: readonly [number, number, number]): KernelProgram => ({
    buffers: [buffer(0, shape), buffer(1, [shape[1]])],
    kernels: [
      kernel('sum', axes(0, [shape[1]]), axes(1, [shape[0], shape[2]]), [
        {
          buffer: 1,
          index: [axis(0)],
          value: binary('mul', reduce('sum', [1, 2], load(0, [axis(1), axis(0), axis(2)])), constant(0.5)),
        },
      ]),
    ],
  });
  test('a long sum becomes partial sums and their sum', () => {
    expect(lines(splitReductions, sum([8, 3, 1000])).slice(2)).toMatchInlineSnapshot(`
      [
        "b2 temporary: f32[3, 8, 8] strides 1 24 3 offset 0 size 192",
        "sum/parts a0:3 a1:8 a3:8 | a2:125",
        "  b2[a0, a1, a3] = sum{a2}(b0[a1, a0, a2 + 125*a3])",
        "sum a0:3 | a1:8 a3:8",
        "  b1[a0] = mul(sum{a1, a3}(b2[a0, a1, a3]), 0.5)",
      ]
    `);
  });
  test.each([
    [8, 3, 30],
    [8, 5000, 1000],
  ] as const)('%i x %i x %i stays whole', (a, b, c) => {
    const program = sum([a, b, c]);
    expect(splitReductions.run(program)).toEqual(program);
  });
});
