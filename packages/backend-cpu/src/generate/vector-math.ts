// Vector routines for exp and log on f32 lanes, and helpers that no single instruction gives.
// Argument reduction and minimax polynomials after S. L. Moshier's Cephes library (expf, logf).

import type { Assembler, Local } from './assembler.ts';

/** [x, ...] -> [max]: NaN wherever either operand is NaN. Takes two vectors from the stack. */
export function emitMaximum(fb: Assembler, smaller: boolean): void {
  const b = fb.local('v128');
  fb.set(b);
  fb.get(b);
  fb.op(smaller ? 'f32x4.pmin' : 'f32x4.pmax');
  fb.get(b);
  fb.get(b);
  fb.get(b);
  fb.op('f32x4.eq');
  fb.op('v128.bitselect');
  fb.release(b);
}

const expCoefficients = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
];

/** exp of the vector on the stack: within 2 units in the last place, exact at 0 and the infinities, gradual underflow, NaN kept. */
export function emitExp(fb: Assembler): void {
  const x = fb.local('v128');
  const n = fb.local('v128');
  const power = fb.local('v128');
  fb.set(x);
  // The clamps keep NaN: pmin and pmax return their first operand when a comparison fails.
  fb.get(x);
  fb.f32x4(89);
  fb.op('f32x4.pmin');
  fb.f32x4(-105);
  fb.op('f32x4.pmax');
  fb.tee(x);
  fb.f32x4(Math.LOG2E);
  fb.op('f32x4.mul');
  fb.op('f32x4.nearest');
  fb.set(n);
  fb.get(x);
  fb.get(n);
  fb.f32x4(0.693359375);
  fb.op('f32x4.mul');
  fb.op('f32x4.sub');
  fb.get(n);
  fb.f32x4(-2.1219444e-4);
  fb.op('f32x4.mul');
  fb.op('f32x4.sub');
  fb.set(x);
  horner(fb, x, expCoefficients);
  fb.get(x);
  fb.get(x);
  fb.op('f32x4.mul');
  fb.op('f32x4.mul');
  fb.get(x);
  fb.op('f32x4.add');
  fb.f32x4(1);
  fb.op('f32x4.add');
  // 2^n in two factors: n reaches 128 and -151, beyond one normal number.
  fb.get(n);
  fb.op('i32x4.trunc_sat_f32x4_s');
  fb.tee(n);
  fb.i32(1);
  fb.op('i32x4.shr_s');
  fb.tee(power);
  powerOfTwo(fb);
  fb.op('f32x4.mul');
  fb.get(n);
  fb.get(power);
  fb.op('i32x4.sub');
  powerOfTwo(fb);
  fb.op('f32x4.mul');
  for (const local of [x, n, power]) fb.release(local);
}

/** i32 exponents on the stack -> 2^exponent. */
function powerOfTwo(fb: Assembler): void {
  fb.i32x4(127);
  fb.op('i32x4.add');
  fb.i32(23);
  fb.op('i32x4.shl');
}

function horner(fb: Assembler, x: Local, coefficients: readonly number[]): void {
  coefficients.forEach((coefficient, i) => {
    if (i > 0) {
      fb.get(x);
      fb.op('f32x4.mul');
    }
    fb.f32x4(coefficient);
    if (i > 0) fb.op('f32x4.add');
  });
}

const logCoefficients = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];

/** Natural logarithm of the vector on the stack: within 2 units in the last place, subnormals included; -inf at 0, NaN below. */
export function emitLog(fb: Assembler): void {
  const x = fb.local('v128');
  const m = fb.local('v128');
  const e = fb.local('v128');
  const z = fb.local('v128');
  const mask = fb.local('v128');
  fb.set(x);
  // Subnormals are scaled by 2^23 first.
  fb.get(x);
  fb.f32x4(2 ** -126);
  fb.op('f32x4.lt');
  fb.set(mask);
  fb.get(x);
  fb.f32x4(2 ** 23);
  fb.op('f32x4.mul');
  fb.get(x);
  fb.get(mask);
  fb.op('v128.bitselect');
  fb.set(m);
  fb.get(m);
  fb.i32(23);
  fb.op('i32x4.shr_u');
  fb.i32x4(126);
  fb.op('i32x4.sub');
  fb.op('f32x4.convert_i32x4_s');
  fb.get(mask);
  fb.f32x4(23);
  fb.op('v128.and');
  fb.op('f32x4.sub');
  fb.set(e);
  fb.get(m);
  fb.i32x4(0x007fffff);
  fb.op('v128.and');
  fb.i32x4(0x3f000000);
  fb.op('v128.or');
  fb.set(m);
  // m in [0.5, 1): below sqrt(1/2) use 2m and one exponent less.
  fb.get(m);
  fb.f32x4(Math.SQRT1_2);
  fb.op('f32x4.lt');
  fb.set(mask);
  fb.get(e);
  fb.get(mask);
  fb.f32x4(1);
  fb.op('v128.and');
  fb.op('f32x4.sub');
  fb.set(e);
  fb.get(m);
  fb.f32x4(1);
  fb.op('f32x4.sub');
  fb.get(mask);
  fb.get(m);
  fb.op('v128.and');
  fb.op('f32x4.add');
  fb.set(m);
  fb.get(m);
  fb.get(m);
  fb.op('f32x4.mul');
  fb.set(z);
  horner(fb, m, logCoefficients);
  fb.get(m);
  fb.op('f32x4.mul');
  fb.get(z);
  fb.op('f32x4.mul');
  fb.get(e);
  fb.f32x4(-2.1219444e-4);
  fb.op('f32x4.mul');
  fb.op('f32x4.add');
  fb.get(z);
  fb.f32x4(0.5);
  fb.op('f32x4.mul');
  fb.op('f32x4.sub');
  fb.get(m);
  fb.op('f32x4.add');
  fb.get(e);
  fb.f32x4(0.693359375);
  fb.op('f32x4.mul');
  fb.op('f32x4.add');
  // +inf stays, 0 gives -inf, negative and NaN give NaN.
  fb.set(m);
  fb.get(x);
  fb.get(m);
  fb.get(x);
  fb.f32x4(Infinity);
  fb.op('f32x4.eq');
  fb.op('v128.bitselect');
  fb.set(m);
  fb.f32x4(-Infinity);
  fb.get(m);
  fb.get(x);
  fb.f32x4(0);
  fb.op('f32x4.eq');
  fb.op('v128.bitselect');
  fb.get(x);
  fb.f32x4(0);
  fb.op('f32x4.ge');
  fb.op('v128.not');
  fb.f32x4(NaN);
  fb.op('v128.and');
  fb.op('v128.or');
  for (const local of [x, m, e, z, mask]) fb.release(local);
}

/** [value, index] of an argmax accumulator and a candidate, in locals: the larger, NaN above all, the earlier of equals. */
export interface ArgmaxPair {
  readonly value: Local;
  readonly index: Local;
}

/**
 * Replaces `best` by `candidate` in the lanes where the candidate wins.
 *
 * @param later - whether the candidate's index is larger in every lane.
 */
export function emitArgmaxStep(
  fb: Assembler,
  best: ArgmaxPair,
  candidate: ArgmaxPair,
  { float, later }: { readonly float: boolean; readonly later: boolean },
): void {
  const wins = fb.local('v128');
  pushLarger(fb, best, candidate, float);
  if (!later) {
    pushEqual(fb, best, candidate, float);
    fb.get(candidate.index);
    fb.get(best.index);
    fb.op('i32x4.lt_s');
    fb.op('v128.and');
    fb.op('v128.or');
  }
  fb.set(wins);
  for (const part of ['value', 'index'] as const) {
    fb.get(candidate[part]);
    fb.get(best[part]);
    fb.get(wins);
    fb.op('v128.bitselect');
    fb.set(best[part]);
  }
  fb.release(wins);
}

/** Where the candidate's value is larger: not less or equal, which no comparison with a NaN is, beside a best value that is none. */
function pushLarger(fb: Assembler, best: ArgmaxPair, candidate: ArgmaxPair, float: boolean): void {
  fb.get(candidate.value);
  fb.get(best.value);
  if (!float) {
    fb.op('i32x4.gt_s');
    return;
  }
  fb.op('f32x4.le');
  fb.op('v128.not');
  fb.get(best.value);
  fb.get(best.value);
  fb.op('f32x4.eq');
  fb.op('v128.and');
}

/** Where both values are equal or NaN. */
function pushEqual(fb: Assembler, best: ArgmaxPair, candidate: ArgmaxPair, float: boolean): void {
  fb.get(candidate.value);
  fb.get(best.value);
  fb.op(float ? 'f32x4.eq' : 'i32x4.eq');
  if (!float) return;
  for (const { value } of [candidate, best]) {
    fb.get(value);
    fb.get(value);
    fb.op('f32x4.ne');
  }
  fb.op('v128.and');
  fb.op('v128.or');
}
