// Indices at one point of their axes.

import type { Index } from '../src/index.ts';

export function evaluateIndex({ offset, terms }: Index, at: readonly number[]): number {
  return terms.reduce((sum, { coefficient, atom }) => {
    switch (atom.kind) {
      case 'axis':
        return sum + coefficient * at[atom.axis];
      case 'floorDiv':
        return sum + coefficient * Math.floor(evaluateIndex(atom.of, at) / atom.by);
      case 'mod': {
        const of = evaluateIndex(atom.of, at);
        return sum + coefficient * (of - Math.floor(of / atom.by) * atom.by);
      }
      case 'value':
        throw new RangeError('a loaded value has no number here');
    }
  }, offset);
}

/** Every point of the axes 0 .. extents.length - 1. */
export function pointsOf(extents: readonly number[]): readonly (readonly number[])[] {
  return extents.reduce<readonly (readonly number[])[]>(
    (points, extent) => points.flatMap((point) => Array.from({ length: extent }, (_, i) => [...point, i])),
    [[]],
  );
}
