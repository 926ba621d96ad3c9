// Byte addresses and loop indices in the form the generator works on: an affine part over axes, and everything else.

import type { Node } from './lowered.ts';

export type NonAffineAtom =
  | { readonly kind: 'floorDiv'; readonly of: LinearIndex; readonly by: number }
  | { readonly kind: 'mod'; readonly of: LinearIndex; readonly by: number }
  | { readonly kind: 'value'; readonly node: Node };

/** `offset + sum(coefficients[axis] * axis) + sum(coefficient * atom)`. */
export interface LinearIndex {
  readonly offset: number;
  readonly coefficients: Map<number, number>;
  readonly rest: readonly { readonly coefficient: number; readonly atom: NonAffineAtom }[];
}

export interface LinearGuard {
  readonly index: LinearIndex;
  readonly lower: number;
  readonly upper: number;
}

/** Every axis that the value depends on. */
export function axesOfIndex(index: LinearIndex, into: Set<number> = new Set()): Set<number> {
  for (const axis of index.coefficients.keys()) into.add(axis);
  for (const { atom } of index.rest) {
    if (atom.kind === 'value') for (const axis of atom.node.axes) into.add(axis);
    else axesOfIndex(atom.of, into);
  }
  return into;
}

/** Whether the value changes with `axis` by a constant for each step. */
export function isAffineIn(index: LinearIndex, axis: number): boolean {
  return index.rest.every(({ atom }) =>
    atom.kind === 'value' ? !atom.node.axes.has(axis) : !axesOfIndex(atom.of).has(axis),
  );
}

/** Bounds of the value, both inclusive; infinite where a loaded value takes part. */
export function rangeOfIndex(index: LinearIndex, extents: ReadonlyMap<number, number>): readonly [number, number] {
  let low = index.offset;
  let high = index.offset;
  const add = (coefficient: number, from: number, to: number): void => {
    low += Math.min(coefficient * from, coefficient * to);
    high += Math.max(coefficient * from, coefficient * to);
  };
  for (const [axis, coefficient] of index.coefficients) add(coefficient, 0, (extents.get(axis) ?? 1) - 1);
  for (const { coefficient, atom } of index.rest) {
    if (atom.kind === 'value') return [-Infinity, Infinity];
    const [from, to] = rangeOfIndex(atom.of, extents);
    if (atom.kind === 'floorDiv') add(coefficient, Math.floor(from / atom.by), Math.floor(to / atom.by));
    else if (Math.floor(from / atom.by) === Math.floor(to / atom.by))
      add(coefficient, from - Math.floor(from / atom.by) * atom.by, to - Math.floor(to / atom.by) * atom.by);
    else add(coefficient, 0, atom.by - 1);
  }
  return [low, high];
}

/** Equal strings for equal indices. */
export function linearIndexKey(index: LinearIndex): string {
  const axes = [...index.coefficients.keys()].sort((a, b) => a - b);
  const affine = axes.map((axis) => `${index.coefficients.get(axis)}a${axis}`);
  const rest = index.rest.map(({ coefficient, atom }) =>
    atom.kind === 'value'
      ? `${coefficient}v${atom.node.id}`
      : `${coefficient}${atom.kind}(${linearIndexKey(atom.of)},${atom.by})`,
  );
  return [index.offset, ...affine, ...rest].join('+');
}
