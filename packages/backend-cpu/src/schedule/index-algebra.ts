// Arithmetic on quasi-affine indices, kept canonical: one term for each atom, exact divisions folded.

import type { Index, IndexAtom } from '@netwright/compiler';

export const zeroIndex: Index = { offset: 0, terms: [] };

export function axisIndex(axis: number, coefficient = 1, offset = 0): Index {
  return { offset, terms: [{ coefficient, atom: { kind: 'axis', axis } }] };
}

export function addIndices(...parts: readonly Index[]): Index {
  let offset = 0;
  const terms = new Map<string, { coefficient: number; atom: IndexAtom }>();
  for (const part of parts) {
    offset += part.offset;
    for (const { coefficient, atom } of part.terms) {
      const key = atomKey(atom);
      const same = terms.get(key);
      if (same === undefined) terms.set(key, { coefficient, atom });
      else same.coefficient += coefficient;
    }
  }
  const kept = [...terms].filter(([, { coefficient }]) => coefficient !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return { offset, terms: kept.map(([, term]) => term) };
}

export function scaleIndex(index: Index, by: number): Index {
  if (by === 0) return zeroIndex;
  return {
    offset: index.offset * by,
    terms: index.terms.map(({ coefficient, atom }) => ({ coefficient: coefficient * by, atom })),
  };
}

export function shiftIndex(index: Index, by: number): Index {
  return { offset: index.offset + by, terms: index.terms };
}

function atomKey(atom: IndexAtom): string {
  switch (atom.kind) {
    case 'axis':
      return `a${String(atom.axis).padStart(6, '0')}`;
    case 'value':
      return `v${JSON.stringify(atom.expr)}`;
    default:
      return `${atom.kind}(${indexKey(atom.of)},${atom.by})`;
  }
}

/** Equal strings for equal indices. */
export function indexKey(index: Index): string {
  return [String(index.offset), ...index.terms.map(({ coefficient, atom }) => `${coefficient}*${atomKey(atom)}`)].join(
    '+',
  );
}

/** The axis, where the index is exactly one axis. */
export function pureAxis(index: Index): number | undefined {
  const [term, ...others] = index.terms;
  if (
    index.offset !== 0 ||
    term === undefined ||
    others.length > 0 ||
    term.coefficient !== 1 ||
    term.atom.kind !== 'axis'
  )
    return undefined;
  return term.atom.axis;
}

/** Axes of the affine terms; undefined when a term is not affine. */
export function affineAxes(index: Index): readonly number[] | undefined {
  const axes: number[] = [];
  for (const { atom } of index.terms) {
    if (atom.kind !== 'axis') return undefined;
    axes.push(atom.axis);
  }
  return axes;
}

/** Smallest and largest value of an affine index; undefined when it is not affine or an axis has no known extent. */
export function affineRange(index: Index, extents: ReadonlyMap<number, number>): readonly [number, number] | undefined {
  let low = index.offset;
  let high = index.offset;
  for (const { coefficient, atom } of index.terms) {
    if (atom.kind !== 'axis') return undefined;
    const extent = extents.get(atom.axis);
    if (extent === undefined) return undefined;
    const far = coefficient * (extent - 1);
    if (far < 0) low += far;
    else high += far;
  }
  return [low, high];
}

/** Extents of axes: what an index may be. */
export type Extents = ReadonlyMap<number, number>;

/** Floor division; what `by` divides leaves the bracket, and what stays below the common divisor of the rest is dropped. */
export function floorDivide(index: Index, by: number, extents: Extents): Index {
  const { quotient, rest } = divide(index, by);
  for (const divisor of divisorsOf(rest, by)) {
    const { quotient: high, rest: low } = divide(rest, divisor);
    const range = affineRange(low, extents);
    if (range === undefined) continue;
    const carry = Math.floor(range[0] / divisor);
    if (carry !== Math.floor(range[1] / divisor)) continue;
    const whole = shiftIndex(high, carry);
    if (divisor === by) return addIndices(quotient, whole);
    return addIndices(quotient, floorDivide(whole, by / divisor, extents));
  }
  return addIndices(quotient, { offset: 0, terms: [{ coefficient: 1, atom: { kind: 'floorDiv', of: rest, by } }] });
}

/** Modulo with a result in `0 .. by - 1`. */
export function modulo(index: Index, by: number, extents: Extents): Index {
  const { rest } = divide(index, by);
  for (const divisor of divisorsOf(rest, by)) {
    const { quotient: high, rest: low } = divide(rest, divisor);
    const range = affineRange(low, extents);
    if (range === undefined) continue;
    const carry = Math.floor(range[0] / divisor);
    if (carry !== Math.floor(range[1] / divisor)) continue;
    const within = shiftIndex(low, -carry * divisor);
    if (divisor === by) return within;
    return addIndices(within, scaleIndex(modulo(shiftIndex(high, carry), by / divisor, extents), divisor));
  }
  return { offset: 0, terms: [{ coefficient: 1, atom: { kind: 'mod', of: rest, by } }] };
}

function divide(index: Index, by: number): { quotient: Index; rest: Index } {
  const whole = index.terms.filter(({ coefficient }) => coefficient % by === 0);
  const left = index.terms.filter(({ coefficient }) => coefficient % by !== 0);
  const quotient = {
    offset: 0,
    terms: whole.map(({ coefficient, atom }) => ({ coefficient: coefficient / by, atom })),
  };
  return { quotient, rest: { offset: index.offset, terms: left } };
}

/** `by` and the divisors that it shares with coefficients, largest first; 1 is left out. */
function divisorsOf({ terms }: Index, by: number): readonly number[] {
  const shared = terms.map(({ coefficient }) => greatestCommonDivisor(Math.abs(coefficient), by));
  return [...new Set([by, ...shared])].filter((divisor) => divisor > 1).sort((a, b) => b - a);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
