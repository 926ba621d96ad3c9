// The command line.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { bench } from './bench.ts';
import { ownEngines, PEERS, type Engine } from './engines.ts';
import { findTorch, installPeers } from './install-peers.ts';
import { markdownOf, type Clock } from './report.ts';
import { Results } from './results.ts';
import { WORKS } from './work.ts';

interface Options {
  readonly peers: boolean;
  readonly only: readonly string[];
  readonly engines?: readonly string[];
  readonly targets: readonly string[];
  readonly precision: readonly ('high' | 'fast')[];
  readonly threads: readonly number[];
  readonly rounds: number;
  readonly seconds: number;
  readonly clock: Clock;
  readonly out?: string;
  readonly markdown?: string;
}

const turnMilliseconds = 500;

/** The folder of this package, from its source and from its build alike. */
const root = fileURLToPath(new URL('..', import.meta.url));

/** The programs that children run; PyTorch's where there is one. */
export function childPrograms(): Readonly<Record<Engine['program'], readonly string[] | undefined>> {
  const python = findTorch();
  return {
    node: [process.execPath, path.join(root, 'dist/children/main.js')],
    python: python === undefined ? undefined : [python, path.join(root, 'peers/torch_engine.py')],
  };
}

export function createProgram(write: (text: string) => void, directory: string): Command {
  const names = WORKS.map(({ name }) => name);
  const program: Command = new Command('bench')
    .description('Times whole programs; with --peers against other engines, which must compute the same first.')
    .option('--peers', 'install other engines into tools/bench/peers and measure them too', false)
    .addOption(new Option('--only <names...>', 'works').choices(names).default(names, 'all'))
    .addOption(
      new Option('--engines <names...>', 'other engines (default: all)').choices(PEERS.map(({ name }) => name)),
    )
    .addOption(
      new Option('--targets <names...>', 'targets of this project')
        .choices(['wasm', 'native'])
        .default(['wasm', 'native']),
    )
    .addOption(
      new Option('--precision <names...>', 'precisions of this project')
        .choices(['high', 'fast'])
        .default(['high', 'fast']),
    )
    .option('--threads <counts>', 'numbers of threads with commas between', counts, [1, 2])
    .option('--rounds <count>', 'counted turns of every engine', count, 11)
    .option('--seconds <count>', 'seconds after which an engine stops taking part', count, 20)
    .addOption(
      new Option('--clock <clock>', 'cpu: processor time, for a machine that is in use')
        .choices(['wall', 'cpu'])
        .default('wall'),
    )
    .option('--out <file>', 'write everything as JSON after each work; what the file holds of other works stays')
    .option('--markdown <file>', 'put the tables between the marks of a document, e.g. docs/performance.md')
    .showHelpAfterError('(add --help for the options)');
  return program.action(async () => runBench(program.opts<Options>(), write, directory));
}

async function runBench(options: Options, write: (text: string) => void, directory: string): Promise<void> {
  const peers = path.join(root, 'peers');
  if (options.peers) installPeers(peers);
  const others = options.peers ? PEERS.filter(({ name }) => options.engines?.includes(name) ?? true) : [];
  const works = WORKS.filter(({ name }) => options.only.includes(name));
  const results = new Results(options, directory);
  await results.read(options.clock);
  const report = await bench({
    ...options,
    turnMilliseconds,
    works,
    engines: [...ownEngines(options.targets, options.precision), ...others],
    peers,
    programs: childPrograms(),
    onProgress: write,
    onMeasured: (measured) => results.write(measured),
  });
  write(`\n${markdownOf(report, works)}`);
  const failed = report.measurements.filter((one) => one.failed === true);
  if (failed.length === 0) return;
  write(`\nFailed:\n${failed.map((one) => `${one.work}, ${one.engine}: ${one.reason ?? ''}`).join('\n')}`);
  process.exitCode = 1;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return value;
}

function counts(text: string): readonly number[] {
  return text.split(',').map(count);
}
