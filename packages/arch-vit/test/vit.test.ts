import { testArchitecture, type GoldenNetwork } from '@netwright/testing';
import { costOf, inferenceMode, summarize } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { vit } from '../src/index.ts';
import { architectures, goldenOf } from '../../../tools/workspace/recorded-networks.ts';

/** Parameters in the metadata of torchvision's weights; those of the small ones are DeiT's without the distillation token (arXiv:2012.12877). */
const others: readonly GoldenNetwork[] = [
  { name: 'vit_b_32', params: 88_224_232 },
  { name: 'vit_l_16', params: 304_326_632 },
  { name: 'vit_l_32', params: 306_535_400 },
  { name: 'vit_h_14', params: 632_045_800 },
  { name: 'vit_t_16', params: 5_717_416 },
  { name: 'vit_s_16', params: 22_050_664 },
];

testArchitecture(vit, {
  golden: [goldenOf('vit_b_16'), ...others],
});

type Options = Parameters<typeof vit>[1];
const cost = (name: string, options?: Options) => costOf(inferenceMode.run(vit(name, options).build()));
const shapesOf = (name: string, options?: Options) =>
  Object.fromEntries(Object.entries(vit(name, options).build().parameters).map(([key, { type }]) => [key, type.shape]));

describe('multiply-adds', () => {
  // Billions in the metadata of torchvision's weights, the products of activations included.
  it.each([
    ['vit_b_16', '17.564'],
    ['vit_b_32', '4.409'],
    ['vit_l_16', '61.555'],
    ['vit_l_32', '15.378'],
    ['vit_h_14', '167.295'],
  ])('of %s with those of attention: %s billion', (name, billions) => {
    const { macs: own, matmulMacs } = cost(name);
    expect(((own + matmulMacs) / 1e9).toFixed(3)).toBe(billions);
  });

  it('of the attention projections are those of the record', () => {
    const rows = summarize(inferenceMode.run(vit('vit_b_16').build())).rows;
    const own = rows.filter(({ scope }) => /self_attention/.test(scope)).reduce((total, row) => total + row.macs, 0);
    expect(own).toBe(architectures.vit_b_16.macs_by.mha);
  });
});

describe('names', () => {
  it('follow vit_S_P', () => {
    expect(
      ['vit_s_8', 'vit_b_8', 'vit_g_14', 'vit_b_0', 'vit_b_', 'vit_b_16_384'].map((name) => vit.has(name)),
    ).toEqual([true, true, false, false, false, false]);
    expect(shapesOf('vit_s_8', { imageSize: 32 })).toMatchObject({
      'conv_proj.weight': [384, 3, 8, 8],
      'encoder.pos_embedding': [1, 17, 384],
    });
  });
});

describe('options', () => {
  const calls = (options: Options): string[] =>
    vit('tiny', options)
      .build()
      .nodes.flatMap((node) => (node.op === 'call' ? [[node.attrs.function, node.scope] as const] : []))
      .filter(([key]) => /^drop/.test(key))
      .map(([key, scope]) => `${key.replace(/\W.*/, '')} ${scope.replace('encoder.layers.encoder_layer_', '')}`);

  it('dropout is after the embedding, the attention and both layers of the perceptron', () => {
    expect(calls({})).toEqual([]);
    expect(calls({ dropout: 0.1 })).toEqual([
      'dropout encoder.dropout',
      ...['0', '1'].flatMap((layer) => [
        `dropout ${layer}.dropout`,
        `dropout ${layer}.mlp.2`,
        `dropout ${layer}.mlp.4`,
      ]),
    ]);
  });

  it('attentionDropout drops attention weights', () => {
    expect(calls({ attentionDropout: 0.1 })).toEqual(['dropout 0.self_attention', 'dropout 1.self_attention']);
  });

  it('stochasticDepth grows from 0 to the given probability', () => {
    expect(calls({ stochasticDepth: 0.2 })).toEqual(['dropPath 1.dropout', 'dropPath 1']);
    const probabilities = vit('vit_t_16', { stochasticDepth: 0.22 })
      .build()
      .nodes.flatMap(({ op, attrs }) => {
        const text = op === 'call' ? JSON.stringify(attrs) : '';
        return text.includes('dropPath') ? [Number(/\\?"p\\?":([\d.]+)/.exec(text)?.[1])] : [];
      });
    expect(probabilities.map((p) => p.toFixed(2))).toEqual(
      Array.from({ length: 11 }, (_, i) => [0.02 * (i + 1), 0.02 * (i + 1)]).flatMap((pair) =>
        pair.map((p) => p.toFixed(2)),
      ),
    );
  });

  it('representationSize adds a layer before the last, as torchvision', () => {
    expect(shapesOf('tiny', { representationSize: 7 })).toMatchObject({
      'heads.pre_logits.weight': [7, 12],
      'heads.pre_logits.bias': [7],
      'heads.head.weight': [10, 7],
    });
  });

  it('zeroInitHead starts the last layer at zero', () => {
    const init = (name: string, options?: Options) =>
      vit(name, options).build().parameters['heads.head.weight'].init.kind;
    expect([init('vit_b_32'), init('tiny'), init('tiny', { zeroInitHead: true })]).toEqual([
      'constant',
      'truncatedNormal',
      'constant',
    ]);
  });

  it('starts as torchvision', () => {
    const { parameters } = vit('vit_b_16').build();
    const layer = 'encoder.layers.encoder_layer_3';
    expect(
      [
        'conv_proj.weight',
        'encoder.pos_embedding',
        `${layer}.self_attention.in_proj_weight`,
        `${layer}.self_attention.in_proj_bias`,
        `${layer}.self_attention.out_proj.weight`,
        `${layer}.mlp.0.weight`,
        `${layer}.mlp.0.bias`,
      ].map((name) => parameters[name].init),
    ).toEqual([
      { kind: 'truncatedNormal', mean: 0, std: Math.sqrt(1 / (3 * 256)), low: -2, high: 2 },
      { kind: 'normal', mean: 0, std: 0.02 },
      { kind: 'xavier', distribution: 'uniform', fan: 'fanAvg', gain: 1 },
      { kind: 'constant', value: 0 },
      { kind: 'kaiming', distribution: 'uniform', fan: 'fanIn', gain: 1 / Math.sqrt(3) },
      { kind: 'xavier', distribution: 'uniform', fan: 'fanAvg', gain: 1 },
      { kind: 'normal', mean: 0, std: 1e-6 },
    ]);
  });

  it('takes images of other sizes and channels, if the patches fill them', () => {
    const model = vit('vit_b_32', { imageSize: [64, 96], channels: 1, classes: 7 });
    expect(model.inputShape).toEqual([1, 64, 96]);
    expect(model.build().parameters['encoder.pos_embedding'].type.shape).toEqual([1, 7, 768]);
    expect(() => vit('vit_b_32', { imageSize: 100 }).build()).toThrow(
      expect.objectContaining({
        name: 'NetwrightError',
        message:
          'vit: expected an image whose sides are multiples of the patch, 32, received 100 x 100. [vit.imageSize]',
      }),
    );
  });
});
