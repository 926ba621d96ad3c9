import { readFileSync } from 'node:fs';
import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { inferenceMode, costOf } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { resnet } from '../src/index.ts';

interface RecordedArchitecture {
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly params: number;
  readonly macs: number;
  readonly state_dict?: readonly (readonly [string, readonly number[]])[];
}

const { architectures } = JSON.parse(
  readFileSync(new URL('../../../tools/oracle/data/architectures.json', import.meta.url), 'utf8'),
) as { readonly architectures: Readonly<Record<string, RecordedArchitecture>> };

const RECORDED = [
  'resnet18',
  'resnet50',
  'resnet152',
  'cifar_resnet20',
  'cifar_resnet32',
  'cifar_resnet56',
  'cifar_resnet110',
];

const recorded = RECORDED.map((name): GoldenNetwork => {
  const { input, output, params, macs, state_dict } = architectures[name];
  return { name, input, output, params, macs, ...(state_dict === undefined ? {} : { stateDict: state_dict }) };
});

/** From the metadata of torchvision's weights (parameters, billions of multiply-adds). */
const torchvision: readonly GoldenNetwork[] = [
  { name: 'resnet34', params: 21_797_672, macs: '3.66' },
  { name: 'resnet101', params: 44_549_160, macs: '7.80' },
];

testArchitecture(resnet, { golden: [...recorded, ...torchvision], tiny: { imageSize: 8 } });

describe('options', () => {
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

  it('that do not exist are answered with those that do', () => {
    expect(() => resnet('resnet19')).toThrow(
      expect.objectContaining({
        code: 'architecture.variant',
        message:
          'resnet: expected one of resnet18, resnet34, resnet50, resnet101, resnet152, cifar_resnet8, cifar_resnet14, cifar_resnet20, cifar_resnet32, ' +
          'cifar_resnet44, cifar_resnet56, cifar_resnet110, tiny, or cifar_resnetN with N = 6n + 2, received resnet19. [architecture.variant]',
      }),
    );
  });
});
