// Runs a planned program as its plan says: buffers in one arena, or handles that live from their first write to their last use.

import { NetwrightError } from '@netwright/ir';
import type { CompileReport, Executable, TensorData } from '../backend.ts';
import type { KernelCapabilities } from '../capabilities.ts';
import { kernelDemand } from '../passes/kernel-demand.ts';
import { STORED_BYTES } from '../kernels/buffer-bytes.ts';
import type { BufferDecl, Kernel } from '../kernels/kernel.ts';
import type { PlannedProgram } from '../planned-program.ts';
import { hostArray, type HostStore } from './host-store.ts';
import { readBuffer, writeBuffer, type Elements, type Precision } from './memory.ts';
import { runKernel } from './run-kernel.ts';

interface Options {
  readonly planned: PlannedProgram;
  readonly store: HostStore;
  readonly precision: Precision;
  readonly capabilities: KernelCapabilities;
  readonly report: CompileReport;
}

const GONE = new Float64Array(0);

export class InterpretedExecutable implements Executable {
  readonly report: CompileReport;
  private readonly options: Options;
  /** By buffer; empty where nothing is. */
  private readonly memory: Elements[];
  private readonly isUpdated: boolean;
  private preparedFor = -1;

  constructor(options: Options) {
    const { planned, precision, report } = options;
    const { program, plan, prepareCount } = planned;
    const { buffers, kernels } = program;
    this.options = options;
    this.report = report;
    const kept = new Set(kernels.slice(0, prepareCount).flatMap(({ outputs }) => outputs.map(({ buffer }) => buffer)));
    // In double precision every element takes twice its bytes.
    const scale = precision === 'f64' ? 2 : 1;
    const arena = new ArrayBuffer(plan.arenaBytes * scale);
    this.memory = buffers.map((buffer) => {
      const { id, role, dtype, storage } = buffer;
      if (plan.offsets[id] >= 0) return arenaView(arena, plan.offsets[id] * scale, buffer, precision);
      if (role.kind !== 'constant' && role.kind !== 'persistent' && !kept.has(id)) return GONE;
      const elements = hostArray(dtype, storage.size, precision);
      if (role.kind === 'constant') writeBuffer(buffer, elements, role.data);
      return elements;
    });
    const written = new Set(kernels.flatMap(({ outputs }) => outputs.map(({ buffer }) => buffer)));
    this.isUpdated = buffers.some(({ id, role }) => role.kind === 'persistent' && written.has(id));
  }

  async run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    const { planned, store } = this.options;
    const { program, prepareCount } = planned;
    const { buffers, kernels } = program;
    for (const buffer of buffers) {
      const { role } = buffer;
      if (role.kind === 'persistent') this.put(buffer, store.data(role.name));
      else if (role.kind === 'input') this.put(buffer, inputs[role.name].data);
    }
    const isPrepared = this.preparedFor === store.version;
    for (let at = isPrepared ? prepareCount : 0; at < kernels.length; at++) this.runAt(at);
    const outputs = this.collect();
    for (const buffer of buffers) {
      if (buffer.role.kind === 'persistent')
        store.data(buffer.role.name).set(readBuffer(buffer, this.memory[buffer.id]));
    }
    if (this.isUpdated) store.version++;
    this.preparedFor = store.version;
    return outputs;
  }

  async dispose(): Promise<void> {
    this.memory.length = 0;
  }

  private runAt(at: number): void {
    const { planned, precision, capabilities } = this.options;
    const { buffers, kernels } = planned.program;
    const kernel = kernels[at];
    checkLimits(kernel, buffers, capabilities);
    for (const { buffer } of kernel.outputs) this.allocate(buffers[buffer]);
    runKernel({ kernel, buffers, memory: this.memory, precision });
    if (capabilities.memory === 'handles') for (const buffer of planned.plan.lastUses[at]) this.memory[buffer] = GONE;
  }

  private allocate({ id, dtype, storage }: BufferDecl): void {
    const { memory, options } = this;
    if (memory[id] === GONE) memory[id] = hostArray(dtype, storage.size, options.precision);
  }

  private put(buffer: BufferDecl, data: ArrayLike<number>): void {
    this.allocate(buffer);
    if (data.length > 0) writeBuffer(buffer, this.memory[buffer.id], data);
  }

  private collect(): Record<string, TensorData> {
    const outputs: Record<string, TensorData> = {};
    for (const buffer of this.options.planned.program.buffers) {
      const { role, dtype, shape } = buffer;
      if (role.kind !== 'output') continue;
      this.allocate(buffer);
      const values = readBuffer(buffer, this.memory[buffer.id]);
      for (const name of role.names) {
        const data = hostArray(dtype, values.length, this.options.precision);
        data.set(values);
        outputs[name] = { dtype, shape, data };
      }
      if (this.options.capabilities.memory === 'handles') this.memory[buffer.id] = GONE;
    }
    return outputs;
  }
}

function arenaView(
  arena: ArrayBuffer,
  start: number,
  { dtype, storage: { size } }: BufferDecl,
  precision: Precision,
): Elements {
  if (dtype === 'f32' && precision === 'f64') return new Float64Array(arena, start, size);
  if (dtype === 'f32') return new Float32Array(arena, start, size);
  return STORED_BYTES[dtype] === 4 ? new Int32Array(arena, start, size) : new Uint8Array(arena, start, size);
}

function checkLimits(kernel: Kernel, buffers: readonly BufferDecl[], capabilities: KernelCapabilities): void {
  const { outputs, buffersUsed, iterations, positions } = kernelDemand(kernel, buffers);
  const { maxOutputs, maxBuffers, maxIterations, maxIndex } = capabilities;
  const reasons = [
    { what: 'outputs', used: outputs, limit: maxOutputs },
    { what: 'buffers read and written', used: buffersUsed, limit: maxBuffers },
    { what: 'steps of reductions', used: iterations, limit: maxIterations },
    { what: 'positions in a buffer', used: positions, limit: maxIndex },
  ].flatMap(({ what, used, limit }) =>
    used <= limit ? [] : [`${String(used)} ${what}, and the limit is ${String(limit)}`],
  );
  if (reasons.length === 0) return;
  throw new NetwrightError({
    code: 'interpreter.limits',
    operation: 'run',
    scope: kernel.name,
    expected: 'a kernel within the capabilities that it was compiled for',
    received: reasons.join('; '),
  });
}
