import { scaleModel } from '@netwright/arch';
import { costOf, inferenceMode, summarize } from '@netwright/ir';
import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { describe, expect, it } from 'vitest';
import { resnet, type ResNetOptions } from '../src/index.ts';
import { architectures, goldenOf, models } from '../../../tools/workspace/recorded-networks.ts';

/** The recorded small networks of the family, as options of its variants. */
const small = models.flatMap(({ name, params, state_dict: stateDict }): readonly GoldenNetwork<ResNetOptions>[] => {
  const options = { classes: 10, width: 8 } as const;
  if (name === 'resnet18_w8') return [{ name: 'resnet18', options: { ...options, imageSize: 64 }, params, stateDict }];
  if (name !== 'cifar_resnet8') return [];
  return [{ name: 'cifar_resnet8', options: { ...options, imageSize: 16 }, params, stateDict }];
});

const RECORDED = [
  'resnet18',
  'resnet50',
  'resnet152',
  'cifar_resnet20',
  'cifar_resnet32',
  'cifar_resnet56',
  'cifar_resnet110',
  'cifar_plain110',
];

const recorded = RECORDED.map(goldenOf);

/** From the metadata of torchvision's weights (parameters, billions of multiply-adds). */
const torchvision: readonly GoldenNetwork[] = [
  { name: 'resnet34', params: 21_797_672, macs: '3.66' },
  { name: 'resnet101', params: 44_549_160, macs: '7.80' },
];

/** A norm after the first convolution, with 64 channels, that imgclsmob's networks with pre-activation have before the norm of the first block. */
const STEM_NORM = 128;

/** From the tables of imgclsmob (pytorchcv), which projects on CIFAR too. */
const imgclsmob: readonly GoldenNetwork<ResNetOptions>[] = [
  { name: 'cifar_resnet1001_bottleneck', params: 10_328_602 },
  { name: 'cifar_preact_resnet20', params: 272_282 },
  { name: 'cifar_preact_resnet110', params: 1_730_522 },
  { name: 'cifar_preact_resnet164', params: 1_703_258 },
  { name: 'cifar_preact_resnet272_bottleneck', params: 2_816_090 },
  { name: 'cifar_preact_resnet1001', params: 10_327_706 },
  { name: 'preact_resnet18', params: 11_687_848 - STEM_NORM },
  { name: 'preact_resnet34', params: 21_796_008 - STEM_NORM },
  { name: 'preact_resnet50', params: 25_549_480 - STEM_NORM },
  { name: 'preact_resnet101', params: 44_541_608 - STEM_NORM },
  { name: 'preact_resnet152', params: 60_185_256 - STEM_NORM },
  { name: 'preact_resnet200', params: 64_666_280 - STEM_NORM },
];

testArchitecture(resnet, { golden: [...recorded, ...torchvision, ...imgclsmob, ...small], tiny: { imageSize: 8 } });

it('has both recorded small networks', () => {
  expect(small.map(({ name }) => name)).toEqual(['resnet18', 'cifar_resnet8']);
});

describe('options', () => {
  it.each(['stem', 'strideIn', 'shortcut'])('a word that %s does not take', (option) => {
    expect(() => resnet('tiny', { [option]: 'none of them' })).toThrow(
      expect.objectContaining({
        code: 'architecture.options',
        reasons: [expect.stringContaining(`${option} is none of`)],
      }),
    );
  });

  const macsOf = (name: string, options: Parameters<typeof resnet>[1]): number =>
    costOf(inferenceMode.run(resnet(name, options).build())).macs;

  it('strideIn moves the stride as in the paper: other multiply-adds, the same parameters', () => {
    const paper = resnet('resnet50', { strideIn: '1x1' }).build();
    expect(costOf(paper).parameters).toBe(architectures.resnet50.params);
    expect((costOf(inferenceMode.run(paper)).macs / 1e9).toFixed(3)).toBe('3.858');
  });

  it('stem chooses the stem', () => {
    const model = resnet('resnet18', { stem: 'cifar', imageSize: 32 });
    expect(model.build().parameters['conv1.weight'].type.shape).toEqual([64, 3, 3, 3]);
    expect(macsOf('resnet18', { stem: 'imagenet' })).toBe(architectures.resnet18.macs);
  });

  it('width scales every stage', () => {
    const { parameters } = resnet('resnet18', { width: 16 }).build();
    expect(parameters['conv1.weight'].type.shape[0]).toBe(16);
    expect(parameters['layer4.1.conv2.weight'].type.shape).toEqual([128, 128, 3, 3]);
  });

  it('zeroInitResidual starts the last norm of each branch at zero, and no other', () => {
    const zeroed = (options: Parameters<typeof resnet>[1], name: string) =>
      Object.entries(resnet(name, options).build().parameters)
        .filter(([key, { init }]) => /bn\d\.weight$/.test(key) && init.kind === 'constant' && init.value === 0)
        .map(([key]) => key);
    expect(zeroed({}, 'tiny')).toEqual([]);
    expect(zeroed({ zeroInitResidual: true }, 'tiny')).toEqual(['layer1.0.bn2.weight', 'layer2.0.bn2.weight']);
    expect(zeroed({ zeroInitResidual: true }, 'resnet50').every((key) => key.endsWith('.bn3.weight'))).toBe(true);
    expect(zeroed({ zeroInitResidual: true }, 'resnet50')).toHaveLength(16);
  });

  it('zeroInitResidual starts the last convolution of each branch at zero where norms come first', () => {
    const { parameters } = resnet('tiny_preact', { zeroInitResidual: true }).build();
    const zeroed = Object.entries(parameters).filter(
      ([key, { init }]) => key.endsWith('.weight') && init.kind === 'constant' && init.value === 0,
    );
    expect(zeroed.map(([key]) => key)).toEqual(['layer1.0.conv2.weight', 'layer2.0.conv2.weight']);
  });

  it('shortcut chooses what is added: on CIFAR, projections have more parameters', () => {
    const parametersOf = (shortcut: 'A' | 'B' | 'none'): number =>
      costOf(resnet('cifar_resnet110', { shortcut }).build()).parameters;
    expect(parametersOf('B')).toBe(1_730_714);
    expect(parametersOf('A')).toBe(architectures.cifar_resnet110.params);
    expect(parametersOf('none')).toBe(architectures.cifar_plain110.params);
  });

  it('dropout comes before the classifier', () => {
    const { rows } = summarize(resnet('tiny', { dropout: 0.2 }).build());
    expect(rows.slice(-2).map(({ operation }) => operation)).toEqual(['dropout', 'matmul']);
    expect(summarize(resnet('tiny').build()).rows.map(({ operation }) => operation)).not.toContain('dropout');
  });

  it('stochasticDepth leaves out later branches more often', () => {
    for (const name of ['resnet18', 'preact_resnet18']) {
      const { functions } = resnet(name, { stochasticDepth: 0.8 }).build();
      const p = Object.values(functions).flatMap((one) => (one.name === 'dropPath' ? [Number(one.attrs.p)] : []));
      expect(p.map((one) => one.toFixed(1))).toEqual(['0.1', '0.2', '0.3', '0.4', '0.5', '0.6', '0.7', '0.8']);
    }
  });

  it('widthMult and depthMult scale channels and blocks', () => {
    const { parameters } = scaleModel(resnet, 'resnet18', { width: 1.5, depth: 2 }).build();
    expect(parameters['conv1.weight'].type.shape).toEqual([96, 3, 7, 7]);
    expect(parameters['layer4.3.conv2.weight'].type.shape).toEqual([768, 768, 3, 3]);
    expect(Object.hasOwn(parameters, 'layer1.4.conv1.weight')).toBe(false);
    const half = resnet('resnet18', { width: 24, widthMult: 0.5 }).build();
    expect(half.parameters['conv1.weight'].type.shape[0]).toBe(12);
  });

  it('takes images of other sizes and channels', () => {
    const model = resnet('resnet18', { channels: 1, imageSize: [64, 96], classes: 7 });
    expect(model.inputShape).toEqual([1, 64, 96]);
    const graph = model.build();
    expect(graph.nodes[graph.outputs.logits.value].type.shape).toEqual(['N', 7]);
  });

  it('puts norms and biases in the group without weight decay', () => {
    const { parameters } = resnet('resnet18').build();
    const noDecay = Object.entries(parameters).filter(([, { group }]) => group === 'noDecay');
    expect(noDecay.map(([, { type }]) => type.shape.length)).toEqual(noDecay.map(() => 1));
    expect(noDecay).toHaveLength(Object.values(parameters).filter(({ type }) => type.shape.length === 1).length);
  });
});

describe('names', () => {
  it('follow cifar_resnetN with N = 6n + 2', () => {
    expect(resnet.has('cifar_resnet26')).toBe(true);
    expect(resnet('cifar_resnet26')).toMatchObject({ inputShape: [3, 32, 32], classes: 10 });
    for (const name of ['cifar_resnet2', 'cifar_resnet21', 'cifar_resnet', 'resnet19', 'toString'])
      expect(resnet.has(name), name).toBe(false);
  });

  it('have the forms cifar_plainN, cifar_preact_resnetN and N = 9n + 2 for bottlenecks', () => {
    for (const name of [
      'cifar_plain44',
      'cifar_preact_resnet56',
      'cifar_resnet164_bottleneck',
      'cifar_preact_resnet1001',
    ])
      expect(resnet.has(name), name).toBe(true);
    for (const name of [
      'cifar_plain56_bottleneck',
      'cifar_resnet1001',
      'cifar_resnet54_bottleneck',
      'cifar_plain2',
      'plain19',
    ])
      expect(resnet.has(name), name).toBe(false);
    const blockOf = (name: string): boolean => Object.hasOwn(resnet(name).build().parameters, 'layer1.0.conv3.weight');
    expect(blockOf('cifar_preact_resnet56')).toBe(false);
    expect(blockOf('cifar_preact_resnet56_bottleneck')).toBe(true);
    expect(blockOf('cifar_preact_resnet164')).toBe(true);
  });

  it('that do not exist are answered with those that do', () => {
    expect(() => resnet('resnet19')).toThrow(
      expect.objectContaining({
        code: 'architecture.variant',
        message: expect.stringMatching(
          /^resnet: expected one of resnet18, .*, tiny, plain18, .*, or cifar_resnetN with N = 6n \+ 2, .*, received resnet19\. \[architecture\.variant\]$/,
        ) as string,
      }),
    );
  });
});
