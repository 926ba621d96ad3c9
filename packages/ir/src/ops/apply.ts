// Appends one primitive to the graph of its operands.

import type { GraphBuilder } from '../builder.ts';
import { isNetwrightError, NetwrightError } from '../errors.ts';
import type { Primitive } from '../primitive.ts';
import type { Tensor } from '../tensor.ts';
import type { TensorType } from '../tensor-type.ts';
import type { PrimitiveAttrs, PrimitiveName } from './attributes.ts';

/** Appends `primitive` with its inferred type. Errors of its shape rule get the builder's current scope. */
export function applyPrimitive<K extends PrimitiveName>(
  primitive: Primitive<K>,
  inputs: readonly Tensor[],
  attrs: PrimitiveAttrs[K],
  builder: GraphBuilder = inputs[0].builder,
): Tensor {
  return builder.primitive(primitive.name, inputs, attrs, inferInScope(builder, primitive, inputs, attrs));
}

function inferInScope<K extends PrimitiveName>(
  { scope }: GraphBuilder,
  primitive: Primitive<K>,
  inputs: readonly Tensor[],
  attrs: PrimitiveAttrs[K],
): TensorType {
  try {
    return primitive.infer(
      inputs.map(({ type }) => type),
      attrs,
    );
  } catch (error) {
    if (scope === '' || !isNetwrightError(error) || error.scope !== undefined) throw error;
    const { code, operation, expected, received, reasons, hint } = error;
    throw new NetwrightError({ code, operation, scope, expected, received, reasons, hint, cause: error });
  }
}
