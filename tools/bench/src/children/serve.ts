// The child's side of the conversation.

import { createInterface } from 'node:readline';
import type { Answer, Command, Job, Time } from '../job.ts';
import { MARK } from '../job.ts';
import { writeTensors, type Tensors } from '../networks/tensors.ts';

/** One engine with its work loaded. */
export interface Engine {
  readonly version: string;
  /** Does the work once, up to results that the host can read. */
  run(): Promise<void>;
  /**
   * What the first run gave, by name: `logits`; or `loss` and every trained parameter after the step; or `y`; or `dx` and `dw`. Asked for after the
   * first run and before the second.
   */
  results(): Promise<Tensors>;
}

/** Thrown by an engine that cannot do the work; the message is the reason. */
export class Unavailable extends Error {}

/** Loads the engine, says so, and does what the parent asks until the parent closes the pipe. */
export async function serve(job: Job, load: (job: Job) => Promise<Engine>): Promise<void> {
  const started = performance.now();
  try {
    const engine = await load(job);
    answer({ kind: 'ready', version: engine.version, loadMilliseconds: performance.now() - started });
    for await (const command of createInterface({ input: process.stdin })) await obey(command as Command, engine, job);
  } catch (error) {
    if (error instanceof Unavailable) answer({ kind: 'unavailable', reason: error.message });
    else answer({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  }
  process.exit();
}

async function obey(command: Command, engine: Engine, { results, turnMilliseconds }: Job): Promise<void> {
  switch (command) {
    case 'run':
      answer({ kind: 'time', ...(await timeRun(engine)) });
      return;
    case 'turn': {
      const times: Time[] = [];
      const end = performance.now() + turnMilliseconds;
      do times.push(await timeRun(engine));
      while (performance.now() < end);
      answer({ kind: 'times', times });
      return;
    }
    case 'results':
      await writeTensors(results, await engine.results());
      answer({ kind: 'results' });
      return;
    case 'memory':
      answer({ kind: 'memory', peakBytes: process.resourceUsage().maxRSS * 1024 });
  }
}

async function timeRun(engine: Engine): Promise<Time> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await engine.run();
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { milliseconds, cpuMilliseconds: (user + system) / 1000 };
}

function answer(message: Answer): void {
  process.stdout.write(`${MARK}${JSON.stringify(message)}\n`);
}
