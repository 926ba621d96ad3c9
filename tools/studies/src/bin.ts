#!/usr/bin/env node
// `npm run study -- optimizers`, `npm run study -- spaces`, ..

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BUILT_IN, create, createSession, parseSpec, processOutput, run } from '@netwright/cli';
import { Command, InvalidArgumentError } from 'commander';
import { STUDIES, type StudyOptions } from './run-studies.ts';
import { writeReport } from './reports/write-report.ts';
import { STUDIED, studyOptimizers, tableOf } from './optimizers.ts';

const numbers = (text: string): readonly number[] =>
  text.split(',').map((part) => {
    const value = Number(part);
    if (!(value > 0)) throw new InvalidArgumentError('It must be positive numbers with commas between.');
    return value;
  });
const count = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return value;
};
const line = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

interface ReportedStudyOptions extends StudyOptions {
  readonly data: string;
  readonly pictures: string;
  readonly reportOnly: boolean;
}

const program = new Command('study').description('experiments whose tables are in docs/');
program
  .command('optimizers')
  .description('every optimizer at its tuned learning rate: a small ResNet on MNIST after equal steps')
  .option('--backend <spec>', 'backend', 'cpu')
  .option('--optimizers <names>', 'names with commas between', STUDIED.join(','))
  .option('--steps <count>', 'updates of every run', count, 200)
  .option('--batch-size <count>', 'images of every update', count, 64)
  .option('--seeds <count>', 'runs at the chosen learning rate', count, 3)
  .option('--learning-rates <list>', 'rates to choose from', numbers, [1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1])
  .option('--out <file>', 'write the rows as JSON')
  .action(
    async (options: {
      backend: string;
      optimizers: string;
      steps: number;
      batchSize: number;
      seeds: number;
      learningRates: readonly number[];
      out?: string;
    }) => {
      const backend = create('backend', BUILT_IN.backends, parseSpec(options.backend));
      const started = performance.now();
      const rows = await studyOptimizers({
        ...options,
        backend,
        optimizers: options.optimizers.split(','),
        onRun: line,
      });
      await backend.dispose();
      line(`\n${tableOf(rows)}\n\n${((performance.now() - started) / 60_000).toFixed(1)} minutes`);
      if (options.out !== undefined) {
        const file = path.resolve(process.env.INIT_CWD ?? process.cwd(), options.out);
        await writeFile(file, `${JSON.stringify(rows, undefined, 2)}\n`);
      }
    },
  );
const help: Readonly<Record<string, string>> = {
  spaces: 'AnyNetX A to E and RegNetX: 500 networks each under one budget of multiply-adds, on Fashion-MNIST',
  scaling:
    'width, depth, resolution and compound scaling of a small ResNet; a grid of coefficients; widths at fixed depths',
  nas: 'controller, evolution and random search over cells, 3 seeds each, with equal numbers of trained networks',
  surfaces: 'loss surfaces of cifar_resnet56, cifar_plain56 and a small DenseNet, trained alike',
  groups: 'ResNeXt with more groups at equal multiply-adds, 3 seeds',
};
for (const [name, commands] of Object.entries(STUDIES)) {
  program
    .command(name)
    .description(`${help[name]}; stops and continues at any time`)
    .option('--out <directory>', 'where sweeps and the report are kept', 'runs/studies')
    .option('--data <directory>', 'where compact results go', 'tools/studies/data')
    .option('--pictures <directory>', 'where pictures go', 'docs/images')
    .option('--workers <n>', 'processes', count, 2)
    .option('--samples <n>', 'networks of each space or search; images of each point of a surface', count)
    .option('--limit <n>', 'most trials of each sweep this time', count)
    .option('--report-only', 'write the report of what is there', false)
    .action(async (options: ReportedStudyOptions) => {
      const directory = process.env.INIT_CWD ?? process.cwd();
      const session = createSession(processOutput(), directory);
      const out = path.resolve(directory, options.out);
      const started = performance.now();
      const lines = commands({ ...options, out }).filter(([command]) => !options.reportOnly || command === 'space');
      for (const args of lines) {
        line(`netwright ${args.join(' ')}`);
        const code = await run(args, session);
        if (code !== 0) {
          process.exitCode = code;
          return;
        }
      }
      const [data, pictures] = [options.data, options.pictures].map((place) => path.resolve(directory, place));
      for (const file of await writeReport(name, { out, data, pictures })) line(file);
      line(`${((performance.now() - started) / 60_000).toFixed(1)} minutes`);
    });
}
await program.parseAsync();
