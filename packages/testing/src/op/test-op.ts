// The conformance suite of operations: a primitive's gradient rule, or a function's own gradient and inference form.

import {
  applyPrimitive,
  callFunction,
  inferenceMode,
  verifyGraph,
  GraphBuilder,
  type FunctionAttrs,
  type FunctionRecord,
  type Primitive,
  type PrimitiveAttrs,
  type PrimitiveName,
  type PrimitiveSample,
  type Tensor,
} from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { drawInput, uniformSource } from '../run/draw.ts';
import { expectTensor } from '../run/expect-close.ts';
import { runReference } from '../run/run-program.ts';
import type { Dims } from '../run/tensors.ts';
import { largest } from '../run/tolerance.ts';
import { checkDerivatives, derivativeGraph, type Computation } from './derivatives.ts';

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

/** Largest relative error of finite differences, in double precision. */
const DIFFERENCE_TOLERANCE = 1e-7;
/** Share of the largest element by which two exact forms may differ, in double precision. */
const ROUNDING = 1e-9;

/**
 * Declares the tests of an operation: first and second derivative against finite differences; for a function with its own gradient, values and both derivatives
 * against its expansion's.
 *
 * @param op - a primitive's or function's record.
 * @param cases - at least one.
 */
export function testOp<A extends FunctionAttrs>(op: FunctionRecord<A>, cases: readonly OpCase<A>[]): void;
export function testOp<K extends PrimitiveName>(op: Primitive<K>, cases: readonly OpCase<PrimitiveAttrs[K]>[]): void;
export function testOp(
  op: FunctionRecord<FunctionAttrs> | Primitive<PrimitiveName>,
  cases: readonly OpCase<FunctionAttrs>[],
): void {
  describe(op.name, () => {
    it('has cases with different names', () => {
      expect(cases.length).toBeGreaterThan(0);
      expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    });

    describe.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
      const seed = `${op.name} ${one.name}`;
      const apply = 'expand' in op ? applyRecord(op, one) : applyRule(op, one);

      if (one.smooth ?? true) {
        it('has the first and second derivative of finite differences', async () => {
          const errors = await checkDerivatives(computationOf(one, seed, apply), uniformSource(`${seed} directions`));
          expect(errors.first, 'first derivative').toBeLessThan(DIFFERENCE_TOLERANCE);
          expect(errors.second, 'second derivative').toBeLessThan(DIFFERENCE_TOLERANCE);
        });
      }
      if ('expand' in op && op.gradient !== undefined) {
        it('has the derivatives of its expansion', async () => {
          await compareWithExpansion(op, one, seed);
        });
      }
      if ('expand' in op && op.inference !== undefined) {
        it('has an inference form without randomness or updates', () => {
          const inference = inferenceMode.run(graphOf(one, apply));
          verifyGraph(inference);
          expect(inference.updates).toEqual({});
          expect(
            Object.values(inference.functions).some(({ body }) => body.nodes.some((node) => node.op === 'random')),
          ).toBe(false);
        });
      }
    });
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

function graphOf({ inputs }: OpCase<FunctionAttrs>, apply: Apply): ReturnType<GraphBuilder['finish']> {
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
  const expansion: FunctionRecord<FunctionAttrs> = { name: `${record.name}Expansion`, expand: record.expand };
  const [own, expanded] = await Promise.all(
    [record, expansion].map(async (form) => {
      const { graph, inputs } = derivativeGraph(
        computationOf(one, seed, applyRecord(form, one)),
        uniformSource(`${seed} directions`),
      );
      return runReference({ graph, inputs, dims: one.dims ?? {} });
    }),
  );
  for (const [name, expected] of Object.entries(expanded)) {
    const bound = expected.dtype === 'f32' ? ROUNDING * Math.max(largest(expected.data), 1) : 0;
    const comparison = {
      name: `${record.name}, ${one.name}: its own gradient against its expansion's`,
      precision: 'f64',
    } as const;
    expectTensor(comparison, name, expected, own[name], new Float64Array(expected.data.length).fill(bound));
  }
}
