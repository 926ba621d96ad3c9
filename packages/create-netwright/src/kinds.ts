// What can be made, as data.

/** A kind of package. `application` stands alone; the others are plugins. */
export type Kind = 'optimizer' | 'architecture' | 'backend' | 'function' | 'data' | 'application';

/** What a kind of package needs, and what it is called in messages. */
export interface KindFacts {
  /** Begins the name of a plugin's package: `optim-lion`. */
  readonly prefix?: string;
  /** In a sentence, e.g. `optimizer`. */
  readonly noun: string;
  readonly summary: string;
  /** Packages of Netwright that the source imports: peers of a plugin, dependencies of an application. */
  readonly uses: readonly string[];
  /** Packages of Netwright that the tests import besides. */
  readonly usedInTests: readonly string[];
  /** Other packages that the tests import besides vitest. */
  readonly otherInTests: readonly string[];
}

/** The facts of every kind. */
export const KINDS: Readonly<Record<Kind, KindFacts>> = {
  optimizer: {
    prefix: 'optim',
    noun: 'optimizer',
    summary: 'an update rule, for every backend',
    uses: ['ir', 'optim'],
    usedInTests: ['testing'],
    otherInTests: [],
  },
  architecture: {
    prefix: 'arch',
    noun: 'architecture',
    summary: 'a family of networks',
    uses: ['arch', 'ir'],
    usedInTests: ['testing'],
    otherInTests: [],
  },
  backend: {
    prefix: 'backend',
    noun: 'backend',
    summary: 'a place to run graphs',
    uses: ['compiler', 'ir'],
    usedInTests: ['testing'],
    otherInTests: [],
  },
  function: {
    prefix: 'function',
    noun: 'function',
    summary: 'an operation made of others, with its own gradient',
    uses: ['ir'],
    usedInTests: ['compiler', 'testing'],
    otherInTests: [],
  },
  data: {
    prefix: 'data',
    noun: 'dataset',
    summary: 'a dataset',
    uses: ['data', 'ir'],
    usedInTests: ['testing'],
    otherInTests: [],
  },
  application: {
    noun: 'application',
    summary: 'a program that trains on folders of your own images',
    uses: ['arch-resnet', 'backend-cpu', 'data', 'data-images', 'optim', 'optim-adamw', 'train', 'weights'],
    usedInTests: [],
    otherInTests: ['fast-png'],
  },
};

/** All kinds, in the order in which they are offered. */
export const KIND_NAMES = Object.keys(KINDS) as readonly Kind[];

/** Whether the text names a kind. */
export function isKind(text: string): text is Kind {
  return Object.hasOwn(KINDS, text);
}

/** `optim-lion` for an optimizer `lion`; the name itself for an application. */
export function baseNameOf(kind: Kind, name: string): string {
  const { prefix } = KINDS[kind];
  return prefix === undefined ? name : `${prefix}-${name}`;
}

/** One sentence for a manifest or a changeset. */
export function describe(kind: Kind, name: string): string {
  return `The ${KINDS[kind].noun} ${name} for Netwright.`;
}
