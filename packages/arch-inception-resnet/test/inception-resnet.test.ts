import { testArchitecture } from '@netwright/testing';
import {
  buildGraph,
  costOf,
  filledValue,
  GraphBuilder,
  inferenceMode,
  summarize,
  tensorType,
  type Graph,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { inceptionResNet, residualModule, type ResidualModuleOptions } from '../src/index.ts';
import { architectures, goldenOf, models } from '../../../tools/workspace/recorded-networks.ts';

const RECORDED = ['inception_resnet_v1', 'inception_resnet_v2'];

testArchitecture(inceptionResNet, {
  golden: RECORDED.map(goldenOf),
  tiny: { imageSize: 8 },
});

const shapeOf = (graph: Graph, name: string): readonly unknown[] => graph.nodes[graph.outputs[name].value].type.shape;

/** Factors by which a graph multiplies anything, in order. */
const factorsOf = (graph: Graph): readonly number[] => {
  const builder = GraphBuilder.from(graph);
  return graph.nodes.flatMap(({ op, inputs }) =>
    op === 'mul' ? inputs.flatMap((id) => filledValue(builder.tensor(id)) ?? []) : [],
  );
};

describe('layers', () => {
  const layersOf = (name: string): readonly string[] => {
    const graph = inferenceMode.run(inceptionResNet(name).build());
    const elements = new Map<string, number>();
    for (const [key, { type }] of Object.entries(graph.parameters)) {
      const scope = key.slice(0, key.lastIndexOf('.'));
      elements.set(scope, (elements.get(scope) ?? 0) + type.shape.reduce<number>((a, b) => a * Number(b), 1));
    }
    return summarize(graph)
      .rows.filter(({ scope }) => elements.has(scope))
      .map(({ scope, outputShape }) => `${String(elements.get(scope))}: ${outputShape.join()}`);
  };

  it.each(RECORDED)('of %s have the recorded shapes and parameters, in that order', (name) => {
    const recorded = architectures[name].layers.filter(([, , , parameters]) => parameters > 0);
    expect(layersOf(name)).toEqual(recorded.map(([, , shape, parameters]) => `${String(parameters)}: ${shape.join()}`));
  });

  it.each(RECORDED)('of %s have a ReLU wherever the record has one', (name) => {
    const relus = architectures[name].layers.filter(([, type]) => type === 'ReLU').map(([, , shape]) => shape.join());
    const { rows } = summarize(inceptionResNet(name).build());
    expect(rows.filter(({ operation }) => operation === 'relu').map(({ outputShape }) => outputShape.join())).toEqual(
      relus,
    );
  });
});

describe('names', () => {
  it('are those of timm for v2', () => {
    const { parameters } = inceptionResNet('inception_resnet_v2').build();
    for (const name of [
      'conv2d_1a.conv.weight',
      'conv2d_4a.bn.bias',
      'mixed_5b.branch3.1.conv.weight',
      'repeat.9.branch2.2.conv.weight',
      'repeat.0.conv2d.bias',
      'mixed_6a.branch1.2.bn.weight',
      'repeat_1.19.branch1.1.conv.weight',
      'mixed_7a.branch2.2.conv.weight',
      'repeat_2.8.conv2d.weight',
      'block8.branch1.2.conv.weight',
      'block8.conv2d.bias',
      'conv2d_7b.bn.weight',
      'classif.weight',
    ])
      expect(Object.keys(parameters), name).toContain(name);
  });
});

describe('options', () => {
  it('residualScales are factors of the modules A, B and C', () => {
    const factors = (residualScales?: readonly [number, number, number]): readonly number[] =>
      factorsOf(inceptionResNet('inception_resnet_v1', residualScales === undefined ? {} : { residualScales }).build());
    const all = (a: number, b: number, c: number): readonly number[] => [
      ...Array<number>(5).fill(a),
      ...Array<number>(10).fill(b),
      ...Array<number>(5).fill(c),
    ];
    expect(factors()).toEqual(all(0.17, 0.1, 0.2));
    expect(factors([0.3, 0.2, 0.25])).toEqual(all(0.3, 0.2, 0.25));
    expect(factors([0.3, 1, 0.25])).toEqual([...Array<number>(5).fill(0.3), ...Array<number>(5).fill(0.25)]);
    expect(factorsOf(inceptionResNet('inception_resnet_v2').build())).toHaveLength(10 + 20 + 9);
  });

  it('residualScales must be three numbers', () => {
    const residualScales = [0.1, 0.2] as unknown as readonly [number, number, number];
    expect(() => inceptionResNet('tiny', { residualScales }).build()).toThrow(
      expect.objectContaining({
        code: 'inceptionResNet.residualScales',
        message:
          'inception-resnet: expected three numbers as residualScales, of the modules A, B and C, received [0.1,0.2]. [inceptionResNet.residualScales]',
      }),
    );
  });

  it.each(RECORDED)(
    'stem: small keeps small images in %s wide enough for the last stage, with the same weights',
    (name) => {
      const graph = inceptionResNet(name, { stem: 'small', imageSize: 32 }).build();
      const last = summarize(graph).rows.findLast(({ operation }) => operation === 'conv2d');
      expect(last?.outputShape.slice(2)).toEqual([7, 7]);
      const shapes = ({ parameters }: Graph) => Object.entries(parameters).map(([key, { type }]) => [key, type.shape]);
      expect(shapes(graph)).toEqual(shapes(inceptionResNet(name).build()));
    },
  );

  it('widthMult scales all channels', () => {
    const macs = (widthMult: number): number =>
      costOf(inferenceMode.run(inceptionResNet('inception_resnet_v1', { widthMult }).build())).macs;
    expect(macs(0.5) / macs(1)).toBeGreaterThan(0.24);
    expect(macs(0.5) / macs(1)).toBeLessThan(0.27);
  });

  it('depthMult scales the numbers of modules, each stage within one of its share', () => {
    const countsOf = (depthMult: number): readonly number[] => {
      const { parameters } = inceptionResNet('inception_resnet_v2', { depthMult }).build();
      const modules = new Set(Object.keys(parameters).map((key) => key.split('.').slice(0, 2).join('.')));
      return ['repeat', 'repeat_1', 'repeat_2', 'block8'].map(
        (stage) =>
          [...modules].filter(
            (module) => module === `${stage}.conv2d` || (/^[^.]+\.\d+$/.test(module) && module.startsWith(`${stage}.`)),
          ).length,
      );
    };
    expect(countsOf(1)).toEqual([10, 20, 9, 1]);
    expect(countsOf(0.5)).toEqual([5, 10, 5, 1]);
    expect(countsOf(0.01)).toEqual([1, 1, 1, 1]);
  });

  it('dropout is before the last layer', () => {
    const dropouts = (graph: Graph): readonly unknown[] =>
      Object.values(graph.functions).flatMap(({ name, attrs }) => (name === 'dropout' ? [attrs.p] : []));
    expect(dropouts(inceptionResNet('inception_resnet_v1').build())).toEqual([0.2]);
    expect(dropouts(inceptionResNet('inception_resnet_v1', { dropout: 0.5 }).build())).toEqual([0.5]);
  });

  it('takes images of other sizes and channels', () => {
    const graph = inceptionResNet('inception_resnet_v1', { channels: 1, imageSize: [139, 160], classes: 7 }).build();
    expect(shapeOf(graph, 'logits')).toEqual(['N', 7]);
  });
});

describe('residualModule', () => {
  const names = { branches: 'cat', projection: 'conv' };
  it.each([
    [
      'inception_resnet_a',
      0.17,
      {
        branches: [
          [{ conv: 8, kernel: 1 }],
          [
            { conv: 8, kernel: 1 },
            { conv: 8, kernel: 3 },
          ],
          [
            { conv: 8, kernel: 1 },
            { conv: 12, kernel: 3 },
            { conv: 16, kernel: 3 },
          ],
        ],
      },
    ],
    [
      'inception_resnet_b',
      0.1,
      {
        branches: [
          [{ conv: 12, kernel: 1 }],
          [
            { conv: 8, kernel: 1 },
            { conv: 10, kernel: [1, 7] },
            { conv: 12, kernel: [7, 1] },
          ],
        ],
      },
    ],
  ] satisfies readonly (readonly [string, number, ResidualModuleOptions])[])('builds %s', (name, scale, options) => {
    const recorded = models.find((model) => model.name === name);
    if (recorded === undefined) throw new Error(`${name} is not recorded`);
    const [, channels, height, width] = recorded.input;
    const graph = buildGraph({ x: tensorType('f32', ['N', channels, height, width]) }, ({ x }) => ({
      y: residualModule(x, { ...options, scale, names }),
    }));
    const entries = [...Object.entries(graph.parameters), ...Object.entries(graph.states)];
    const keys = entries.sort(([, a], [, b]) => a.value - b.value).map(([key, { type }]) => [key, type.shape]);
    expect(keys).toEqual(recorded.state_dict);
    expect(shapeOf(graph, 'y')).toEqual(['N', channels, height, width]);
    expect(factorsOf(graph)).toEqual([scale]);
  });
});
