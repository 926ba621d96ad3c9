// Expressions as statements, one for each operation.

import type { Expr, Guard, Index, UnaryOp } from '@netwright/compiler';
import {
  axisIndex,
  constantIndex,
  exprKey,
  flatten,
  reducesOf,
  rewrite,
  rewriteIndex,
  shiftIndex,
  type Extents,
  type LoadExpr,
  type ReduceExpr,
  type Rewriting,
} from '@netwright/compiler/kernels';
import { boundOf, EXACT, hasValues, type Dependencies } from './dependencies.ts';
import { emitGuards, emitIndex, type IndexContext } from './emit-index.ts';
import { floatBinary, floatUnary, ranked, type Dialect, type FloatContext, type FloatOp } from './float-math.ts';
import { literal } from './literal.ts';
import type { Writer } from './scope.ts';
import {
  addWords,
  equalWords,
  lessWords,
  multiplyWords,
  shiftWord,
  signedValue,
  splitNumber,
  subtractWords,
  unsignedValue,
  wordOf,
  xorWords,
  type Word,
} from './words.ts';

/** A number in one variable (f32, truth values as 0 and 1, integers known to be exact), or a word. */
type Value = string | Word;

export interface BufferPlace {
  readonly argument: string;
  /** Elements of the tensor; words lie in two planes of so many. */
  readonly size: number;
  readonly isWord: boolean;
  readonly shape: readonly number[];
}

export interface EmitOptions {
  readonly writer: Writer;
  readonly dependencies: Dependencies;
  readonly dialect: Dialect;
  readonly extents: Extents;
  /** Bounds of integer buffers. */
  readonly bounds: ReadonlyMap<number, number>;
  /** Codes of the axes that number the outputs. */
  readonly axes: ReadonlyMap<number, string>;
  readonly buffer: (id: number) => BufferPlace;
  /** The name of the argument that holds infinity. */
  readonly infinity: () => string;
}

interface Contender {
  readonly start: readonly string[];
  codes(): readonly string[];
  wins(value: readonly string[], best: readonly string[]): string;
}

/** So many steps of a loop are written out, but for GPUs, where compilers take long enough over conditions as they are. */
const UNROLLED = 16;

export class ExpressionEmitter {
  private readonly options: EmitOptions;
  private readonly writer: Writer;
  private readonly indices: IndexContext;
  private readonly axes: Map<number, string>;
  private readonly extents: Map<number, number>;
  private readonly floats: FloatContext;

  constructor(options: EmitOptions) {
    this.options = options;
    this.writer = options.writer;
    this.axes = new Map(options.axes);
    this.extents = new Map(options.extents);
    this.floats = { ...options.dialect, infinity: options.infinity };
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
    if (typeof value === 'string') return value;
    return expr.dtype === 'u32' ? unsignedValue(this.writer, value) : signedValue(this.writer, value);
  }

  /** Numbers that differ in what their sums load; the sums of all are taken together, so that they share what they can. */
  numbers(exprs: readonly Expr[]): readonly string[] {
    const sums = exprs.map(reducesOf);
    sums[0].forEach((_, at) => {
      const group = sums.map((own) => own[at]);
      const totals = this.sums(group);
      group.forEach((sum, one) => {
        this.writer.remember(sum, { axes: new Set(), anywhere: true }, () => totals[one]);
      });
    });
    return exprs.map((expr) => this.number(expr));
  }

  word(expr: Expr): Word {
    const value = this.value(expr);
    return typeof value === 'string' ? splitNumber(this.writer, value) : value;
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
    if (Number.isFinite(value)) return literal(value);
    const infinity = this.options.infinity();
    if (Number.isNaN(value)) return `Math.sqrt(-${infinity})`;
    return value > 0 ? infinity : `(-${infinity})`;
  }

  private compute(expr: Exclude<Expr, { readonly kind: 'const' }>): Value {
    switch (expr.kind) {
      case 'index':
        return this.writer.constant('v', `Math.floor(${emitIndex(this.indices, expr.index)})`);
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
        return this.choose(emitGuards(this.indices, expr.guards), expr, expr.a, expr.b);
      case 'reduce':
        return this.reduce(expr);
    }
  }

  private isNumber(expr: Expr): boolean {
    if (expr.dtype === 'f32' || expr.dtype === 'bool') return true;
    return boundOf(expr, this.extents, this.options.bounds) <= EXACT;
  }

  private load({ buffer, index, guards, fill, dtype }: LoadExpr): Value {
    const { argument, size, isWord, shape } = this.options.buffer(buffer);
    const flat = flatten(index, shape);
    const outside = this.constant({ kind: 'const', dtype, value: fill });
    const [low, high] = typeof outside === 'string' ? [outside, outside] : [outside.low, outside.high];
    if (!isWord) return this.read(argument, () => emitIndex(this.indices, flat), guards, low);
    const fills = typeof outside === 'string' ? wordOf(fill) : { low, high };
    const plane =
      (at: number): (() => string) =>
      () =>
        emitIndex(this.indices, shiftIndex(flat, at));
    return {
      low: this.read(argument, plane(0), guards, fills.low),
      high: this.read(argument, plane(size), guards, fills.high),
    };
  }

  private read(argument: string, address: () => string, guards: readonly Guard[], fill: string): string {
    if (guards.length === 0) return this.writer.constant('v', `${argument}[${address()}]`);
    const condition = emitGuards(this.indices, guards);
    const name = this.writer.variable('v', fill);
    this.writer.branch(condition, () => this.writer.line(`${name} = ${argument}[${address()}];`));
    return name;
  }

  private unary(expr: Expr & { readonly kind: 'unary' }): Value {
    const { op, x } = expr;
    if (op === 'not') return this.truth(`!(${this.condition(x)})`);
    if (this.isNumber(x)) return floatUnary(this.writer, op, this.number(x), this.options.dialect);
    return this.wordUnary(op, x);
  }

  private wordUnary(op: Exclude<UnaryOp, 'not'>, x: Expr): Word {
    const { writer } = this;
    const zero = wordOf(0);
    const word = this.word(x);
    if (op === 'neg') return subtractWords(writer, zero, word);
    const isNegative = lessWords(writer, word, zero, false);
    if (op === 'abs') return this.wordWhere(isNegative, subtractWords(writer, zero, word), word);
    const positive = this.wordWhere(equalWords(word, zero), zero, wordOf(1));
    return this.wordWhere(isNegative, wordOf(-1), positive);
  }

  private binary(expr: Expr & { readonly kind: 'binary' }): Value {
    const { op, a, b, dtype } = expr;
    const { writer } = this;
    if (dtype === 'bool') return this.truth(this.comparison(expr));
    if (dtype === 'f32' || this.isNumber(expr))
      return floatBinary(writer, op as FloatOp, this.number(a), this.number(b), this.floats);
    if (op === 'shr') return shiftWord(writer, this.word(a), b.kind === 'const' ? b.value : 0);
    const [left, right] = [this.word(a), this.word(b)];
    switch (op) {
      case 'add':
        return addWords(writer, left, right);
      case 'sub':
        return subtractWords(writer, left, right);
      case 'mul':
        return multiplyWords(writer, left, right);
      case 'xor':
        return xorWords(writer, left, right);
      case 'min':
        return this.wordWhere(lessWords(writer, left, right, false), left, right);
      case 'max':
        return this.wordWhere(lessWords(writer, left, right, false), right, left);
      default:
        throw new RangeError(`there is no ${op} of words`);
    }
  }

  private truth(condition: string): string {
    const name = this.writer.variable('v', '0');
    this.writer.branch(condition, () => this.writer.line(`${name} = 1;`));
    return name;
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
    if (!this.isNumber(expr)) return this.wordWhere(this.condition(condition), this.word(a), this.word(b));
    const [left, right] = [this.number(a), this.number(b)];
    const test = this.condition(condition);
    const name = this.writer.variable('v', right);
    this.writer.branch(test, () => this.writer.line(`${name} = ${left};`));
    return name;
  }

  private wordWhere(condition: string, a: Word, b: Word): Word {
    const low = this.writer.variable('w', b.low);
    const high = this.writer.variable('w', b.high);
    this.writer.branch(condition, () => {
      this.writer.line(`${low} = ${a.low};`);
      this.writer.line(`${high} = ${a.high};`);
    });
    return { low, high };
  }

  /** Only the side that the condition names is computed. */
  private choose(condition: string, whole: Expr, a: Expr, b: Expr): Value {
    const { writer } = this;
    const names = this.isNumber(whole)
      ? [writer.variable('v', '0')]
      : [writer.variable('w', '0'), writer.variable('w', '0')];
    const assign = (expr: Expr) => (): void => {
      if (names.length === 1) writer.line(`${names[0]} = ${this.number(expr)};`);
      else {
        const { low, high } = this.word(expr);
        writer.line(`${names[0]} = ${low};`);
        writer.line(`${names[1]} = ${high};`);
      }
    };
    writer.branch(condition, assign(a), assign(b));
    return names.length === 1 ? names[0] : { low: names[0], high: names[1] };
  }

  private cast({ x, dtype }: Expr & { readonly kind: 'cast' }): Value {
    switch (dtype) {
      case 'f32':
        return this.number(x);
      case 'bool':
        if (x.dtype === 'bool') return this.number(x);
        return this.truth(this.isNumber(x) ? `${this.number(x)} !== 0` : `!${equalWords(this.word(x), wordOf(0))}`);
      case 'i32':
      case 'u32':
        if (x.dtype === 'bool') return dtype === 'u32' ? this.word(x) : this.number(x);
        return x.dtype === 'f32' ? this.truncate(this.number(x), dtype) : this.word(x);
    }
  }

  /** Toward zero, limited to the range of the type; NaN gives 0. */
  private truncate(code: string, dtype: 'i32' | 'u32'): Word {
    const { writer } = this;
    const [low, high] = dtype === 'i32' ? [-(2 ** 31), 2 ** 31] : [0, 2 ** 32];
    const whole = writer.variable('v', '0');
    const above = `${code} > 0 && ${code} < ${literal(high)}`;
    writer.branch(above, () => writer.line(`${whole} = Math.floor(${code});`));
    if (dtype === 'i32')
      writer.branch(`${code} < 0 && ${code} > ${literal(low)}`, () => writer.line(`${whole} = -Math.floor(-${code});`));
    const inside = splitNumber(writer, whole);
    const kept = this.wordWhere(`${code} >= ${literal(high)}`, wordOf(dtype === 'i32' ? 2 ** 31 - 1 : -1), inside);
    return dtype === 'i32' ? this.wordWhere(`${code} <= ${literal(low)}`, wordOf(-(2 ** 31)), kept) : kept;
  }

  private reduce(expr: ReduceExpr): Value {
    const { writer, options } = this;
    if (expr.op === 'argmax') return this.argmax(expr);
    if (!this.isNumber(expr)) return this.reduceWords(expr);
    if (expr.op === 'sum') return this.sums([expr])[0];
    const isFloat = expr.dtype === 'f32';
    const best = writer.variable('v', isFloat ? `-${options.infinity()}` : literal(-EXACT));
    if (!isFloat || options.dialect.exactMath) {
      this.steps(expr.axes, UNROLLED, (bound) => {
        writer.line(`${best} = Math.max(${best}, ${this.number(rewrite(expr.body, bound))});`);
      });
      return best;
    }
    // Where NaN gets lost on the way, its having been there is counted.
    const seen = writer.variable('v', '0');
    this.steps(expr.axes, 1, (bound) => {
      const [rank, number] = ranked(writer, this.number(rewrite(expr.body, bound)), options.infinity());
      writer.line(`${best} = Math.max(${best}, ${number});`);
      writer.line(`${seen} = Math.max(${seen}, ${rank});`);
    });
    writer.branch(`${seen} > 0`, () => writer.line(`${best} = Math.sqrt(-${seen});`));
    return best;
  }

  /** Sums of numbers over the same axes, in one loop. */
  private sums(sums: readonly ReduceExpr[]): readonly string[] {
    const { writer } = this;
    const totals = sums.map(() => writer.variable('v', '0'));
    this.steps(sums[0].axes, UNROLLED / Math.sqrt(sums.length), (bound) => {
      sums.forEach(({ body }, at) => {
        writer.line(`${totals[at]} = ${totals[at]} + ${this.number(rewrite(body, bound))};`);
      });
    });
    return totals;
  }

  private reduceWords(expr: ReduceExpr): Word {
    const { writer } = this;
    const start = wordOf(expr.op === 'sum' ? 0 : -(2 ** 31));
    const total = { low: writer.variable('w', start.low), high: writer.variable('w', start.high) };
    this.steps(expr.axes, UNROLLED, (bound) => {
      const value = this.word(rewrite(expr.body, bound));
      const next =
        expr.op === 'sum'
          ? addWords(writer, total, value)
          : this.wordWhere(lessWords(writer, total, value, false), value, total);
      writer.line(`${total.low} = ${next.low};`);
      writer.line(`${total.high} = ${next.high};`);
    });
    return total;
  }

  private argmax(expr: ReduceExpr): string {
    const { writer } = this;
    const best = this.contender(expr.body).start.map((code) => writer.variable('v', code));
    const at = writer.variable('v', '0');
    const shape = expr.axes.map((axis) => this.extents.get(axis) ?? 1);
    const ids = expr.axes.map((axis) => axisIndex(axis));
    this.steps(expr.axes, UNROLLED, (bound) => {
      const place = rewriteIndex(flatten(ids, shape), bound);
      const position = writer.constant('v', `Math.floor(${emitIndex(this.indices, place)})`);
      const { codes, wins } = this.contender(rewrite(expr.body, bound));
      const values = codes();
      writer.branch(wins(values, best), () => {
        values.forEach((value, part) => writer.line(`${best[part]} = ${value};`));
        writer.line(`${at} = ${position};`);
      });
    });
    return at;
  }

  /** How the largest value is told: the parts of one, where the search starts, and when a value beats the best one. */
  private contender(body: Expr): Contender {
    const { writer, options } = this;
    if (!this.isNumber(body)) {
      const word = ([low, high]: readonly string[]): Word => ({ low, high });
      return {
        start: ['0', '32768'],
        codes: () => {
          const { low, high } = this.word(body);
          return [low, high];
        },
        wins: (value, best) => lessWords(writer, word(best), word(value), false),
      };
    }
    if (body.dtype !== 'f32')
      return {
        start: [literal(-EXACT)],
        codes: () => [this.number(body)],
        wins: ([value], [best]) => `${value} > ${best}`,
      };
    const infinity = options.infinity();
    if (options.dialect.exactMath)
      return {
        start: [`-${infinity}`],
        codes: () => [this.number(body)],
        wins: ([value], [best]) => `${value} > ${best} || (${value} !== ${value} && ${best} === ${best})`,
      };
    return {
      start: ['0', `-${infinity}`],
      codes: () => ranked(writer, this.number(body), infinity),
      wins: ([rank, value], [bestRank, best]) =>
        `${rank} > ${bestRank} || (${rank} === ${bestRank} && ${value} > ${best})`,
    };
  }

  /** Calls `step` in the loops of a reduction, of which the innermost steps, at most so many, are written out. */
  private steps(axes: readonly number[], most: number, step: (bound: Rewriting) => void): void {
    const { writer, extents } = this;
    const written: { readonly axis: number; readonly steps: number; readonly rest: Index }[] = [];
    const loops: number[] = [];
    let copies = this.options.dialect.exactMath ? most : 1;
    for (const axis of axes.toReversed()) {
      const extent = extents.get(axis) ?? 1;
      const steps = loops.length > 0 ? 1 : largestFactor(extent, copies);
      copies /= steps;
      // What remains of an axis is an axis of its own.
      const loop = steps === 1 ? axis : -1 - axis;
      if (steps < extent) loops.push(loop);
      extents.set(loop, extent / steps);
      if (steps > 1) written.push({ axis, steps, rest: steps < extent ? axisIndex(loop, steps) : constantIndex(0) });
    }
    const write = (at: number, bound: Map<number, Index>): void => {
      if (at < 0) step({ axes: bound, extents });
      else {
        const { axis, steps, rest } = written[at];
        for (let copy = 0; copy < steps; copy++) write(at - 1, new Map([...bound, [axis, shiftIndex(rest, copy)]]));
      }
    };
    const run = (at: number): void => {
      if (at < 0) write(written.length - 1, new Map());
      else {
        const counter = writer.name('r');
        this.axes.set(loops[at], counter);
        writer.loop(loops[at], counter, extents.get(loops[at]) ?? 1, () => run(at - 1));
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
