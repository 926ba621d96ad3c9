// The variant table of the family, as data.

export type Activation = 'tanh' | 'scaledTanh' | 'relu';
export type Subsampling = 'average' | 'trainable' | 'max';
export type Connections = 'full' | 'partial';
export type Output = 'linear' | 'rbf';
export type Initialization = 'torch' | 'paper';

/** A network of the family as a row of the table; names in capitals are the paper's. */
export interface LeNetVariant {
  /** Side of every convolution: 5; an image of 7 * kernel - 3 pixels ends as one. */
  readonly kernel: number;
  /** Maps of the first and second convolution (C1, C3). */
  readonly maps: readonly [number, number];
  /** Maps of the third convolution (C5) and features of the layer after it (F6). */
  readonly features: readonly [number, number];
  readonly activation: Activation;
  readonly subsampling: Subsampling;
  /** Between the first maps and the second ones. */
  readonly connections: Connections;
  readonly output: Output;
  readonly initialization: Initialization;
}

const MODERN = {
  activation: 'tanh',
  subsampling: 'average',
  connections: 'full',
  output: 'linear',
  initialization: 'torch',
} as const;

export const VARIANTS = {
  lenet5: { kernel: 5, maps: [6, 16], features: [120, 84], ...MODERN },
  lenet5_1998: {
    kernel: 5,
    maps: [6, 16],
    features: [120, 84],
    activation: 'scaledTanh',
    subsampling: 'trainable',
    connections: 'partial',
    output: 'rbf',
    initialization: 'paper',
  },
  tiny: { kernel: 3, maps: [6, 16], features: [12, 8], ...MODERN },
} as const satisfies Readonly<Record<string, LeNetVariant>>;

/** Table I of the paper: which of the six first maps each of the sixteen second ones sees. */
export const CONNECTION_TABLE: readonly (readonly number[])[] = [
  [0, 1, 2],
  [1, 2, 3],
  [2, 3, 4],
  [3, 4, 5],
  [0, 4, 5],
  [0, 1, 5],
  [0, 1, 2, 3],
  [1, 2, 3, 4],
  [2, 3, 4, 5],
  [0, 3, 4, 5],
  [0, 1, 4, 5],
  [0, 1, 2, 5],
  [0, 1, 3, 4],
  [1, 2, 4, 5],
  [0, 2, 3, 5],
  [0, 1, 2, 3, 4, 5],
];
