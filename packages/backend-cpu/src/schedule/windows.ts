// Recognises sums of products of two windows over the two dimensions of an image: a convolution, its input gradient and its
// weight gradient are all one sum, of which one operand is read at `position + tap`.

import type { Guard, Index, Kernel } from '@netwright/compiler';
import { indexKey, type LoadExpr, type ReduceExpr, shiftIndex } from '@netwright/compiler/kernels';

import { axesOfAccess, extentsOf, isContraction, soleReduction } from './contraction.ts';

/** One dimension of the image, read at `position + sign * tap + offset`. */
export interface Window {
  /** Which dimension of the load. */
  readonly dimension: number;
  readonly position: number;
  readonly tap: number;
  readonly sign: 1 | -1;
  readonly offset: number;
}

export interface WindowSum {
  readonly reduce: ReduceExpr;
  /** The operand with windows, and the other. */
  readonly image: LoadExpr;
  readonly other: LoadExpr;
  readonly windows: readonly [Window, Window];
  /** `positions`: the taps are summed, as in a convolution and its input gradient; `taps`: the positions are, as in a weight gradient. */
  readonly outputs: 'positions' | 'taps';
  /** Output axes, but for positions and taps, of the image only, of the other only, and of both. */
  readonly imageAxes: readonly number[];
  readonly otherAxes: readonly number[];
  readonly sharedAxes: readonly number[];
  /** Summed axes but for positions and taps; all are of both. */
  readonly summedAxes: readonly number[];
}

/** The form of a kernel whose only reduction is such a sum with windows of `taps` by `taps`, stride 1 and no dilation. */
export function windowSumOf(kernel: Kernel, taps: number): WindowSum | undefined {
  const reduce = soleReduction(kernel);
  if (reduce === undefined || !isContraction(reduce)) return undefined;
  const { body } = reduce;
  if (body.kind !== 'binary' || body.a.kind !== 'load' || body.b.kind !== 'load') return undefined;
  return matchOperands(kernel, reduce, body.a, body.b, taps) ?? matchOperands(kernel, reduce, body.b, body.a, taps);
}

function matchOperands(
  kernel: Kernel,
  reduce: ReduceExpr,
  image: LoadExpr,
  other: LoadExpr,
  taps: number,
): WindowSum | undefined {
  const extents = extentsOf(kernel);
  const summed = new Set(reduce.axes);
  const imageAll = axesOfAccess(image.index);
  const otherAll = axesOfAccess(other.index);
  if (imageAll === undefined || otherAll === undefined || other.guards.length > 0) return undefined;
  const sliding = image.index.flatMap((index, dimension) => {
    const ends = slidingAxes(index, summed, otherAll);
    return ends === undefined ? [] : [{ dimension, offset: index.offset, ...ends }];
  });
  const outputs = (['positions', 'taps'] as const).find((kind) =>
    sliding.every(({ reduced, free }) => extents.get((kind === 'positions' ? reduced : free).axis) === taps),
  );
  if (sliding.length !== 2 || outputs === undefined) return undefined;
  const [first, second] = sliding.flatMap(({ dimension, offset, reduced, free }): Window[] => {
    const [position, tap] = outputs === 'positions' ? [free, reduced] : [reduced, free];
    if (position.coefficient !== 1 || Math.abs(tap.coefficient) !== 1) return [];
    return [{ dimension, offset, position: position.axis, tap: tap.axis, sign: tap.coefficient === 1 ? 1 : -1 }];
  });
  if (first === undefined || second === undefined) return undefined;
  const special = new Set([first, second].flatMap(({ position, tap }) => [position, tap]));
  const usesElsewhere = image.index.some(
    (index, dimension) =>
      dimension !== first.dimension &&
      dimension !== second.dimension &&
      [...(axesOfAccess([index]) ?? [])].some((axis) => special.has(axis)),
  );
  if (special.size < 4 || usesElsewhere || (image.guards.length > 0 && image.fill !== 0)) return undefined;
  if (!image.guards.every((guard) => isInsideGuard(guard, image.index))) return undefined;
  const plain = (axes: readonly { readonly id: number }[]): readonly number[] =>
    axes.map(({ id }) => id).filter((axis) => !special.has(axis) && (extents.get(axis) ?? 1) > 1);
  const outputAxes = plain(kernel.axes);
  const summedAxes = plain(kernel.reductionAxes).filter((axis) => summed.has(axis));
  if (outputAxes.some((axis) => !imageAll.has(axis) && !otherAll.has(axis))) return undefined;
  if (summedAxes.some((axis) => !imageAll.has(axis) || !otherAll.has(axis))) return undefined;
  return {
    reduce,
    image,
    other,
    windows: [first, second],
    outputs,
    imageAxes: outputAxes.filter((axis) => imageAll.has(axis) && !otherAll.has(axis)),
    otherAxes: outputAxes.filter((axis) => !imageAll.has(axis) && otherAll.has(axis)),
    sharedAxes: outputAxes.filter((axis) => imageAll.has(axis) && otherAll.has(axis)),
    summedAxes,
  };
}

interface Step {
  readonly axis: number;
  readonly coefficient: number;
}

/** The two axes of a sliding index: a summed one that the other operand has too, and one of the output that it lacks. */
function slidingAxes(
  { terms }: Index,
  summed: ReadonlySet<number>,
  otherAxes: ReadonlySet<number>,
): { readonly reduced: Step; readonly free: Step } | undefined {
  const steps = terms.flatMap(({ atom, coefficient }): Step[] =>
    atom.kind === 'axis' ? [{ axis: atom.axis, coefficient }] : [],
  );
  const reduced = steps.find(({ axis }) => summed.has(axis) && otherAxes.has(axis));
  const free = steps.find(({ axis }) => !summed.has(axis) && !otherAxes.has(axis));
  return steps.length === 2 && reduced !== undefined && free !== undefined ? { reduced, free } : undefined;
}

function isInsideGuard({ index }: Guard, access: readonly Index[]): boolean {
  const moving = indexKey(shiftIndex(index, -index.offset));
  return access.some((one) => indexKey(shiftIndex(one, -one.offset)) === moving);
}
