// Lowerings of the three convolutions, all as sums of products over affine windows.

import type { Conv2dAttrs } from '@netwright/ir';
import { binary, constant, guarded, reduce } from '../kernels/expression.ts';
import { addIndices, floorDivide, modulo, scaleIndex, zeroIndex, type Extents } from '../kernels/index-algebra.ts';
import type { Guard, Index } from '../kernels/index-expression.ts';
import type { Lowering } from './lowering.ts';
import { windowPosition, windowSource } from './windows.ts';

/** Sizes of the groups: channels and outputs of each. */
function groupSizes(channels: number, outputs: number, { groups }: Conv2dAttrs): { readonly channels: number; readonly outputs: number } {
  return { channels: channels / groups, outputs: outputs / groups };
}

export const conv2d: Lowering<'conv2d'> = ({ read, at: [n, o, y, x], inputs: [image, weight], output, attrs, extents, reductionAxis }) => {
  const group = groupSizes(image.shape[1], output.shape[1], attrs);
  const [channel, kh, kw] = [reductionAxis(group.channels), reductionAxis(weight.shape[2]), reductionAxis(weight.shape[3])];
  const source = addIndices(channel.index, scaleIndex(groupOf(o, group.outputs, attrs, extents), group.channels));
  const row = windowPosition(y, kh.index, attrs, 0);
  const column = windowPosition(x, kw.index, attrs, 1);
  const guards: readonly Guard[] = [
    { index: row, lower: 0, upper: image.shape[2] },
    { index: column, lower: 0, upper: image.shape[3] },
  ];
  const pixel = guarded(guards, read(0, [n, source, row, column]), constant(0), extents);
  return reduce('sum', [channel.id, kh.id, kw.id], binary('mul', pixel, read(1, [o, channel.index, kh.index, kw.index])));
};

export const conv2dInputGrad: Lowering<'conv2dInputGrad'> = ({ read, at: [n, c, h, w], inputs: [grad, weight], output, attrs, extents, reductionAxis }) => {
  const group = groupSizes(output.shape[1], grad.shape[1], attrs);
  const [out, kh, kw] = [reductionAxis(group.outputs), reductionAxis(weight.shape[2]), reductionAxis(weight.shape[3])];
  const source = addIndices(out.index, scaleIndex(groupOf(c, group.channels, attrs, extents), group.outputs));
  const row = windowSource(h, kh.index, attrs, 0, grad.shape[2], extents);
  const column = windowSource(w, kw.index, attrs, 1, grad.shape[3], extents);
  const pixel = guarded([...row.guards, ...column.guards], read(0, [n, source, row.index, column.index]), constant(0), extents);
  const tap = read(1, [source, attrs.groups === 1 ? c : modulo(c, group.channels, extents), kh.index, kw.index]);
  return reduce('sum', [out.id, kh.id, kw.id], binary('mul', pixel, tap));
};

export const conv2dWeightGrad: Lowering<'conv2dWeightGrad'> = ({ read, at: [o, k, kh, kw], inputs: [image, grad], attrs, extents, reductionAxis }) => {
  const group = groupSizes(image.shape[1], grad.shape[1], attrs);
  const [n, y, x] = [reductionAxis(grad.shape[0]), reductionAxis(grad.shape[2]), reductionAxis(grad.shape[3])];
  const source = addIndices(k, scaleIndex(groupOf(o, group.outputs, attrs, extents), group.channels));
  const row = windowPosition(y.index, kh, attrs, 0);
  const column = windowPosition(x.index, kw, attrs, 1);
  const guards: readonly Guard[] = [
    { index: row, lower: 0, upper: image.shape[2] },
    { index: column, lower: 0, upper: image.shape[3] },
  ];
  const pixel = guarded(guards, read(0, [n.index, source, row, column]), constant(0), extents);
  return reduce('sum', [n.id, y.id, x.id], binary('mul', pixel, read(1, [n.index, o, y.index, x.index])));
};

function groupOf(channel: Index, size: number, { groups }: Conv2dAttrs, extents: Extents): Index {
  return groups === 1 ? zeroIndex : floorDivide(channel, size, extents);
}
