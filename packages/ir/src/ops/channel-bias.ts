import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { reshape } from './reshape.ts';

/** `y` [N, O, H, W] plus `bias` [O], where there is one; `<operation>.operands` for a bias of another type. */
export function addChannelBias(operation: string, y: Tensor, bias: Tensor | undefined): Tensor {
  if (bias === undefined) return y;
  const channels = String(y.shape[1]);
  const check = new ShapeCheck(operation, [bias.type], y.builder.scope);
  check.require(bias.dtype === 'f32', () => `element type ${bias.dtype} is not f32`);
  check.require(
    bias.shape.length === 1 && bias.shape[0] === y.shape[1],
    () => `the bias has not one number for each of the ${channels} output channels`,
  );
  check.done(`a bias f32[${channels}]`);
  return add(y, reshape(bias, [1, ...bias.shape, 1, 1]));
}
