// Lowerings of the three convolutions, all as sums of products over affine windows.

import type { Conv2dAttrs } from '@netwright/ir';
import { binary, constant, guarded, reduce } from '../kernels/expression.ts';
import { addIndices, floorDivide, modulo, scaleIndex, zeroIndex, type Extents } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { Lowering } from './lowering.ts';
import { insideImage, windowPosition, windowSource } from './windows.ts';

export const conv2d: Lowering<'conv2d'> = ({
  read,
  at,
  inputs: [image, weight],
  output,
  attrs,
  extents,
  reductionAxis,
}) => {
  const [n, o, y, x] = at;
  const [, groupChannels, height, width] = weight.shape;
  const [channel, kh, kw] = [groupChannels, height, width].map((extent) => reductionAxis(extent));
  const group = groupOf(o, output.shape[1] / attrs.groups, attrs, extents);
  const row = windowPosition(y, kh.index, attrs, 0);
  const column = windowPosition(x, kw.index, attrs, 1);
  const source = addIndices(channel.index, scaleIndex(group, groupChannels));
  const pixel = guarded(insideImage(row, column, image.shape), read(0, [n, source, row, column]), constant(0), extents);
  const tap = read(1, [o, channel.index, kh.index, kw.index]);
  return reduce('sum', [channel.id, kh.id, kw.id], binary('mul', pixel, tap));
};

export const conv2dInputGrad: Lowering<'conv2dInputGrad'> = (context) => {
  const { read, at, inputs, attrs, extents, reductionAxis } = context;
  const [n, c, h, w] = at;
  const [grad, weight] = inputs;
  const [outputs, groupChannels, height, width] = weight.shape;
  const groupOutputs = outputs / attrs.groups;
  const [out, kh, kw] = [groupOutputs, height, width].map((extent) => reductionAxis(extent));
  const group = groupOf(c, groupChannels, attrs, extents);
  const o = addIndices(out.index, scaleIndex(group, groupOutputs));
  const { row, column, guards } = windowSource([h, w], [kh.index, kw.index], attrs, grad.shape, extents);
  const pixel = guarded(guards, read(0, [n, o, row, column]), constant(0), extents);
  const tap = read(1, [o, attrs.groups === 1 ? c : modulo(c, groupChannels, extents), kh.index, kw.index]);
  return reduce('sum', [out.id, kh.id, kw.id], binary('mul', pixel, tap));
};

export const conv2dWeightGrad: Lowering<'conv2dWeightGrad'> = (context) => {
  const { read, at, inputs, output, attrs, extents, reductionAxis } = context;
  const [o, k, kh, kw] = at;
  const [image, grad] = inputs;
  const [batch, outputs, height, width] = grad.shape;
  const [n, y, x] = [batch, height, width].map((extent) => reductionAxis(extent));
  const group = groupOf(o, outputs / attrs.groups, attrs, extents);
  const row = windowPosition(y.index, kh, attrs, 0);
  const column = windowPosition(x.index, kw, attrs, 1);
  const source = addIndices(k, scaleIndex(group, output.shape[1]));
  const pixel = guarded(
    insideImage(row, column, image.shape),
    read(0, [n.index, source, row, column]),
    constant(0),
    extents,
  );
  const g = read(1, [n.index, o, y.index, x.index]);
  return reduce('sum', [n.id, y.id, x.id], binary('mul', pixel, g));
};

function groupOf(channel: Index, size: number, { groups }: Conv2dAttrs, extents: Extents): Index {
  return groups === 1 ? zeroIndex : floorDivide(channel, size, extents);
}
