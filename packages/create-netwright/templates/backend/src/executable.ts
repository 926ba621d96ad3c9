// Runs the kernels of a planned program in order.

import type { CompileReport, Executable, PlannedProgram, TensorData } from '@netwright/compiler';
import {
  allocate,
  hostArray,
  readBuffer,
  runKernel,
  writeBuffer,
  type HostStore,
  type Memory,
} from '@netwright/compiler/interpreter';

export class TemplateNameExecutable implements Executable {
  readonly report: CompileReport;
  private readonly planned: PlannedProgram;
  private readonly store: HostStore;
  /** One array for each buffer; a plan with offsets in one arena is in `planned.plan`. */
  private readonly memory: Memory;
  private readonly writesStore: boolean;
  /** Version of the store that the kernels before `prepareCount` last saw. */
  private preparedFor = -1;

  constructor(planned: PlannedProgram, store: HostStore, report: CompileReport) {
    const { buffers, kernels } = planned.program;
    this.planned = planned;
    this.store = store;
    this.report = report;
    this.memory = allocate(planned.program, 'f32');
    const written = new Set(kernels.flatMap(({ outputs }) => outputs.map(({ buffer }) => buffer)));
    this.writesStore = buffers.some(({ id, role }) => role.kind === 'persistent' && written.has(id));
  }

  async run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    const { program, prepareCount } = this.planned;
    const { buffers, kernels } = program;
    const { memory, store } = this;
    for (const buffer of buffers) {
      const { id, role } = buffer;
      if (role.kind === 'input') put(buffer, memory[id], inputs[role.name].data);
      if (role.kind === 'persistent') put(buffer, memory[id], store.data(role.name));
    }
    const isPrepared = this.preparedFor === store.version;
    for (const kernel of kernels.slice(isPrepared ? prepareCount : 0)) {
      runKernel({ kernel, buffers, memory, precision: 'f32' });
    }
    const outputs: Record<string, TensorData> = {};
    for (const buffer of buffers) {
      const { id, role, dtype, shape } = buffer;
      if (role.kind === 'persistent') store.data(role.name).set(readBuffer(buffer, memory[id]));
      if (role.kind !== 'output') continue;
      const values = readBuffer(buffer, memory[id]);
      for (const name of role.names) {
        const data = hostArray(dtype, values.length, 'f32');
        data.set(values);
        outputs[name] = { dtype, shape, data };
      }
    }
    if (this.writesStore) store.version++;
    this.preparedFor = store.version;
    return outputs;
  }

  async dispose(): Promise<void> {
    this.preparedFor = -1;
  }
}

function put(buffer: Parameters<typeof writeBuffer>[0], elements: Memory[number], values: ArrayLike<number>): void {
  if (values.length > 0) writeBuffer(buffer, elements, values);
}
