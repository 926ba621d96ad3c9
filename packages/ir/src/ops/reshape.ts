import { divideDims, equalShapes, formatShape, isDim, multiplyDims, numel, type Shape } from '../dim.ts';
import { NetwrightError } from '../errors.ts';
import type { GradientRule, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { formatType, tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';

/**
 * The same elements, in row-major order, under another shape; any element type.
 *
 * @param shape - of as many elements; one axis may be -1, which takes what the others leave.
 *   Errors: `reshape.infer` when -1 cannot be resolved, `reshape.operands`.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const resolved = shape.includes(-1) ? inferAxis(x, shape) : shape;
  return equalShapes(x.shape, resolved) ? x : applyPrimitive(reshapePrimitive, [x], { shape: resolved });
}

function inferAxis(x: Tensor, shape: Shape): Shape {
  const known = shape.filter((dim) => dim !== -1);
  const rest = known.length === shape.length - 1 ? divideDims(numel(x.shape), multiplyDims(...known)) : undefined;
  if (rest !== undefined) return shape.map((dim) => (dim === -1 ? rest : dim));
  throw new NetwrightError({
    code: 'reshape.infer',
    operation: 'reshape',
    scope: x.builder.scope,
    expected: 'one -1, and other axes whose product divides the number of elements',
    received: `${formatType(x.type)} to ${formatShape(shape)}`,
  });
}

export const reshapePrimitive: Primitive<'reshape'> = {
  name: 'reshape',
  traits: { family: 'view' },
  infer: (inputs, { shape }) => {
    const check = new ShapeCheck('reshape', inputs);
    check.operands(1);
    const [x] = inputs;
    if (check.require(shape.every(isDim), () => `${formatShape(shape)} is not a shape`)) {
      const [from, to] = [numel(x.shape), numel(shape)];
      check.require(from === to, `${formatShape(shape)} has ${String(to)} elements, not ${String(from)}`);
    }
    check.done('a shape of as many elements');
    return tensorType(x.dtype, shape);
  },
  macs: () => 0,
  evaluate: ({ inputs: [x] }) => x.data.slice(),
};

export const reshapeGradient: GradientRule<'reshape'> = ({ inputs: [x], grad }) => [reshape(grad, x.shape)];
