import { equalShapes, formatShape, isDim, type Dim } from '../dim.ts';
import type { GradientRule, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { gather } from './gather.ts';
import { elementCount } from './row-major.ts';

/**
 * The adjoint of `gather`: `out[a.., s, b..]` is the sum of `g[a.., i.., b..]` over all i with `indices[i..] = s`.
 *
 * @param g - f32 [a.., i.., b..].
 * @param indices - i32 [i..]; positions outside [0, size) are left out.
 * @param axis - where the axes of `indices` begin in `g`.
 * @param size - length of the result's axis. Errors: `gatherAdjoint.operands`.
 */
export function gatherAdjoint(g: Tensor, indices: Tensor, axis: number, size: Dim): Tensor {
  return applyPrimitive(gatherAdjointPrimitive, [g, indices], { axis, size });
}

export const gatherAdjointPrimitive: Primitive<'gatherAdjoint'> = {
  name: 'gatherAdjoint',
  traits: { family: 'gather' },
  infer: (inputs, { axis, size }) => {
    const check = new ShapeCheck('gatherAdjoint', inputs);
    check.operands(2);
    const [g, indices] = inputs;
    const end = axis + indices.shape.length;
    check.require(g.dtype === 'f32', () => `element type ${g.dtype} is not f32`);
    check.require(indices.dtype === 'i32', () => `the indices are ${indices.dtype}, not i32`);
    check.require(isDim(size), () => `${JSON.stringify(size)} is not a dimension`);
    check.require(
      Number.isInteger(axis) && axis >= 0 && equalShapes(g.shape.slice(axis, end), indices.shape),
      () =>
        `axes ${String(axis)} to ${String(end)} of ${formatShape(g.shape)} are not those of the indices ${formatShape(indices.shape)}`,
    );
    check.done('a gradient of a gather, and its i32 indices');
    return tensorType(g.dtype, [...g.shape.slice(0, axis), size, ...g.shape.slice(end)]);
  },
  macs: () => 0,
  evaluate: ({ inputs: [g, indices], attrs: { axis }, shape, round }) => {
    const size = shape[axis];
    const inner = elementCount(shape.slice(axis + 1));
    const outer = elementCount(shape.slice(0, axis));
    const result = new Float64Array(elementCount(shape));
    let from = 0;
    for (let a = 0; a < outer; a++) {
      for (const position of indices.data) {
        const to = (a * size + position) * inner;
        if (position >= 0 && position < size) {
          for (let b = 0; b < inner; b++) result[to + b] = round(result[to + b] + g.data[from + b]);
        }
        from += inner;
      }
    }
    return result;
  },
};

export const gatherAdjointGradient: GradientRule<'gatherAdjoint'> = ({
  inputs: [, indices],
  grad,
  attrs: { axis },
}) => [gather(grad, indices, axis), undefined];
