// The conformance suite of architectures: one call in a test file.

import type { Architecture, CommonOptions, Model, ModelOptions } from '@netwright/arch';
import type { Backend } from '@netwright/compiler';
import { reference } from '@netwright/backend-reference';
import {
  costOf,
  formatType,
  fromJson,
  inferenceMode,
  isNetwrightError,
  RANDOM_INPUTS,
  structuralHash,
  toJson,
  verifyGraph,
  type Graph,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { checkGradients, lossesOf } from './train-tiny.ts';

/** What another implementation says about a network. */
export interface GoldenNetwork<O extends ModelOptions = ModelOptions> {
  /** A variant, listed or by grammar. */
  readonly name: string;
  /** Default none. */
  readonly options?: Partial<CommonOptions & O>;
  /** Shape of the input for one image, e.g. `[1, 3, 224, 224]`. Default the model's. */
  readonly input?: readonly number[];
  /** Shape of the first output for one image. Default `[1, classes]`. */
  readonly output?: readonly number[];
  /** Trainable parameters. */
  readonly params: number;
  /** Multiply-adds of convolutions and linear layers in inference form, for one image; a number of billions with digits behind the point, as published (`'4.09'`), is compared to those digits. */
  readonly macs?: number | string;
  /** Names and shapes of parameters and persistent state, in order. */
  readonly stateDict?: readonly (readonly [name: string, shape: readonly number[]])[];
}

export interface TestArchitectureOptions<O extends ModelOptions = ModelOptions> {
  readonly golden: readonly GoldenNetwork<O>[];
  /** Options of the `tiny` model that is trained; keep it small. Default 3 classes and images of 16 x 16. */
  readonly tiny?: Partial<CommonOptions & O>;
  /** Learning rate of those steps (momentum 0.9). Default 0.05. */
  readonly lr?: number;
  /** Backends besides the reference that train it too, by title. Default none. */
  readonly backends?: Readonly<Record<string, () => Backend>>;
}

/**
 * Declares the tests of an architecture. Every listed variant: a valid graph, its outputs, JSON and inference form. Every golden network: parameters, multiply-adds, output
 * shape, names and shapes of the state. `tiny`: gradients against finite differences, gradients that reach every parameter, and a batch whose loss falls to a tenth in 60 steps.
 */
export function testArchitecture<O extends ModelOptions>(
  architecture: Architecture<O>,
  options: TestArchitectureOptions<O>,
): void {
  const { golden, backends = {}, lr = 0.05 } = options;
  describe(architecture.family, () => {
    it('has a variant tiny, a paper, and names that are its own', () => {
      expect(architecture.variants).toContain('tiny');
      expect(architecture.paper).toMatch(/^https:\/\//);
      for (const name of architecture.variants) expect(architecture.has(name), name).toBe(true);
      expect(architecture.has('no such network')).toBe(false);
    });

    describe.each(architecture.variants)('%s', (name) => {
      it('builds a valid graph that is the same every time', () => {
        const model = architecture(name);
        const graph = model.build();
        verifyGraph(graph);
        expect(structuralHash(model.build())).toBe(structuralHash(graph));
        expect(formatType(graph.inputs.image.type)).toBe(`f32[N, ${model.inputShape.join(', ')}]`);
        const [[first, { value, role }]] = Object.entries(graph.outputs);
        expect([first, role, formatType(graph.nodes[value].type)]).toEqual([
          'logits',
          'prediction',
          `f32[N, ${String(model.classes)}]`,
        ]);
      });

      it('survives JSON', () => {
        const graph = architecture(name).build();
        const copy = fromJson(JSON.parse(JSON.stringify(toJson(graph))));
        expect(structuralHash(copy)).toBe(structuralHash(graph));
      });

      it('has an inference form without what only training needs', () => {
        const graph = architecture(name).build();
        const inference = inferenceMode.run(graph);
        verifyGraph(inference);
        const predictions = Object.entries(graph.outputs).filter(([, { role }]) => role === 'prediction');
        expect(Object.keys(inference.outputs)).toEqual(predictions.map(([output]) => output));
        expect(inference.updates).toEqual({});
        expect(randomNodes(inference), 'random values').toEqual([]);
        const training = Object.keys(graph.outputs).length > predictions.length;
        const fewer = Object.keys(inference.parameters).length < Object.keys(graph.parameters).length;
        expect(fewer, 'parameters that only training-only outputs use are dropped').toBe(training);
      });
    });

    describe.each(golden.map((one) => [titleOf(one), one] as const))('%s', (_, one) => {
      const model = architecture(one.name, one.options);
      const graph = model.build();

      it('has the published number of parameters', () => {
        expect(trainable(graph)).toBe(one.params);
      });

      it('has the published input and output', () => {
        if (one.input !== undefined) expect([1, ...model.inputShape]).toEqual(one.input);
        const [{ value }] = Object.values(graph.outputs);
        const shape = graph.nodes[value].type.shape.map((dim) => (dim === 'N' ? 1 : dim));
        expect(shape).toEqual(one.output ?? [1, model.classes]);
      });

      const { macs, stateDict } = one;
      if (macs !== undefined) {
        it('has the published number of multiply-adds', () => {
          const total = costOf(inferenceMode.run(graph)).macs;
          if (typeof macs === 'number') expect(total).toBe(macs);
          else expect((total / 1e9).toFixed(macs.length - macs.indexOf('.') - 1)).toBe(macs);
        });
      }
      if (stateDict !== undefined) {
        it('has the published names and shapes, in order', () => {
          expect(stateDictOf(graph)).toEqual(stateDict);
        });
      }
    });

    describe('tiny, trained', () => {
      const tiny = (): Model =>
        architecture('tiny', { classes: 3, imageSize: 16, ...options.tiny } as Partial<CommonOptions & O>);

      it('has the gradients of finite differences, and none that is zero', async () => {
        const report = await checkGradients(tiny());
        expect(report.zero, 'parameters that the loss does not depend on').toEqual([]);
        for (const { name, error } of report.checked) expect(error, name).toBeLessThan(1e-5);
      });

      it.each(Object.entries({ reference: () => reference(), ...backends }))(
        'learns one batch on %s: a tenth of the loss in 60 steps',
        async (_, create) => {
          const backend = create();
          const losses = await lossesOf(tiny(), backend, { steps: 60, lr });
          await backend.dispose();
          expect(losses.every(Number.isFinite), 'all losses are finite').toBe(true);
          expect(losses.at(-1)).toBeLessThan(losses[0] / 10);
        },
      );
    });

    it('refuses an unknown variant, and says which there are', () => {
      const error = thrownBy(() => architecture('no such network'));
      expect(isNetwrightError(error, 'architecture.variant')).toBe(true);
      for (const name of architecture.variants) expect(String(error)).toContain(name);
    });

    it('refuses unknown options', () => {
      const error = thrownBy(() => architecture('tiny', { depht: 3 } as unknown as Partial<CommonOptions & O>));
      expect(isNetwrightError(error, 'architecture.options')).toBe(true);
      expect(String(error)).toContain('there is no option depht');
    });
  });
}

function titleOf({ name, options }: GoldenNetwork): string {
  return options === undefined ? `${name}, published` : `${name} ${JSON.stringify(options)}, published`;
}

function trainable(graph: Graph): number {
  return Object.values(graph.parameters)
    .filter((def) => def.trainable)
    .reduce((total, { type }) => total + type.shape.reduce<number>((product, dim) => product * Number(dim), 1), 0);
}

/** Parameters and persistent state in the order in which the graph declares them, as a `state_dict` lists them. */
function stateDictOf(graph: Graph): readonly (readonly [string, readonly unknown[]])[] {
  const entries = [
    ...Object.entries(graph.parameters),
    ...Object.entries(graph.states).filter(([, { persistent }]) => persistent),
  ];
  return entries.sort(([, a], [, b]) => a.value - b.value).map(([name, { type }]) => [name, type.shape] as const);
}

function randomNodes(graph: Graph): readonly string[] {
  const own = graph.nodes.filter(({ op }) => op === 'random').map(({ scope }) => scope);
  const inside = Object.entries(graph.functions).flatMap(([key, { body }]) =>
    randomNodes(body).length > 0 ? [key] : [],
  );
  const inputs = RANDOM_INPUTS.filter(
    (name) =>
      Object.hasOwn(graph.inputs, name) &&
      graph.nodes.some(({ inputs: read }) => read.includes(graph.inputs[name].value)),
  );
  return [...own, ...inside, ...inputs];
}

function thrownBy(attempt: () => unknown): unknown {
  try {
    return attempt();
  } catch (error) {
    return error;
  }
}
