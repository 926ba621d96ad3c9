// A planned program on a device: its two stages, and the handles that live between them.

import type { BufferDecl, CompileReport, Executable, PlannedProgram, TensorData } from '@netwright/compiler';
import { NetwrightError } from '@netwright/ir';
import { disposed, type Device, type Handle } from '../device/device.ts';
import { createStage, type Stage, type StagePlan, type Step } from '../device/stage.ts';
import { sizeOf } from '../emit/emit-kernel.ts';
import type { GpuJsStore } from './gpujs-store.ts';
import { fromPlanes, toPlanes, zeros } from './planes.ts';

interface Options {
  readonly planned: PlannedProgram;
  readonly steps: readonly Step[];
  readonly isWord: (buffer: number) => boolean;
  readonly store: GpuJsStore;
  readonly device: Device;
  /** The report, given what the first calls of the program took. */
  readonly report: (firstCalls: number | undefined) => CompileReport;
}

export class GpuJsExecutable implements Executable {
  private readonly options: Options;
  /** By buffer, where there is one; those of persistent entries belong to the store. */
  private readonly handles = new Map<number, Handle>();
  /** What depends on parameters alone, and the rest. */
  private readonly plans: readonly StagePlan[];
  private readonly stages: readonly Stage[];
  /** Buffers that keep their handles between runs. */
  private readonly kept: ReadonlySet<number>;
  private readonly isUpdated: boolean;
  private preparedFor = -1;
  private isDisposed = false;

  constructor(options: Options) {
    const { planned, steps, device } = options;
    const { program, prepareCount, plan } = planned;
    this.options = options;
    const prepared = steps.slice(0, prepareCount).map(({ writes }) => writes);
    const constants = program.buffers.filter(({ role }) => role.kind === 'constant').map(({ id }) => id);
    this.kept = new Set([...prepared, ...constants]);
    const outlives = (id: number): boolean =>
      ['persistent', 'output'].includes(program.buffers[id].role.kind) || this.kept.has(id);
    this.plans = [
      planStage(steps.slice(0, prepareCount), plan.lastUses.slice(0, prepareCount), outlives),
      planStage(steps.slice(prepareCount), plan.lastUses.slice(prepareCount), outlives),
    ];
    this.stages = this.plans.map((one) => createStage(device, one));
    this.isUpdated = steps.some(({ writes }) => program.buffers[writes].role.kind === 'persistent');
  }

  /** Of what gpu.js builds at a first call, the report tells once it has happened. */
  get report(): CompileReport {
    const calls = this.stages.flatMap((stage) => stage.firstCall() ?? []);
    return this.options.report(calls.length === 0 ? undefined : calls.reduce((sum, one) => sum + one));
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
        for (const id of [...this.handles.keys()]) if (!this.kept.has(id)) this.free(id);
      }
    });
  }

  dispose(): Promise<void> {
    return this.options.device.exclusive(async () => {
      if (this.isDisposed) return;
      this.isDisposed = true;
      for (const id of [...this.handles.keys()]) this.free(id);
      for (const stage of this.stages) await stage.dispose();
    });
  }

  private async runAll(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>> {
    const { planned, store, isWord } = this.options;
    for (const { id, role } of planned.program.buffers)
      if (role.kind === 'input') await this.put(id, toPlanes(inputs[role.name].data, isWord(id)));
    if (this.preparedFor !== store.version) await this.runStage(0);
    await this.runStage(1);
    const outputs = await this.collect();
    if (this.isUpdated) store.countRun();
    this.preparedFor = store.version;
    return outputs;
  }

  private async runStage(at: number): Promise<void> {
    const { planned, store } = this.options;
    const { buffers } = planned.program;
    const { steps, inputs, results } = this.plans[at];
    if (steps.length === 0) return;
    const given: Handle[] = [];
    for (const id of inputs) given.push(await this.handle(buffers[id]));
    const made = await this.stages[at].run(given);
    results.forEach((id, position) => {
      const { role } = buffers[id];
      if (role.kind === 'persistent') store.update(role.name, made[position]);
      else this.keep(id, made[position]);
    });
  }

  private async handle({ id, role }: BufferDecl): Promise<Handle> {
    const { store, isWord } = this.options;
    if (role.kind === 'persistent') return store.handle(role.name);
    if (role.kind === 'constant' && !this.handles.has(id)) await this.put(id, toPlanes(role.data, isWord(id)));
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

  private async collect(): Promise<Record<string, TensorData>> {
    const { device, planned, isWord } = this.options;
    const outputs: Record<string, TensorData> = {};
    for (const { id, role, dtype, shape } of planned.program.buffers) {
      if (role.kind !== 'output') continue;
      const handle = this.handles.get(id);
      const planes = handle === undefined ? undefined : await device.download(handle);
      for (const name of role.names) {
        const data = planes === undefined ? zeros(dtype, sizeOf(shape)) : fromPlanes(planes, dtype, isWord(id));
        outputs[name] = { dtype, shape, data };
      }
    }
    return outputs;
  }
}

/** What the steps take from outside, and what is needed of theirs when they have run. */
function planStage(
  steps: readonly Step[],
  lastUses: StagePlan['lastUses'],
  outlives: (buffer: number) => boolean,
): StagePlan {
  const written = new Set<number>();
  const inputs = new Set<number>();
  for (const { reads, writes } of steps) {
    for (const id of reads) if (!written.has(id)) inputs.add(id);
    written.add(writes);
  }
  return { steps, lastUses, inputs: [...inputs], results: [...written].filter(outlives) };
}
