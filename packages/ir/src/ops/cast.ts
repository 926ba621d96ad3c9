import type { GradientRule, Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType, type DType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';

/**
 * Elementwise conversion to another element type; the tensor itself when it has that type already.
 *
 * To bool: whether it is not 0. From f32 to an integer type: truncated towards 0, then limited to the type's range; NaN
 * gives 0. From i32 to u8: modulo 256. Only f32 to f32 has a gradient.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : applyPrimitive(castPrimitive, [x], { dtype });
}

export const castPrimitive: Primitive<'cast'> = {
  name: 'cast',
  traits: { family: 'elementwise' },
  infer: (inputs, { dtype }) => {
    new ShapeCheck('cast', inputs).operands(1);
    return tensorType(dtype, inputs[0].shape);
  },
  macs: () => 0,
  evaluate: ({ inputs: [x], inputTypes: [{ dtype }], attrs }) => x.data.map(conversion(dtype, attrs.dtype)),
};

export const castGradient: GradientRule<'cast'> = ({ inputs: [x], grad }) => [
  x.dtype === grad.dtype ? grad : undefined,
];

function conversion(from: DType, to: DType): (value: number) => number {
  switch (to) {
    case 'f32':
      return (value) => value;
    case 'bool':
      return (value) => (value !== 0 ? 1 : 0);
    case 'u8':
      return from === 'f32' ? truncatedTo(0, 255) : (value) => value & 255;
    case 'i32':
      return from === 'f32' ? truncatedTo(-(2 ** 31), 2 ** 31 - 1) : (value) => value;
  }
}

function truncatedTo(low: number, high: number): (value: number) => number {
  return (value) => (Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), low), high));
}
