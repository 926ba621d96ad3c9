// The architecture contract: variants as data, one build function.

import {
  buildGraph,
  NetwrightError,
  tensorType,
  type GraphBuilder,
  type OutputOptions,
  type Tensor,
} from '@netwright/ir';
import type { Model, ModelOptions } from './model.ts';

/** Options that every architecture has. */
export interface CommonOptions {
  /** Default 1000. */
  readonly classes: number;
  /** Channels of the input image. Default 3. */
  readonly channels: number;
  /** Height and width of the input image; the variant may bring its own default. Default 224. */
  readonly imageSize: number | readonly [number, number];
  /** Factor of all channels, of families that declare how they scale. Default 1. */
  readonly widthMult?: number;
  /** Factor of the numbers of blocks, of families that declare how they scale. Default 1. */
  readonly depthMult?: number;
}

const COMMON_DEFAULTS: CommonOptions = { classes: 1000, channels: 3, imageSize: 224 };

const UNSCALED = { widthMult: 1, depthMult: 1 };

/** What `build` gives: the logits [N, classes], or outputs by name. */
export type ModelOutputs = Tensor | Readonly<Record<string, Tensor | ({ readonly value: Tensor } & OutputOptions)>>;

/** A family as its author writes it, for {@link defineArchitecture}. `V` is a row of its table, `O` its own options. */
export interface ArchitectureRecord<V, O extends ModelOptions> {
  readonly family: string;
  /** Paper, as a URL. */
  readonly paper: string;
  /** Defaults of the family's own options. */
  readonly options: O;
  /** The listed variants, `tiny` among them. */
  readonly variants: Readonly<Record<string, V>>;
  /** Further names that follow a grammar (`cifar_resnet44`), or undefined for a name that is not of this family. */
  parse?(name: string): V | undefined;
  /** The grammar in words, e.g. `cifar_resnetN, N = 6n + 2`. */
  readonly grammar?: string;
  /** Defaults that a variant changes (image size, classes). */
  defaults?(variant: V): Partial<CommonOptions & O>;
  /**
   * The variant with its channels and numbers of blocks multiplied, rounded as suits the family. A family that declares it has the options `widthMult`
   * and `depthMult`, and {@link scaleModel} takes it.
   */
  scale?(variant: V, multipliers: { readonly width: number; readonly depth: number }): V;
  /** Emits the graph and returns the logits, or outputs by name with `logits` first. */
  build(image: Tensor, variant: V, options: CommonOptions & O, builder: GraphBuilder): ModelOutputs;
}

type Choices<O> = {
  readonly [K in keyof O as string extends K ? never : O[K] extends string ? K : never]: readonly O[K][];
};

/** What the options that are words may be; every such option is listed. Those whose defaults are numbers or booleans take nothing else in any case. */
export type OptionChoices<O> = [keyof Choices<O>] extends [never]
  ? { readonly choices?: Choices<O> }
  : { readonly choices: Choices<O> };

/** A family of networks: call it with a variant's name to get a model. */
export interface Architecture<O extends ModelOptions = ModelOptions> {
  (name: string, options?: Partial<CommonOptions & O>): Model;
  readonly family: string;
  readonly paper: string;
  /** Listed names. */
  readonly variants: readonly string[];
  readonly grammar: string | undefined;
  /** Whether the family declares how its variants scale. */
  readonly scales: boolean;
  /** Whether the name is a variant, listed or by grammar. */
  has(name: string): boolean;
}

/**
 * Declares an architecture.
 *
 * @throws NetwrightError `architecture.variant` from the result for an unknown name, `architecture.options` for an unknown option, a value of another kind or that is none
 * of the choices, a size that is not a positive integer, or a multiplier that is not positive.
 */
export function defineArchitecture<V, O extends ModelOptions>(
  record: ArchitectureRecord<V, O> & OptionChoices<O>,
): Architecture<O> {
  const find = (name: string): V | undefined =>
    Object.hasOwn(record.variants, name) ? record.variants[name] : record.parse?.(name);
  const architecture = (name: string, given: Partial<CommonOptions & O> = {}): Model => {
    const variant = find(name);
    if (variant === undefined) throw unknownVariant(record.family, name, Object.keys(record.variants), record.grammar);
    const options = {
      ...COMMON_DEFAULTS,
      ...record.options,
      ...record.defaults?.(variant),
      ...given,
    } as CommonOptions & O;
    const known = { ...COMMON_DEFAULTS, ...(record.scale === undefined ? {} : UNSCALED), ...record.options };
    checkOptions(record, name, known, options);
    const { widthMult, depthMult } = { ...UNSCALED, ...options };
    const scaled =
      widthMult === 1 && depthMult === 1
        ? variant
        : (record.scale?.(variant, { width: widthMult, depth: depthMult }) ?? variant);
    const [height, width] =
      typeof options.imageSize === 'number' ? [options.imageSize, options.imageSize] : options.imageSize;
    const inputShape = [options.channels, height, width] as const;
    return {
      name,
      family: record.family,
      options,
      inputShape,
      classes: options.classes,
      build: () =>
        buildGraph({ image: tensorType('f32', ['N', ...inputShape]) }, ({ image }, builder) => {
          const outputs = record.build(image, scaled, options, builder);
          return 'builder' in outputs ? { logits: outputs as Tensor } : outputs;
        }),
    };
  };
  return Object.assign(architecture, {
    family: record.family,
    paper: record.paper,
    variants: Object.keys(record.variants),
    grammar: record.grammar,
    scales: record.scale !== undefined,
    has: (name: string) => find(name) !== undefined,
  });
}

function checkOptions<V, O extends ModelOptions>(
  { family, options: defaults, choices }: ArchitectureRecord<V, O> & OptionChoices<O>,
  name: string,
  known: ModelOptions,
  options: CommonOptions & ModelOptions,
): void {
  const sizes = [options.classes, options.channels, ...[options.imageSize].flat()];
  const reasons = [
    ...Object.keys(options).flatMap((key) => (Object.hasOwn(known, key) ? [] : [`there is no option ${key}`])),
    ...Object.entries(defaults).flatMap(([key, value]) => wrongValue(key, options[key], value)),
    ...Object.entries<readonly unknown[]>(choices ?? {}).flatMap(([key, allowed]) =>
      allowed.includes(options[key]) ? [] : [`${key} is none of ${allowed.map(String).join(', ')}`],
    ),
    ...(sizes.every((size) => Number.isSafeInteger(size) && size > 0)
      ? []
      : ['classes, channels and imageSize must be positive integers']),
    ...([options.widthMult ?? 1, options.depthMult ?? 1].every((factor) => Number.isFinite(factor) && factor > 0)
      ? []
      : ['widthMult and depthMult must be positive numbers']),
  ];
  if (reasons.length === 0) return;
  throw new NetwrightError({
    code: 'architecture.options',
    operation: family,
    scope: name,
    expected: `options among ${Object.keys(known).join(', ')}`,
    received: JSON.stringify(options),
    reasons,
  });
}

function wrongValue(key: string, value: unknown, example: unknown): readonly string[] {
  if (typeof example === 'number')
    return typeof value === 'number' && !Number.isNaN(value) ? [] : [`${key} is not a number`];
  return typeof example === 'boolean' && typeof value !== 'boolean' ? [`${key} is not true or false`] : [];
}

function unknownVariant(
  family: string,
  name: string,
  variants: readonly string[],
  grammar: string | undefined,
): NetwrightError {
  return new NetwrightError({
    code: 'architecture.variant',
    operation: family,
    expected: `one of ${variants.join(', ')}${grammar === undefined ? '' : `, or ${grammar}`}`,
    received: name,
  });
}
