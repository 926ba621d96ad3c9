// Expressions as statements, one for each operation.

import type { Expr, Index } from '@netwright/compiler';
import {
  axisIndex,
  boundOf,
  constantIndex,
  exprKey,
  flatten,
  hasValues,
  reducesOf,
  rewrite,
  rewriteIndex,
  shiftIndex,
  type Dependencies,
  type Extents,
  type LoadExpr,
  type ReduceExpr,
  type Rewriting,
} from '@netwright/compiler/kernels';
import { emitAddress, emitGuards, emitIndex, type IndexContext } from './emit-index.ts';
import { floatBinary, floatUnary, isNumber, type FloatContext, type FloatOp } from './float-math.ts';
import { EXACT, literal } from './literal.ts';
import type { Writer } from './scope.ts';
import {
  equalWords,
  lessWords,
  numberOf,
  shiftWord,
  splitNumber,
  whereWords,
  WORD_OPS,
  wordOf,
  type Word,
} from './words.ts';

/** One number (f32, a truth value as 0 or 1, an integer known to be exact), or the halves of a word. */
type Value = readonly [string] | Word;

export interface BufferPlace {
  readonly argument: string;
  /** Whether the elements are words, which lie in two planes. */
  readonly isWord: boolean;
  readonly shape: readonly number[];
}

export interface EmitOptions extends FloatContext {
  readonly writer: Writer;
  readonly dependencies: Dependencies;
  readonly extents: Extents;
  /** Bounds of integer buffers. */
  readonly bounds: ReadonlyMap<number, number>;
  /** Codes of the axes that number the outputs. */
  readonly axes: ReadonlyMap<number, string>;
  readonly buffer: (id: number) => BufferPlace;
}

/** Most steps of a loop that are written out on the host. */
const UNROLLED = 32;
/** So many of them stand in one block: compilers of WebAssembly load all that a block needs before they add any of it. */
const GROUPED = 6;

export class ExpressionEmitter {
  private readonly options: EmitOptions;
  private readonly writer: Writer;
  private readonly indices: IndexContext;
  private readonly axes: Map<number, string>;
  private readonly extents: Map<number, number>;

  constructor(options: EmitOptions) {
    this.options = options;
    this.writer = options.writer;
    this.axes = new Map(options.axes);
    this.extents = new Map(options.extents);
    this.indices = {
      ...options,
      extents: this.extents,
      axis: (id) => this.axes.get(id) ?? '0',
      integer: (expr) => this.number(expr),
    };
  }

  /** The value as one number; words with their sign. */
  number(expr: Expr): string {
    const value = this.value(expr);
    return value.length === 1 ? value[0] : numberOf(this.writer, value, expr.dtype === 'i32');
  }

  /** Numbers that differ in what their sums load; the sums of all are taken together, so that they share what they can. */
  numbers(exprs: readonly Expr[]): readonly string[] {
    const sums = exprs.map(reducesOf);
    sums[0].forEach((_, at) => {
      const group = sums.map((own) => own[at]);
      const totals = this.sums(group);
      group.forEach((sum, one) => {
        this.writer.remember<Value>(sum, { axes: new Set(), anywhere: true }, () => [totals[one]]);
      });
    });
    return exprs.map((expr) => this.number(expr));
  }

  word(expr: Expr): Word {
    const value = this.value(expr);
    return value.length === 1 ? splitNumber(this.writer, value[0]) : value;
  }

  private value(expr: Expr): Value {
    if (expr.kind === 'const') return this.constant(expr);
    const axes = this.options.dependencies.of(expr);
    const anywhere = expr.kind === 'index' && !hasValues(expr.index);
    // Equal loads are one load.
    const key = expr.kind === 'load' ? exprKey(expr) : expr;
    return this.writer.remember<Value>(key, { axes, anywhere }, () => this.compute(expr));
  }

  private constant({ dtype, value }: Expr & { readonly kind: 'const' }): Value {
    if (dtype === 'u32' || (dtype === 'i32' && Math.abs(value) > EXACT)) return wordOf(value);
    if (Number.isFinite(value)) return [literal(value)];
    const infinity = this.options.infinity();
    if (Number.isNaN(value)) return [`Math.sqrt(-${infinity})`];
    return [value > 0 ? infinity : `(-${infinity})`];
  }

  private compute(expr: Exclude<Expr, { readonly kind: 'const' }>): Value {
    switch (expr.kind) {
      case 'index':
        return [this.writer.constant('v', `Math.floor(${emitIndex(this.indices, expr.index)})`)];
      case 'load':
        return this.load(expr);
      case 'unary':
        return this.unary(expr);
      case 'binary':
        return this.binary(expr);
      case 'select':
        return this.select(expr);
      case 'cast':
        return this.cast(expr);
      case 'guarded':
        return this.choose(expr);
      case 'reduce':
        return this.reduce(expr);
    }
  }

  /** Whether one variable holds every value of an expression exactly. */
  private isNumber(expr: Expr): boolean {
    if (expr.dtype === 'f32' || expr.dtype === 'bool') return true;
    return boundOf(expr, this.extents, this.options.bounds) <= EXACT;
  }

  private load({ buffer, index, guards, fill, dtype }: LoadExpr): Value {
    const { argument, isWord, shape } = this.options.buffer(buffer);
    const size = shape.reduce((product, dim) => product * dim, 1);
    const flat = flatten(index, shape);
    const outside = isWord ? wordOf(fill) : this.constant({ kind: 'const', dtype, value: fill });
    const read = (plane: number): string => {
      const element = (): string => `${argument}[${emitAddress(this.indices, shiftIndex(flat, plane * size))}]`;
      if (guards.length === 0) return this.writer.constant('v', element());
      const condition = emitGuards(this.indices, guards);
      const name = this.writer.variable('v', outside[plane] ?? '0');
      this.writer.branch(condition, () => this.writer.line(`${name} = ${element()};`));
      return name;
    };
    return isWord ? [read(0), read(1)] : [read(0)];
  }

  private unary({ op, x }: Expr & { readonly kind: 'unary' }): Value {
    const { writer, options } = this;
    if (op === 'not') return [writer.where('v', `!(${this.condition(x)})`, '1', '0')];
    if (this.isNumber(x)) return [floatUnary(writer, op, this.number(x), options)];
    const [zero, word] = [wordOf(0), this.word(x)];
    if (op === 'neg') return WORD_OPS.sub(writer, zero, word);
    const isNegative = lessWords(writer, word, zero, false);
    if (op === 'abs') return whereWords(writer, isNegative, WORD_OPS.sub(writer, zero, word), word);
    const positive = whereWords(writer, equalWords(word, zero), zero, wordOf(1));
    return whereWords(writer, isNegative, wordOf(-1), positive);
  }

  private binary(expr: Expr & { readonly kind: 'binary' }): Value {
    const { op, a, b, dtype } = expr;
    const { writer } = this;
    if (dtype === 'bool') return [writer.where('v', this.comparison(expr), '1', '0')];
    if (dtype === 'f32' || this.isNumber(expr))
      return [floatBinary(writer, op as FloatOp, this.number(a), this.number(b), this.options)];
    if (op === 'shr') return shiftWord(writer, this.word(a), b.kind === 'const' ? b.value : 0);
    return WORD_OPS[op as keyof typeof WORD_OPS](writer, this.word(a), this.word(b));
  }

  /** A truth value as a condition. */
  private condition(expr: Expr): string {
    if (expr.kind === 'unary' && expr.op === 'not') return `!(${this.condition(expr.x)})`;
    if (expr.kind === 'binary') return this.comparison(expr);
    return `${this.number(expr)} > 0.5`;
  }

  private comparison({ op, a, b }: Expr & { readonly kind: 'binary' }): string {
    if (op === 'and' || op === 'or')
      return `(${this.condition(a)}) ${op === 'and' ? '&&' : '||'} (${this.condition(b)})`;
    if (a.dtype === 'bool' || (this.isNumber(a) && this.isNumber(b))) {
      const sign = op === 'eq' ? '===' : op === 'lt' ? '<' : '<=';
      return `${this.number(a)} ${sign} ${this.number(b)}`;
    }
    const [left, right] = [this.word(a), this.word(b)];
    return op === 'eq' ? equalWords(left, right) : lessWords(this.writer, left, right, op === 'le');
  }

  /** Both sides are computed; neither can fail. */
  private select(expr: Expr & { readonly kind: 'select' }): Value {
    const { condition, a, b } = expr;
    const { writer } = this;
    if (!this.isNumber(expr)) return whereWords(writer, this.condition(condition), this.word(a), this.word(b));
    const [left, right] = [this.number(a), this.number(b)];
    return [writer.where('v', this.condition(condition), left, right)];
  }

  /** Only the side that the guards name is computed. */
  private choose(expr: Expr & { readonly kind: 'guarded' }): Value {
    const { writer } = this;
    const condition = emitGuards(this.indices, expr.guards);
    const isNumber = this.isNumber(expr);
    const low = writer.variable('v', '0');
    const high = isNumber ? '' : writer.variable('v', '0');
    const assign = (side: Expr) => (): void => {
      const value: Value = isNumber ? [this.number(side)] : this.word(side);
      value.forEach((code, at) => writer.line(`${at === 0 ? low : high} = ${code};`));
    };
    writer.branch(condition, assign(expr.a), assign(expr.b));
    return isNumber ? [low] : [low, high];
  }

  private cast({ x, dtype }: Expr & { readonly kind: 'cast' }): Value {
    if (dtype === 'f32' || x.dtype === 'bool') return dtype === 'u32' ? this.word(x) : [this.number(x)];
    if (dtype !== 'bool') return x.dtype === 'f32' ? this.truncate(this.number(x), dtype) : this.word(x);
    const isSet = this.isNumber(x) ? `${this.number(x)} !== 0` : `!${equalWords(this.word(x), wordOf(0))}`;
    return [this.writer.where('v', isSet, '1', '0')];
  }

  /** Toward zero, limited to the range of the type; NaN gives 0. */
  private truncate(code: string, dtype: 'i32' | 'u32'): Word {
    const { writer } = this;
    const [low, high] = dtype === 'i32' ? [-(2 ** 31), 2 ** 31] : [0, 2 ** 32];
    const whole = writer.where('v', `${code} > 0 && ${code} < ${literal(high)}`, `Math.floor(${code})`, '0');
    writer.set(`${code} < 0 && ${code} > ${literal(low)}`, whole, `-Math.floor(-${code})`);
    const inside = splitNumber(writer, whole);
    const kept = whereWords(writer, `${code} >= ${literal(high)}`, wordOf(high - 1), inside);
    return dtype === 'i32' ? whereWords(writer, `${code} <= ${literal(low)}`, wordOf(low), kept) : kept;
  }

  private reduce(expr: ReduceExpr): Value {
    const { op, axes, body, dtype } = expr;
    const { writer, options } = this;
    if (op === 'argmax') return [this.search(expr).position];
    const isNumber = this.isNumber(expr);
    if (op === 'sum') return isNumber ? [this.sums([expr])[0]] : this.sumOfWords(expr);
    if (!isNumber || (dtype === 'f32' && !options.isHost)) return this.search(expr).best;
    const best = writer.variable('v', dtype === 'f32' ? `-${options.infinity()}` : literal(-EXACT));
    this.steps(axes, 1, (bound) => {
      writer.line(`${best} = Math.max(${best}, ${this.number(rewrite(body, bound))});`);
    });
    return [best];
  }

  /** Sums of numbers over the same axes, in one loop. */
  private sums(sums: readonly ReduceExpr[]): readonly string[] {
    const { writer } = this;
    const totals = sums.map(() => writer.variable('v', '0'));
    this.steps(sums[0].axes, sums.length, (bound) => {
      sums.forEach(({ body }, at) => {
        writer.line(`${totals[at]} = ${totals[at]} + ${this.number(rewrite(body, bound))};`);
      });
    });
    return totals;
  }

  private sumOfWords({ axes, body }: ReduceExpr): Word {
    const { writer } = this;
    const total: Word = [writer.variable('w', '0'), writer.variable('w', '0')];
    this.steps(axes, 1, (bound) => {
      const next = WORD_OPS.add(writer, total, this.word(rewrite(body, bound)));
      next.forEach((code, at) => writer.line(`${total[at]} = ${code};`));
    });
    return total;
  }

  /** The largest value, NaN before all, and where it is first. */
  private search({ op, axes, body }: ReduceExpr): { readonly best: Value; readonly position: string } {
    const { writer, options } = this;
    const isFloat = body.dtype === 'f32';
    const isWord = !this.isNumber(body);
    // Where NaN gets lost on the way, its having been there goes first.
    const isRanked = isFloat && !options.isHost;
    const lowest = isWord ? ['0', '32768'] : [isFloat ? `-${options.infinity()}` : literal(-EXACT)];
    const best = [...lowest, ...(isRanked ? ['0'] : [])].map((code) => writer.variable('v', code));
    const position = writer.variable('v', '0');
    const shape = axes.map((axis) => this.extents.get(axis) ?? 1);
    const ids = axes.map((axis) => axisIndex(axis));
    this.steps(axes, 1, (bound) => {
      const at = op === 'argmax' ? emitIndex(this.indices, rewriteIndex(flatten(ids, shape), bound)) : '0';
      const part = rewrite(body, bound);
      const value = isWord ? this.word(part) : isRanked ? this.ranked(part) : [this.number(part)];
      writer.branch(this.beats(value, best, body), () => {
        value.forEach((code, index) => writer.line(`${best[index]} = ${code};`));
        if (op === 'argmax') writer.line(`${position} = Math.floor(${at});`);
      });
    });
    const [low, high] = best;
    if (isRanked) return { best: [writer.where('v', `${high} > 0`, `Math.sqrt(-${high})`, low)], position };
    return { best: isWord ? [low, high] : [low], position };
  }

  private beats([x, high]: readonly string[], [y, bestHigh]: readonly string[], body: Expr): string {
    if (!this.isNumber(body)) return lessWords(this.writer, [y, bestHigh], [x, high], false);
    if (high !== undefined) return `${high} > ${bestHigh} || (${high} === ${bestHigh} && ${x} > ${y})`;
    return body.dtype === 'f32' ? `${x} > ${y} || (${x} !== ${x} && ${y} === ${y})` : `${x} > ${y}`;
  }

  /** The number, 0 for NaN; and 1 for NaN, which counts as the largest, else 0. */
  private ranked(expr: Expr): readonly [number: string, rank: string] {
    const code = this.number(expr);
    const test = isNumber(code, this.options.infinity());
    return [this.writer.where('v', test, code, '0'), this.writer.where('v', test, '0', '1')];
  }

  /** Calls `step`, which adds to so many results, in the loops of a reduction, of which the innermost steps are written out. */
  private steps(axes: readonly number[], results: number, step: (bound: Rewriting) => void): void {
    const [most, grouped] = [UNROLLED / Math.sqrt(results), Math.ceil(GROUPED / results)];
    const { writer, extents } = this;
    const loops: number[] = [];
    let bounds: readonly ReadonlyMap<number, Index>[] = [new Map()];
    for (const axis of axes.toReversed()) {
      const extent = extents.get(axis) ?? 1;
      const copies = this.options.isHost ? most / bounds.length : 1;
      const steps = loops.length > 0 ? 1 : largestFactor(extent, copies);
      // What remains of an axis is an axis of its own.
      const loop = steps === 1 ? axis : -1 - axis;
      if (steps < extent) loops.push(loop);
      extents.set(loop, extent / steps);
      if (steps === 1) continue;
      const rest = steps < extent ? axisIndex(loop, steps) : constantIndex(0);
      const own = Array.from({ length: steps }, (_, copy) => shiftIndex(rest, copy));
      bounds = own.flatMap((index) => bounds.map((bound) => new Map([...bound, [axis, index]])));
    }
    const write = (from: number): void => {
      for (const axes of bounds.slice(from, from + grouped)) step({ axes, extents });
    };
    const run = (at: number): void => {
      if (at < 0) {
        write(0);
        for (let from = grouped; from < bounds.length; from += grouped) writer.loop(1, () => write(from));
      } else {
        const open = (counter: string): void => {
          this.axes.set(loops[at], counter);
          run(at - 1);
        };
        writer.loop(extents.get(loops[at]) ?? 1, open, loops[at]);
      }
    };
    run(loops.length - 1);
  }
}

function largestFactor(extent: number, most: number): number {
  let factor = Math.min(extent, Math.floor(most));
  while (extent % factor !== 0) factor--;
  return factor;
}
