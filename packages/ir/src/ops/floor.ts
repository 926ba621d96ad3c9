import type { GradientRule, Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import { evaluateUnary, unary, unaryType } from './elementwise.ts';

/** Elementwise largest integer not above x, as f32; its gradient is 0 everywhere. Errors: `floor.operands`. */
export function floor(x: Tensor): Tensor {
  return unary(floorPrimitive, x);
}

export const floorPrimitive: Primitive<'floor'> = {
  name: 'floor',
  traits: { family: 'elementwise' },
  infer: (inputs) => unaryType('floor', inputs, ['f32']),
  macs: () => 0,
  evaluate: (context) => evaluateUnary(context, Math.floor),
};

export const floorGradient: GradientRule<'floor'> = () => [undefined];
