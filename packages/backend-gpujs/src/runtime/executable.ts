// A planned program on a device: its two stages, and the handles that live between them.

import {
  stagesOf,
  type BufferDecl,
  type CompileReport,
  type Executable,
  type PlannedProgram,
  type ProgramStage,
  type TensorData,
} from '@netwright/compiler';
import { disposed, type Device, type Handle } from '../device/device.ts';
import { HandleTable } from '../device/handle-table.ts';
import { createStage, type Stage, type Step } from '../device/stage.ts';
import type { GpuJsStore } from './gpujs-store.ts';
import { fromPlanes, toPlanes } from './planes.ts';

interface Options {
  readonly planned: PlannedProgram;
  readonly steps: readonly Step[];
  readonly isWord: (buffer: number) => boolean;
  readonly store: GpuJsStore;
  readonly device: Device;
  /** The report, given what the first calls of the stages took. */
  readonly report: (firstCalls: number) => CompileReport;
}

export class GpuJsExecutable implements Executable {
  private readonly options: Options;
  /** By buffer, where there is one; those of persistent entries belong to the store. */
  private readonly handles: HandleTable<number>;
  /** What depends on parameters alone, and the rest. */
  private readonly plans: readonly ProgramStage[];
  private readonly stages: readonly Stage[];
  /** Buffers that keep their handles between runs. */
  private readonly kept: ReadonlySet<number>;
  private preparedFor = -1;
  private isDisposed = false;

  constructor(options: Options) {
    const { planned, steps, device } = options;
    const { program, prepareCount } = planned;
    this.options = options;
    this.handles = new HandleTable(device);
    this.plans = stagesOf(planned);
    this.stages = [steps.slice(0, prepareCount), steps.slice(prepareCount)].map((own, at) =>
      createStage(device, { ...this.plans[at], steps: own }),
    );
    const constants = program.buffers.filter(({ role }) => role.kind === 'constant').map(({ id }) => id);
    this.kept = new Set([...this.plans[0].results, ...constants]);
  }

  /** Of what gpu.js builds at a first call, the report tells once it has happened. */
  get report(): CompileReport {
    return this.options.report(this.stages.reduce((sum, stage) => sum + (stage.firstCall?.() ?? 0), 0));
  }

  run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    const { device, store } = this.options;
    return device.exclusive(async () => {
      if (this.isDisposed) throw disposed('run', 'executable');
      store.checkUsable('run');
      try {
        return await this.runAll(inputs);
      } finally {
        this.handles.clear(this.kept);
      }
    });
  }

  dispose(): Promise<void> {
    return this.options.device.exclusive(async () => {
      if (this.isDisposed) return;
      this.isDisposed = true;
      this.handles.clear();
      for (const stage of this.stages) await stage.dispose?.();
    });
  }

  private async runAll(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    const { planned, store, isWord } = this.options;
    for (const { id, role } of planned.program.buffers)
      if (role.kind === 'input') await this.put(id, toPlanes(inputs[role.name].data, isWord(id)));
    if (this.preparedFor !== store.version) await this.runStage(0);
    await this.runStage(1);
    const outputs = await this.collect();
    this.preparedFor = store.version;
    return outputs;
  }

  private async runStage(at: number): Promise<void> {
    const { planned, store } = this.options;
    const { buffers } = planned.program;
    const { kernels, inputs, results } = this.plans[at];
    if (kernels.length === 0) return;
    const given: Handle[] = [];
    for (const id of inputs) given.push(await this.handle(buffers[id]));
    const made = await this.stages[at].run(given);
    results.forEach((id, position) => {
      const { role } = buffers[id];
      if (role.kind === 'persistent') store.update(role.name, made[position]);
      else this.handles.set(id, made[position]);
    });
  }

  private async handle({ id, role }: BufferDecl): Promise<Handle> {
    const { store, isWord } = this.options;
    if (role.kind === 'persistent') return store.handle(role.name);
    const known = this.handles.get(id);
    if (known === undefined && role.kind === 'constant') await this.put(id, toPlanes(role.data, isWord(id)));
    const handle = this.handles.get(id);
    if (handle === undefined) throw disposed('run');
    return handle;
  }

  private async put(id: number, planes: Float32Array): Promise<void> {
    if (planes.length > 0) this.handles.set(id, await this.options.device.upload(planes));
  }

  private async collect(): Promise<Record<string, TensorData>> {
    const { device, planned, isWord } = this.options;
    const outputs: Record<string, TensorData> = {};
    for (const { id, role, dtype, shape } of planned.program.buffers) {
      if (role.kind !== 'output') continue;
      const handle = this.handles.get(id);
      // Nothing writes an output without elements.
      const planes = handle === undefined ? new Float32Array() : await device.download(handle);
      for (const name of role.names) outputs[name] = { dtype, shape, data: fromPlanes(planes, dtype, isWord(id)) };
    }
    return outputs;
  }
}
