// Sums of products over 3x3 windows with stride 1, through minimal filtering where that is faster.

import type { Kernel, KernelProgram, SchedulePass } from '@netwright/compiler';

import { chooseFiltering, type WindowAlgorithm } from './winograd/choose-filtering.ts';
import { convolveTiles } from './winograd/at-positions.ts';
import { correlateTiles } from './winograd/at-taps.ts';
import { planTransform } from './winograd/plan.ts';
import { Scratch } from './winograd/scratch.ts';
import { preparedBuffers } from './prepared-buffers.ts';
import { windowSumOf } from './windows.ts';

const taps = 3;

export interface TransformOptions {
  readonly precision: 'high' | 'fast';
  /** In place of the choice by cost. */
  readonly force?: WindowAlgorithm;
}

export function transformWindows(options: TransformOptions): SchedulePass {
  return {
    name: 'transform-windows',
    requires: 'Layouts are chosen.',
    guarantees:
      'Sums over 3x3 windows with stride 1 use fewer multiplications where the cost model says that this is faster, within the allowed loss of digits.',
    run: (program) => {
      const scratch = new Scratch(program.buffers);
      const prepared = preparedBuffers(program);
      const kernels = program.kernels.flatMap((kernel) => transform(kernel, program, prepared, scratch, options));
      return { buffers: scratch.buffers, kernels };
    },
  };
}

function transform(
  kernel: Kernel,
  program: KernelProgram,
  prepared: ReadonlySet<number>,
  scratch: Scratch,
  { precision, force }: TransformOptions,
): readonly Kernel[] {
  const sum = windowSumOf(kernel, taps);
  if (sum === undefined || sum.otherAxes.length === 0 || (sum.outputs === 'positions' && sum.summedAxes.length === 0))
    return [kernel];
  if (sum.outputs === 'taps' && sum.imageAxes.length === 0) return [kernel];
  if (program.buffers[sum.image.buffer]?.dtype !== 'f32' || program.buffers[sum.other.buffer]?.dtype !== 'f32')
    return [kernel];
  const tile = force ?? chooseFiltering(kernel, sum, { isPrepared: prepared.has(sum.other.buffer), precision });
  if (tile === 'direct') return [kernel];
  const plan = planTransform(kernel, sum, tile, taps);
  return sum.outputs === 'positions' ? convolveTiles(plan, scratch) : correlateTiles(plan, scratch);
}
