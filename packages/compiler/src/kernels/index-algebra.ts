// Arithmetic on quasi-affine indices, kept canonical: one term for each atom, exact divisions folded, ranges used where they decide.

import type { Guard, Index, IndexAtom } from './index-expression.ts';
import type { Expr } from './kernel.ts';

/** Extents of axes by id: what an index may be. */
export type Extents = ReadonlyMap<number, number>;

const NO_EXTENTS: Extents = new Map();

export const zeroIndex: Index = { offset: 0, terms: [] };

export function constantIndex(offset: number): Index {
  return { offset, terms: [] };
}

export function axisIndex(axis: number, coefficient = 1, offset = 0): Index {
  return { offset, terms: [{ coefficient, atom: { kind: 'axis', axis } }] };
}

/** The value of an i32 expression as an index. */
export function valueIndex(expr: Expr): Index {
  if (expr.kind === 'const') return constantIndex(expr.value);
  if (expr.kind === 'index') return expr.index;
  return { offset: 0, terms: [{ coefficient: 1, atom: { kind: 'value', expr } }] };
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
  if (by === 1) return index;
  return { offset: index.offset * by, terms: index.terms.map(({ coefficient, atom }) => ({ coefficient: coefficient * by, atom })) };
}

export function shiftIndex(index: Index, by: number): Index {
  return by === 0 ? index : { offset: index.offset + by, terms: index.terms };
}

/** Floor division; terms that `by` divides leave the bracket. */
export function floorDivide(index: Index, by: number, extents: Extents = NO_EXTENTS): Index {
  if (by === 1) return index;
  const { quotient, rest } = divide(index, by);
  const range = rangeOf(rest, extents);
  if (range !== undefined && Math.floor(range[0] / by) === Math.floor(range[1] / by)) return shiftIndex(quotient, Math.floor(range[0] / by));
  const whole = Math.floor(rest.offset / by);
  const inner = shiftIndex(rest, -whole * by);
  return addIndices(shiftIndex(quotient, whole), { offset: 0, terms: [{ coefficient: 1, atom: { kind: 'floorDiv', of: inner, by } }] });
}

/** Modulo with a result in `0 .. by - 1`. */
export function modulo(index: Index, by: number, extents: Extents = NO_EXTENTS): Index {
  if (by === 1) return zeroIndex;
  const { rest } = divide(index, by);
  const range = rangeOf(rest, extents);
  if (range !== undefined && Math.floor(range[0] / by) === Math.floor(range[1] / by)) return shiftIndex(rest, -Math.floor(range[0] / by) * by);
  const inner = shiftIndex(rest, -Math.floor(rest.offset / by) * by);
  return { offset: 0, terms: [{ coefficient: 1, atom: { kind: 'mod', of: inner, by } }] };
}

function divide(index: Index, by: number): { readonly quotient: Index; readonly rest: Index } {
  const whole = index.terms.filter(({ coefficient }) => coefficient % by === 0);
  const left = index.terms.filter(({ coefficient }) => coefficient % by !== 0);
  const quotient = { offset: 0, terms: whole.map(({ coefficient, atom }) => ({ coefficient: coefficient / by, atom })) };
  return { quotient, rest: { offset: index.offset, terms: left } };
}

/** Smallest and largest value; undefined when an axis is unknown or a value is loaded. */
export function rangeOf(index: Index, extents: Extents): readonly [number, number] | undefined {
  let low = index.offset;
  let high = index.offset;
  for (const { coefficient, atom } of index.terms) {
    const range = atomRange(atom, extents);
    if (range === undefined) return undefined;
    const ends = [coefficient * range[0], coefficient * range[1]];
    low += Math.min(...ends);
    high += Math.max(...ends);
  }
  return [low, high];
}

function atomRange(atom: IndexAtom, extents: Extents): readonly [number, number] | undefined {
  if (atom.kind === 'value') return undefined;
  if (atom.kind === 'axis') {
    const extent = extents.get(atom.axis);
    return extent === undefined ? undefined : [0, extent - 1];
  }
  const inner = rangeOf(atom.of, extents);
  if (atom.kind === 'mod') return [0, atom.by - 1];
  return inner === undefined ? undefined : [Math.floor(inner[0] / atom.by), Math.floor(inner[1] / atom.by)];
}

/** Guards that always hold are dropped; undefined when one never holds. */
export function simplifyGuards(guards: readonly Guard[], extents: Extents): readonly Guard[] | undefined {
  const kept: Guard[] = [];
  for (const guard of guards) {
    const range = rangeOf(guard.index, extents);
    if (range !== undefined && (range[1] < guard.lower || range[0] >= guard.upper)) return undefined;
    if (range === undefined || range[0] < guard.lower || range[1] >= guard.upper) kept.push(guard);
  }
  return kept;
}

/** Mixed-radix digits of a flat row-major position. */
export function unflatten(flat: Index, shape: readonly number[], extents: Extents): readonly Index[] {
  const digits: Index[] = [];
  let stride = shape.reduce((product, dim) => product * dim, 1);
  shape.forEach((dim, axis) => {
    stride /= dim;
    const quotient = floorDivide(flat, stride, extents);
    digits.push(axis === 0 ? quotient : modulo(quotient, dim, extents));
  });
  return digits;
}

/** Row-major position of an element. */
export function flatten(index: readonly Index[], shape: readonly number[]): Index {
  let stride = 1;
  const parts: Index[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    parts.push(scaleIndex(index[axis], stride));
    stride *= shape[axis];
  }
  return addIndices(...parts);
}

function atomKey(atom: IndexAtom): string {
  switch (atom.kind) {
    case 'axis':
      return `a${String(atom.axis).padStart(6, '0')}`;
    case 'value':
      return `v${JSON.stringify(atom.expr)}`;
    case 'floorDiv':
    case 'mod':
      return `${atom.kind}(${indexKey(atom.of)},${String(atom.by)})`;
  }
}

/** Equal strings for equal indices. */
export function indexKey(index: Index): string {
  return [String(index.offset), ...index.terms.map(({ coefficient, atom }) => `${String(coefficient)}*${atomKey(atom)}`)].join('+');
}

/** The axis, where the index is exactly one axis. */
export function pureAxis(index: Index): number | undefined {
  const [term, ...others] = index.terms;
  if (index.offset !== 0 || term === undefined || others.length > 0 || term.coefficient !== 1 || term.atom.kind !== 'axis') return undefined;
  return term.atom.axis;
}

/** Whether every term is an axis. */
export function isAffine(index: Index): boolean {
  return index.terms.every(({ atom }) => atom.kind === 'axis');
}
