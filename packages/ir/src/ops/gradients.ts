// The gradient rule of every primitive, by name: apart from `primitives.ts`, so that a program that only predicts carries none.

import type { GradientRule } from '../primitive.ts';
import type { PrimitiveName } from './attributes.ts';
import { absGradient } from './abs.ts';
import { addGradient } from './add.ts';
import { amaxGradient } from './amax.ts';
import { avgPool2dAdjointGradient } from './avg-pool2d-adjoint.ts';
import { avgPool2dGradient } from './avg-pool2d.ts';
import { broadcastToGradient } from './broadcast-to.ts';
import { castGradient } from './cast.ts';
import { concatGradient } from './concat.ts';
import { conv2dInputGradGradient } from './conv2d-input-grad.ts';
import { conv2dWeightGradGradient } from './conv2d-weight-grad.ts';
import { conv2dGradient } from './conv2d.ts';
import { cosGradient } from './cos.ts';
import { divGradient } from './div.ts';
import { erfGradient } from './erf.ts';
import { expGradient } from './exp.ts';
import { floorGradient } from './floor.ts';
import { gatherAdjointGradient } from './gather-adjoint.ts';
import { gatherGradient } from './gather.ts';
import { logGradient } from './log.ts';
import { matmulGradient } from './matmul.ts';
import { maxPool2dScatterGradient } from './max-pool2d-scatter.ts';
import { maxPool2dSelectGradient } from './max-pool2d-select.ts';
import { maxPool2dGradient } from './max-pool2d.ts';
import { maximumGradient } from './maximum.ts';
import { minimumGradient } from './minimum.ts';
import { mulGradient } from './mul.ts';
import { negGradient } from './neg.ts';
import { padGradient } from './pad.ts';
import { powGradient } from './pow.ts';
import { reshapeGradient } from './reshape.ts';
import { signGradient } from './sign.ts';
import { sinGradient } from './sin.ts';
import { sliceGradient } from './slice.ts';
import { sqrtGradient } from './sqrt.ts';
import { subGradient } from './sub.ts';
import { sumGradient } from './sum.ts';
import { tanhGradient } from './tanh.ts';
import { transposeGradient } from './transpose.ts';
import { whereGradient } from './where.ts';

/** Null for a primitive with no gradient anywhere (integers, comparisons). */
export const gradientRules: { readonly [K in PrimitiveName]: GradientRule<K> | null } = {
  constant: null,
  dimSize: null,
  iota: null,
  random: null,
  neg: negGradient,
  abs: absGradient,
  sign: signGradient,
  floor: floorGradient,
  exp: expGradient,
  log: logGradient,
  sqrt: sqrtGradient,
  sin: sinGradient,
  cos: cosGradient,
  tanh: tanhGradient,
  erf: erfGradient,
  isFinite: null,
  not: null,
  cast: castGradient,
  add: addGradient,
  sub: subGradient,
  mul: mulGradient,
  div: divGradient,
  pow: powGradient,
  maximum: maximumGradient,
  minimum: minimumGradient,
  eq: null,
  lt: null,
  le: null,
  and: null,
  or: null,
  where: whereGradient,
  sum: sumGradient,
  amax: amaxGradient,
  argmax: null,
  reshape: reshapeGradient,
  transpose: transposeGradient,
  broadcastTo: broadcastToGradient,
  slice: sliceGradient,
  pad: padGradient,
  concat: concatGradient,
  gather: gatherGradient,
  gatherAdjoint: gatherAdjointGradient,
  matmul: matmulGradient,
  conv2d: conv2dGradient,
  conv2dInputGrad: conv2dInputGradGradient,
  conv2dWeightGrad: conv2dWeightGradGradient,
  maxPool2d: maxPool2dGradient,
  maxPool2dIndices: null,
  maxPool2dSelect: maxPool2dSelectGradient,
  maxPool2dScatter: maxPool2dScatterGradient,
  avgPool2d: avgPool2dGradient,
  avgPool2dAdjoint: avgPool2dAdjointGradient,
};
