import { compoundMultipliers, scaleModel, type Model } from '@netwright/arch';
import { testArchitecture } from '@netwright/testing';
import { costOf, inferenceMode, type Cost, type Graph } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { mobilenet } from '../src/index.ts';
import { goldenOf, models } from '../../../tools/workspace/recorded-networks.ts';

const recorded = ['mobilenet_v2', 'mobilenet_v2_0.35'].map(goldenOf);

const smallest = models.flatMap(({ name, params, state_dict }) =>
  name === 'mobilenet_v2_025'
    ? [
        {
          name: 'mobilenet_v2_0.25',
          options: { classes: 10, imageSize: 64, dropout: 0 },
          input: [1, 3, 64, 64],
          params,
          stateDict: state_dict,
        },
      ]
    : [],
);

testArchitecture(mobilenet, { golden: [...recorded, ...smallest], tiny: { imageSize: 8, dropout: 0 } });

const cost = (model: Model): Cost => costOf(inferenceMode.run(model.build()));
const functions = (graph: Graph): readonly string[] =>
  Object.values(graph.functions).map(({ name, attrs }) => `${name} ${JSON.stringify(attrs)}`);

it('the recorded small network is there', () => {
  expect(smallest).toHaveLength(1);
});

describe('other widths', () => {
  // Parameters as timm has them, multiply-adds as the table of the authors' published models; both in millions.
  it.each([
    ['mobilenet_v2_0.5', '1.97', '97'],
    ['mobilenet_v2_0.75', '2.64', '209'],
    ['mobilenet_v2_1.4', '6.11', '582'],
  ])('%s has %s M parameters and %s M multiply-adds', (name, parameters, macs) => {
    const counted = cost(mobilenet(name));
    expect([(counted.parameters / 1e6).toFixed(2), (counted.macs / 1e6).toFixed(0)]).toEqual([parameters, macs]);
  });
});

describe('options', () => {
  it('stemStride 1 computes on small images what 2 does on those of twice the size', () => {
    const small = cost(mobilenet('mobilenet_v2', { imageSize: 32, stemStride: 1 }));
    const large = cost(mobilenet('mobilenet_v2', { imageSize: 64 }));
    expect([small.parameters, small.macs]).toEqual([large.parameters, large.macs]);
  });

  it('dropout and stochasticDepth are in the training form, the latter growing with depth and only at shortcuts', () => {
    const graph = mobilenet('mobilenet_v2', { stochasticDepth: 0.5, dropout: 0.3 }).build();
    const rates = functions(graph).flatMap((one) => {
      const [name, attrs] = [one.slice(0, one.indexOf(' ')), one.slice(one.indexOf(' '))];
      return name === 'dropPath' || name === 'dropout' ? [[name, (JSON.parse(attrs) as { p: number }).p]] : [];
    });
    expect(rates).toEqual([
      ...[3, 5, 6, 8, 9, 10, 12, 13, 15, 16].map((block) => ['dropPath', (0.5 * block) / 17]),
      ['dropout', 0.3],
    ]);
    expect(functions(mobilenet('mobilenet_v2', { dropout: 0 }).build()).join()).not.toContain('drop');
  });
});

describe('scaling', () => {
  it('widthMult is the width multiplier of the names', () => {
    const keys = ({ parameters }: Graph) => Object.entries(parameters).map(([name, { type }]) => [name, type.shape]);
    expect(keys(mobilenet('mobilenet_v2', { widthMult: 0.35 }).build())).toEqual(
      keys(mobilenet('mobilenet_v2_0.35').build()),
    );
  });

  it('compound multipliers raise multiply-adds about as 2^phi', () => {
    const base = cost(mobilenet('mobilenet_v2')).macs;
    for (const phi of [1, 2, 3]) {
      const { macs } = cost(scaleModel(mobilenet, 'mobilenet_v2', compoundMultipliers(phi)));
      expect(Math.abs(Math.log2(macs / base) - phi)).toBeLessThan(0.4);
    }
  });
});

describe('names', () => {
  it('follow mobilenet_v2_W', () => {
    for (const name of ['mobilenet_v2_0.1', 'mobilenet_v2_1.0', 'mobilenet_v2_2'])
      expect(mobilenet.has(name)).toBe(true);
    for (const name of ['mobilenet_v2_0', 'mobilenet_v2_', 'mobilenet_v2_x', 'mobilenet_v1', 'toString'])
      expect(mobilenet.has(name), name).toBe(false);
  });
});
