// Every primitive's lowering, by name.

import type { PrimitiveName } from '@netwright/ir';
import { avgPool2d, avgPool2dAdjoint } from './avg-pools.ts';
import { conv2d, conv2dInputGrad, conv2dWeightGrad } from './convolutions.ts';
import * as elementwise from './elementwise.ts';
import { gather, gatherAdjoint } from './gathers.ts';
import { constantValue, dimSize, iota } from './leaves.ts';
import type { Lowering } from './lowering.ts';
import { maxPool2d, maxPool2dIndices, maxPool2dScatter, maxPool2dSelect } from './max-pools.ts';
import { random } from './random.ts';
import { amax, argmax, matmul, sum } from './reductions.ts';
import { broadcastTo, concat, pad, reshape, slice, transpose } from './views.ts';

export const lowerings: { readonly [K in PrimitiveName]: Lowering<K> } = {
  constant: constantValue,
  dimSize,
  iota,
  random,
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
  cast: elementwise.castTo,
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
  reshape,
  transpose,
  broadcastTo,
  slice,
  pad,
  concat,
  gather,
  gatherAdjoint,
  matmul,
  conv2d,
  conv2dInputGrad,
  conv2dWeightGrad,
  maxPool2d,
  maxPool2dIndices,
  maxPool2dSelect,
  maxPool2dScatter,
  avgPool2d,
  avgPool2dAdjoint,
};
