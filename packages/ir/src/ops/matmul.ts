import { equalShapes, formatShape, multiplyDims } from '../dim.ts';
import type { GradientRule, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { broadcastTo } from './broadcast-to.ts';
import { commonShape } from './elementwise.ts';
import { reshape } from './reshape.ts';
import { elementCount } from './row-major.ts';
import { transpose } from './transpose.ts';

/**
 * Matrix product over the last two axes, as `torch.matmul`: [.., m, k] times [.., k, n] gives [.., m, n]. The axes before them
 * are batch axes and broadcast; an operand with one axis is a row on the left, a column on the right, and that axis is removed
 * from the result. f32.
 *
 * Errors: `broadcast.shapes` for batch axes, `matmul.operands`.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length === 1) {
    const rows = matmul(reshape(a, [1, ...a.shape]), b);
    return reshape(rows, b.shape.length === 1 ? [] : [...rows.shape.slice(0, -2), ...rows.shape.slice(-1)]);
  }
  if (b.shape.length === 1) {
    const columns = matmul(a, reshape(b, [...b.shape, 1]));
    return reshape(columns, columns.shape.slice(0, -1));
  }
  if (a.shape.length > 2 && b.shape.length === 2) {
    const rows = applyPrimitive(
      matmulPrimitive,
      [reshape(a, [multiplyDims(...a.shape.slice(0, -1)), ...a.shape.slice(-1)]), b],
      {},
    );
    return reshape(rows, [...a.shape.slice(0, -1), ...rows.shape.slice(1)]);
  }
  const batch = commonShape('matmul', a.builder.scope, [a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const operands = [a, b].map((x) => broadcastTo(x, [...batch, ...x.shape.slice(-2)]));
  return applyPrimitive(matmulPrimitive, operands, {});
}

export const matmulPrimitive: Primitive<'matmul'> = {
  name: 'matmul',
  traits: { family: 'contraction' },
  infer: (inputs) => {
    const check = new ShapeCheck('matmul', inputs);
    check.operands(2);
    const [a, b] = inputs;
    for (const { dtype } of inputs) check.require(dtype === 'f32', `element type ${dtype} is not f32`);
    const matrices = [a, b].map(({ shape }) =>
      check.require(shape.length >= 2, () => `${formatShape(shape)} has fewer than two axes`),
    );
    if (matrices.every(Boolean)) {
      const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
      const [columns, rows] = [a.shape[a.shape.length - 1], b.shape[b.shape.length - 2]];
      check.require(
        columns === rows,
        `the first operand has ${String(columns)} columns, the second ${String(rows)} rows`,
      );
      check.require(
        equalShapes(batchA, batchB),
        () => `batch axes ${formatShape(batchA)} and ${formatShape(batchB)} differ`,
      );
    }
    check.done('f32 matrices [.., m, k] and [.., k, n] with equal batch axes');
    return tensorType('f32', [...a.shape.slice(0, -1), ...b.shape.slice(-1)]);
  },
  macs: ([a], _, output) => elementCount(output) * a[a.length - 1],
  evaluate: ({ inputs: [a, b], shape, round }) => {
    const [rows, columns] = shape.slice(-2);
    const depth = a.shape[a.shape.length - 1];
    const result = new Float64Array(elementCount(shape));
    for (let i = 0; i < result.length; i++) {
      const row = Math.floor(i / columns) * depth;
      const column = Math.floor(i / (rows * columns)) * depth * columns + (i % columns);
      let total = 0;
      for (let k = 0; k < depth; k++) total = round(total + round(a.data[row + k] * b.data[column + k * columns]));
      result[i] = total;
    }
    return result;
  },
};

export const matmulGradient: GradientRule<'matmul'> = ({ inputs: [a, b], grad, needs }) => [
  needs[0] ? matmul(grad, matrixTranspose(b)) : undefined,
  needs[1] ? matmul(matrixTranspose(a), grad) : undefined,
];

/** Swaps the last two axes. */
function matrixTranspose(x: Tensor): Tensor {
  const rank = x.shape.length;
  return transpose(x, [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2]);
}
