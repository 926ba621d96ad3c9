// Appends one primitive to the graph of its operands.

import type { GraphBuilder } from '../builder.ts';
import { withErrorScope } from '../errors.ts';
import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import type { PrimitiveAttrs, PrimitiveName } from './attributes.ts';

/** Appends `primitive` with its inferred type. Errors of its shape rule get the builder's current scope. */
export function applyPrimitive<K extends PrimitiveName>(
  primitive: Primitive<K>,
  inputs: readonly Tensor[],
  attrs: PrimitiveAttrs[K],
  builder: GraphBuilder = inputs[0].builder,
): Tensor {
  const types = inputs.map(({ type }) => type);
  const type = withErrorScope(builder.scope, () => primitive.infer(types, attrs));
  return builder.primitive(primitive.name, inputs, attrs, type);
}
