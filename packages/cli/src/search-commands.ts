// The commands of design spaces, sweeps and searches.

import os from 'node:os';
import { serveTrials } from '@netwright/search/node';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { landscapeCommand, type LandscapeArguments } from './commands/landscape.ts';
import { nasCommand, type NasArguments } from './commands/nas.ts';
import {
  spaceCompareCommand,
  spaceEdfCommand,
  spaceSampleCommand,
  type EdfArguments,
  type SampleArguments,
} from './commands/space.ts';
import { importSweep, sweepCommand, type SweepArguments } from './commands/sweep.ts';
import { workerCommand, type WorkerArguments } from './commands/worker.ts';
import type { Session } from './session.ts';
import { parseOption, parseSpec, type SpecValue } from './spec.ts';

type AddCommand = (name: string, description: string) => Command;
type Finish = (code: number) => void;

export function addSearchCommands(command: AddCommand, session: Session, finish: Finish): void {
  const sweep = withRunner(
    command('sweep', 'run many trainings, each once, and keep their results whatever dies on the way')
      .argument('<file>', 'ES module whose default export is defineSweep({ name, trials, backend, run })')
      .requiredOption('--out <directory>', 'where records and results are kept; the same directory continues')
      .option('--set <key=value...>', 'options for a file that exports a function of options', collect, {})
      .option('--limit <n>', 'run at most so many trials this time', parseCount)
      .option('--retry-failed', 'run trials again whose outcome was a failure', false),
  ).addHelpText('after', SWEEP_HELP);
  sweep.action(async (file: string) => finish(await sweepCommand(session, file, sweep.opts<SweepArguments>())));

  const worker = command('worker', 'take trials of sweeps from Redis and run them on this machine')
    .requiredOption('--redis <url>', 'Redis server, e.g. redis://localhost:6379')
    .option('--queue <name>', 'name of the queue (default: netwright)')
    .option('--workers <n>', 'trials at a time', parseCount, 1)
    .option('--attempts <n>', 'workers that may be lost over one trial (default: 10)', parseCount)
    .option('--lock-seconds <n>', 'silence after which a worker counts as lost (default: 30)', parseCount)
    .addHelpText('after', WORKER_HELP);
  worker.action(async () => finish(await workerCommand(session, worker.opts<WorkerArguments>())));

  const space = command('space', 'sample design spaces, and see how the errors of their networks are distributed');
  const sample = space
    .command('sample')
    .description('distinct seeded samples of a space within limits of cost; allocates no weights')
    .argument('<space>', 'anynetx_a .. anynetx_e, regnetx, regnety or cells')
    .option('--count <n>', 'samples', parseCount, 10)
    .option('--seed <n>', 'decides the samples', parseWhole, 0)
    .option('--image-size <n>', 'height and width', parseCount, 224)
    .option('--channels <n>', 'channels of the image', parseCount, 3)
    .option('--classes <n>', 'classes', parseCount, 1000)
    .option('--stem-stride <n>', 'stride of the first convolution', parseCount, 2)
    .option('--stem-width <n>', 'channels of the first convolution (default: 32)', parseCount)
    .option('--max-width <n>', 'largest width of a stage', parseCount, 1024)
    .option('--max-depth <n>', 'most blocks of a stage', parseCount, 16)
    .option('--macs <min..max>', 'limits of multiply-adds, e.g. 360e6..400e6', parseLimits)
    .option('--parameters <min..max>', 'limits of parameters', parseLimits)
    .option('--activations <min..max>', 'limits of elements of all outputs of convolutions', parseLimits)
    .option('--json', 'print JSON', false)
    .addHelpText('after', SAMPLE_HELP);
  sample.action((name: string) => {
    const { macs, parameters, activations, ...rest } = sample.opts<SampleOptions>();
    const limits = Object.fromEntries(
      Object.entries({ macs, parameters, activations }).filter(([, limit]) => limit !== undefined),
    );
    finish(spaceSampleCommand(session, name, { ...rest, limits }));
  });
  const edf = space
    .command('edf')
    .description('distributions of errors of finished or unfinished sweeps: best, median and bands')
    .argument('<sweep...>', 'directories of sweeps, or results.json files')
    .option('--metric <name>', 'number of the results that is compared', 'error')
    .option('--out <file>', 'write a page with the distribution functions and a scatter of each parameter')
    .option('--json', 'print JSON', false)
    .addHelpText('after', EDF_HELP);
  edf.action(async (places: string[]) => finish(await spaceEdfCommand(session, places, edf.opts<EdfArguments>())));
  const compare = space
    .command('compare')
    .description('the test of Kolmogorov and Smirnov on the errors of two sweeps')
    .argument('<first>', 'directory of a sweep, or its results.json')
    .argument('<second>', 'another one')
    .option('--metric <name>', 'number of the results that is compared', 'error')
    .option('--json', 'print JSON', false)
    .addHelpText('after', COMPARE_HELP);
  compare.action(async (first: string, second: string) =>
    finish(await spaceCompareCommand(session, [first, second], compare.opts<EdfArguments>())),
  );

  const nas = withRunner(
    command('nas', 'search a space for a good network: controller, evolution or random search')
      .argument('<file>', 'sweep file with search: { space, reward }')
      .requiredOption('--out <directory>', 'where trainings are recorded; searches in it share them')
      .addOption(
        new Option('--method <method>', 'how to search')
          .choices(['controller', 'evolution', 'random'])
          .default('controller'),
      )
      .option('--budget <n>', 'different networks to train', parseCount, 60)
      .option('--batch <n>', 'networks of each proposal; the result depends on it, but not on --workers', parseCount, 8)
      .option('--seed <n>', 'decides the search', parseWhole, 0)
      .option('--set <key=value...>', 'options for a file that exports a function of options', collect, {})
      .option('--controller-lr <rate>', 'learning rate of the controller (Adam)', Number, 0.005)
      .option('--entropy <weight>', "weight of the entropy in the controller's loss", Number, 0.01),
  ).addHelpText('after', NAS_HELP);
  nas.action(async (file: string) => finish(await nasCommand(session, file, nas.opts<NasArguments>())));

  const landscape = command('landscape', 'draw the loss of trained models on a plane through their weights')
    .argument('<model...>', 'model.safetensors or model.json, or the directory of a run; several share one scale')
    .option('--data <spec>', 'dataset', parseSpec, parseSpec('mnist'))
    .addOption(new Option('--part <part>', 'which part of it').choices(['train', 'test']).default('train'))
    .option('--images <n>', 'images that the loss is the mean of', parseCount, 256)
    .option('--points <n>', 'points along each side, an odd number', parseCount, 21)
    .option('--range <x>', 'how far to go: 1 changes each filter by as much as its own norm', Number, 1)
    .option('--seed <n>', 'decides the two directions', parseWhole, 0)
    .option('--backend <spec>', 'backend', parseSpec, parseSpec('cpu'))
    .option('--out <file>', 'page; the numbers go beside it as JSON', 'landscape.html')
    .addHelpText('after', LANDSCAPE_HELP);
  landscape.action(async (models: string[]) =>
    finish(await landscapeCommand(session, models, landscape.opts<LandscapeArguments>())),
  );

  // What the pools of a sweep start; it ends with the process that started it.
  const serve = command('serve-trials', 'run the trials that the parent process sends').helpOption(false);
  serve.action(async () => {
    serveTrials(process, importSweep);
    await new Promise(() => undefined);
  });
}

/** Options of what runs trials. */
export function withRunner(command: Command): Command {
  return command
    .option(
      '--workers <n>',
      'processes on this machine; 0 with --redis for none',
      parseWhole,
      os.availableParallelism(),
    )
    .option('--redis <url>', 'share the trials over Redis with `netwright worker` on other machines')
    .option('--queue <name>', 'name of the queue in Redis (default: netwright)')
    .option(
      '--attempts <n>',
      'workers that may die over one trial before it counts as failed (default: 10)',
      parseCount,
    )
    .option('--lock-seconds <n>', 'silence after which a worker over Redis counts as lost (default: 30)', parseCount);
}

const SWEEP_HELP = `
A sweep file lists configurations and runs one of them:

  export default defineSweep({
    name: 'widths',
    trials: () => [8, 16, 32].map((width) => ({ width })),
    backend: () => cpu({ threads: 1 }),
    run: async ({ configuration, seed, backend, signal }) => trainTrial({ ... }),
  });

Every trial is seeded by its configuration, so results do not depend on the number of workers or on which of them died.
A record is on disk before it counts. Ctrl-C stops; the same command continues. A trial that throws (NaN, out of memory)
is a result of its own. Workers import the file themselves and refuse another version of it or of the lock file.

  netwright sweep widths.mjs --out runs/widths --workers 2
  netwright space edf runs/widths

Over several machines, each at the same commit and in the same directory of its checkout:

  netwright sweep widths.mjs --out runs/widths --redis redis://host:6379
  netwright worker --redis redis://host:6379`;

type SampleOptions = Omit<SampleArguments, 'limits'> & SampleArguments['limits'];

const SAMPLE_HELP = `
AnyNetX has 16 dimensions: depth d, width w, bottleneck ratio b and group width g of four stages. B shares b, C also g, D
asks for widths and E for depths that do not shrink; RegNetX puts the widths on a quantized line (arXiv:2003.13678).

  netwright space sample anynetx_a --count 20 --macs 360e6..400e6
  netwright space sample regnetx --image-size 28 --channels 1 --classes 10 --stem-stride 1 --macs 1e6..2e6`;

const EDF_HELP = `
F(e) is the share of networks whose error is below e. A space is better where its curve lies further left; bands are
95 % of the bootstrap. Failed trials are counted, and left out.

  netwright space edf runs/a runs/b --out spaces.html
  netwright space compare runs/a runs/b`;

const COMPARE_HELP = `
The distance is the largest between the two distribution functions, p how often chance alone makes one as large between
two samples of one space (two-sided, exact). Where p is small, the space with more networks at or below the error is better.

  netwright space compare runs/a runs/b
  netwright space compare runs/a runs/b --metric loss`;

const NAS_HELP = `
The controller is an LSTM that makes one decision after another and is trained by REINFORCE with a moving baseline and an
entropy term; evolution lets the oldest die; random search is what both must beat. Trials run and are recorded as those
of \`netwright sweep\`, so a search can be stopped and continued, and searches in one directory share trained networks.

  netwright nas cells.mjs --out runs/nas --method evolution --budget 100 --workers 2`;

const LANDSCAPE_HELP = `
Two random directions span a plane through the weights; each filter of a direction has the norm of the filter that it
changes, so that networks of different scale compare (Li et al. 2018). Every point of a grid on the plane is evaluated in
inference mode. The page shows contours and a view in space, and one number: the share of points that are not convex.

  netwright train --model cifar_resnet56 --data fashionMnist --name skip --epochs 2
  netwright train --model cifar_plain56 --data fashionMnist --name plain --epochs 2
  netwright landscape runs/skip runs/plain --data fashionMnist --out surfaces.html`;

const WORKER_HELP = `
Start it in the directory of the checkout that matches the one in which \`netwright sweep\` was started: the path of the
sweep file is relative to it. It ends with an error when its file, lock file or backend target differ; the trial then
goes back to the queue. Needs the packages bullmq and ioredis.`;

function collect(text: string, collected: Readonly<Record<string, SpecValue>>): Readonly<Record<string, SpecValue>> {
  if (!/^[A-Za-z]\w*=/.test(text)) throw new InvalidArgumentError('It must be key=value.');
  return { ...collected, ...Object.fromEntries([parseOption(text)]) };
}

export function parseWhole(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('It must be a whole number that is not negative.');
  return value;
}

export function parseCount(text: string): number {
  const value = parseWhole(text);
  if (value < 1) throw new InvalidArgumentError('It must be at least 1.');
  return value;
}

/** `min..max`. */
function parseLimits(text: string): readonly [number, number] {
  const [min, max, ...rest] = text.split('..').map(Number);
  if (rest.length === 0 && min >= 0 && max >= min) return [min, max];
  throw new InvalidArgumentError('It must be min..max, e.g. 360e6..400e6.');
}
