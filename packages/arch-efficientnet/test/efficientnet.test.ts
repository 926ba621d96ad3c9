import { COMPOUND_COEFFICIENTS, compoundMultipliers, scaleModel, type Model } from '@netwright/arch';
import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { costOf, inferenceMode, zerosInit, type Cost, type Graph } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { efficientnet } from '../src/index.ts';
import { architectures, goldenOf } from '../../../tools/workspace/recorded-networks.ts';

const recorded = Object.entries(architectures).flatMap(([name, { params, macs_at_224: macs }]) =>
  name.startsWith('efficientnet_')
    ? [goldenOf(name), ...(macs === undefined ? [] : [{ name, options: { imageSize: 224 }, params, macs }])]
    : [],
);

/** From the metadata of torchvision's weights (parameters, billions of multiply-adds). */
const torchvision: readonly GoldenNetwork[] = [
  { name: 'efficientnet_b3', params: 12_233_232, macs: '1.83' },
  { name: 'efficientnet_b5', params: 30_389_784, macs: '10.27' },
  { name: 'efficientnet_b7', params: 66_347_960, macs: '37.75' },
];

it('every recorded EfficientNet is compared', () => {
  expect(recorded).toHaveLength(9);
});

testArchitecture(efficientnet, {
  golden: [...recorded, ...torchvision],
  tiny: { imageSize: 8, stochasticDepth: 0 },
});

const cost = (model: Model): Cost => costOf(inferenceMode.run(model.build()));
const attrsOf = (graph: Graph, name: string) =>
  Object.values(graph.functions).flatMap((one) => (one.name === name ? [one.attrs] : []));

describe('the paper', () => {
  it('has the resolutions and dropout of each network', () => {
    const settings = [0, 1, 2, 3, 4, 5, 6, 7].map((phi) => {
      const { options } = efficientnet(`efficientnet_b${String(phi)}`);
      return [options.imageSize, options.dropout];
    });
    expect(settings).toEqual([
      [224, 0.2],
      [240, 0.2],
      [260, 0.3],
      [300, 0.3],
      [380, 0.4],
      [456, 0.4],
      [528, 0.5],
      [600, 0.5],
    ]);
  });

  it('has a batch norm with eps 1e-3 and momentum 0.01, which options change', () => {
    const norms = (options: Parameters<typeof efficientnet>[1]) =>
      new Set(attrsOf(efficientnet('tiny', options).build(), 'batchNorm').map((one) => [one.eps, one.momentum].join()));
    expect(norms({})).toEqual(new Set(['0.001,0.01']));
    expect(norms({ normEps: 1e-5, normMomentum: 0.1 })).toEqual(new Set(['0.00001,0.1']));
  });
});

it('starts as torchvision: biases at zero, the classifier uniform by its outputs', () => {
  const { parameters } = efficientnet('tiny', { classes: 16 }).build();
  const biases = Object.entries(parameters).filter(([name]) => name.endsWith('bias'));
  expect(biases.length).toBeGreaterThan(10);
  for (const [name, { init }] of biases) expect(init, name).toEqual(zerosInit);
  expect(parameters['classifier.1.weight'].init).toEqual({ kind: 'uniform', low: -0.25, high: 0.25 });
});

describe('options', () => {
  it('padding same is that of TensorFlow: asymmetric where the stride is 2, with equal counts', () => {
    const paddings = (padding: 'same' | 'symmetric') =>
      efficientnet('efficientnet_b0', { padding })
        .build()
        .nodes.flatMap((node) =>
          node.op === 'conv2d' && node.attrs.stride[0] === 2 ? [node.attrs.padding.join()] : [],
        );
    expect(paddings('symmetric')).toEqual(['1,1,1,1', '1,1,1,1', '2,2,2,2', '1,1,1,1', '2,2,2,2']);
    expect(paddings('same')).toEqual(['0,0,1,1', '0,0,1,1', '1,1,2,2', '0,0,1,1', '1,1,2,2']);
    const { parameters, macs } = cost(efficientnet('efficientnet_b0', { padding: 'same' }));
    expect([parameters, macs]).toEqual([architectures.efficientnet_b0.params, architectures.efficientnet_b0.macs]);
  });

  it('stemStride 1 computes on small images what 2 does on those of twice the size', () => {
    const small = cost(efficientnet('efficientnet_b0', { imageSize: 32, stemStride: 1 }));
    const large = cost(efficientnet('efficientnet_b0', { imageSize: 64 }));
    expect([small.parameters, small.macs]).toEqual([large.parameters, large.macs]);
  });

  it('dropout and stochasticDepth are in the training form; the latter as torchvision spreads it', () => {
    const graph = efficientnet('efficientnet_b0').build();
    expect(attrsOf(graph, 'dropPath').map(({ p }) => p)).toEqual(
      [2, 4, 6, 7, 9, 10, 12, 13, 14].map((block) => (0.2 * block) / 16),
    );
    expect(attrsOf(graph, 'dropout').map(({ p }) => p)).toEqual([0.2]);
    expect(attrsOf(efficientnet('efficientnet_b0', { stochasticDepth: 0, dropout: 0 }).build(), 'dropPath')).toEqual(
      [],
    );
  });
});

describe('scaling', () => {
  const shapes = ({ parameters }: Graph) => Object.entries(parameters).map(([name, { type }]) => [name, type.shape]);

  it('makes the other networks of B0', () => {
    for (const [name, width, depth] of [
      ['efficientnet_b2', 1.1, 1.2],
      ['efficientnet_b4', 1.4, 1.8],
    ] as const) {
      const scaled = scaleModel(efficientnet, 'efficientnet_b0', { width, depth });
      expect(shapes(scaled.build())).toEqual(shapes(efficientnet(name).build()));
    }
  });

  it('by the coefficients of the paper raises multiply-adds about as 2^phi', () => {
    const base = cost(efficientnet('efficientnet_b0')).macs;
    for (const phi of [1, 2, 3, 4]) {
      const { macs } = cost(
        scaleModel(efficientnet, 'efficientnet_b0', compoundMultipliers(phi, COMPOUND_COEFFICIENTS)),
      );
      expect(Math.abs(Math.log2(macs / base) - phi), String(phi)).toBeLessThan(0.4);
    }
  });
});
