// Arithmetic on quasi-affine indices, kept canonical: one term for each atom, exact divisions folded, ranges used where they decide.

import type { Guard, Index, IndexAtom, IndexTerm } from './index-expression.ts';
import type { Expr } from './kernel.ts';
import { atomKey, indexKey } from './keys.ts';

export { indexKey };

/** Extents of axes by id: what an index may be. */
export type Extents = ReadonlyMap<number, number>;

/** Smallest and largest value. */
export type Range = readonly [low: number, high: number];

const NO_EXTENTS: Extents = new Map();

/** The index 0. */
export const zeroIndex: Index = { offset: 0, terms: [] };

/** An index that depends on no axis. */
export function constantIndex(offset: number): Index {
  return { offset, terms: [] };
}

/** `coefficient * axis + offset`, both in elements. */
export function axisIndex(axis: number, coefficient = 1, offset = 0): Index {
  return coefficient === 0 ? constantIndex(offset) : { offset, terms: [{ coefficient, atom: { kind: 'axis', axis } }] };
}

/** The value of an i32 expression as an index. */
export function valueIndex(expr: Expr): Index {
  if (expr.kind === 'const') return constantIndex(expr.value);
  if (expr.kind === 'index') return expr.index;
  return atomIndex({ kind: 'value', expr });
}

function atomIndex(atom: IndexAtom): Index {
  return { offset: 0, terms: [{ coefficient: 1, atom }] };
}

/** The sum; `x - x mod n` and the like are folded, so that taking a position apart and putting it together again leaves nothing behind. */
export function addIndices(...parts: readonly Index[]): Index {
  const offset = parts.reduce((sum, part) => sum + part.offset, 0);
  const varying = parts.filter(({ terms }) => terms.length > 0);
  if (varying.length === 0) return constantIndex(offset);
  if (varying.length === 1) return { offset, terms: varying[0].terms };
  return varying.every(isAffine) ? addAffine(offset, varying) : addTerms(offset, varying);
}

/** A sum of indices whose terms are axes: by number, as in all sums. */
function addAffine(offset: number, parts: readonly Index[]): Index {
  const terms: IndexTerm[] = [];
  for (const part of parts) {
    for (const term of part.terms) {
      const at = terms.findIndex((other) => axisOf(other) >= axisOf(term));
      if (at < 0) terms.push(term);
      else if (axisOf(terms[at]) > axisOf(term)) terms.splice(at, 0, term);
      else terms[at] = { coefficient: terms[at].coefficient + term.coefficient, atom: term.atom };
    }
  }
  return { offset, terms: terms.filter(({ coefficient }) => coefficient !== 0) };
}

/** Other atoms come after all axes. */
function axisOf({ atom }: IndexTerm): number {
  return atom.kind === 'axis' ? atom.axis : Number.MAX_SAFE_INTEGER;
}

function addTerms(offset: number, parts: readonly Index[]): Index {
  const terms = new Map<string, { coefficient: number; readonly atom: IndexAtom }>();
  for (const part of parts) {
    for (const { coefficient, atom } of part.terms) {
      const key = atomKey(atom);
      const same = terms.get(key);
      if (same === undefined) terms.set(key, { coefficient, atom });
      else same.coefficient += coefficient;
    }
  }
  const kept = [...terms]
    .filter(([, { coefficient }]) => coefficient !== 0)
    .sort(([a, one], [b, other]) => axisOf(one) - axisOf(other) || (a < b ? -1 : 1));
  const sum = { offset, terms: kept.map(([, term]) => term) };
  return sum.terms.some(({ atom }) => atom.kind === 'mod') ? foldRemainder(sum) : sum;
}

/** `c * (u mod n) + c * n * floor(u / n) = c * u`, for the first remainder whose quotient is there. */
function foldRemainder(sum: Index): Index {
  for (const term of sum.terms) {
    const { coefficient, atom } = term;
    if (atom.kind !== 'mod') continue;
    const { offset, terms } = floorDivide(atom.of, atom.by);
    if (offset !== 0 || terms.length !== 1 || terms[0].coefficient !== 1) continue;
    const key = atomKey(terms[0].atom);
    const quotient = sum.terms.find(
      (other) => other.coefficient === coefficient * atom.by && atomKey(other.atom) === key,
    );
    if (quotient === undefined) continue;
    const others = { offset: sum.offset, terms: sum.terms.filter((other) => other !== term && other !== quotient) };
    return addIndices(others, scaleIndex(atom.of, coefficient));
  }
  return sum;
}

/** `a - b`. */
export function subtractIndices(a: Index, b: Index): Index {
  return addIndices(a, scaleIndex(b, -1));
}

/** `by * index`. */
export function scaleIndex(index: Index, by: number): Index {
  if (by === 0) return zeroIndex;
  if (by === 1) return index;
  return {
    offset: index.offset * by + 0,
    terms: index.terms.map(({ coefficient, atom }) => ({ coefficient: coefficient * by, atom })),
  };
}

/** `index + by`. */
export function shiftIndex(index: Index, by: number): Index {
  return by === 0 ? index : { offset: index.offset + by, terms: index.terms };
}

/** Floor division by a positive number: what `by` divides leaves the bracket, what the ranges of the axes decide is decided. */
export function floorDivide(index: Index, by: number, extents: Extents = NO_EXTENTS): Index {
  if (by === 1) return index;
  const { quotient, rest } = divide(index, by);
  const decided = quotientInRange(rest, by, extents);
  if (decided !== undefined) return shiftIndex(quotient, decided);
  const split = splitByFactor(rest, by, extents);
  if (split !== undefined) return addIndices(quotient, floorDivide(split.multiple, by / split.factor, extents));
  const whole = Math.floor(rest.offset / by);
  const inner = shiftIndex(rest, -whole * by);
  return addIndices(
    shiftIndex(quotient, whole),
    divideAtom(inner, by, extents) ?? atomIndex({ kind: 'floorDiv', of: inner, by }),
  );
}

/** Remainder by a positive number, in `0 .. by - 1`. */
export function modulo(index: Index, by: number, extents: Extents = NO_EXTENTS): Index {
  if (by === 1) return zeroIndex;
  const { rest } = divide(withoutRemainders(index, by), by);
  const decided = quotientInRange(rest, by, extents);
  if (decided !== undefined) return shiftIndex(rest, -decided * by);
  const split = splitByFactor(rest, by, extents);
  if (split !== undefined) {
    const { factor, multiple, remainder } = split;
    return addIndices(scaleIndex(modulo(multiple, by / factor, extents), factor), remainder);
  }
  return atomIndex({ kind: 'mod', of: shiftIndex(rest, -Math.floor(rest.offset / by) * by), by });
}

/** The quotient, where it is one number over the whole range. */
function quotientInRange(index: Index, by: number, extents: Extents): number | undefined {
  const range = rangeOf(index, extents);
  if (range === undefined) return undefined;
  const first = Math.floor(range[0] / by);
  return first === Math.floor(range[1] / by) ? first : undefined;
}

function divide(index: Index, by: number): { readonly quotient: Index; readonly rest: Index } {
  const whole = index.terms.filter(({ coefficient }) => coefficient % by === 0);
  const left = index.terms.filter(({ coefficient }) => coefficient % by !== 0);
  const quotient = {
    offset: 0,
    terms: whole.map(({ coefficient, atom }) => ({ coefficient: coefficient / by, atom })),
  };
  return { quotient, rest: { offset: index.offset, terms: left } };
}

/** `floor(floor(x / n) / by) = floor(x / (n * by))`, and the digit of a remainder that `by` divides: `floor((x mod n) / by)`. */
function divideAtom({ offset, terms }: Index, by: number, extents: Extents): Index | undefined {
  const [{ coefficient, atom }, ...others] = terms;
  if (others.length > 0 || coefficient !== 1) return undefined;
  if (atom.kind === 'floorDiv') return floorDivide(shiftIndex(atom.of, offset * atom.by), by * atom.by, extents);
  if (atom.kind === 'mod' && offset === 0 && atom.by % by === 0)
    return modulo(floorDivide(atom.of, by, extents), atom.by / by, extents);
  return undefined;
}

/** Terms `c * (x mod n)` with `by` dividing `c * n` are `c * x` modulo `by`. */
function withoutRemainders(index: Index, by: number): Index {
  const isPlain = ({ coefficient, atom }: IndexTerm): boolean =>
    atom.kind !== 'mod' || (coefficient * atom.by) % by !== 0;
  if (index.terms.every(isPlain)) return index;
  const parts = index.terms.map((term): Index => {
    const { coefficient, atom } = term;
    return isPlain(term) || atom.kind !== 'mod' ? { offset: 0, terms: [term] } : scaleIndex(atom.of, coefficient);
  });
  return withoutRemainders(addIndices(constantIndex(index.offset), ...parts), by);
}

interface FactorSplit {
  readonly factor: number;
  readonly multiple: Index;
  readonly remainder: Index;
}

/** `index = factor * multiple + remainder`, where `factor` divides `by` and the remainder is in `0 .. factor - 1`. */
function splitByFactor({ offset, terms }: Index, by: number, extents: Extents): FactorSplit | undefined {
  const factors = new Set(terms.map(({ coefficient }) => greatestCommonDivisor(coefficient, by)));
  for (const factor of [...factors].sort((a, b) => b - a)) {
    if (factor === 1) continue;
    const isWhole = ({ coefficient }: IndexTerm): boolean => coefficient % factor === 0;
    const left = { offset, terms: terms.filter((term) => !isWhole(term)) };
    const carry = quotientInRange(left, factor, extents);
    if (carry === undefined) continue;
    const whole = terms.filter(isWhole).map(({ coefficient, atom }) => ({ coefficient: coefficient / factor, atom }));
    return { factor, multiple: { offset: carry, terms: whole }, remainder: shiftIndex(left, -carry * factor) };
  }
  return undefined;
}

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** Smallest and largest value; undefined when an axis is unknown or a value is loaded. */
export function rangeOf(index: Index, extents: Extents): Range | undefined {
  let low = index.offset;
  let high = index.offset;
  for (const { coefficient, atom } of index.terms) {
    const range = atomRange(atom, extents);
    if (range === undefined) return undefined;
    low += coefficient * range[coefficient > 0 ? 0 : 1];
    high += coefficient * range[coefficient > 0 ? 1 : 0];
  }
  return [low, high];
}

function atomRange(atom: IndexAtom, extents: Extents): Range | undefined {
  switch (atom.kind) {
    case 'axis': {
      const extent = extents.get(atom.axis);
      return extent === undefined ? undefined : [0, extent - 1];
    }
    case 'mod':
      return [0, atom.by - 1];
    case 'floorDiv': {
      const inner = rangeOf(atom.of, extents);
      return inner === undefined ? undefined : [Math.floor(inner[0] / atom.by), Math.floor(inner[1] / atom.by)];
    }
    case 'value':
      return undefined;
  }
}

/** Guards on one index become one, those that always hold are dropped; undefined when one never holds. */
export function simplifyGuards(guards: readonly Guard[], extents: Extents): readonly Guard[] | undefined {
  const kept = new Map<string, Guard>();
  for (const guard of guards) {
    const range = rangeOf(guard.index, extents) ?? [-Infinity, Infinity];
    if (range[1] < guard.lower || range[0] >= guard.upper || guard.lower >= guard.upper) return undefined;
    if (range[0] >= guard.lower && range[1] < guard.upper) continue;
    const key = indexKey(guard.index);
    const same = kept.get(key);
    if (same === undefined) kept.set(key, guard);
    else {
      const [lower, upper] = [Math.max(same.lower, guard.lower), Math.min(same.upper, guard.upper)];
      if (lower >= upper) return undefined;
      kept.set(key, { index: guard.index, lower, upper });
    }
  }
  return [...kept.values()];
}

/** Mixed-radix digits of a flat row-major position in a tensor with elements. */
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

/** Whether two canonical indices are the same expression. */
export function equalIndices(a: Index, b: Index): boolean {
  return a === b || (a.offset === b.offset && equalTerms(a, b));
}

/** Whether two canonical indices differ by a constant at most. */
export function equalTerms({ terms: a }: Index, { terms: b }: Index): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++)
    if (a[at].coefficient !== b[at].coefficient || !equalAtoms(a[at].atom, b[at].atom)) return false;
  return true;
}

function equalAtoms(a: IndexAtom, b: IndexAtom): boolean {
  if (a.kind === 'axis') return b.kind === 'axis' && a.axis === b.axis;
  if (a.kind === 'value' || b.kind === 'value') return a === b || atomKey(a) === atomKey(b);
  return a.kind === b.kind && a.by === b.by && equalIndices(a.of, b.of);
}

/** Whether two lists have the same guards in the same order. */
export function equalGuards(a: readonly Guard[], b: readonly Guard[]): boolean {
  return a.length === b.length && a.every((guard, at) => equalGuard(guard, b[at]));
}

function equalGuard(a: Guard, b: Guard): boolean {
  return a === b || (a.lower === b.lower && a.upper === b.upper && equalIndices(a.index, b.index));
}

/** The axis, where the index is exactly one axis. */
export function pureAxis({ offset, terms }: Index): number | undefined {
  if (offset !== 0 || terms.length !== 1) return undefined;
  const [{ coefficient, atom }] = terms;
  return coefficient === 1 && atom.kind === 'axis' ? atom.axis : undefined;
}

/** Whether every term is an axis. */
export function isAffine(index: Index): boolean {
  return index.terms.every(({ atom }) => atom.kind === 'axis');
}

/** What an axis is multiplied by as a term of its own; 0 where it is none. */
export function coefficientOf(index: Index, axis: number): number {
  return index.terms.find(({ atom }) => atom.kind === 'axis' && atom.axis === axis)?.coefficient ?? 0;
}
