// Kernels that run one after the other, as many calls or as one.

import type { EmittedKernel } from '../emit/emit-kernel.ts';
import { disposed, type Device, type DeviceKernel, type Handle } from './device.ts';

export interface Step extends EmittedKernel {
  readonly kernel: DeviceKernel;
}

export interface StagePlan {
  readonly steps: readonly Step[];
  /** Buffers that are given. */
  readonly inputs: readonly number[];
  /** Buffers that outlive the stage. */
  readonly results: readonly number[];
  /** For each step, the buffers whose last use it is. */
  readonly lastUses: readonly (readonly number[])[];
}

export interface Stage {
  /** The results, which belong to the caller. */
  run(inputs: readonly Handle[]): Promise<readonly Handle[]>;
  /** What the first call of all took, where there is one. */
  firstCall(): number | undefined;
  dispose(): Promise<void>;
}

export function createStage(device: Device, plan: StagePlan): Stage {
  return device.isRecording ? recorded(device, plan) : sequence(device, plan);
}

/** A call for each kernel; what is between them is freed at its last use. */
function sequence(device: Device, { steps, inputs, results, lastUses }: StagePlan): Stage {
  return {
    run: async (given) => {
      const values = bind(inputs, given);
      const made = new Map<number, Handle>();
      const free = (id: number): void => {
        const handle = made.get(id);
        if (handle !== undefined) device.free(handle);
        made.delete(id);
      };
      try {
        for (const [at, step] of steps.entries()) {
          const result = await device.run(step.kernel, argumentsOf(step, values));
          made.set(step.writes, result);
          values.set(step.writes, result);
          for (const id of lastUses[at]) if (!results.includes(id)) free(id);
        }
      } catch (error) {
        for (const id of [...made.keys()]) free(id);
        throw error;
      }
      return results.map((id) => valueOf(values, id));
    },
    firstCall: () => undefined,
    dispose: async () => undefined,
  };
}

/** One call for all kernels. */
function recorded(device: Device, { steps, inputs, results }: StagePlan): Stage {
  const rows = new Map(steps.map(({ writes, interleaved }) => [writes, interleaved]));
  const recording = device.record(inputs.length, (given) => {
    const values = bind(inputs, given);
    for (const step of steps) values.set(step.writes, step.kernel.run(...argumentsOf(step, values)) as Handle);
    return results.map((id) => valueOf(values, id));
  });
  return {
    run: async (given) => {
      const made = await recording.call(given);
      return made.map((handle, at) => {
        const width = rows.get(results[at]);
        return width === undefined ? handle : separateRows(handle as Float32Array, width);
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
function separateRows(data: Float32Array, width: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let block = 0; block < data.length; block += 4 * width)
    for (let row = 0; row < 4; row++)
      for (let at = 0; at < width; at++) result[block + row * width + at] = data[block + 4 * at + row];
  return result;
}
