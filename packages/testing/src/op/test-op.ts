// The conformance suite of operations: a primitive's gradient rule, or a function's own gradient, kernels and inference form.

import type { Backend } from '@netwright/compiler';
import { interpreterBackend } from '@netwright/compiler/interpreter';
import {
  applyPrimitive,
  callFunction,
  inferenceMode,
  verifyGraph,
  GraphBuilder,
  type FunctionAttrs,
  type FunctionRecord,
  type Graph,
  type Primitive,
  type PrimitiveAttrs,
  type PrimitiveName,
  type PrimitiveSample,
  type Tensor,
} from '@netwright/ir';
import { drawInput, uniformSource } from '../run/draw.ts';
import { expectTensor } from '../run/expect-close.ts';
import { runReference } from '../run/run-program.ts';
import type { Dims } from '../run/tensors.ts';
import { largest } from '../run/tolerance.ts';
import { check, checkClose, checkEqual } from '../suite/checks.ts';
import { declareSuite } from '../suite/declare-suite.ts';
import { collectSuite, requireCases, type Suite } from '../suite/suite.ts';
import { compareOnBackend, compareSaved } from './compare-forms.ts';
import { checkDerivatives, derivativeGraph, type Computation, type DerivativeGraph } from './derivatives.ts';

/** One signature of an operation, with data. */
export interface OpCase<A> {
  /** Unique in the operation. */
  readonly name: string;
  readonly attrs: A;
  /** At least one; how each is filled, as in the samples of primitives. */
  readonly inputs: PrimitiveSample['inputs'];
  /** Sizes of symbolic dimensions. Default none. */
  readonly dims?: Dims;
  /** False where the value has a kink or jump near the data, so that differences say nothing. Default true. */
  readonly smooth?: boolean;
}

/** What the reference is compared with. */
export interface TestOpOptions {
  /** Backends on which values and derivatives are compared with the reference's, by title. Default none. */
  readonly backends?: Readonly<Record<string, () => Backend>>;
}

/** Largest relative error of finite differences, in double precision. */
const DIFFERENCE_TOLERANCE = 1e-7;
/** Share of the largest element by which two exact forms may differ, in double precision. */
const ROUNDING = 1e-9;

/**
 * Declares the tests of an operation: first and second derivative by each operand against finite differences. Of a function further: what its own gradient and its own
 * kernels give, in value and both derivatives, against its expansion; that a saved graph of it runs without its code; that its inference form is neither random nor
 * updates anything.
 *
 * @param op - a primitive's or function's record.
 * @param cases - at least one.
 */
export function testOp<A extends FunctionAttrs>(
  op: FunctionRecord<A>,
  cases: readonly OpCase<A>[],
  options?: TestOpOptions,
): void;
export function testOp<K extends PrimitiveName>(
  op: Primitive<K>,
  cases: readonly OpCase<PrimitiveAttrs[K]>[],
  options?: TestOpOptions,
): void;
export function testOp(op: AnyOp, cases: readonly OpCase<FunctionAttrs>[], options: TestOpOptions = {}): void {
  declareSuite(opSuite(op, cases, options));
}

type AnyOp = FunctionRecord<FunctionAttrs> | Primitive<PrimitiveName>;

export function opSuite<A extends FunctionAttrs>(
  op: FunctionRecord<A>,
  cases: readonly OpCase<A>[],
  options?: TestOpOptions,
): Suite;
export function opSuite(op: AnyOp, cases: readonly OpCase<FunctionAttrs>[], options?: TestOpOptions): Suite;
export function opSuite(
  op: AnyOp,
  cases: readonly OpCase<FunctionAttrs>[],
  { backends = {} }: TestOpOptions = {},
): Suite {
  requireCases(op.name, cases);
  return collectSuite(op.name, ({ group, test }) => {
    for (const one of cases) {
      group(one.name, () => {
        const seed = `${op.name} ${one.name}`;
        const apply = 'expand' in op ? applyRecord(op, one) : applyRule(op, one);
        const derivatives = (): DerivativeGraph => derivativesOf(one, seed, apply);
        const { dims = {} } = one;

        if (one.smooth ?? true) {
          test('has the first and second derivative of finite differences', async () => {
            const errors = await checkDerivatives(computationOf(one, seed, apply), uniformSource(`${seed} directions`));
            for (const { order, operand, analytic, numeric, error } of errors) {
              const scale = error === 0 ? 1 : Math.abs(analytic - numeric) / error;
              checkClose(
                `${order} derivative by ${operand}, along a random direction`,
                analytic,
                numeric,
                DIFFERENCE_TOLERANCE * scale,
              );
            }
          });
        }
        if ('expand' in op) {
          test('runs from a saved graph, without its code', () => compareSaved(derivatives(), dims));
          if (op.gradient !== undefined) {
            test('has the derivatives of its expansion', async () => {
              await compareWithExpansion(op, one, seed);
            });
          }
          if (op.lower !== undefined) {
            test('has kernels that give what its expansion gives', async () => {
              const { graph, inputs } = derivatives();
              const operations = await compareOnBackend(interpreterBackend({ precision: 'f32' }), {
                graph,
                inputs,
                dims,
              });
              check('operations of the kernels', operations.includes(op.name), `${op.name} among them`, operations);
            });
          }
          if (op.inference !== undefined) {
            test('has an inference form without randomness or updates', () => {
              const inference = inferenceMode.run(graphOf(one, apply));
              verifyGraph(inference);
              checkEqual('updates of the inference form', Object.keys(inference.updates), []);
              const random = Object.entries(inference.functions)
                .filter(([, { body }]) => body.nodes.some((node) => node.op === 'random'))
                .map(([key]) => key);
              checkEqual('functions of the inference form with random values', random, []);
            });
          }
        }
        for (const [title, create] of Object.entries(backends)) {
          test(`has the values and derivatives of the reference on ${title}`, async () => {
            const { graph, inputs } = derivatives();
            const backend = create();
            await compareOnBackend(backend, { graph, inputs, dims });
            await backend.dispose();
          });
        }
      });
    }
  });
}

type Apply = (inputs: readonly Tensor[]) => readonly Tensor[];

function applyRecord(record: FunctionRecord<FunctionAttrs>, { attrs }: OpCase<FunctionAttrs>): Apply {
  return (inputs) => callFunction(record, inputs, attrs);
}

function applyRule(primitive: Primitive<PrimitiveName>, { attrs }: OpCase<FunctionAttrs>): Apply {
  return (inputs) => [
    applyPrimitive(primitive, inputs, attrs as Parameters<typeof primitive.infer>[1], inputs[0].builder),
  ];
}

function computationOf({ inputs, dims = {} }: OpCase<FunctionAttrs>, seed: string, build: Apply): Computation {
  const uniform = uniformSource(seed);
  return {
    types: inputs.map(({ type }) => type),
    data: inputs.map((input) => drawInput(input, uniform, dims)),
    dims,
    build,
  };
}

function derivativesOf(one: OpCase<FunctionAttrs>, seed: string, build: Apply): DerivativeGraph {
  return derivativeGraph(computationOf(one, seed, build), uniformSource(`${seed} directions`));
}

function graphOf({ inputs }: OpCase<FunctionAttrs>, apply: Apply): Graph {
  const builder = new GraphBuilder();
  apply(inputs.map(({ type }, index) => builder.input(`x${index}`, type))).forEach((result, index) => {
    builder.output(`y${index}`, result);
  });
  return builder.finish();
}

async function compareWithExpansion(
  record: FunctionRecord<FunctionAttrs>,
  one: OpCase<FunctionAttrs>,
  seed: string,
): Promise<void> {
  const { expand } = record;
  const expansion: FunctionRecord<FunctionAttrs> = { name: `${record.name}Expansion`, expand };
  const [own, expanded] = await Promise.all(
    [record, expansion].map(async (form) => {
      const { graph, inputs } = derivativesOf(one, seed, applyRecord(form, one));
      return runReference({ graph, inputs, dims: one.dims ?? {} });
    }),
  );
  for (const [name, expected] of Object.entries(expanded)) {
    const bound = expected.dtype === 'f32' ? ROUNDING * Math.max(largest(expected.data), 1) : 0;
    const comparison = { name: "its own gradient against its expansion's", precision: 'f64' } as const;
    expectTensor(comparison, name, expected, own[name], new Float64Array(expected.data.length).fill(bound));
  }
}
