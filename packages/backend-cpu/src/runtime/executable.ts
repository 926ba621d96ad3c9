// A planned program bound to a store: kernels compiled, buffers placed, runs.

import type {
  BufferDecl,
  CompileReport,
  Executable,
  PlannedProgram,
  TensorData,
  TypedArray,
} from '@netwright/compiler';
import { kernelWork } from '@netwright/compiler';
import { NetwrightError } from '@netwright/ir';

import type { KernelCall, Span } from '../generate/driver.ts';
import { describeSchedule } from '../generate/describe-schedule.ts';
import { prepareKernels, type PreparedKernel } from '../generate/kernel-module.ts';
import { storedBytes } from '../generate/lowered.ts';
import type { CpuStore } from './cpu-store.ts';
import type { Engine, FreshKernel, LoadedProgram } from './engine.ts';
import type { Region } from './heap.ts';
import { loadSteps, StepTimer } from './step-timer.ts';
import { ThreadChoice } from './thread-choice.ts';
import { emptyArray, gather, scatter, viewOf } from './transfer.ts';

/** Vector instructions of about a millisecond, in which an engine can make better code, and of some 50 microseconds, which another thread may take on. */
const pieceCost = { alone: 4_000_000, shared: 200_000 };
const mostPieces = 8;

interface Place {
  readonly space: 'arena' | 'fixed';
  readonly offset: number;
}

export interface ExecutableOptions {
  readonly planned: PlannedProgram;
  readonly store: CpuStore;
  readonly engine: Engine;
  /** Unique in the engine. */
  readonly id: number;
  /** Asked for when somebody reads it, with the time at which the program was ready. */
  readonly report: (schedules: readonly string[], finished: number) => CompileReport;
}

/** In turn with runs and other loads, which share the store's memory and kernels. */
export function createExecutable(options: ExecutableOptions): Promise<Executable> {
  return options.engine.exclusive(() => buildExecutable(options));
}

async function buildExecutable({ planned, store, engine, id, report }: ExecutableOptions): Promise<Executable> {
  const { program, prepareCount, plan } = planned;
  const { buffers, kernels } = program;
  const prepared = prepareKernels(program, engine.tuning);
  const regions: Region[] = [];
  store.checkUsable('load');
  const places = placeBuffers(planned, store, regions);
  const { fresh, names } = nameKernels(prepared, store, id);
  const calls = prepared.map((kernel, i) => kernelCall(kernel, names[i] ?? '', buffers, places, engine));
  const loaded = await engine.load({
    program: id,
    store,
    fresh,
    entries: [
      { name: 'prepare', calls: calls.slice(0, prepareCount) },
      { name: 'run', calls: calls.slice(prepareCount) },
    ],
  });
  for (const { kernel, name } of fresh) store.names.set(kernel.signature, name);
  const { memory } = store.heap;
  const roles = buffersByRole(buffers);
  const written = new Set(kernels.flatMap(({ outputs }) => outputs.map(({ buffer }) => buffer)));
  const writtenNames = roles.persistent.filter(({ decl }) => written.has(decl.id)).map(({ name }) => name);
  const preparedFrom = new Set(prepared.slice(0, prepareCount).flatMap(({ lowered }) => lowered.buffers));
  const preparedNames = roles.persistent.filter(({ decl }) => preparedFrom.has(decl.id)).map(({ name }) => name);
  const threads = new ThreadChoice();
  let preparedVersion = -1;
  let disposed = false;
  let steps: Promise<LoadedProgram> | undefined;

  /** One run; `during` does what lies between the inputs and the outputs. */
  const runOnce = async (
    inputs: Readonly<Record<string, TensorData>>,
    during: (arena: number) => Promise<void>,
    prepare: (arena: number) => Promise<void>,
    clock: (name: string) => void = () => undefined,
  ): Promise<Record<string, TensorData>> => {
    store.checkUsable('run');
    if (disposed)
      throw new NetwrightError({
        code: 'executable.disposed',
        operation: 'run',
        expected: 'an executable in use',
        received: 'one that has been disposed of',
      });
    const arena = store.arena(plan.arenaBytes);
    const view = (decl: BufferDecl): TypedArray => {
      const place = places[decl.id] ?? { space: 'fixed', offset: 0 };
      return viewOf(decl.dtype, memory.buffer, place.offset + (place.space === 'arena' ? arena : 0), decl.storage.size);
    };
    const version = store.versionOf(preparedNames);
    if (prepareCount > 0 && preparedVersion !== version) await prepare(arena);
    preparedVersion = version;
    clock('start');
    for (const { name, decl } of roles.input) {
      const tensor = inputs[name];
      if (tensor === undefined) view(decl).fill(0);
      else scatter(tensor.data, view(decl), decl.shape, decl.storage);
    }
    clock('copy inputs');
    await during(arena);
    clock('kernels');
    store.touch(writtenNames);
    const results: Record<string, TensorData> = {};
    for (const { names: outputNames, decl } of roles.output) {
      for (const name of outputNames) {
        const data = emptyArray(
          decl.dtype,
          decl.shape.reduce((a, b) => a * b, 1),
        );
        gather(view(decl), data, decl.shape, decl.storage);
        results[name] = { dtype: decl.dtype, shape: decl.shape, data };
      }
    }
    clock('copy outputs');
    return results;
  };
  const descriptions = prepared.map(describeSchedule);
  const finished = performance.now();
  let made: CompileReport | undefined;
  return {
    get report() {
      made ??= report(descriptions, finished);
      return made;
    },
    run: (inputs) =>
      engine.exclusive(() =>
        runOnce(
          inputs,
          async (arena) => {
            const begin = performance.now();
            await loaded.run(1, arena, threads.alone);
            threads.record(performance.now() - begin);
          },
          (arena) => loaded.run(0, arena),
        ),
      ),
    profile: (inputs) =>
      engine.exclusive(async () => {
        steps ??= loadSteps(engine, store, id, calls);
        const stepwise = await steps;
        const timer = new StepTimer(stepwise, calls);
        const rest: { name: string; nanoseconds: number }[] = [];
        let last = performance.now();
        await runOnce(
          inputs,
          (arena) => timer.run(prepareCount, kernels.length, arena),
          (arena) => timer.run(0, prepareCount, arena),
          (name) => {
            const now = performance.now();
            if (name.startsWith('copy')) rest.push({ name, nanoseconds: (now - last) * 1e6 });
            last = now;
          },
        );
        return {
          kernels: program.kernels.map((kernel, i) => ({
            name: kernel.name,
            operations: kernel.sources.map(({ op }) => op),
            schedule: descriptions[i] ?? '',
            nanoseconds: timer.nanoseconds[i] ?? 0,
            ...kernelWork(kernel, buffers),
          })),
          rest,
        };
      }),
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      loaded.dispose();
      for (const region of regions) store.heap.release(region);
      (await steps)?.dispose();
    },
  };
}

/** Gives equal kernels one name; those of the store's earlier programs keep theirs. */
function nameKernels(
  prepared: readonly PreparedKernel[],
  store: CpuStore,
  program: number,
): { readonly names: readonly string[]; readonly fresh: readonly FreshKernel[] } {
  const fresh = new Map<string, FreshKernel>();
  const names = prepared.map((kernel) => {
    const known = store.names.get(kernel.signature) ?? fresh.get(kernel.signature)?.name;
    if (known !== undefined) return known;
    const name = `p${String(program)}k${String(fresh.size)}`;
    fresh.set(kernel.signature, { name, kernel });
    return name;
  });
  return { names, fresh: [...fresh.values()] };
}

/** Persistent buffers in the store, constants and prepared values in regions of their own, the rest in the arena. */
function placeBuffers(
  { program, prepareCount, plan }: PlannedProgram,
  store: CpuStore,
  regions: Region[],
): readonly Place[] {
  const kept = new Set(
    program.kernels.slice(0, prepareCount).flatMap(({ outputs }) => outputs.map(({ buffer }) => buffer)),
  );
  const own = (decl: BufferDecl): Place => {
    const region = store.heap.allocate(decl.storage.size * storedBytes[decl.dtype]);
    regions.push(region);
    return { space: 'fixed', offset: region.address };
  };
  return program.buffers.map((decl) => {
    switch (decl.role.kind) {
      case 'persistent':
        return { space: 'fixed', offset: store.addressOf(decl.role.name) };
      case 'constant': {
        const place = own(decl);
        const target = viewOf(decl.dtype, store.heap.memory.buffer, place.offset, decl.storage.size);
        const canonical = emptyArray(decl.dtype, decl.role.data.length);
        canonical.set(decl.role.data);
        scatter(canonical, target, decl.shape, decl.storage);
        return place;
      }
      default:
        // A buffer without elements that no kernel mentions has no place.
        return kept.has(decl.id) ? own(decl) : { space: 'arena', offset: Math.max(0, plan.offsets[decl.id] ?? 0) };
    }
  });
}

function kernelCall(
  { lowered, plan, iterations }: PreparedKernel,
  callee: string,
  buffers: readonly BufferDecl[],
  places: readonly Place[],
  { threads, parallelCost }: Engine,
): KernelCall {
  const placeOf = (buffer: number): Place => places[buffer] ?? { space: 'fixed', offset: 0 };
  const written = new Set(lowered.outputs.map(({ slot }) => slot));
  const read = new Set(lowered.nodes.flatMap((node) => (node.kind === 'load' ? [node.slot] : [])));
  const spans = lowered.buffers.map((buffer, slot): Span => {
    const { space, offset } = placeOf(buffer);
    const decl = buffers[buffer];
    const bytes = decl === undefined ? 0 : decl.storage.size * storedBytes[decl.dtype];
    return { buffer, space, start: offset, end: offset + bytes, read: read.has(slot), write: written.has(slot) };
  });
  const parallel = iterations >= threads && plan.cost >= parallelCost;
  const ofPiece = parallel && threads > 1 ? pieceCost.shared : pieceCost.alone;
  return {
    callee,
    addresses: lowered.buffers.map(placeOf),
    iterations,
    cost: plan.cost,
    parallel,
    // Each piece of a sliced sum reads all operands again.
    pieces: plan.slices.length > 0 ? 2 : Math.min(mostPieces, Math.ceil(plan.cost / threads / ofPiece)),
    spans,
  };
}

interface Roles {
  readonly input: readonly { readonly name: string; readonly decl: BufferDecl }[];
  readonly persistent: readonly { readonly name: string; readonly decl: BufferDecl }[];
  readonly output: readonly { readonly names: readonly string[]; readonly decl: BufferDecl }[];
}

function buffersByRole(buffers: readonly BufferDecl[]): Roles {
  const input: { name: string; decl: BufferDecl }[] = [];
  const persistent: { name: string; decl: BufferDecl }[] = [];
  const output: { names: readonly string[]; decl: BufferDecl }[] = [];
  for (const decl of buffers) {
    if (decl.role.kind === 'input') input.push({ name: decl.role.name, decl });
    if (decl.role.kind === 'persistent') persistent.push({ name: decl.role.name, decl });
    if (decl.role.kind === 'output') output.push({ names: decl.role.names, decl });
  }
  return { input, persistent, output };
}
