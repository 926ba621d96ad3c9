import { scaleModel } from '@netwright/arch';
import { costOf, summarize, type Graph } from '@netwright/ir';
import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { describe, expect, it } from 'vitest';
import { senet, type SENetOptions } from '../src/index.ts';
import { architectures, goldenOf } from '../../../tools/workspace/recorded-networks.ts';

const RECORDED = ['seresnet18', 'seresnet50', 'seresnet152', 'seresnext50_32x4d', 'senet154'];

const recorded = RECORDED.map(goldenOf);

/** From the tables of imgclsmob (pytorchcv). */
const imgclsmob: readonly GoldenNetwork<SENetOptions>[] = [
  { name: 'seresnet101', params: 49_326_872 },
  { name: 'cifar_seresnet20', params: 274_847 },
];

testArchitecture(senet, { golden: [...recorded, ...imgclsmob], tiny: { imageSize: 8 } });

const parametersIn = (graph: Graph, scope: string): number =>
  Object.entries(graph.parameters)
    .filter(([name]) => name.startsWith(`${scope}.`))
    .reduce((total, [, { type }]) => total + type.shape.reduce<number>((product, dim) => product * Number(dim), 1), 0);

it.each(RECORDED)('the layers of %s have the recorded names, parameters and shapes', (name) => {
  const graph = senet(name).build();
  const { rows } = summarize(graph);
  const layers = architectures[name].layers.filter(([, , , parameters]) => parameters > 0);
  const received = layers.map(([scope]) => [
    scope,
    rows.find((row) => row.scope === scope)?.outputShape,
    parametersIn(graph, scope),
  ]);
  expect(received).toEqual(layers.map(([scope, , shape, parameters]) => [scope, shape, parameters]));
});

describe('names', () => {
  it.each(['seresnet34', 'seresnext26_32x4d', 'seresnext152_64x4d', 'seresnext101_32x8d', 'cifar_seresnet56'])(
    'include %s',
    (name) => {
      expect(senet.has(name)).toBe(true);
    },
  );

  it.each(['seresnet26', 'seresnext18_32x4d', 'seresnext50', 'seresnext50_32x0d', 'cifar_seresnet21', 'senet50'])(
    'do not include %s',
    (name) => {
      expect(senet.has(name)).toBe(false);
    },
  );
});

describe('options', () => {
  it('names: timm has those of its ResNets, which these networks are there', () => {
    const keysOf = (name: string): readonly string[] =>
      Object.keys(senet(name, { names: 'timm' }).build().parameters).filter((key) => !key.startsWith('layer'));
    expect(keysOf('seresnet50')).toEqual(['conv1.weight', 'bn1.weight', 'bn1.bias', 'fc.weight', 'fc.bias']);
    expect(keysOf('senet154').filter((key) => key.endsWith('.weight'))).toEqual([
      'conv1.0.weight',
      'conv1.1.weight',
      'conv1.3.weight',
      'conv1.4.weight',
      'conv1.6.weight',
      'bn1.weight',
      'fc.weight',
    ]);
  });

  it('reduction sets the channels between the layers of a module', () => {
    const { parameters } = senet('seresnet18', { reduction: 8 }).build();
    expect(parameters['layer1.0.se.fc1.weight'].type.shape).toEqual([8, 64, 1, 1]);
    expect(senet('seresnet18').build().parameters['layer1.0.se.fc1.weight'].type.shape).toEqual([4, 64, 1, 1]);
  });

  it('strideIn, shortcut and stem change the network as in other residual families', () => {
    const cost = (options: Partial<SENetOptions>): ReturnType<typeof costOf> =>
      costOf(senet('seresnet50', options).build());
    expect(cost({ strideIn: '1x1' }).parameters).toBe(architectures.seresnet50.params);
    expect(cost({ strideIn: '1x1' }).macs).toBeLessThan(architectures.seresnet50.macs);
    const small = senet('seresnet18', { stem: 'cifar', imageSize: 32, shortcut: 'A' }).build();
    expect(small.parameters['stem.conv.weight'].type.shape).toEqual([64, 3, 3, 3]);
    expect(Object.keys(small.parameters).filter((name) => name.includes('downsample'))).toEqual([]);
  });

  it('dropout is 0.2 in senet154, and stochasticDepth and zeroInitResidual reach the blocks', () => {
    expect(senet('senet154').options.dropout).toBe(0.2);
    expect(senet('seresnet50').options.dropout).toBe(0);
    const graph = senet('tiny', { dropout: 0.5, stochasticDepth: 0.2, zeroInitResidual: true }).build();
    const operations = summarize(graph).rows.map(({ operation }) => operation);
    expect(operations.filter((operation) => operation === 'dropPath')).toHaveLength(2);
    expect(operations.filter((operation) => operation === 'dropout')).toHaveLength(1);
    expect(graph.parameters['layer1.0.bn3.weight'].init).toMatchObject({ kind: 'constant', value: 0 });
  });

  it('multipliers keep the cardinality', () => {
    const { parameters } = scaleModel(senet, 'senet154', { width: 0.5, depth: 0.5 }).build();
    expect(parameters['layer1.0.conv2.weight'].type.shape).toEqual([128, 1, 3, 3]);
    expect(parameters['stem.2.conv.weight'].type.shape[0]).toBe(64);
    expect(Object.hasOwn(parameters, 'layer3.18.conv1.weight')).toBe(false);
  });
});
