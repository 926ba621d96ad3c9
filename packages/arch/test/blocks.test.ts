// Blocks that several families share.

import {
  buildGraph,
  costOf,
  onesInit,
  silu,
  summarize,
  tensorType,
  verifyGraph,
  zerosInit,
  type Graph,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { concatBranches, convNormAct, type ConvNormActOptions } from '../src/index.ts';

const image = tensorType('f32', ['N', 4, 9, 9]);
const rowsOf = (graph: Graph): readonly (readonly unknown[])[] =>
  summarize(graph).rows.map(({ scope, operation, outputShape }) => [scope, operation, outputShape]);

describe('convNormAct', () => {
  const build = (options: Partial<ConvNormActOptions>): Graph => {
    const graph = buildGraph({ x: image }, ({ x }) => ({
      y: convNormAct(x, { name: 'stem', out: 6, kernel: 3, ...options }),
    }));
    verifyGraph(graph);
    return graph;
  };

  it('is conv, bn and ReLU by default, the size kept and without bias', () => {
    const graph = build({});
    expect(Object.keys(graph.parameters)).toEqual(['stem.conv.weight', 'stem.bn.weight', 'stem.bn.bias']);
    expect(Object.keys(graph.states)).toEqual(
      ['running_mean', 'running_var', 'num_batches_tracked'].map((name) => `stem.bn.${name}`),
    );
    expect(rowsOf(graph).filter(([scope]) => scope !== undefined)).toEqual(
      expect.arrayContaining([
        ['stem.conv', 'conv2d', [1, 6, 9, 9]],
        ['stem.bn', 'batchNorm', [1, 6, 9, 9]],
        ['stem', 'relu', [1, 6, 9, 9]],
      ]),
    );
  });

  it('takes names, activation and settings of the norm', () => {
    const graph = build({
      name: '',
      names: { conv: '0', norm: '1' },
      activation: silu,
      norm: { init: zerosInit, eps: 1e-3, momentum: 0.01 },
    });
    expect(Object.keys(graph.parameters)).toEqual(['0.weight', '1.weight', '1.bias']);
    expect(graph.parameters['1.weight'].init).toEqual(zerosInit);
    expect(rowsOf(graph).at(-1)).toEqual(['', 'silu', [1, 6, 9, 9]]);
    const attrs = Object.values(graph.functions).map((one) => one.attrs);
    expect(attrs).toContainEqual(expect.objectContaining({ eps: 1e-3, momentum: 0.01 }));
  });

  it('has a bias where there is no norm, and nothing after it where there is no activation', () => {
    const graph = build({ norm: 'none', activation: 'none', biasInit: onesInit });
    expect(Object.keys(graph.parameters)).toEqual(['stem.conv.weight', 'stem.conv.bias']);
    expect(graph.parameters['stem.conv.bias'].init).toEqual(onesInit);
    expect(rowsOf(graph).map(([scope]) => scope)).toEqual(['stem.conv']);
    expect(Object.keys(build({ norm: 'none', bias: false }).parameters)).toEqual(['stem.conv.weight']);
    expect(Object.keys(build({ bias: true }).parameters)).toContain('stem.conv.bias');
  });

  it.each([
    [{ kernel: 3, stride: 2 }, [1, 6, 5, 5]],
    [{ kernel: [1, 7] }, [1, 6, 9, 9]],
    [{ kernel: [7, 1], stride: [2, 1] }, [1, 6, 5, 9]],
    [{ kernel: 3, dilation: 2 }, [1, 6, 9, 9]],
    [{ kernel: 3, dilation: [1, 3] }, [1, 6, 9, 9]],
    [{ kernel: 3, padding: 0 }, [1, 6, 7, 7]],
    [{ kernel: 3, groups: 2 }, [1, 6, 9, 9]],
  ] as const)('%o gives %o', (options, shape) => {
    const graph = build(options);
    expect(graph.nodes[graph.outputs.y.value].type.shape).toEqual(['N', ...shape.slice(1)]);
    const [, , height, width] = shape;
    const { type } = graph.parameters['stem.conv.weight'];
    const elements = type.shape.reduce<number>((product, dim) => product * Number(dim), 1);
    expect(costOf(graph).macs).toBe(elements * height * width);
  });
});

describe('concatBranches', () => {
  const options = { norm: 'none', activation: 'none', bias: false } as const;

  it('names steps as torch.nn.Sequential does, and concatenates over the channels', () => {
    const graph = buildGraph({ x: image }, ({ x }) => ({
      y: concatBranches(
        x,
        [
          [{ conv: 2, kernel: 1, stride: 2 }],
          [
            { conv: 3, kernel: 1 },
            { conv: 5, kernel: 3, stride: 2, padding: 1 },
          ],
          [
            { pool: 'avg', kernel: 3, stride: 2, padding: 1 },
            { conv: 1, kernel: 1, name: 'projection' },
            {
              fork: [
                { conv: 1, kernel: [1, 3], name: 'a' },
                { conv: 2, kernel: [3, 1], name: 'b' },
              ],
            },
          ],
          [{ pool: 'max', kernel: 3, stride: 2, padding: 1 }],
        ],
        { ...options, first: 1 },
      ),
    }));
    verifyGraph(graph);
    expect(Object.entries(graph.parameters).map(([name, { type }]) => [name, type.shape])).toEqual([
      ['branch1.conv.weight', [2, 4, 1, 1]],
      ['branch2.0.conv.weight', [3, 4, 1, 1]],
      ['branch2.1.conv.weight', [5, 3, 3, 3]],
      ['projection.conv.weight', [1, 4, 1, 1]],
      ['a.conv.weight', [1, 1, 1, 3]],
      ['b.conv.weight', [2, 1, 3, 1]],
    ]);
    expect(graph.nodes[graph.outputs.y.value].type.shape).toEqual(['N', 2 + 5 + 3 + 4, 5, 5]);
    expect(rowsOf(graph)).toEqual(expect.arrayContaining([['branch4', 'maxPool2d', [1, 4, 5, 5]]]));
  });

  it('scales every number of channels by width', () => {
    const { parameters } = buildGraph({ x: image }, ({ x }) => ({
      y: concatBranches(x, [[{ conv: 6, kernel: 1 }], [{ conv: 1, kernel: 1 }]], { ...options, width: 0.25 }),
    }));
    expect(Object.values(parameters).map(({ type }) => type.shape[0])).toEqual([2, 1]);
  });

  it('counts the padding of an average or not', () => {
    const attrs = (pool: 'avg' | 'avgWithoutPadding'): readonly unknown[] =>
      buildGraph({ x: image }, ({ x }) => ({
        y: concatBranches(x, [[{ pool, kernel: 3, stride: 1, padding: 1 }]]),
      })).nodes.flatMap((node) => (node.op === 'avgPool2d' ? [node.attrs.countIncludePad] : []));
    expect([attrs('avg'), attrs('avgWithoutPadding')]).toEqual([[true], [false]]);
  });
});
