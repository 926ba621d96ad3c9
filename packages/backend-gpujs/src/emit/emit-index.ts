// Indices as integer arithmetic, each part computed in the outermost loop that allows it.

import type { Expr, Guard, Index, IndexAtom } from '@netwright/compiler';
import { atomKey, hasValues, indexKey, rangeOf, type Dependencies, type Extents } from '@netwright/compiler/kernels';
import type { Dialect } from './float-math.ts';
import { literal } from './literal.ts';
import type { Writer } from './scope.ts';

export interface IndexContext extends Dialect {
  readonly writer: Writer;
  readonly dependencies: Dependencies;
  readonly extents: Extents;
  /** The code of an axis. */
  axis(id: number): string;
  /** The number that an i32 expression holds. */
  integer(expr: Expr): string;
}

export function emitIndex(context: IndexContext, index: Index): string {
  const { offset, terms } = index;
  if (terms.length === 0) return literal(offset);
  if (terms.length === 1 && offset === 0 && terms[0].coefficient === 1) return emitAtom(context, terms[0].atom);
  return remember(context, index, `index ${indexKey(index)}`, () => {
    const { writer, dependencies } = context;
    // Indices that differ in their offset share the rest.
    if (offset !== 0) return writer.constant('i', `${emitIndex(context, { offset: 0, terms })} + ${literal(offset)}`);
    const loop = writer.innermost(dependencies.ofIndex(index));
    const isInner = (one: Index['terms'][number]): boolean =>
      loop !== undefined && dependencies.ofIndex({ offset: 0, terms: [one] }).has(loop);
    const inner = terms.filter(isInner);
    const isSplit = inner.length > 0 && inner.length < terms.length;
    const outer = isSplit ? emitIndex(context, { offset, terms: terms.filter((one) => !isInner(one)) }) : undefined;
    const parts = (isSplit ? inner : terms).map(({ coefficient, atom }) => {
      const code = emitAtom(context, atom);
      return coefficient === 1 ? code : `${code} * ${literal(coefficient)}`;
    });
    return writer.constant('i', [...(outer === undefined ? [] : [outer]), ...parts].join(' + '));
  });
}

/** An index into an array. The whole numbers of kernels are in single precision; integers, where that is cheaper, are converted once for all that differ in the offset. */
export function emitAddress(context: IndexContext, index: Index): string {
  if (!context.isHost || index.terms.length === 0) return emitIndex(context, index);
  const base = `(${emitIndex(context, { ...index, offset: 0 })} | 0)`;
  return index.offset === 0 ? base : `${base} + ${literal(index.offset)}`;
}

function remember(context: IndexContext, index: Index, key: string, make: () => string): string {
  return context.writer.remember(key, { axes: context.dependencies.ofIndex(index), anywhere: !hasValues(index) }, make);
}

function emitAtom(context: IndexContext, atom: IndexAtom): string {
  const { writer } = context;
  switch (atom.kind) {
    case 'axis':
      return context.axis(atom.axis);
    case 'value':
      return context.integer(atom.expr);
    case 'floorDiv':
      return remember(context, atom.of, `atom ${atomKey(atom)}`, () => quotient(context, atom.of, atom.by));
    case 'mod':
      return remember(context, atom.of, `atom ${atomKey(atom)}`, () => {
        const whole = emitAtom(context, { kind: 'floorDiv', of: atom.of, by: atom.by });
        return writer.constant('i', `${emitIndex(context, atom.of)} - ${whole} * ${String(atom.by)}`);
      });
  }
}

/** GPUs may be off by a few units in the last place, which turns a whole quotient into the one below. */
function quotient(context: IndexContext, index: Index, by: number): string {
  const { writer, extents } = context;
  const code = emitIndex(context, index);
  const [low, high] = rangeOf(index, extents) ?? [-Infinity, Infinity];
  if (context.isHost) return writer.constant('i', `Math.floor(${code} / ${String(by)})`);
  if (Math.max(-low, high) < 2 ** 20) return writer.constant('i', `Math.floor((${code} + 0.5) / ${String(by)})`);
  const near = writer.variable('i', `Math.floor(${code} / ${String(by)})`);
  const rest = writer.constant('i', `${code} - ${near} * ${String(by)}`);
  writer.set(`${rest} < 0`, near, `${near} - 1`);
  writer.set(`${rest} >= ${String(by)}`, near, `${near} + 1`);
  return near;
}

/** The conjunction of guards; bounds that the extents imply are left out. */
export function emitGuards(context: IndexContext, guards: readonly Guard[]): string {
  const conditions = guards.flatMap(({ index, lower, upper }) => {
    const [low, high] = rangeOf(index, context.extents) ?? [-Infinity, Infinity];
    const code = emitIndex(context, index);
    return [
      ...(low < lower ? [`${code} >= ${literal(lower)}`] : []),
      ...(high >= upper ? [`${code} < ${literal(upper)}`] : []),
    ];
  });
  return conditions.length === 0 ? '0 < 1' : conditions.join(' && ');
}
