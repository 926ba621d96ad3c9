// A space of cells: small graphs of operations that a network repeats. After arXiv:1707.07012 and arXiv:1802.03268

import { channelsOf, convNormAct, defineArchitecture, linearLayer, type Model } from '@netwright/arch';
import { add, avgPool2d, concat, flatten, globalAvgPool2d, maxPool2d, type Tensor } from '@netwright/ir';
import { streamOf } from '../random.ts';
import { choice, type Choice } from './dimension.ts';
import { defineSpace, type Configuration, type Space } from './space.ts';

/** What cells choose from. Strides are 1 and the channels stay; convolutions end with batch norm and ReLU. */
export const CELL_OPERATIONS = [
  'identity',
  'conv3x3',
  'separable3x3',
  'separable5x5',
  'maxPool3x3',
  'avgPool3x3',
] as const;

/** What a cell does to one of its values. */
export type CellOperation = (typeof CELL_OPERATIONS)[number];

/** The size of a cell, and the network that repeats it. */
export interface CellSpaceOptions {
  /** Nodes of a cell. Default 3. */
  readonly nodes?: number;
  /** Cells of each stage. Default 1. */
  readonly cells?: number;
  /** Channels of each stage; between two of them height and width halve. Default 8, 16. */
  readonly widths?: readonly number[];
  /** Default all. */
  readonly operations?: readonly CellOperation[];
  readonly imageSize: number;
  readonly channels: number;
  readonly classes: number;
}

interface CellNode {
  /** Each an index among the cell's two inputs and the nodes before. */
  readonly inputs: readonly [number, number];
  readonly operations: readonly [CellOperation, CellOperation];
}

interface CellVariant {
  readonly nodes: readonly CellNode[];
  readonly cells: number;
  readonly widths: readonly number[];
}

/**
 * Node `i` adds two operations (`iop1`, `iop2`) on two earlier values (`iin1`, `iin2`): 0 is the output of the cell before the last, 1 that of the last cell,
 * 2 the first node. What no node reads is concatenated and brought to the stage's channels by a 1 x 1 convolution.
 */
export function cellSpace({
  nodes = 3,
  cells = 1,
  widths = [8, 16],
  operations = CELL_OPERATIONS,
  ...image
}: CellSpaceOptions): Space {
  const indices = Array.from({ length: nodes }, (_, index) => index);
  const dimensions: Readonly<Record<string, Choice>> = Object.fromEntries(
    indices.flatMap((node): readonly (readonly [string, Choice])[] => {
      const earlier: Choice = choice(Array.from({ length: node + 2 }, (_, index) => index));
      return [1, 2].flatMap((side) => [
        [`${String(node)}in${String(side)}`, earlier],
        [`${String(node)}op${String(side)}`, choice(operations)],
      ]);
    }),
  );
  return defineSpace<Readonly<Record<string, Choice>>>({
    name: `cells${String(nodes)}`,
    dimensions,
    decode: (configuration) =>
      networkOf({ nodes: indices.map((node) => nodeOf(configuration, node)), cells, widths }, image),
  });
}

function nodeOf(configuration: Configuration, node: number): CellNode {
  const at = (name: string, side: number): unknown => configuration[`${String(node)}${name}${String(side)}`];
  return {
    inputs: [Number(at('in', 1)), Number(at('in', 2))],
    operations: [at('op', 1) as CellOperation, at('op', 2) as CellOperation],
  };
}

function networkOf(
  variant: CellVariant,
  image: { readonly imageSize: number; readonly channels: number; readonly classes: number },
): Model {
  const name = `cells_${streamOf(JSON.stringify(variant)).toString(16).padStart(8, '0')}`;
  const family = defineArchitecture<CellVariant, Readonly<Record<string, unknown>>>({
    family: 'cells',
    paper: 'https://arxiv.org/abs/1707.07012',
    options: {},
    variants: { [name]: variant },
    build(input, { nodes, cells, widths }, { classes }, builder) {
      let before = convNormAct(input, { name: 'stem', out: widths[0], kernel: 3 });
      let last = before;
      widths.forEach((width, stage) => {
        for (let cell = 0; cell < cells; cell++) {
          const stride = stage > 0 && cell === 0 ? 2 : 1;
          const inputs = [before, last] as const;
          const made = builder.within(`stage${String(stage)}.${String(cell)}`, () =>
            cellOf(inputs, nodes, width, stride),
          );
          before = last;
          last = made;
        }
      });
      return linearLayer(flatten(globalAvgPool2d(last), 1), { name: 'fc', out: classes });
    },
  });
  return family(name, image);
}

/** The older of the two inputs may be one halving larger than the newer. */
function cellOf(
  [before, last]: readonly [Tensor, Tensor],
  nodes: readonly CellNode[],
  width: number,
  stride: number,
): Tensor {
  const sizeOf = (x: Tensor): number => Number(x.shape[2]);
  const fit = (x: Tensor, name: string, by: number): Tensor =>
    convNormAct(x, { name, out: width, kernel: 1, stride: by });
  const size = Math.ceil(sizeOf(last) / stride);
  const values = [fit(before, 'pre0', Math.round(sizeOf(before) / size)), fit(last, 'pre1', stride)];
  const read = new Set<number>();
  nodes.forEach(({ inputs, operations }, node) => {
    const [a, b] = inputs.map((input, side) => {
      read.add(input);
      return last.builder.within(`node${String(node)}.${String(side)}`, () => apply(operations[side], values[input]));
    });
    values.push(add(a, b));
  });
  const open = values.filter((_, index) => index > 1 && !read.has(index));
  return fit(open.length === 1 ? open[0] : concat(open, 1), 'out', 1);
}

function apply(operation: CellOperation, x: Tensor): Tensor {
  const out = channelsOf(x);
  const separable = (kernel: number): Tensor =>
    convNormAct(convNormAct(x, { name: 'depth', out, kernel, groups: out, activation: 'none' }), {
      name: 'point',
      out,
      kernel: 1,
    });
  switch (operation) {
    case 'identity':
      return x;
    case 'conv3x3':
      return convNormAct(x, { name: 'conv', out, kernel: 3 });
    case 'separable3x3':
      return separable(3);
    case 'separable5x5':
      return separable(5);
    case 'maxPool3x3':
      return maxPool2d(x, { kernel: 3, stride: 1, padding: 1 });
    case 'avgPool3x3':
      return avgPool2d(x, { kernel: 3, stride: 1, padding: 1 });
  }
}
