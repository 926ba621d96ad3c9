// Shape rules of the three convolutions, which are each other's gradients.

import type { Shape } from '../dim.ts';
import { ShapeCheck } from '../shape-check.ts';
import { tensorType, type TensorType } from '../tensor-type.ts';
import type { Conv2dAttrs, Pair } from './attributes.ts';
import { windowOutputSize } from './window.ts';

/** The fixed numbers of an image shape [N, C, H, W], or undefined. */
export function imageSizes(shape: Shape): readonly [channels: number, height: number, width: number] | undefined {
  const [, channels, height, width] = shape;
  const fixed =
    shape.length === 4 && typeof channels === 'number' && typeof height === 'number' && typeof width === 'number';
  return fixed ? [channels, height, width] : undefined;
}

/** Whether all of them are numbers that a window can have. */
function checkAttrs(check: ShapeCheck, { stride, dilation, padding, groups }: Conv2dAttrs): boolean {
  const positive = check.require(
    [...stride, ...dilation, groups].every((value) => Number.isInteger(value) && value > 0),
    'stride, dilation and groups must be positive integers',
  );
  const natural = check.require(
    padding.every((value) => Number.isInteger(value) && value >= 0),
    'padding must be non-negative integers',
  );
  return positive && natural;
}

function checkSize(check: ShapeCheck, name: 'inputSize' | 'kernel', size: Pair): void {
  check.require(
    size.every((length) => Number.isInteger(length) && length > 0),
    `${name} ${size.join(' x ')} is not positive integers`,
  );
}

function checkDtypes(check: ShapeCheck, inputs: readonly TensorType[]): void {
  check.operands(2);
  for (const { dtype } of inputs) check.require(dtype === 'f32', `element type ${dtype} is not f32`);
}

export function conv2dType(inputs: readonly TensorType[], attrs: Conv2dAttrs): TensorType {
  const check = new ShapeCheck('conv2d', inputs);
  checkDtypes(check, inputs);
  const whole = checkAttrs(check, attrs);
  const [x, weight] = inputs;
  const image = imageSizes(x.shape);
  const kernel = imageSizes(weight.shape);
  check.require(image !== undefined, 'the input is not [N, C, H, W] with fixed C, H and W');
  check.require(
    kernel !== undefined && typeof weight.shape[0] === 'number',
    'the weight is not [O, C / groups, KH, KW] with fixed sizes',
  );
  if (image === undefined || kernel === undefined) throw invalid(check);
  const out = weight.shape[0] as number;
  check.require(
    image[0] === kernel[0] * attrs.groups,
    `${String(image[0])} input channels are not ${String(attrs.groups)} groups of ${String(kernel[0])}`,
  );
  check.require(
    out % attrs.groups === 0,
    `${String(out)} output channels do not divide into ${String(attrs.groups)} groups`,
  );
  const [height, width] = windowOutputSize([image[1], image[2]], [kernel[1], kernel[2]], attrs);
  check.require(
    !whole || (height > 0 && width > 0),
    `the kernel ${String(kernel[1])} x ${String(kernel[2])} does not fit into the padded input`,
  );
  finish(check);
  return tensorType('f32', [x.shape[0], out, height, width]);
}

export function conv2dInputGradType(
  inputs: readonly TensorType[],
  attrs: Conv2dAttrs & { readonly inputSize: Pair },
): TensorType {
  const check = new ShapeCheck('conv2dInputGrad', inputs);
  checkDtypes(check, inputs);
  checkAttrs(check, attrs);
  const [grad, weight] = inputs;
  const image = imageSizes(grad.shape);
  const kernel = imageSizes(weight.shape);
  check.require(image !== undefined, 'the gradient is not [N, O, OH, OW] with fixed O, OH and OW');
  check.require(
    kernel !== undefined && typeof weight.shape[0] === 'number',
    'the weight is not [O, C / groups, KH, KW] with fixed sizes',
  );
  if (image === undefined || kernel === undefined) throw invalid(check);
  check.require(
    image[0] === weight.shape[0],
    `${String(image[0])} channels of the gradient are not the weight's ${String(weight.shape[0])} outputs`,
  );
  check.require(
    image[0] % attrs.groups === 0,
    `${String(image[0])} output channels do not divide into ${String(attrs.groups)} groups`,
  );
  checkSize(check, 'inputSize', attrs.inputSize);
  const [height, width] = windowOutputSize(attrs.inputSize, [kernel[1], kernel[2]], attrs);
  check.require(
    height === image[1] && width === image[2],
    `an input of ${attrs.inputSize.join(' x ')} gives ${String(height)} x ${String(width)}, the gradient is ${String(image[1])} x ${String(image[2])}`,
  );
  finish(check);
  return tensorType('f32', [grad.shape[0], kernel[0] * attrs.groups, ...attrs.inputSize]);
}

export function conv2dWeightGradType(
  inputs: readonly TensorType[],
  attrs: Conv2dAttrs & { readonly kernel: Pair },
): TensorType {
  const check = new ShapeCheck('conv2dWeightGrad', inputs);
  checkDtypes(check, inputs);
  checkAttrs(check, attrs);
  const [x, grad] = inputs;
  const image = imageSizes(x.shape);
  const output = imageSizes(grad.shape);
  check.require(image !== undefined, 'the input is not [N, C, H, W] with fixed C, H and W');
  check.require(output !== undefined, 'the gradient is not [N, O, OH, OW] with fixed O, OH and OW');
  if (image === undefined || output === undefined) throw invalid(check);
  check.require(x.shape[0] === grad.shape[0], `batches of ${String(x.shape[0])} and ${String(grad.shape[0])} differ`);
  check.require(
    image[0] % attrs.groups === 0 && output[0] % attrs.groups === 0,
    `channels do not divide into ${String(attrs.groups)} groups`,
  );
  checkSize(check, 'kernel', attrs.kernel);
  const [height, width] = windowOutputSize([image[1], image[2]], attrs.kernel, attrs);
  check.require(
    height === output[1] && width === output[2],
    `a kernel of ${attrs.kernel.join(' x ')} gives ${String(height)} x ${String(width)}, the gradient is ${String(output[1])} x ${String(output[2])}`,
  );
  finish(check);
  return tensorType('f32', [output[0], image[0] / attrs.groups, ...attrs.kernel]);
}

const EXPECTED = 'f32 images [N, C, H, W] and kernels [O, C / groups, KH, KW] that fit together';

function finish(check: ShapeCheck): void {
  check.done(EXPECTED, 'check channels, groups and padding');
}

/** For operands so wrong that no further check makes sense. */
function invalid(check: ShapeCheck): unknown {
  finish(check);
  return new RangeError('a failed check has no reason');
}
