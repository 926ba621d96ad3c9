import type { GraphBuilder } from '../builder.ts';
import { bindDim, isDim, type Dim } from '../dim.ts';
import type { Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { constant } from './constant.ts';

/**
 * The size of a dimension as an f32 scalar: a constant for a number, bound when compiled for a symbol. Errors:
 * `dimSize.operands`.
 */
export function dimSize(builder: GraphBuilder, dim: Dim): Tensor {
  return typeof dim === 'number' ? constant(builder, dim) : applyPrimitive(dimSizePrimitive, [], { dim }, builder);
}

export const dimSizePrimitive: Primitive<'dimSize'> = {
  name: 'dimSize',
  traits: { family: 'leaf' },
  infer: (inputs, { dim }) => {
    const check = new ShapeCheck('dimSize', inputs);
    check.operands(0);
    check.require(isDim(dim), () => `${JSON.stringify(dim)} is not a dimension`);
    check.done('a number, or symbols in canonical form such as 2*M*N');
    return tensorType('f32', []);
  },
  macs: () => 0,
  evaluate: ({ attrs: { dim }, dims }) => Float64Array.of(bindDim(dim, dims)),
};
