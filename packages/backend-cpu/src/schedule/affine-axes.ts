import type { Index } from '@netwright/compiler';

/** Axes of the terms; undefined when a term is not affine. */
export function affineAxes(index: Index): readonly number[] | undefined {
  const axes: number[] = [];
  for (const { atom } of index.terms) {
    if (atom.kind !== 'axis') return undefined;
    axes.push(atom.axis);
  }
  return axes;
}
