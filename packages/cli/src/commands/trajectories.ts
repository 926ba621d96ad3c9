// Draws what optimizers do on surfaces, one SVG for each picture and a page with all of them.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { NetwrightError } from '@netwright/ir';
import type { Optimizer } from '@netwright/optim';
import { trajectories, type Figure, type Optimizers } from '@netwright/viz';
import { parseHTML } from 'linkedom';
import { create, type Plugins } from '../plugins.ts';
import { EXIT, type Session } from '../session.ts';
import type { Spec } from '../spec.ts';

export interface TrajectoriesOptions {
  readonly config?: string;
  readonly out: string;
  readonly backend: Spec;
  /** Names of the pictures to draw; default all. */
  readonly only?: readonly string[];
}

export async function trajectoriesCommand(session: Session, options: TrajectoriesOptions): Promise<number> {
  const plugins = await session.plugins(options.config);
  const figures = chosen(options.only);
  const backend = create('backend', plugins.backends, options.backend);
  const directory = path.resolve(session.directory, options.out);
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  await mkdir(directory, { recursive: true });
  try {
    for (const figure of figures) {
      const drawing = await figure.draw({ optimizers: optimizersOf(plugins), backend, document });
      const file = path.join(directory, `${figure.name}.svg`);
      await writeFile(file, `${drawing.outerHTML}\n`);
      session.output.line(file);
    }
  } finally {
    await backend.dispose();
  }
  const page = path.join(directory, 'index.html');
  await writeFile(page, pageOf(figures));
  session.output.line(page);
  return EXIT.ok;
}

function chosen(only: readonly string[] | undefined): readonly Figure[] {
  if (only === undefined) return trajectories;
  const unknown = only.find((name) => !trajectories.some((figure) => figure.name === name));
  if (unknown === undefined) return trajectories.filter(({ name }) => only.includes(name));
  throw new NetwrightError({
    code: 'cli.name',
    operation: 'trajectories',
    expected: `one of ${trajectories.map(({ name }) => name).join(', ')}`,
    received: unknown,
  });
}

/** The optimizers by the names under which they are plugged in. */
function optimizersOf({ optimizers }: Plugins): Optimizers {
  const factory =
    (name: keyof Optimizers) =>
    (options: object = {}): Optimizer =>
      create('optimizer', optimizers, { name, options: options as Spec['options'] });
  return {
    sgd: factory('sgd'),
    momentum: factory('momentum'),
    nesterov: factory('nesterov'),
    adagrad: factory('adagrad'),
    rmsprop: factory('rmsprop'),
    adam: factory('adam'),
    newton: factory('newton'),
    newtonCg: factory('newtonCg'),
  };
}

function pageOf(figures: readonly Figure[]): string {
  const images = figures.map(({ name, title }) => `<p><img src="${name}.svg" alt="${title}"></p>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Optimizers on surfaces</title>
<style>body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1300px; padding: 0 1rem; } img { max-width: 100%; }</style>
</head>
<body>
<h1>Optimizers on surfaces</h1>
${images.join('\n')}
</body>
</html>
`;
}
