// Kernels that run one after the other, as many calls or as one.

import type { ProgramStage } from '@netwright/compiler';
import type { EmittedKernel } from '../emit/emit-kernel.ts';
import { HandleTable } from './handle-table.ts';
import { disposed, type Device, type DeviceKernel, type Handle } from './device.ts';

export interface Step extends EmittedKernel {
  readonly kernel: DeviceKernel;
  /** Milliseconds that emitting it took; undefined where the kernel was there already. */
  readonly cost: number | undefined;
}

export interface StagePlan extends ProgramStage {
  readonly steps: readonly Step[];
}

export interface Stage {
  /** The results, which belong to the caller. */
  run(inputs: readonly Handle[]): Promise<readonly Handle[]>;
  /** What the first call of all took, where there is one. */
  firstCall?(): number | undefined;
  dispose?(): Promise<void>;
}

export function createStage(device: Device, plan: StagePlan): Stage {
  return device.isRecording ? recorded(device, plan) : sequence(device, plan);
}

/** A call for each kernel; what is between them is freed at its last use. */
function sequence(device: Device, { steps, inputs, results, lastUses }: StagePlan): Stage {
  return {
    run: async (given) => {
      const values = bind(inputs, given);
      const made = new HandleTable<number>(device);
      try {
        for (const [at, step] of steps.entries()) {
          const result = await device.run(step.kernel, argumentsOf(step, values));
          made.set(step.writes, result);
          values.set(step.writes, result);
          for (const id of lastUses[at]) if (!results.includes(id)) made.free(id);
        }
      } catch (error) {
        made.clear();
        throw error;
      }
      return results.map((id) => valueOf(values, id));
    },
  };
}

/** One call for all kernels. */
function recorded(device: Device, { steps, inputs, results }: StagePlan): Stage {
  const rows = new Map(steps.map(({ writes, interleaved, output }) => [writes, [interleaved, output[0]] as const]));
  const recording = device.record(inputs.length, (given) => {
    const values = bind(inputs, given);
    for (const step of steps) values.set(step.writes, step.kernel.run(...argumentsOf(step, values)) as Handle);
    return results.map((id) => valueOf(values, id));
  });
  return {
    run: async (given) => {
      const made = await recording.call(given);
      return made.map((handle, at) => {
        const [width, threads = 0] = rows.get(results[at]) ?? [];
        return width === undefined ? handle : separateRows(handle as Float32Array, width, threads);
      });
    },
    firstCall: () => recording.firstCall,
    dispose: () => recording.dispose(),
  };
}

function bind(ids: readonly number[], given: readonly Handle[]): Map<number, Handle> {
  return new Map(ids.map((id, at) => [id, given[at]]));
}

function argumentsOf({ reads, usesInfinity }: Step, values: ReadonlyMap<number, Handle>): (Handle | number)[] {
  const given = reads.map((id) => valueOf(values, id));
  return usesInfinity ? [...given, Infinity] : given;
}

function valueOf(values: ReadonlyMap<number, Handle>, id: number): Handle {
  const value = values.get(id);
  if (value === undefined) throw disposed('run');
  return value;
}

/** Rows one after the other from four at a time, element by element. */
function separateRows(data: Float32Array, width: number, threads: number): Float32Array {
  const blocks = data.length / (4 * threads);
  const result = new Float32Array(4 * blocks * width);
  for (let block = 0; block < blocks; block++)
    for (let row = 0; row < 4; row++)
      for (let at = 0; at < width; at++)
        result[(4 * block + row) * width + at] = data[4 * (block * threads + at) + row];
  return result;
}
