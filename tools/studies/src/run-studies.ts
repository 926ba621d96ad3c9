// The studies of design spaces, scaling, architecture search, loss surfaces and groups: which commands each consists of.

import { fileURLToPath } from 'node:url';

export interface StudyOptions {
  /** Where sweeps and reports are kept. */
  readonly out: string;
  readonly workers: number;
  /** Networks of each space, or of each search. Default that of the study. */
  readonly samples?: number;
  /** Most trials of each sweep this time. */
  readonly limit?: number;
}

/** Command lines of `netwright`, in order; all continue where they were stopped. */
export type StudyCommands = (options: StudyOptions) => readonly (readonly string[])[];

export const SPACES = ['a', 'b', 'c', 'd', 'e', 'regnet'] as const;
export const METHODS = ['controller', 'evolution', 'random'] as const;
export const SURFACES = ['cifar_resnet56', 'cifar_plain56', 'cifar_densenet_bc_22_12'] as const;

/** A sweep file of this package, as built. */
export function sweepFile(name: string): string {
  return fileURLToPath(new URL(`./sweeps/${name}.js`, import.meta.url));
}

export const STUDIES: Readonly<Record<string, StudyCommands>> = {
  spaces: (options) => [
    ...SPACES.map((space) =>
      sweepCommand(options, 'spaces', `spaces-${space}`, [
        `space=${space}`,
        `samples=${String(options.samples ?? 500)}`,
      ]),
    ),
    [
      'space',
      'edf',
      ...SPACES.map((space) => `${options.out}/spaces-${space}`),
      '--out',
      `${options.out}/spaces-parameters.html`,
    ],
  ],
  scaling: (options) =>
    Object.entries({ equal: 3, grid: 1, widths: 1 }).map(([study, repeats]) =>
      sweepCommand(options, 'scaling', `scaling-${study}`, [`study=${study}`, `repeats=${String(repeats)}`]),
    ),
  nas: ({ out, workers, samples = 48 }) =>
    [0, 1, 2].flatMap((seed) =>
      METHODS.map((method) => [
        'nas',
        sweepFile('cells'),
        ...['--out', `${out}/nas`, '--method', method, '--seed', String(seed)],
        ...['--budget', String(samples), '--batch', '4', '--workers', String(workers), '--controller-lr', '0.02'],
      ]),
    ),
  surfaces: ({ out, samples = 32 }) => {
    const common = [
      ...['--config', sweepFile('fashion-14'), '--data', 'fashion14:images=3000,tested=3000'],
      ...['--backend', 'cpu:target=wasm,threads=1'],
    ];
    return [
      ...SURFACES.map((model) => [
        'train',
        ...['--model', model, '--model-option', 'imageSize=14', 'channels=1', ...common],
        ...['--epochs', '2', '--batch-size', '32', '--optimizer', 'nesterov:lr=0.05,momentum=0.9,weightDecay=0.0005'],
        ...['--schedule', 'cosine', '--warmup', '0.1', '--seed', '1', '--runs', out, '--name', `surface-${model}`],
      ]),
      [
        'landscape',
        ...SURFACES.map((model) => `${out}/surface-${model}`),
        ...[...common, '--images', String(samples), '--out', `${out}/landscapes.html`],
      ],
    ];
  },
  groups: (options) => [sweepCommand(options, 'groups', 'groups', [])],
};

function sweepCommand(
  { out, workers, limit }: StudyOptions,
  file: string,
  name: string,
  set: readonly string[],
): readonly string[] {
  return [
    'sweep',
    sweepFile(file),
    ...['--out', `${out}/${name}`, '--workers', String(workers)],
    ...(limit === undefined ? [] : ['--limit', String(limit)]),
    ...(set.length === 0 ? [] : ['--set', ...set]),
  ];
}
