// A run on disk: `runs/NAME/` with checkpoint, log of metrics and a description to repeat it.

import { constants } from 'node:fs';
import { access, mkdir, open, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { isNetwrightError, NetwrightError, type Graph } from '@netwright/ir';
import { writeDurably } from '@netwright/weights/node';
import {
  deserializeCheckpoint,
  serializeCheckpoint,
  type Checkpoint,
  type MatchOptions,
  type RunIdentity,
  type RunState,
} from '../checkpoint.ts';
import type { RunStorage } from '../train-options.ts';

/** Names of the files in the directory of a run. */
export const RUN_FILES = {
  description: 'run.json',
  metrics: 'metrics.jsonl',
  checkpoint: 'checkpoint.safetensors',
  report: 'report.html',
  model: 'model.safetensors',
  modelDescription: 'model.json',
  best: 'best.safetensors',
  bestDescription: 'best.json',
} as const;

/** Storage of a run in a directory. Open it with {@link openRunDirectory}. */
export class RunDirectory implements RunStorage {
  readonly path: string;
  private readonly metrics: FileHandle;
  private offset: number;

  constructor(directory: string, metrics: FileHandle, offset: number) {
    this.path = directory;
    this.metrics = metrics;
    this.offset = offset;
  }

  /** Full path of one of the run's files. */
  file(name: keyof typeof RUN_FILES): string {
    return path.join(this.path, RUN_FILES[name]);
  }

  async writeCheckpoint(checkpoint: Checkpoint): Promise<string> {
    await this.metrics.datasync();
    const file = this.file('checkpoint');
    await writeDurably(file, serializeCheckpoint(checkpoint));
    return file;
  }

  async appendMetrics(line: string): Promise<void> {
    const bytes = Buffer.from(`${line}\n`);
    await this.metrics.write(bytes, 0, bytes.length, this.offset);
    this.offset += bytes.length;
  }

  metricsOffset(): number {
    return this.offset;
  }

  /** Writes one of the run's files durably. */
  async write(name: keyof typeof RUN_FILES, content: Uint8Array | string): Promise<string> {
    const file = this.file(name);
    await writeDurably(file, typeof content === 'string' ? new TextEncoder().encode(content) : content);
    return file;
  }

  async close(): Promise<void> {
    await this.metrics.close();
  }
}

/**
 * Creates the directory of a new run, without log and checkpoint of an earlier one, or opens that of a run to resume, whose log is cut to the
 * `metricsOffset` bytes that the checkpoint counts.
 *
 * @throws NetwrightError `run.directory` when it cannot be created or written to, `run.metrics` when the log is shorter than the checkpoint says.
 */
export async function openRunDirectory(
  directory: string,
  resume?: Pick<RunState, 'metricsOffset'>,
): Promise<RunDirectory> {
  const metricsOffset = resume?.metricsOffset ?? 0;
  const file = path.join(directory, RUN_FILES.metrics);
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
    if (resume === undefined) await rm(path.join(directory, RUN_FILES.checkpoint), { force: true });
    const metrics = await open(file, constants.O_RDWR | constants.O_CREAT);
    const { size } = await metrics.stat();
    if (size < metricsOffset) {
      await metrics.close();
      throw shortLog(file, size, metricsOffset);
    }
    await metrics.truncate(metricsOffset);
    return new RunDirectory(directory, metrics, metricsOffset);
  } catch (cause) {
    if (isNetwrightError(cause)) throw cause;
    throw new NetwrightError({
      code: 'run.directory',
      operation: 'openRunDirectory',
      scope: directory,
      expected: 'a directory that can be written to',
      received: cause instanceof Error ? cause.message : String(cause),
      hint: 'choose another place, or change its permissions',
      cause,
    });
  }
}

function shortLog(file: string, size: number, metricsOffset: number): NetwrightError {
  return new NetwrightError({
    code: 'run.metrics',
    operation: 'openRunDirectory',
    scope: file,
    expected: `the log of the run that the checkpoint is of, ${String(metricsOffset)} bytes or more`,
    received: `${String(size)} bytes`,
    hint: 'put the log back, or start the run anew, without resume',
  });
}

/**
 * The checkpoint in a run's directory.
 *
 * @throws NetwrightError `run.checkpoint` when there is none; see `deserializeCheckpoint` for damaged files and other runs.
 */
export async function readCheckpoint(
  directory: string,
  graph: Graph,
  identity: RunIdentity,
  options: MatchOptions = {},
): Promise<Checkpoint> {
  const file = path.join(directory, RUN_FILES.checkpoint);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new NetwrightError({
      code: 'run.checkpoint',
      operation: 'resume',
      scope: file,
      expected: 'a checkpoint',
      received: cause instanceof Error ? cause.message : String(cause),
      hint: 'start the run anew, without resume',
      cause,
    });
  }
  return deserializeCheckpoint(bytes, graph, identity, options);
}

/** Whether a run's directory holds a checkpoint. */
export async function hasCheckpoint(directory: string): Promise<boolean> {
  try {
    return (await stat(path.join(directory, RUN_FILES.checkpoint))).isFile();
  } catch {
    return false;
  }
}
