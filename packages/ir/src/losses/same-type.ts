import { equalTypes } from '../tensor-type.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';

/** `<operation>.operands` unless `x` and `target` are f32 of one shape: a loss that broadcast would hide mistakes. */
export function requireSameType(operation: string, x: Tensor, target: Tensor): void {
  const check = new ShapeCheck(operation, [x.type, target.type], x.builder.scope);
  check.require(x.dtype === 'f32', () => `element type ${x.dtype} is not f32`);
  check.require(equalTypes(x.type, target.type), 'the target is of another type');
  check.done('a prediction and a target of one shape, f32', 'reshape or cast the target');
}
