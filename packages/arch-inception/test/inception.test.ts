import { testArchitecture } from '@netwright/testing';
import { buildGraph, costOf, inferenceMode, removedNames, summarize, tensorType, type Graph } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { inception, inceptionModule, type InceptionModuleOptions } from '../src/index.ts';
import { architectures, goldenOf, models } from '../../../tools/workspace/recorded-networks.ts';

const RECORDED = ['googlenet', 'googlenet_aux', 'googlenet_paper', 'inception_v3', 'inception_v4'];

const golden = RECORDED.map(goldenOf);

testArchitecture(inception, {
  tiny: { imageSize: 8 },
  golden: [
    ...golden,
    { name: 'googlenet', options: { auxHeads: true }, params: architectures.googlenet_aux.params },
    { name: 'googlenet_aux', options: { auxHeads: false }, params: architectures.googlenet.params },
    // Counted by other implementations of the paper.
    { name: 'googlenet_paper_aux', params: 13_378_280, macs: architectures.googlenet_paper.macs },
    { name: 'inception_v3', options: { auxHeads: false }, params: 23_834_568, macs: architectures.inception_v3.macs },
  ],
});

const shapeOf = (graph: Graph, name: string): readonly unknown[] => graph.nodes[graph.outputs[name].value].type.shape;

describe('layers', () => {
  /** Layers with parameters as `parameters: shape`; those of training-only heads are not recorded. */
  const layersOf = (name: string): readonly string[] => {
    const graph = inferenceMode.run(inception(name).build());
    const elements = new Map<string, number>();
    for (const [key, { type }] of Object.entries(graph.parameters)) {
      const scope = key.slice(0, key.lastIndexOf('.'));
      elements.set(scope, (elements.get(scope) ?? 0) + type.shape.reduce<number>((a, b) => a * Number(b), 1));
    }
    return summarize(graph)
      .rows.filter(({ scope }) => elements.has(scope))
      .map(({ scope, outputShape }) => `${String(elements.get(scope))}: ${outputShape.join()}`)
      .sort();
  };

  it.each(RECORDED)('of %s have the recorded shapes and parameters', (name) => {
    const recorded = architectures[name].layers.filter(([, , , parameters]) => parameters > 0);
    expect(layersOf(name)).toEqual(
      recorded.map(([, , shape, parameters]) => `${String(parameters)}: ${shape.join()}`).sort(),
    );
  });
});

describe('auxiliary heads', () => {
  it.each([
    ['googlenet_aux', ['aux1', 'aux2']],
    ['googlenet_paper_aux', ['aux1', 'aux2']],
    ['inception_v3', ['aux']],
  ])('of %s are outputs for training only, of weight 0.3', (name, heads) => {
    const graph = inception(name, { classes: 7 }).build();
    expect(Object.keys(graph.outputs)).toEqual(['logits', ...heads]);
    for (const head of heads) {
      expect(graph.outputs[head]).toMatchObject({ role: 'trainingOnly', lossWeight: 0.3 });
      expect(shapeOf(graph, head)).toEqual(['N', 7]);
    }
  });

  it.each([
    ['googlenet_aux', 'googlenet'],
    ['inception_v3', 'inception_v3'],
  ])('of %s leave no trace in its inference form', (name, without) => {
    const graph = inception(name).build();
    const inference = inferenceMode.run(graph);
    const dropped = architectures[name].unlisted_params.map(([key]) => key);
    const removed = removedNames(graph, inference);
    expect(removed.filter((key) => Object.hasOwn(graph.parameters, key))).toEqual(dropped);
    const scopes = new Set(dropped.map((key) => key.split('.')[0]));
    expect(inference.nodes.filter(({ scope }) => scopes.has(scope.split('.')[0]))).toEqual([]);
    expect(Object.keys(inference.states).filter((key) => scopes.has(key.split('.')[0]))).toEqual([]);
    const plain = inferenceMode.run(inception(without, { auxHeads: false }).build());
    expect(Object.keys(inference.parameters)).toEqual(Object.keys(plain.parameters));
    expect(inference.nodes).toHaveLength(plain.nodes.length);
  });

  it('of v3 need a map of 17 x 17', () => {
    expect(shapeOf(inception('inception_v3', { auxHeads: false, imageSize: 224 }).build(), 'logits')).toEqual([
      'N',
      1000,
    ]);
    const inSmall = { stem: 'small', imageSize: 32 } as const;
    expect(() => inception('inception_v3', inSmall).build()).toThrow(
      expect.objectContaining({
        code: 'inception.auxHeads',
        message:
          'inception_v3 (AuxLogits): expected a map of 17 x 17 or more for the auxiliary head, received 15 x 15. ' +
          'Hint: pass auxHeads: false, or larger images [inception.auxHeads]',
      }),
    );
  });
});

describe('options', () => {
  const dropoutsOf = (graph: Graph): readonly (readonly [string, unknown])[] =>
    graph.nodes.flatMap((node) => {
      if (node.op !== 'call') return [];
      const { name, attrs } = graph.functions[node.attrs.function];
      return name === 'dropout' ? [[node.scope, attrs.p] as const] : [];
    });

  it.each(['googlenet', 'googlenet_paper', 'inception_v3', 'inception_v4'])(
    'stem: small keeps small images in %s wide enough for the last stage',
    (name) => {
      const graph = inception(name, { stem: 'small', imageSize: 32, auxHeads: false, classes: 10 }).build();
      expect(shapeOf(graph, 'logits')).toEqual(['N', 10]);
      const last = summarize(graph).rows.findLast(({ operation }) => operation === 'conv2d');
      expect(last?.outputShape.slice(2)).toEqual(name.startsWith('googlenet') ? [8, 8] : [7, 7]);
    },
  );

  it.each(['inception_v3', 'inception_v4'])('stem: small needs no other weights in %s', (name) => {
    const small = inception(name, { stem: 'small', imageSize: 75 }).build();
    const shapes = ({ parameters }: Graph) => Object.entries(parameters).map(([key, { type }]) => [key, type.shape]);
    expect(shapes(small)).toEqual(shapes(inception(name).build()));
  });

  it.each(['googlenet_aux', 'inception_v3', 'inception_v4'])('widthMult scales the channels of %s', (name) => {
    const graph = inception(name, { widthMult: 0.5 }).build();
    const full = costOf(inferenceMode.run(inception(name).build())).macs;
    const ratio = costOf(inferenceMode.run(graph)).macs / full;
    expect(ratio).toBeGreaterThan(0.24);
    expect(ratio).toBeLessThan(0.27);
  });

  it.each([
    ['googlenet', ['3c', '3d', '4j', '5d'], ['3e', '4k', '5e']],
    ['inception_v3', ['5g', '6i', '7e'], ['5h', '6j', '7f']],
  ])('depthMult repeats the modules of %s in their order', (name, has, lacks) => {
    const { parameters } = inception(name, { depthMult: 2 }).build();
    const modules = new Set(Object.keys(parameters).map((key) => key.split('.')[0].replace(/^(inception|Mixed_)/, '')));
    for (const module of has) expect(modules, module).toContain(module);
    for (const module of lacks) expect(modules, module).not.toContain(module);
    const out = (module: string): unknown => parameters[`${module}.weight`].type.shape[0];
    if (name === 'googlenet') {
      expect(['a', 'b', 'c', 'd'].map((letter) => out(`inception3${letter}.branch1.conv`))).toEqual([64, 64, 128, 128]);
    }
  });

  it('depthMult below 1 leaves one module of a stage', () => {
    const { parameters } = inception('inception_v4', { depthMult: 0.1 }).build();
    const modules = new Set(Object.keys(parameters).map((key) => key.split('.').slice(0, 2).join('.')));
    expect([...modules].filter((module) => module.startsWith('features.'))).toHaveLength(6 + 1 + 1 + 1 + 1 + 1);
  });

  it('dropout and auxDropout are those of the paper and of torchvision', () => {
    expect(dropoutsOf(inception('googlenet_aux').build())).toEqual([
      ['aux1', 0.7],
      ['aux2', 0.7],
      ['dropout', 0.2],
    ]);
    expect(dropoutsOf(inception('googlenet_paper').build())).toEqual([['dropout', 0.4]]);
    expect(dropoutsOf(inception('inception_v3').build())).toEqual([['dropout', 0.5]]);
    expect(dropoutsOf(inception('googlenet_aux', { dropout: 0.1, auxDropout: 0.6 }).build())).toEqual([
      ['aux1', 0.6],
      ['aux2', 0.6],
      ['dropout', 0.1],
    ]);
  });

  it('takes images of other sizes and channels', () => {
    const model = inception('googlenet_aux', { channels: 1, imageSize: [128, 160], classes: 5 });
    expect(shapeOf(model.build(), 'logits')).toEqual(['N', 5]);
    expect(shapeOf(model.build(), 'aux2')).toEqual(['N', 5]);
  });
});

describe('inceptionModule', () => {
  const channels = [8, 6, 12, 4, 6, 5] as const;
  it.each([
    ['inception_module_bn', { channels }],
    ['inception_module_5x5', { channels, third: 5, batchNorm: false, firstBranch: 0 }],
  ] satisfies readonly (readonly [string, InceptionModuleOptions])[])('builds %s', (name, options) => {
    const recorded = models.find((model) => model.name === name);
    if (recorded === undefined) throw new Error(`${name} is not recorded`);
    const [, inputChannels, height, width] = recorded.input;
    const graph = buildGraph({ x: tensorType('f32', ['N', inputChannels, height, width]) }, ({ x }) => ({
      y: inceptionModule(x, options),
    }));
    const entries = [...Object.entries(graph.parameters), ...Object.entries(graph.states)];
    const keys = entries.sort(([, a], [, b]) => a.value - b.value).map(([key, { type }]) => [key, type.shape]);
    expect(keys).toEqual(recorded.state_dict);
    expect(shapeOf(graph, 'y').slice(1)).toEqual(recorded.output.slice(1));
  });
});
