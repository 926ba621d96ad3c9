// The child process of a pool: loads the sweep file itself and runs the trials that it is given, one at a time.

import type { Backend } from '@netwright/compiler';
import { isNetwrightError, NetwrightError } from '@netwright/ir';
import { targetOf } from '@netwright/train';
import type { SweepDefinition, Trial } from '../sweep/definition.ts';
import { hashSweep, importModule, loadSweep, requireSameHash, type ImportModule } from './load-sweep.ts';
import { runTrial } from './run-trial.ts';
import type { FromWorker, SweepReference, ToWorker } from './worker-protocol.ts';

/** What is needed of `process`, so that tests can stand in for it. */
export interface ServedProcess {
  on(event: 'message', listener: (message: ToWorker) => void): unknown;
  on(event: 'disconnect' | 'SIGINT', listener: () => void): unknown;
  send?(message: FromWorker): unknown;
  exit(code: number): void;
}

/** Serves until the pool says stop or is gone. Ctrl-C is the pool's to handle. */
export function serveTrials(served: ServedProcess, load: ImportModule = importModule): void {
  const abort = new AbortController();
  let loaded: { readonly sweep: SweepDefinition; readonly backend: Backend } | undefined;
  const send = (message: FromWorker): void => void served.send?.(message);
  served.on('SIGINT', () => undefined);
  served.on('disconnect', () => served.exit(0));
  served.on('message', (message) => {
    switch (message.kind) {
      case 'load':
        void open(message.sweep, load).then(
          (opened) => {
            loaded = opened;
            send({ kind: 'ready', target: targetOf(opened.backend) });
          },
          (error: unknown) => {
            const code = isNetwrightError(error) ? error.code : 'sweep.file';
            send({ kind: 'refused', code, message: error instanceof Error ? error.message : String(error) });
          },
        );
        break;
      case 'run':
        if (loaded !== undefined) void answer(loaded, message.trial, abort.signal).then(send);
        break;
      case 'stop':
        abort.abort();
        served.exit(0);
        break;
    }
  });
}

async function open(
  { file, options, hash, target }: SweepReference,
  load: ImportModule,
): Promise<{ readonly sweep: SweepDefinition; readonly backend: Backend }> {
  requireSameHash(file, hash, await hashSweep(file));
  const sweep = await loadSweep(file, options, load);
  const backend = sweep.backend();
  if (target !== '' && targetOf(backend) !== target) {
    throw new NetwrightError({
      code: 'sweep.target',
      operation: 'worker',
      scope: file,
      expected: target,
      received: targetOf(backend),
      hint: 'results of different targets differ in their last bits: let the sweep pin one that every machine has',
    });
  }
  return { sweep, backend };
}

async function answer(
  { sweep, backend }: { readonly sweep: SweepDefinition; readonly backend: Backend },
  trial: Trial,
  signal: AbortSignal,
): Promise<FromWorker> {
  const started = performance.now();
  const outcome = await runTrial(sweep, trial, backend, signal);
  return { kind: 'finished', key: trial.key, outcome, seconds: (performance.now() - started) / 1000 };
}
