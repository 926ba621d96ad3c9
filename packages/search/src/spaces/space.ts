// A design space: named dimensions, constraints, and what a point of it stands for.

import type { Model } from '@netwright/arch';
import { NetwrightError } from '@netwright/ir';
import { costOfModel, type ModelCost } from './cost.ts';
import { describeDimension, hasValue, sizeOf, type Dimension, type Value, type ValueOf } from './dimension.ts';

/** A point of a space: plain data, one value for each dimension. */
export type Configuration = Readonly<Record<string, Value>>;

/** The dimensions of a space by name. */
export type Dimensions = Readonly<Record<string, Dimension>>;

/** A point of a space with these dimensions. */
export type ConfigurationOf<D extends Dimensions> = { readonly [K in keyof D]: ValueOf<D[K]> };

/** A condition on points that no single dimension can state. */
export interface Constraint<C> {
  /** In words, e.g. `w2 >= w1`. */
  readonly name: string;
  holds(configuration: C): boolean;
}

/** A space as its author writes it, for {@link defineSpace}. */
export interface SpaceRecord<D extends Dimensions> {
  readonly name: string;
  readonly dimensions: D;
  /** Default none. */
  readonly constraints?: readonly Constraint<ConfigurationOf<D>>[];
  /** The network; built by nobody until its graph is asked for. */
  decode(configuration: ConfigurationOf<D>): Model;
  /** A faster way to the cost of the decoded network. Default: a fold over its graph. */
  costOf?(configuration: ConfigurationOf<D>): ModelCost;
}

/** A space as data and two functions of its points. Points are checked when they are decoded. */
export interface Space {
  readonly name: string;
  readonly dimensions: Dimensions;
  readonly constraints: readonly Constraint<Configuration>[];
  /** Points, before constraints; infinite where a dimension is continuous. */
  readonly size: number;
  /** @throws NetwrightError `search.configuration` for what is not a point of this space. */
  decode(configuration: Configuration): Model;
  /** Of the decoded network. Errors as of `decode`. */
  costOf(configuration: Configuration): ModelCost;
}

/**
 * A space whose `decode` and `costOf` check the points that they are given.
 *
 * @throws NetwrightError `search.configuration` from these, with every reason, for a point that is not of the space.
 */
export function defineSpace<const D extends Dimensions>(record: SpaceRecord<D>): Space {
  type C = ConfigurationOf<D>;
  const { name, dimensions, decode, costOf = (configuration: C) => costOfModel(decode(configuration)) } = record;
  const constraints = (record.constraints ?? []) as readonly Constraint<Configuration>[];
  const checked = (configuration: Configuration): C => {
    const reasons = problemsOf({ dimensions, constraints }, configuration);
    if (reasons.length === 0) return configuration as C;
    throw new NetwrightError({
      code: 'search.configuration',
      operation: 'decode',
      scope: name,
      expected: `one value for each of ${Object.keys(dimensions).join(', ')}`,
      received: JSON.stringify(configuration),
      reasons,
    });
  };
  return {
    name,
    dimensions,
    constraints,
    size: Object.values(dimensions).reduce((product, dimension) => product * sizeOf(dimension), 1),
    decode: (configuration) => decode(checked(configuration)),
    costOf: (configuration) => costOf(checked(configuration)),
  };
}

/** Why a configuration is no point of the space; empty for one that is. */
export function problemsOf(
  { dimensions, constraints }: Pick<Space, 'dimensions' | 'constraints'>,
  configuration: Configuration,
): readonly string[] {
  const unknown = Object.keys(configuration).filter((name) => !Object.hasOwn(dimensions, name));
  const wrong = Object.entries(dimensions).filter(([name, dimension]) => !hasValue(dimension, configuration[name]));
  const broken = wrong.length > 0 ? [] : constraints.filter(({ holds }) => !holds(configuration));
  return [
    ...unknown.map((name) => `there is no dimension ${name}`),
    ...wrong.map(
      ([name, dimension]) => `${name} is ${String(configuration[name])}, not of ${describeDimension(dimension)}`,
    ),
    ...broken.map((constraint) => `${constraint.name} does not hold`),
  ];
}
