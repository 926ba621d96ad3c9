import path from 'node:path';
import { adam } from '@netwright/optim-adam';
import {
  controller,
  evolution,
  randomSearch,
  runSearch,
  type Evaluation,
  type Searcher,
  type SweepDefinition,
  type SweepOptions,
} from '@netwright/search';
import { openSweep, trialOf } from '@netwright/search/node';
import { NetwrightError } from '@netwright/ir';
import { writeDurably } from '@netwright/weights/node';
import { EXIT, type Session } from '../session.ts';
import { importSweep, openRunner, withInterrupt, type RunnerArguments } from './sweep.ts';

export interface NasArguments extends RunnerArguments {
  readonly out: string;
  readonly method: 'controller' | 'evolution' | 'random';
  readonly budget: number;
  readonly batch: number;
  readonly seed: number;
  readonly set: SweepOptions;
  readonly controllerLr: number;
  readonly entropy: number;
}

/** What is kept of a search: `nas-METHOD-SEED.json`. */
export interface NasFile {
  readonly method: string;
  readonly seed: number;
  readonly budget: number;
  readonly batch: number;
  readonly evaluations: readonly Evaluation[];
  /** Rewards and entropies of the controller's updates; empty for the other methods. */
  readonly steps: readonly { readonly reward: number; readonly baseline: number; readonly entropy: number }[];
}

/** Searches the space of a sweep file; what has been trained in the directory before is not trained again. */
export async function nasCommand(session: Session, file: string, args: NasArguments): Promise<number> {
  const { output, directory } = session;
  const out = path.resolve(directory, args.out);
  const sweep = await openSweep({ file: path.resolve(directory, file), options: args.set, out, load: importSweep });
  const { search } = sweep.definition;
  if (search === undefined) throw noSearch(file);
  const { searcher, steps, close } = await searcherOf(sweep.definition, search.space, args);
  return withInterrupt(async (signal) => {
    const { runner, stop } = await openRunner(session, sweep, args);
    signal.addEventListener('abort', () => void runner.close(), { once: true });
    let trained = 0;
    try {
      const evaluations = await runSearch({
        searcher,
        budget: args.budget,
        evaluate: (configurations) =>
          Promise.all(
            configurations.map(async (configuration) => {
              const trial = trialOf(configuration, sweep.directory.records.length);
              const known = sweep.directory.find(trial.key);
              const record = known ?? (await sweep.directory.add(await runner.run(trial)));
              if (known === undefined) {
                trained++;
                await runner.recorded?.(trial);
              }
              return record.outcome.kind === 'done' ? search.reward(record.outcome.result) : 0;
            }),
          ),
        onEvaluations: (all) =>
          output.line(
            `${String(all.length)}/${String(args.budget)} networks, best reward ${all[all.length - 1].best.toFixed(4)}`,
          ),
      });
      const { method, seed, budget, batch } = args;
      const kept: NasFile = { method, seed, budget, batch, evaluations, steps: steps() };
      const place = path.join(out, `nas-${method}-${String(seed)}.json`);
      await writeDurably(place, `${JSON.stringify(kept)}\n`);
      const best = evaluations.reduce((a, b) => (b.reward > a.reward ? b : a));
      output.line(
        `${method}: ${String(evaluations.length)} networks, ${String(trained)} of them trained now; best ${best.reward.toFixed(4)}`,
      );
      output.line(JSON.stringify(best.configuration));
      output.line(place);
      return EXIT.ok;
    } catch (error) {
      if (!signal.aborted) throw error;
      output.line('interrupted; the same command continues');
      return EXIT.interrupted;
    } finally {
      await stop();
      await close();
    }
  });
}

async function searcherOf(
  definition: SweepDefinition,
  space: Exclude<SweepDefinition['search'], undefined>['space'],
  { method, batch, seed, controllerLr, entropy }: NasArguments,
): Promise<{
  readonly searcher: Searcher;
  readonly steps: () => NasFile['steps'];
  readonly close: () => Promise<void>;
}> {
  if (method !== 'controller') {
    const searcher = method === 'random' ? randomSearch({ space, batch, seed }) : evolution({ space, batch, seed });
    return { searcher, steps: () => [], close: () => searcher.dispose() };
  }
  const backend = definition.backend();
  const optimizer = adam({ lr: controllerLr });
  const searcher = await controller({ space, backend, optimizer, batch, seed, entropyWeight: entropy });
  return {
    searcher,
    steps: () => searcher.steps,
    close: async () => {
      await searcher.dispose();
      await backend.dispose();
    },
  };
}

function noSearch(file: string): NetwrightError {
  return new NetwrightError({
    code: 'nas.file',
    operation: 'nas',
    scope: file,
    expected: 'a sweep file with search: { space, reward }',
    received: 'one without',
  });
}
