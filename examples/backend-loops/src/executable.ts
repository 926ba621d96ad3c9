// Runs the kernels of a program in order. Every buffer has an array of its own, so the plan of an arena is not needed.

import type { CompileReport, Executable, KernelProgram, TensorData } from '@netwright/compiler';
import { allocate, hostArray, readBuffer, writeBuffer, type HostStore } from '@netwright/compiler/interpreter';
import type { KernelFunction } from './emit-kernel.ts';

export interface LoopsProgram {
  readonly program: KernelProgram;
  readonly kernels: readonly KernelFunction[];
  readonly store: HostStore;
  readonly report: CompileReport;
}

export class LoopsExecutable implements Executable {
  readonly report: CompileReport;
  readonly #loaded: LoopsProgram;
  readonly #memory: ReturnType<typeof allocate>;
  readonly #isUpdating: boolean;

  constructor(loaded: LoopsProgram) {
    const { program, report } = loaded;
    this.report = report;
    this.#loaded = loaded;
    this.#memory = allocate(program, 'f32');
    const written = new Set(program.kernels.flatMap(({ outputs }) => outputs.map(({ buffer }) => buffer)));
    this.#isUpdating = program.buffers.some(({ id, role }) => role.kind === 'persistent' && written.has(id));
  }

  async run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    const { program, kernels, store } = this.#loaded;
    const memory = this.#memory;
    for (const buffer of program.buffers) {
      const { role, id } = buffer;
      const given =
        role.kind === 'input' ? inputs[role.name].data : role.kind === 'persistent' ? store.data(role.name) : undefined;
      if (given !== undefined && given.length > 0) writeBuffer(buffer, memory[id], given);
    }
    for (const kernel of kernels) kernel(memory);
    const outputs: Record<string, TensorData> = {};
    for (const buffer of program.buffers) {
      const { role, dtype, shape, id } = buffer;
      if (role.kind !== 'output' && role.kind !== 'persistent') continue;
      const values = readBuffer(buffer, memory[id]);
      if (role.kind === 'persistent') store.data(role.name).set(values);
      else {
        for (const name of role.names) {
          const data = hostArray(dtype, values.length, 'f32');
          data.set(values);
          outputs[name] = { dtype, shape, data };
        }
      }
    }
    if (this.#isUpdating) store.version++;
    return outputs;
  }

  async dispose(): Promise<void> {
    await Promise.resolve();
  }
}
