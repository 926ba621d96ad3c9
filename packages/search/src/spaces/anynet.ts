// AnyNetX and its refinements A to E, and the RegNets that they lead to. arXiv:2003.13678, section 3

import { streamOf } from '../random.ts';
import { anyNetCosts } from './anynet-cost.ts';
import type { AnyNetImage, AnyNetPlugin, AnyNetStageSettings, AnyNetVariant } from './anynet-plugin.ts';
import { choice, integers, reals, type Dimension, type RangeOptions } from './dimension.ts';
import { defineSpace, type Configuration, type Constraint, type Space } from './space.ts';

/** Which refinement: each keeps those before it. */
export type AnyNetLevel = 'A' | 'B' | 'C' | 'D' | 'E';

/** In the order of refinement. */
export const ANYNET_LEVELS: readonly AnyNetLevel[] = ['A', 'B', 'C', 'D', 'E'];

/** What networks of the space have in common. */
export interface AnyNetSpaceOptions extends AnyNetImage {
  /** `import * as regnet from '@netwright/arch-regnet'`. */
  readonly plugin: AnyNetPlugin;
  /** Channels of the stem. Default 32. */
  readonly stemWidth?: number;
  /** Channels of squeeze-excitation over those of a block's input: 1/4 makes AnyNetY and RegNetY of X. Default 0. */
  readonly squeezeRatio?: number;
}

/** The level, and the ranges of what is left free. */
export interface AnyNetXOptions extends AnyNetSpaceOptions {
  readonly level: AnyNetLevel;
  /** Most blocks of a stage. Default 16. */
  readonly maxDepth?: number;
  /** Largest width of a stage, a multiple of 8. Default 1024. */
  readonly maxWidth?: number;
  /** Bottleneck ratios. Default 1, 2, 4. */
  readonly bottlenecks?: readonly number[];
  /** Group widths. Default 1, 2, 4, 8, 16, 32. */
  readonly groupWidths?: readonly number[];
}

const STAGES = [1, 2, 3, 4] as const;

/**
 * Four stages of depth `d1` .. `d4`, width `w1` .. `w4` (both drawn evenly on a logarithmic scale), bottleneck ratio `b1` .. `b4` and group width `g1` ..
 * `g4`: 16 dimensions. B shares the bottleneck ratio (`b`), C also the group width (`g`), D asks for widths that do not shrink, and E for depths that do not.
 * Widths are made to fit their groups as pycls does.
 */
export function anyNetX({
  level,
  maxDepth = 16,
  maxWidth = 1024,
  bottlenecks = [1, 2, 4],
  groupWidths = [1, 2, 4, 8, 16, 32],
  ...options
}: AnyNetXOptions): Space {
  const has = (other: AnyNetLevel): boolean => level >= other;
  const each = (name: string, dimension: Dimension): readonly (readonly [string, Dimension])[] =>
    STAGES.map((stage) => [`${name}${String(stage)}`, dimension]);
  const one = (name: string, shared: boolean, dimension: Dimension): readonly (readonly [string, Dimension])[] =>
    shared ? [[name, dimension]] : each(name, dimension);
  const dimensions = Object.fromEntries([
    ...each('d', integers({ low: 1, high: maxDepth, scale: 'log' })),
    ...each('w', integers({ low: 8, high: maxWidth, step: 8, scale: 'log' })),
    ...one('b', has('B'), choice(bottlenecks)),
    ...one('g', has('C'), choice(groupWidths)),
  ]);
  const stages = (configuration: Configuration): readonly AnyNetStageSettings[] =>
    STAGES.map((stage) => ({
      depth: numberAt(configuration, `d${String(stage)}`),
      width: numberAt(configuration, `w${String(stage)}`),
      bottleneck: 1 / numberAt(configuration, has('B') ? 'b' : `b${String(stage)}`),
      groupWidth: numberAt(configuration, has('C') ? 'g' : `g${String(stage)}`),
    }));
  return spaceOf({
    name: `anynet${options.squeezeRatio === undefined ? 'x' : 'y'}_${level.toLowerCase()}`,
    dimensions,
    constraints: [...(has('D') ? ascending('w') : []), ...(has('E') ? ascending('d') : [])],
    stages,
    compat: 'pycls',
    options,
  });
}

/** The ranges of the numbers that generate a network. */
export interface RegNetXOptions extends AnyNetSpaceOptions {
  /** Blocks of all stages together; drawn evenly. Default 1 to 63. */
  readonly depth?: Pick<RangeOptions, 'low' | 'high'>;
  /** Width of the first block, a multiple of 8; drawn evenly on a logarithmic scale. Default 8 to 248. */
  readonly initialWidth?: Pick<RangeOptions, 'low' | 'high'>;
  /** Channels that each block adds, by a quantum of 0.1; logarithmic. Default 8 to 255.9. */
  readonly slope?: Pick<RangeOptions, 'low' | 'high'> & { readonly quantum?: number };
  /** Factor between the widths of stages, by 0.001; logarithmic. Default 1.5 to 3. */
  readonly multiplier?: Pick<RangeOptions, 'low' | 'high'>;
  /** Default 1, 2, 4. */
  readonly bottlenecks?: readonly number[];
  /** Default 1, 2, 4, 8, 16, 32. */
  readonly groupWidths?: readonly number[];
  /** How widths are made to fit their groups. Default `pycls`. */
  readonly compat?: AnyNetVariant['compat'];
}

/**
 * The RegNets: widths on a quantized line (`d`, `w0`, `wa`, `wm`), one bottleneck ratio `b`, one group width `g`, four stages. A `squeezeRatio` of 1/4 makes
 * RegNetY of it. Sampled as in pycls.
 */
export function regNetX({
  depth = { low: 1, high: 63 },
  initialWidth = { low: 8, high: 248 },
  slope = { low: 8, high: 255.9 },
  multiplier = { low: 1.5, high: 3 },
  bottlenecks = [1, 2, 4],
  groupWidths = [1, 2, 4, 8, 16, 32],
  compat = 'pycls',
  ...options
}: RegNetXOptions): Space {
  const widths = (configuration: Configuration): ReturnType<AnyNetPlugin['regnetWidths']> =>
    options.plugin.regnetWidths({
      depth: numberAt(configuration, 'd'),
      initialWidth: numberAt(configuration, 'w0'),
      slope: numberAt(configuration, 'wa'),
      multiplier: numberAt(configuration, 'wm'),
    });
  return spaceOf({
    name: `regnet${options.squeezeRatio === undefined ? 'x' : 'y'}`,
    dimensions: {
      d: integers(depth),
      w0: integers({ ...initialWidth, step: 8, scale: 'log' }),
      wa: reals({ quantum: 0.1, ...slope, scale: 'log' }),
      wm: reals({ ...multiplier, quantum: 0.001, scale: 'log' }),
      b: choice(bottlenecks),
      g: choice(groupWidths),
    },
    constraints: [
      {
        name: 'four stages, none skipped',
        holds: (configuration) => {
          const { stages, possibleStages } = widths(configuration);
          return stages.length === STAGES.length && possibleStages === STAGES.length;
        },
      },
    ],
    stages: (configuration) =>
      widths(configuration).stages.map((stage) => ({
        ...stage,
        bottleneck: 1 / numberAt(configuration, 'b'),
        groupWidth: numberAt(configuration, 'g'),
      })),
    compat,
    options,
  });
}

interface SpaceParts {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, Dimension>>;
  readonly constraints: readonly Constraint<Configuration>[];
  readonly stages: (configuration: Configuration) => readonly AnyNetStageSettings[];
  readonly compat: AnyNetVariant['compat'];
  readonly options: AnyNetSpaceOptions;
}

function spaceOf({ name, dimensions, constraints, stages, compat, options }: SpaceParts): Space {
  const { plugin, stemWidth = 32, squeezeRatio = 0, imageSize, channels, classes, stemStride } = options;
  const image = { imageSize, channels, classes, stemStride };
  const costs = anyNetCosts(plugin, image);
  const variantOf = (configuration: Configuration): AnyNetVariant => ({
    stages: stages(configuration),
    squeezeRatio,
    stemWidth,
    compat,
  });
  return defineSpace<Readonly<Record<string, Dimension>>>({
    name,
    dimensions,
    constraints,
    decode: (configuration) => {
      const variant = variantOf(configuration);
      const network = `${name}_${streamOf(JSON.stringify(variant)).toString(16).padStart(8, '0')}`;
      return plugin.anyNets({ family: name, variants: { [network]: variant } })(network, image);
    },
    costOf: (configuration) => costs(variantOf(configuration)),
  });
}

function ascending(name: string): readonly Constraint<Configuration>[] {
  return STAGES.slice(1).map((stage) => {
    const [before, after] = [`${name}${String(stage - 1)}`, `${name}${String(stage)}`];
    return {
      name: `${after} >= ${before}`,
      holds: (configuration) => numberAt(configuration, after) >= numberAt(configuration, before),
    };
  });
}

function numberAt(configuration: Configuration, name: string): number {
  return Number(configuration[name]);
}
