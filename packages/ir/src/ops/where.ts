import type { GradientRule, Primitive } from '../primitive.ts';
import { equalShapes, formatShape } from '../dim.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { applyPrimitive } from './apply.ts';
import { broadcastTo } from './broadcast-to.ts';
import { asTensor, commonShape } from './elementwise.ts';

/**
 * Elementwise `condition ? a : b` with NumPy broadcasting.
 *
 * @param condition - bool.
 * @param a - tensor of any element type, or a number, which takes the other's (f32 when both are numbers).
 * @param b - the same. Errors: `broadcast.shapes`, `where.operands`.
 */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  const { builder } = condition;
  const dtype = typeof a !== 'number' ? a.dtype : typeof b !== 'number' ? b.dtype : 'f32';
  const operands = [condition, asTensor(builder, a, dtype), asTensor(builder, b, dtype)];
  const shape = commonShape(
    'where',
    builder.scope,
    operands.map((operand) => operand.shape),
  );
  return applyPrimitive(
    wherePrimitive,
    operands.map((operand) => broadcastTo(operand, shape)),
    {},
  );
}

export const wherePrimitive: Primitive<'where'> = {
  name: 'where',
  traits: { family: 'elementwise' },
  infer: (inputs) => {
    const check = new ShapeCheck('where', inputs);
    check.operands(3);
    const [condition, a, b] = inputs;
    check.require(condition.dtype === 'bool', () => `the condition is ${condition.dtype}, not bool`);
    check.require(a.dtype === b.dtype, () => `element types ${a.dtype} and ${b.dtype} differ`);
    for (const { shape } of [a, b]) {
      check.require(
        equalShapes(condition.shape, shape),
        () => `shapes ${formatShape(condition.shape)} and ${formatShape(shape)} differ`,
      );
    }
    check.done('a bool condition and two operands of one element type, all of one shape', 'use broadcastTo or cast');
    return a;
  },
  macs: () => 0,
  evaluate: ({ inputs: [condition, a, b] }) => condition.data.map((holds, i) => (holds !== 0 ? a.data[i] : b.data[i])),
};

export const whereGradient: GradientRule<'where'> = ({ inputs: [condition], grad, needs }) => [
  undefined,
  needs[1] ? where(condition, grad, 0) : undefined,
  needs[2] ? where(condition, 0, grad) : undefined,
];
