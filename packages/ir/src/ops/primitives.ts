// Every primitive's record, by name.

import type { Primitive } from '../primitive.ts';
import type { PrimitiveName } from './attributes.ts';
import { absPrimitive } from './abs.ts';
import { addPrimitive } from './add.ts';
import { amaxPrimitive } from './amax.ts';
import { andPrimitive } from './and.ts';
import { argmaxPrimitive } from './argmax.ts';
import { avgPool2dPrimitive } from './avg-pool2d.ts';
import { avgPool2dAdjointPrimitive } from './avg-pool2d-adjoint.ts';
import { broadcastToPrimitive } from './broadcast-to.ts';
import { castPrimitive } from './cast.ts';
import { concatPrimitive } from './concat.ts';
import { constantPrimitive } from './constant.ts';
import { conv2dPrimitive } from './conv2d.ts';
import { conv2dInputGradPrimitive } from './conv2d-input-grad.ts';
import { conv2dWeightGradPrimitive } from './conv2d-weight-grad.ts';
import { cosPrimitive } from './cos.ts';
import { dimSizePrimitive } from './dim-size.ts';
import { divPrimitive } from './div.ts';
import { eqPrimitive } from './eq.ts';
import { erfPrimitive } from './erf.ts';
import { expPrimitive } from './exp.ts';
import { floorPrimitive } from './floor.ts';
import { gatherPrimitive } from './gather.ts';
import { gatherAdjointPrimitive } from './gather-adjoint.ts';
import { iotaPrimitive } from './iota.ts';
import { isFinitePrimitive } from './is-finite.ts';
import { lePrimitive } from './le.ts';
import { logPrimitive } from './log.ts';
import { ltPrimitive } from './lt.ts';
import { matmulPrimitive } from './matmul.ts';
import { maxPool2dPrimitive } from './max-pool2d.ts';
import { maxPool2dIndicesPrimitive } from './max-pool2d-indices.ts';
import { maxPool2dScatterPrimitive } from './max-pool2d-scatter.ts';
import { maxPool2dSelectPrimitive } from './max-pool2d-select.ts';
import { maximumPrimitive } from './maximum.ts';
import { minimumPrimitive } from './minimum.ts';
import { mulPrimitive } from './mul.ts';
import { negPrimitive } from './neg.ts';
import { notPrimitive } from './not.ts';
import { orPrimitive } from './or.ts';
import { padPrimitive } from './pad.ts';
import { powPrimitive } from './pow.ts';
import { randomPrimitive } from './random.ts';
import { reshapePrimitive } from './reshape.ts';
import { signPrimitive } from './sign.ts';
import { sinPrimitive } from './sin.ts';
import { slicePrimitive } from './slice.ts';
import { sqrtPrimitive } from './sqrt.ts';
import { subPrimitive } from './sub.ts';
import { sumPrimitive } from './sum.ts';
import { tanhPrimitive } from './tanh.ts';
import { transposePrimitive } from './transpose.ts';
import { wherePrimitive } from './where.ts';

/** The record of every primitive by its name. */
export const primitives: { readonly [K in PrimitiveName]: Primitive<K> } = {
  constant: constantPrimitive,
  dimSize: dimSizePrimitive,
  iota: iotaPrimitive,
  random: randomPrimitive,
  neg: negPrimitive,
  abs: absPrimitive,
  sign: signPrimitive,
  floor: floorPrimitive,
  exp: expPrimitive,
  log: logPrimitive,
  sqrt: sqrtPrimitive,
  sin: sinPrimitive,
  cos: cosPrimitive,
  tanh: tanhPrimitive,
  erf: erfPrimitive,
  isFinite: isFinitePrimitive,
  not: notPrimitive,
  cast: castPrimitive,
  add: addPrimitive,
  sub: subPrimitive,
  mul: mulPrimitive,
  div: divPrimitive,
  pow: powPrimitive,
  maximum: maximumPrimitive,
  minimum: minimumPrimitive,
  eq: eqPrimitive,
  lt: ltPrimitive,
  le: lePrimitive,
  and: andPrimitive,
  or: orPrimitive,
  where: wherePrimitive,
  sum: sumPrimitive,
  amax: amaxPrimitive,
  argmax: argmaxPrimitive,
  reshape: reshapePrimitive,
  transpose: transposePrimitive,
  broadcastTo: broadcastToPrimitive,
  slice: slicePrimitive,
  pad: padPrimitive,
  concat: concatPrimitive,
  gather: gatherPrimitive,
  gatherAdjoint: gatherAdjointPrimitive,
  matmul: matmulPrimitive,
  conv2d: conv2dPrimitive,
  conv2dInputGrad: conv2dInputGradPrimitive,
  conv2dWeightGrad: conv2dWeightGradPrimitive,
  maxPool2d: maxPool2dPrimitive,
  maxPool2dIndices: maxPool2dIndicesPrimitive,
  maxPool2dSelect: maxPool2dSelectPrimitive,
  maxPool2dScatter: maxPool2dScatterPrimitive,
  avgPool2d: avgPool2dPrimitive,
  avgPool2dAdjoint: avgPool2dAdjointPrimitive,
};
