// One work at one number of threads: every engine loads it, gives the same results, and then they take turns.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { requirePeer } from './children/peers.ts';
import { Child, ChildError } from './child.ts';
import { compareResults, compareUpdates, type Comparison } from './compare.ts';
import type { Engine } from './engines.ts';
import type { Job } from './job.ts';
import { median } from './median.ts';
import { writeOnnx, type OnnxProto } from './networks/onnx.ts';
import { prepareWork, type PreparedWork } from './networks/prepare-work.ts';
import { readTensors, type Tensors } from './networks/tensors.ts';
import { STEP, type Work } from './work.ts';

export interface MeasureOptions {
  readonly threads: number;
  readonly engines: readonly Engine[];
  /** Turns that each engine has after two that are not counted. */
  readonly rounds: number;
  /**
   * In its turn an engine runs again and again for at least so long. Where that is more than one run, the first does not count: caches hold what the
   * engine before left, and threads sleep.
   */
  readonly turnMilliseconds: number;
  /** An engine that has used so many seconds of counted rounds takes part in no further one. */
  readonly seconds: number;
  /** Where tensors and models are written. */
  readonly folder: string;
  /** The packages of other engines. */
  readonly peers: string;
  /** Programs and arguments of children. */
  readonly programs: Readonly<Record<Engine['program'], readonly string[] | undefined>>;
  readonly onProgress?: (text: string) => void;
}

export interface Figures {
  readonly version: string;
  /** Process start not included: packages, weights, compilation. */
  readonly loadMilliseconds: number;
  readonly firstMilliseconds: number;
  readonly secondMilliseconds: number;
  /** The median run of each counted turn, by the clock on the wall and by processor time of all threads. */
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
  /** Of a training step: the most resident memory of a process that loads the engine and makes {@link memorySteps} steps, and nothing else. */
  readonly peakBytes?: number;
  /** Against the first engine; absent for that one. */
  readonly check?: Comparison;
}

export interface Measurement {
  readonly work: string;
  readonly threads: number;
  readonly engine: string;
  readonly group: Engine['group'];
  readonly figures?: Figures;
  /** Why there are none. */
  readonly reason?: string;
  /** Whether it broke or computed something else, rather than said that it cannot do the work. */
  readonly failed?: boolean;
}

/** Largest differences that pass: of results, and of the change that a step makes. */
export const TOLERANCE = { inference: 1e-4, forward: 1e-4, gradients: 1e-4, training: 5e-2 } as const;

const warmUp = 2;
/** The first allocates moments; the next has them from its start. */
const memorySteps = 3;
const loadSeconds = 180;
/** A run takes seconds at most; an engine that would need minutes is left out. */
const runSeconds = 60;
/** Before each turn: threads of the engine before, such as those of onnxruntime-web, go on polling for some 50 milliseconds. */
const restMilliseconds = 200;

interface Running {
  readonly engine: Engine;
  readonly child: Child;
  readonly wall: number[];
  readonly cpu: number[];
  /** Of the clock on the wall, in counted turns. */
  usedMilliseconds: number;
  figures: Figures;
}

/** Engines that fail or compute something else are left out, with the reason. */
export async function measure(work: Work, options: MeasureOptions): Promise<readonly Measurement[]> {
  const prepared = await prepareWork(work, options.folder);
  const onnx = await writeModel(work, prepared, options);
  const open = (engine: Engine): Promise<Opened> => openEngine(engine, work, prepared, onnx, options);
  const running: Running[] = [];
  const measured: Measurement[] = [];
  const row = ({ name, group }: Engine): Pick<Measurement, 'work' | 'threads' | 'engine' | 'group'> => ({
    work: work.name,
    threads: options.threads,
    engine: name,
    group,
  });
  /** Whether the engine did what it was asked; if not, it takes no further part. */
  const attempt = async (engine: Engine, action: () => Promise<void>): Promise<boolean> => {
    try {
      await action();
      return true;
    } catch (error) {
      if (!(error instanceof ChildError)) throw error;
      const failed = running.findIndex((one) => one.engine === engine);
      if (failed >= 0) await running.splice(failed, 1)[0].child.close();
      options.onProgress?.(`${engine.name}: left out, ${error.message}`);
      measured.push({ ...row(engine), reason: error.message, failed: !error.unavailable });
      return false;
    }
  };
  let expected: Tensors | undefined;
  try {
    for (const engine of options.engines.filter(({ does }) => does(work))) {
      await attempt(engine, async () => {
        const peakBytes = work.kind === 'training' ? await peakOf(await open(engine)) : undefined;
        const started = await start(engine, await open(engine));
        running.push(started.running);
        expected ??= started.results;
        let { figures } = started.running;
        if (peakBytes !== undefined) figures = { ...figures, peakBytes };
        if (expected !== started.results) {
          const found = check(started.results, work, expected, prepared.tensors);
          figures = { ...figures, check: found };
        }
        started.running.figures = figures;
        options.onProgress?.(`${engine.name} ${figures.version}: ready`);
      });
    }
    for (let round = 1 - warmUp; round <= options.rounds; round++) {
      for (const one of [...running]) await attempt(one.engine, () => takeTurn(one, round, options.seconds));
      if (round > 0) options.onProgress?.(`round ${String(round)} of ${String(options.rounds)}`);
    }
    for (const { engine, figures, wall, cpu } of running)
      measured.push({ ...row(engine), figures: { ...figures, wall, cpu } });
    return measured;
  } finally {
    await Promise.all(running.map(({ child }) => child.close()));
  }
}

async function writeModel(work: Work, prepared: PreparedWork, options: MeasureOptions): Promise<string | undefined> {
  if (work.kind !== 'inference' || prepared.layers === undefined) return undefined;
  if (!options.engines.some(({ loader }) => loader.startsWith('onnxruntime'))) return undefined;
  const file = path.join(options.folder, `${work.name}.onnx`);
  const proto = requirePeer(options.peers, 'onnx-proto') as OnnxProto;
  await writeFile(file, writeOnnx(proto, prepared.layers, prepared.tensors));
  return file;
}

interface Opened {
  readonly child: Child;
  /** Where it writes its results. */
  readonly results: string;
  readonly version: string;
  readonly loadMilliseconds: number;
}

async function openEngine(
  engine: Engine,
  work: Work,
  { file, layers }: PreparedWork,
  onnx: string | undefined,
  { threads, turnMilliseconds, folder, peers, programs }: MeasureOptions,
): Promise<Opened> {
  const program = programs[engine.program];
  if (program === undefined) throw new ChildError('there is no Python with PyTorch (NETWRIGHT_PYTHON names one)', true);
  const job: Job = {
    engine: engine.loader,
    work,
    step: STEP,
    threads,
    backend: engine.backend ?? '',
    peers,
    tensors: file,
    results: path.join(folder, 'results.safetensors'),
    turnMilliseconds,
    ...(layers === undefined ? {} : { layers }),
    ...(onnx === undefined ? {} : { onnx }),
  };
  const child = new Child(program, job);
  try {
    const { version, loadMilliseconds } = await child.receive('ready', loadSeconds);
    return { child, results: job.results, version, loadMilliseconds };
  } catch (error) {
    await child.close();
    throw error;
  }
}

/** In a process of its own: reading results and weights back would count as memory of the step. */
async function peakOf({ child }: Opened): Promise<number> {
  try {
    for (let step = 0; step < memorySteps; step++) await child.ask('run', 'time', runSeconds);
    return (await child.ask('memory', 'memory', runSeconds)).peakBytes;
  } finally {
    await child.close();
  }
}

interface Started {
  readonly running: Running;
  readonly results: Tensors;
}

/** Runs an engine twice: the first run's results are read before the second. */
async function start(engine: Engine, { child, results: file, version, loadMilliseconds }: Opened): Promise<Started> {
  try {
    const first = await child.ask('run', 'time', runSeconds);
    await child.ask('results', 'results', runSeconds);
    const results = await readTensors(file);
    const second = await child.ask('run', 'time', runSeconds);
    const figures: Figures = {
      version,
      loadMilliseconds,
      firstMilliseconds: first.milliseconds,
      secondMilliseconds: second.milliseconds,
      wall: [],
      cpu: [],
    };
    return { running: { engine, child, wall: [], cpu: [], usedMilliseconds: 0, figures }, results };
  } catch (error) {
    await child.close();
    throw error;
  }
}

/** How far the results are from those expected; names of outputs that engines choose themselves do not matter. */
function check(results: Tensors, work: Work, expected: Tensors, before: Tensors): Comparison {
  const found =
    work.kind === 'training' ? compareUpdates(results, expected, before) : compareResults(results, expected);
  if (found.error <= TOLERANCE[work.kind]) return found;
  throw new ChildError(
    `it computes something else: ${found.worst} differs by ${found.error.toExponential(1)} of its size ` +
      `(at most ${TOLERANCE[work.kind].toExponential(0)})`,
  );
}

async function takeTurn(one: Running, round: number, seconds: number): Promise<void> {
  const { child, wall, cpu, figures } = one;
  const slow = round <= 0 && figures.secondMilliseconds * warmUp > seconds * 1000;
  if (slow || one.usedMilliseconds > seconds * 1000) return;
  await setTimeout(restMilliseconds);
  const { times } = await child.ask('turn', 'times', runSeconds);
  if (round <= 0) return;
  for (const { milliseconds } of times) one.usedMilliseconds += milliseconds;
  const counted = times.length > 1 ? times.slice(1) : times;
  wall.push(median(counted.map(({ milliseconds }) => milliseconds)));
  cpu.push(median(counted.map(({ cpuMilliseconds }) => cpuMilliseconds)));
}
