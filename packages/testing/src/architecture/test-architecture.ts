// The conformance suite of architectures: one call in a test file.

import type { Architecture, CommonOptions, Model, ModelOptions } from '@netwright/arch';
import type { Backend } from '@netwright/compiler';
import { reference } from '@netwright/backend-reference';
import {
  costOf,
  formatType,
  fromJson,
  inferenceMode,
  RANDOM_INPUTS,
  structuralHash,
  toJson,
  verifyGraph,
  type Graph,
} from '@netwright/ir';
import { check, checkClose, checkEqual, checkError } from '../suite/checks.ts';
import { declareSuite } from '../suite/declare-suite.ts';
import { collectSuite, type Suite } from '../suite/suite.ts';
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

/** What a family is compared with, and how its smallest network is trained. */
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
  declareSuite(architectureSuite(architecture, options));
}

export function architectureSuite<O extends ModelOptions>(
  architecture: Architecture<O>,
  options: TestArchitectureOptions<O>,
): Suite {
  const { golden, backends = {}, lr = 0.05 } = options;
  return collectSuite(architecture.family, ({ group, test }) => {
    test('has a variant tiny, a paper, and names that are its own', () => {
      const { variants, paper } = architecture;
      check('variants', variants.includes('tiny'), 'tiny among them', variants);
      check('paper', paper.startsWith('https://'), 'an address that starts with https://', paper);
      for (const name of variants) checkEqual(`has('${name}')`, architecture.has(name), true);
      checkEqual("has('no such network')", architecture.has('no such network'), false);
    });

    for (const name of architecture.variants) {
      group(name, () => {
        test('builds a valid graph that is the same every time', () => {
          const model = architecture(name);
          const graph = model.build();
          verifyGraph(graph);
          checkEqual('hash of the graph when it is built again', structuralHash(model.build()), structuralHash(graph));
          checkEqual(
            'type of the image',
            formatType(graph.inputs.image.type),
            `f32[N, ${model.inputShape.join(', ')}]`,
          );
          const [[output, { value, role }]] = Object.entries(graph.outputs);
          const { type, scope } = graph.nodes[value];
          checkEqual(
            `first output, in ${scope}`,
            { output, role, type: formatType(type) },
            { output: 'logits', role: 'prediction', type: `f32[N, ${String(model.classes)}]` },
          );
        });

        test('survives JSON', () => {
          const graph = architecture(name).build();
          const copy = fromJson(JSON.parse(JSON.stringify(toJson(graph))));
          checkEqual('hash of the graph read from JSON', structuralHash(copy), structuralHash(graph));
        });

        test('has an inference form without what only training needs', () => {
          const graph = architecture(name).build();
          const inference = inferenceMode.run(graph);
          verifyGraph(inference);
          const predictions = Object.entries(graph.outputs).filter(([, { role }]) => role === 'prediction');
          checkEqual(
            'outputs of the inference form',
            Object.keys(inference.outputs),
            predictions.map(([output]) => output),
          );
          checkEqual('updates of the inference form', inference.updates, {});
          checkEqual('scopes of random values of the inference form', randomNodes(inference), []);
          const training = Object.keys(graph.outputs).length > predictions.length;
          const fewer = Object.keys(inference.parameters).length < Object.keys(graph.parameters).length;
          checkEqual('whether parameters that only training-only outputs use are dropped', fewer, training);
        });
      });
    }

    for (const one of golden) {
      group(titleOf(one), () => {
        const model = architecture(one.name, one.options);
        const graph = model.build();

        test('has the published number of parameters', () => {
          checkEqual('trainable parameters', trainable(graph), one.params);
        });

        test('has the published input and output', () => {
          if (one.input !== undefined) checkEqual('shape of the input', [1, ...model.inputShape], one.input);
          const [[name, { value }]] = Object.entries(graph.outputs);
          const { type, scope } = graph.nodes[value];
          const shape = type.shape.map((dim) => (dim === 'N' ? 1 : dim));
          checkEqual(`shape of output ${name}, in ${scope}`, shape, one.output ?? [1, model.classes]);
        });

        const { macs, stateDict } = one;
        if (macs !== undefined) {
          test('has the published number of multiply-adds', () => {
            const total = costOf(inferenceMode.run(graph)).macs;
            if (typeof macs === 'number') checkEqual('multiply-adds', total, macs);
            else
              checkEqual('multiply-adds in billions', (total / 1e9).toFixed(macs.length - macs.indexOf('.') - 1), macs);
          });
        }
        if (stateDict !== undefined) {
          test('has the published names and shapes, in order', () => {
            checkEqual('state_dict', stateDictOf(graph), stateDict);
          });
        }
      });
    }

    group('tiny, trained', () => {
      const tiny = (): Model =>
        architecture('tiny', { classes: 3, imageSize: 16, ...options.tiny } as Partial<CommonOptions & O>);

      test('has the gradients of finite differences, and none that is zero', async () => {
        const report = await checkGradients(tiny());
        checkEqual('parameters that the loss does not depend on', report.zero, []);
        for (const { name, analytic, numeric, scale } of report.checked)
          checkClose(`gradient by ${name}, along a random direction`, analytic, numeric, 1e-5 * scale);
      });

      for (const [title, create] of Object.entries({ reference: () => reference(), ...backends })) {
        test(`learns one batch on ${title}: a tenth of the loss in 60 steps`, async () => {
          const backend = create();
          const losses = await lossesOf(tiny(), backend, { steps: 60, lr });
          await backend.dispose();
          checkEqual(
            'steps whose loss is not finite',
            losses.flatMap((loss, step) => (Number.isFinite(loss) ? [] : [step])),
            [],
          );
          const last = losses.at(-1) ?? NaN;
          check('loss after 60 steps', last < losses[0] / 10, `below ${losses[0] / 10}`, last);
        });
      }
    });

    test('refuses an unknown variant, and says which there are', () =>
      checkError('variant', () => architecture('no such network'), 'architecture.variant', architecture.variants));

    test('refuses unknown options', () =>
      checkError(
        'options',
        () => architecture('tiny', { depht: 3 } as unknown as Partial<CommonOptions & O>),
        'architecture.options',
        ['there is no option depht'],
      ));
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
