import { compoundMultipliers, scaleModel, type Model } from '@netwright/arch';
import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { buildGraph, costOf, inferenceMode, tensorType, verifyGraph, type Cost, type Graph } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { anyNets, anyNetStage, fitStages, regnet } from '../src/index.ts';
import { architectures, goldenOf, models } from '../../../tools/workspace/recorded-networks.ts';

const recorded = Object.keys(architectures)
  .filter((name) => name.startsWith('regnet_'))
  .map(goldenOf);

/** From the metadata of torchvision's weights (parameters, billions of multiply-adds). */
const torchvision: readonly GoldenNetwork[] = [
  { name: 'regnet_x_800mf', params: 7_259_656, macs: '0.8' },
  { name: 'regnet_x_3_2gf', params: 15_296_552, macs: '3.2' },
  { name: 'regnet_x_16gf', params: 54_278_536, macs: '15.9' },
  { name: 'regnet_y_400mf', params: 4_344_144, macs: '0.4' },
  { name: 'regnet_y_1_6gf', params: 11_202_430, macs: '1.6' },
  { name: 'regnet_y_8gf', params: 39_381_472, macs: '8.5' },
  { name: 'regnet_y_32gf', params: 145_046_770, macs: '32.3' },
  { name: 'regnet_y_128gf', params: 644_812_894, macs: '127.5' },
];

it('every recorded RegNet is compared', () => {
  expect(recorded).toHaveLength(9);
});

testArchitecture(regnet, { golden: [...recorded, ...torchvision], tiny: { imageSize: 8 } });

const cost = (model: Model): Cost => costOf(inferenceMode.run(model.build()));

describe('the widths of the paper', () => {
  // Billions of multiply-adds and millions of parameters of the model zoo of pycls.
  it.each([
    ['x_200mf', '0.2', '2.7'],
    ['x_400mf', '0.4', '5.2'],
    ['x_600mf', '0.6', '6.2'],
    ['x_800mf', '0.8', '7.3'],
    ['x_1_6gf', '1.6', '9.2'],
    ['x_3_2gf', '3.2', '15.3'],
    ['x_4gf', '4.0', '22.1'],
    ['x_6_4gf', '6.5', '26.2'],
    ['x_8gf', '8.0', '39.6'],
    ['x_12gf', '12.1', '46.1'],
    ['x_16gf', '15.9', '54.3'],
    ['x_32gf', '31.7', '107.8'],
    ['y_200mf', '0.2', '3.2'],
    ['y_400mf', '0.4', '4.3'],
    ['y_600mf', '0.6', '6.1'],
    ['y_800mf', '0.8', '6.3'],
    ['y_1_6gf', '1.6', '11.2'],
    ['y_3_2gf', '3.2', '19.4'],
    ['y_4gf', '4.0', '20.6'],
    ['y_6_4gf', '6.4', '30.6'],
    ['y_8gf', '8.0', '39.2'],
    ['y_12gf', '12.1', '51.8'],
    ['y_16gf', '15.9', '83.6'],
    ['y_32gf', '32.3', '145.0'],
  ])('regnet_%s_paper has %s G multiply-adds and %s M parameters', (size, billions, millions) => {
    const { macs, parameters } = cost(regnet(`regnet_${size}_paper`));
    expect([(macs / 1e9).toFixed(1), (parameters / 1e6).toFixed(1)]).toEqual([billions, millions]);
  });
});

it('sizes that torchvision leaves out have the widths of the paper under both names', () => {
  for (const size of ['x_4gf', 'y_4gf']) {
    const [plain, paper, other] = [
      regnet(`regnet_${size}`),
      regnet(`regnet_${size}_paper`),
      regnet(`regnet_${size}`, { compat: 'torchvision' }),
    ].map((model) => costOf(model.build()).parameters);
    expect(plain).toBe(paper);
    expect(plain).not.toBe(other);
  }
});

describe('options', () => {
  it('compat chooses the widths', () => {
    const graph = regnet('regnet_y_800mf', { compat: 'pycls' }).build();
    expect(costOf(graph).parameters).toBe(architectures.regnet_y_800mf_paper.params);
    expect(cost(regnet('regnet_y_8gf_paper', { compat: 'torchvision' })).parameters).toBe(39_381_472);
  });

  it('stemStride 1 computes on small images what 2 does on those of twice the size', () => {
    const small = cost(regnet('regnet_x_200mf', { imageSize: 32, stemStride: 1 }));
    const large = cost(regnet('regnet_x_200mf', { imageSize: 64 }));
    expect([small.parameters, small.macs]).toEqual([large.parameters, large.macs]);
  });

  it('dropout and stochasticDepth are in the training form, the latter growing with depth', () => {
    const rates = (graph: Graph) =>
      Object.values(graph.functions).flatMap(({ name, attrs }) => (name.startsWith('drop') ? [[name, attrs.p]] : []));
    expect(rates(regnet('tiny', { stochasticDepth: 0.3, dropout: 0.5 }).build())).toEqual([
      ['dropPath', 0.3 / 3],
      ['dropPath', 0.6 / 3],
      ['dropPath', (0.3 * 3) / 3],
      ['dropout', 0.5],
    ]);
    expect(rates(regnet('tiny').build())).toEqual([]);
  });

  it('zeroInitResidual starts the last norm of each branch at zero, and no other', () => {
    const zeroed = (zeroInitResidual: boolean) =>
      Object.entries(regnet('tiny', { zeroInitResidual }).build().parameters).flatMap(([key, { init }]) =>
        key.endsWith('.1.weight') && init.kind === 'constant' && init.value === 0 ? [key] : [],
      );
    expect(zeroed(false)).toEqual([]);
    expect(zeroed(true)).toEqual(
      ['1.block1-0', '2.block2-0', '2.block2-1'].map((block) => `trunk_output.block${block}.f.c.1.weight`),
    );
  });
});

describe('anyNetStage', () => {
  it('has the state and the output of the recorded regnet_x_stage', () => {
    const stages = models.filter(({ name }) => name === 'regnet_x_stage');
    expect(stages).toHaveLength(1);
    const [{ input, output, state_dict }] = stages;
    const [stage] = fitStages([{ depth: 2, width: 32, groupWidth: 8 }], 'pycls');
    const graph = buildGraph({ x: tensorType('f32', input) }, ({ x }) => ({ y: anyNetStage(x, stage, { index: 0 }) }));
    verifyGraph(graph);
    const state = Object.entries({ ...graph.parameters, ...graph.states }).map(([name, { type }]) => [
      name,
      type.shape,
    ]);
    expect(Object.fromEntries(state)).toEqual(Object.fromEntries(state_dict));
    expect(graph.nodes[graph.outputs.y.value].type.shape).toEqual(output);
  });
});

describe('anyNets', () => {
  const family = anyNets({
    variants: {
      generated: { stages: { depth: 8, initialWidth: 16, slope: 8, multiplier: 2, groupWidth: 8, bottleneck: 0.5 } },
      staged: {
        stages: [{ depth: 1, width: 24, groupWidth: 1, stride: 1 }],
        squeezeRatio: 0.25,
        imageSize: 32,
        classes: 2,
      },
    },
  });

  it('make models of parameters and of stages', () => {
    const shapeOf = (name: string, key: string) => family(name).build().parameters[key].type.shape;
    expect(family.family).toBe('anynet');
    expect(shapeOf('generated', 'trunk_output.block1.block1-0.f.b.0.weight')).toEqual([8, 8, 3, 3]);
    expect(shapeOf('staged', 'trunk_output.block1.block1-0.f.b.0.weight')).toEqual([24, 1, 3, 3]);
    expect(shapeOf('staged', 'trunk_output.block1.block1-0.f.se.fc1.weight')).toEqual([8, 24, 1, 1]);
    expect(family('staged')).toMatchObject({ classes: 2, inputShape: [3, 32, 32] });
  });

  it('keep depthwise convolutions when they are scaled', () => {
    const { parameters } = family('staged', { widthMult: 2, depthMult: 3 }).build();
    expect(parameters['trunk_output.block1.block1-2.f.b.0.weight'].type.shape).toEqual([48, 1, 3, 3]);
  });
});

describe('scaling', () => {
  it.each(['regnet_x_400mf', 'regnet_y_1_6gf'])('of %s raises multiply-adds about as 2^phi', (name) => {
    const base = cost(regnet(name)).macs;
    for (const phi of [1, 2, 3]) {
      const { macs } = cost(scaleModel(regnet, name, compoundMultipliers(phi)));
      expect(Math.abs(Math.log2(macs / base) - phi), String(phi)).toBeLessThan(0.4);
    }
  });
});

describe('names', () => {
  it('end in _paper for the widths of the paper', () => {
    for (const name of ['regnet_x_32gf_paper', 'regnet_y_128gf_paper']) expect(regnet.has(name), name).toBe(true);
    for (const name of ['regnet_x_128gf', 'regnet_x_paper', 'tiny_paper', 'regnet_x_400mf_paper_paper', 'toString'])
      expect(regnet.has(name), name).toBe(false);
  });
});
