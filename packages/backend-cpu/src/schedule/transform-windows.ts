// Sums of products over 3x3 windows with stride 1, through minimal filtering where that is faster.

import { liveBytesOf, type Kernel, type KernelProgram, type SchedulePass } from '@netwright/compiler';

import { chooseFiltering, type WindowAlgorithm } from './winograd/choose-filtering.ts';
import { convolveTiles } from './winograd/at-positions.ts';
import { correlateTiles } from './winograd/at-taps.ts';
import { planTransform } from './winograd/plan.ts';
import type { Registers } from './registers.ts';
import { Scratch } from './winograd/scratch.ts';
import { splitForMemory, type Room } from './winograd/split-for-memory.ts';
import { preparedBuffers } from './prepared-buffers.ts';
import { windowSumOf } from './windows.ts';

const taps = 3;
/** What lives at once may take this much more with transformed operands than without, and this much where it must; the rest is left for padding and for gaps. */
const wantedShare = 1.1;
const mostShare = 1.13;
/** Bytes that a program of any size may take: many small parts would cost more than they save. */
const floor = 2 ** 21;

export interface TransformOptions {
  readonly precision: 'high' | 'fast';
  readonly registers: Registers;
  /** In place of the choice by cost. */
  readonly force?: WindowAlgorithm;
  /** In place of what the program's live values leave; without a limit where the algorithm is forced. */
  readonly room?: Room;
}

export function transformWindows(options: TransformOptions): SchedulePass {
  return {
    name: 'transform-windows',
    requires: 'Layouts are chosen.',
    guarantees:
      'Sums over 3x3 windows with stride 1 use fewer multiplications where the cost model says that this is faster, within the allowed loss of digits, in parts where all at once would take too much memory.',
    run: (program) => {
      const { force, room: given = force === undefined ? undefined : unlimited } = options;
      const scratch = new Scratch(program.buffers);
      const prepared = preparedBuffers(program);
      const { during, peak } = liveBytesOf(program);
      const kernels = program.kernels.flatMap((kernel, at) => {
        const live = during[at] ?? 0;
        const room = given ?? { wanted: wantedShare * peak - live, most: mostShare * peak - live, floor };
        return transform(kernel, program, prepared, scratch, { ...options, room });
      });
      return { buffers: scratch.buffers, kernels };
    },
  };
}

const unlimited: Room = { wanted: Infinity, most: Infinity, floor };

function transform(
  kernel: Kernel,
  { buffers }: KernelProgram,
  prepared: ReadonlySet<number>,
  scratch: Scratch,
  { precision, registers, force, room }: TransformOptions & { readonly room: Room },
): readonly Kernel[] {
  const sum = windowSumOf(kernel, taps);
  if (sum === undefined || sum.otherAxes.length === 0 || (sum.outputs === 'positions' && sum.summedAxes.length === 0))
    return [kernel];
  if (sum.outputs === 'taps' && sum.imageAxes.length === 0) return [kernel];
  if (buffers[sum.image.buffer]?.dtype !== 'f32' || buffers[sum.other.buffer]?.dtype !== 'f32') return [kernel];
  const isPrepared = prepared.has(sum.other.buffer);
  const tile = force ?? chooseFiltering(kernel, sum, { isPrepared, precision, registers });
  if (tile === 'direct') return [kernel];
  const parts = splitForMemory(kernel, sum, tile, room, isPrepared);
  return scratch.sharing(() =>
    parts.flatMap((part) => {
      const own = windowSumOf(part, taps);
      if (own === undefined) return [part];
      const plan = planTransform(part, own, tile, taps);
      return own.outputs === 'positions' ? convolveTiles(plan, scratch, registers) : correlateTiles(plan, scratch);
    }),
  );
}
