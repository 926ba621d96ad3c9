// The inverse of an output's index.

import { constantIndex, floorDivide, modulo, type Extents } from './index-algebra.ts';
import type { Index } from './index-expression.ts';
import type { Kernel } from './kernel.ts';

/**
 * A kernel's axes in terms of the position of an element of its first output; undefined where the output does not number the elements, one after the other.
 *
 * @param places - the position in each dimension.
 * @param extents - of the axes in `places`.
 */
export function numberedAxes(
  { axes, outputs: [{ index }] }: Pick<Kernel, 'axes' | 'outputs'>,
  places: readonly Index[],
  extents: Extents,
): ReadonlyMap<number, Index> | undefined {
  const own = new Map(axes.map(({ id, extent }) => [id, extent]));
  const found = new Map(axes.map(({ id }): [number, Index] => [id, constantIndex(0)]));
  for (const [dimension, { offset, terms }] of index.entries()) {
    if (offset !== 0) return undefined;
    let stride = 1;
    const parts = terms.toSorted((a, b) => a.coefficient - b.coefficient);
    for (const [at, { coefficient, atom }] of parts.entries()) {
      if (atom.kind !== 'axis' || coefficient !== stride) return undefined;
      const extent = own.get(atom.axis) ?? 1;
      const quotient = floorDivide(places[dimension], coefficient, extents);
      found.set(atom.axis, at === parts.length - 1 ? quotient : modulo(quotient, extent, extents));
      stride *= extent;
    }
  }
  return found;
}
