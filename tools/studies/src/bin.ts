#!/usr/bin/env node
// `npm run study -- optimizers`

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BUILT_IN, create, parseSpec } from '@netwright/cli';
import { Command, InvalidArgumentError } from 'commander';
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
await program.parseAsync();
