// A planned program on a device: kernels in order, handles freed at their last use.

import type { BufferDecl, CompileReport, Executable, PlannedProgram, TensorData } from '@netwright/compiler';
import { NetwrightError } from '@netwright/ir';
import { disposed, type Device, type DeviceKernel, type Handle } from '../device/device.ts';
import { sizeOf, type EmittedKernel, type KernelEmitter } from '../emit/emit-kernel.ts';
import type { GpuJsStore } from './gpujs-store.ts';
import { fromPlanes, toPlanes, zeros } from './planes.ts';

export interface LoadedKernel extends EmittedKernel {
  readonly kernel: DeviceKernel;
}

interface Options {
  readonly planned: PlannedProgram;
  readonly kernels: readonly LoadedKernel[];
  readonly emitter: KernelEmitter;
  readonly store: GpuJsStore;
  readonly device: Device;
  readonly report: CompileReport;
}

export class GpuJsExecutable implements Executable {
  readonly report: CompileReport;
  private readonly options: Options;
  /** By buffer, where there is one; those of persistent entries belong to the store. */
  private readonly handles = new Map<number, Handle>();
  /** Buffers that keep their handles between runs. */
  private readonly kept: ReadonlySet<number>;
  private readonly isUpdated: boolean;
  private preparedFor = -1;
  private isDisposed = false;

  constructor(options: Options) {
    const { planned, report } = options;
    const { program, prepareCount } = planned;
    this.options = options;
    this.report = report;
    const written = program.kernels.map(({ outputs: [{ buffer }] }) => buffer);
    this.kept = new Set(written.slice(0, prepareCount));
    this.isUpdated = written.some((buffer) => program.buffers[buffer].role.kind === 'persistent');
  }

  run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    const { device, store } = this.options;
    return device.exclusive(async () => {
      if (this.isDisposed)
        throw new NetwrightError({
          code: 'executable.disposed',
          operation: 'run',
          expected: 'an executable in use',
          received: 'one that has been disposed of',
        });
      store.checkUsable('run');
      try {
        return await this.runAll(inputs);
      } finally {
        this.freeTemporaries();
      }
    });
  }

  dispose(): Promise<void> {
    const { device, kernels } = this.options;
    return device.exclusive(async () => {
      if (this.isDisposed) return;
      this.isDisposed = true;
      for (const handle of this.handles.values()) device.free(handle);
      this.handles.clear();
      for (const { kernel } of kernels) device.release(kernel);
    });
  }

  private async runAll(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    const { planned, store } = this.options;
    const { program, prepareCount } = planned;
    const isPrepared = this.preparedFor === store.version;
    for (const { id, role } of program.buffers)
      if (role.kind === 'input') await this.put(id, toPlanes(inputs[role.name].data, this.isWord(id)));
    for (let at = isPrepared ? prepareCount : 0; at < program.kernels.length; at++) await this.runAt(at);
    const outputs = await this.collect();
    if (this.isUpdated) store.countRun();
    this.preparedFor = store.version;
    return outputs;
  }

  private async runAt(at: number): Promise<void> {
    const { planned, kernels, device, store } = this.options;
    const { buffers, kernels: declared } = planned.program;
    const { kernel, reads, usesInfinity } = kernels[at];
    const [{ buffer }] = declared[at].outputs;
    const values: Handle[] = [];
    for (const read of reads) values.push(await this.handle(buffers[read]));
    const result = await device.run(kernel, usesInfinity ? [...values, Infinity] : values);
    const { role } = buffers[buffer];
    if (role.kind === 'persistent') store.update(role.name, result);
    else this.keep(buffer, result);
    for (const used of planned.plan.lastUses[at]) this.free(used);
  }

  private async handle({ id, role }: BufferDecl): Promise<Handle> {
    if (role.kind === 'persistent') return this.options.store.handle(role.name);
    if (role.kind === 'constant' && !this.handles.has(id)) await this.put(id, toPlanes(role.data, this.isWord(id)));
    const handle = this.handles.get(id);
    if (handle === undefined) throw disposed('run');
    return handle;
  }

  private async put(id: number, planes: Float32Array): Promise<void> {
    if (planes.length > 0) this.keep(id, await this.options.device.upload(planes));
  }

  private keep(id: number, handle: Handle): void {
    this.free(id);
    this.handles.set(id, handle);
  }

  private free(id: number): void {
    const handle = this.handles.get(id);
    if (handle !== undefined) this.options.device.free(handle);
    this.handles.delete(id);
  }

  private isWord(id: number): boolean {
    return this.options.emitter.isWord(id);
  }

  private async collect(): Promise<Record<string, TensorData>> {
    const { device, planned } = this.options;
    const outputs: Record<string, TensorData> = {};
    for (const { id, role, dtype, shape } of planned.program.buffers) {
      if (role.kind !== 'output') continue;
      const handle = this.handles.get(id);
      const planes = handle === undefined ? undefined : await device.download(handle);
      for (const name of role.names) {
        const data = planes === undefined ? zeros(dtype, sizeOf(shape)) : fromPlanes(planes, dtype, this.isWord(id));
        outputs[name] = { dtype, shape, data };
      }
    }
    return outputs;
  }

  /** What a run leaves behind: outputs, inputs that no kernel reads, and everything after a failure. */
  private freeTemporaries(): void {
    const { buffers } = this.options.planned.program;
    for (const id of [...this.handles.keys()])
      if (!this.kept.has(id) && buffers[id].role.kind !== 'constant') this.free(id);
  }
}
