// The samples of every primitive, by name: inputs for conformance tests, finite differences and extremes.

import type { PrimitiveSample } from '../primitive.ts';
import type { PrimitiveName } from './attributes.ts';
import { absSamples } from './abs.samples.ts';
import { addSamples } from './add.samples.ts';
import { amaxSamples } from './amax.samples.ts';
import { andSamples } from './and.samples.ts';
import { argmaxSamples } from './argmax.samples.ts';
import { avgPool2dSamples } from './avg-pool2d.samples.ts';
import { avgPool2dAdjointSamples } from './avg-pool2d-adjoint.samples.ts';
import { broadcastToSamples } from './broadcast-to.samples.ts';
import { castSamples } from './cast.samples.ts';
import { concatSamples } from './concat.samples.ts';
import { constantSamples } from './constant.samples.ts';
import { conv2dSamples } from './conv2d.samples.ts';
import { conv2dInputGradSamples } from './conv2d-input-grad.samples.ts';
import { conv2dWeightGradSamples } from './conv2d-weight-grad.samples.ts';
import { cosSamples } from './cos.samples.ts';
import { dimSizeSamples } from './dim-size.samples.ts';
import { divSamples } from './div.samples.ts';
import { eqSamples } from './eq.samples.ts';
import { erfSamples } from './erf.samples.ts';
import { expSamples } from './exp.samples.ts';
import { floorSamples } from './floor.samples.ts';
import { gatherSamples } from './gather.samples.ts';
import { gatherAdjointSamples } from './gather-adjoint.samples.ts';
import { iotaSamples } from './iota.samples.ts';
import { isFiniteSamples } from './is-finite.samples.ts';
import { leSamples } from './le.samples.ts';
import { logSamples } from './log.samples.ts';
import { ltSamples } from './lt.samples.ts';
import { matmulSamples } from './matmul.samples.ts';
import { maxPool2dSamples } from './max-pool2d.samples.ts';
import { maxPool2dIndicesSamples } from './max-pool2d-indices.samples.ts';
import { maxPool2dScatterSamples } from './max-pool2d-scatter.samples.ts';
import { maxPool2dSelectSamples } from './max-pool2d-select.samples.ts';
import { maximumSamples } from './maximum.samples.ts';
import { minimumSamples } from './minimum.samples.ts';
import { mulSamples } from './mul.samples.ts';
import { negSamples } from './neg.samples.ts';
import { notSamples } from './not.samples.ts';
import { orSamples } from './or.samples.ts';
import { padSamples } from './pad.samples.ts';
import { powSamples } from './pow.samples.ts';
import { randomSamples } from './random.samples.ts';
import { reshapeSamples } from './reshape.samples.ts';
import { signSamples } from './sign.samples.ts';
import { sinSamples } from './sin.samples.ts';
import { sliceSamples } from './slice.samples.ts';
import { sqrtSamples } from './sqrt.samples.ts';
import { subSamples } from './sub.samples.ts';
import { sumSamples } from './sum.samples.ts';
import { tanhSamples } from './tanh.samples.ts';
import { transposeSamples } from './transpose.samples.ts';
import { whereSamples } from './where.samples.ts';

/** The samples of every primitive by its name. */
export const samples: { readonly [K in PrimitiveName]: readonly PrimitiveSample<K>[] } = {
  constant: constantSamples,
  dimSize: dimSizeSamples,
  iota: iotaSamples,
  random: randomSamples,
  neg: negSamples,
  abs: absSamples,
  sign: signSamples,
  floor: floorSamples,
  exp: expSamples,
  log: logSamples,
  sqrt: sqrtSamples,
  sin: sinSamples,
  cos: cosSamples,
  tanh: tanhSamples,
  erf: erfSamples,
  isFinite: isFiniteSamples,
  not: notSamples,
  cast: castSamples,
  add: addSamples,
  sub: subSamples,
  mul: mulSamples,
  div: divSamples,
  pow: powSamples,
  maximum: maximumSamples,
  minimum: minimumSamples,
  eq: eqSamples,
  lt: ltSamples,
  le: leSamples,
  and: andSamples,
  or: orSamples,
  where: whereSamples,
  sum: sumSamples,
  amax: amaxSamples,
  argmax: argmaxSamples,
  reshape: reshapeSamples,
  transpose: transposeSamples,
  broadcastTo: broadcastToSamples,
  slice: sliceSamples,
  pad: padSamples,
  concat: concatSamples,
  gather: gatherSamples,
  gatherAdjoint: gatherAdjointSamples,
  matmul: matmulSamples,
  conv2d: conv2dSamples,
  conv2dInputGrad: conv2dInputGradSamples,
  conv2dWeightGrad: conv2dWeightGradSamples,
  maxPool2d: maxPool2dSamples,
  maxPool2dIndices: maxPool2dIndicesSamples,
  maxPool2dSelect: maxPool2dSelectSamples,
  maxPool2dScatter: maxPool2dScatterSamples,
  avgPool2d: avgPool2dSamples,
  avgPool2dAdjoint: avgPool2dAdjointSamples,
};
