// Every primitive's lowering, by name.

import type { PrimitiveName } from '@netwright/ir';
import { conv2d, conv2dInputGrad, conv2dWeightGrad } from './convolutions.ts';
import * as elementwise from './elementwise.ts';
import type { Lowering } from './lowering.ts';
import * as pools from './pools.ts';
import { amax, argmax, matmul, sum } from './reductions.ts';
import * as shape from './shape.ts';

export const lowerings: { readonly [K in PrimitiveName]: Lowering<K> } = {
  constant: shape.constantLowering,
  dimSize: shape.dimSize,
  iota: shape.iota,
  random: shape.random,
  neg: elementwise.neg,
  abs: elementwise.abs,
  sign: elementwise.sign,
  floor: elementwise.floor,
  exp: elementwise.exp,
  log: elementwise.log,
  sqrt: elementwise.sqrt,
  sin: elementwise.sin,
  cos: elementwise.cos,
  tanh: elementwise.tanh,
  erf: elementwise.erf,
  isFinite: elementwise.isFinite,
  not: elementwise.not,
  cast: elementwise.castLowering,
  add: elementwise.add,
  sub: elementwise.sub,
  mul: elementwise.mul,
  div: elementwise.div,
  pow: elementwise.pow,
  maximum: elementwise.maximum,
  minimum: elementwise.minimum,
  eq: elementwise.eq,
  lt: elementwise.lt,
  le: elementwise.le,
  and: elementwise.and,
  or: elementwise.or,
  where: elementwise.where,
  sum,
  amax,
  argmax,
  reshape: shape.reshape,
  transpose: shape.transpose,
  broadcastTo: shape.broadcastTo,
  slice: shape.slice,
  pad: shape.pad,
  concat: shape.concat,
  gather: shape.gather,
  gatherAdjoint: shape.gatherAdjoint,
  matmul,
  conv2d,
  conv2dInputGrad,
  conv2dWeightGrad,
  maxPool2d: pools.maxPool2d,
  maxPool2dIndices: pools.maxPool2dIndices,
  maxPool2dSelect: pools.maxPool2dSelect,
  maxPool2dScatter: pools.maxPool2dScatter,
  avgPool2d: pools.avgPool2d,
  avgPool2dAdjoint: pools.avgPool2dAdjoint,
};
