// What is wrong with the expressions of a kernel: element types, axes, positions outside buffers.

import { printExpr, printGuards, printIndex } from '../kernels/print.ts';
import type { Extents } from '../kernels/index-algebra.ts';
import type { Guard, Index } from '../kernels/index-expression.ts';
import type { BinaryOp, BufferDecl, BufferDType, Expr, Kernel, KernelDType, UnaryOp } from '../kernels/kernel.ts';
import { guardedRange } from './index-range.ts';

type Numeric = readonly KernelDType[];

const FLOAT: Numeric = ['f32'];
const SIGNED: Numeric = ['f32', 'i32'];
const NUMBER: Numeric = ['f32', 'i32', 'u32'];
const WORD: Numeric = ['u32'];
const TRUTH: Numeric = ['bool'];

const UNARY_DTYPES: { readonly [K in UnaryOp]: Numeric } = {
  neg: SIGNED,
  abs: SIGNED,
  sign: SIGNED,
  floor: FLOAT,
  sqrt: FLOAT,
  exp: FLOAT,
  log: FLOAT,
  sin: FLOAT,
  cos: FLOAT,
  not: TRUTH,
};

const BINARY_DTYPES: { readonly [K in BinaryOp]: Numeric } = {
  add: NUMBER,
  sub: NUMBER,
  mul: NUMBER,
  div: FLOAT,
  min: NUMBER,
  max: NUMBER,
  pow: FLOAT,
  xor: WORD,
  shr: WORD,
  eq: [...NUMBER, 'bool'],
  lt: NUMBER,
  le: NUMBER,
  and: TRUTH,
  or: TRUTH,
};

const COMPARISONS: ReadonlySet<BinaryOp> = new Set(['eq', 'lt', 'le']);

/** The type of a buffer's elements in expressions. */
export function loadedDType(dtype: BufferDType): KernelDType {
  return dtype === 'u8' ? 'i32' : dtype;
}

/** Where an expression stands. */
interface Place {
  /** Axes that have a value there. */
  readonly bound: ReadonlySet<number>;
  /** Guards that hold there. */
  readonly guards: readonly Guard[];
  readonly inReduce: boolean;
  readonly seen: Set<Expr>;
}

export class ExpressionChecker {
  readonly problems = new Set<string>();
  private readonly buffers: readonly BufferDecl[];
  private readonly extents: Extents;
  private readonly reductionAxes: ReadonlySet<number>;
  private readonly outside: Place;

  constructor({ axes, reductionAxes }: Kernel, buffers: readonly BufferDecl[]) {
    this.buffers = buffers;
    this.extents = new Map([...axes, ...reductionAxes].map(({ id, extent }) => [id, extent]));
    this.reductionAxes = new Set(reductionAxes.map(({ id }) => id));
    this.outside = { bound: new Set(axes.map(({ id }) => id)), guards: [], inReduce: false, seen: new Set() };
  }

  /** Checks the position and the value of an output. */
  output(buffer: number, index: readonly Index[], value: Expr): void {
    this.element(`the store to b${String(buffer)}`, buffer, index, this.outside);
    this.expression(value, this.outside);
    const dtype = this.buffers[buffer]?.dtype;
    if (dtype !== undefined && loadedDType(dtype) !== value.dtype)
      this.add(`a ${value.dtype} is stored to b${String(buffer)} of ${dtype}`);
  }

  private add(problem: string): void {
    this.problems.add(problem);
  }

  private expression(expr: Expr, place: Place): void {
    if (place.seen.has(expr)) return;
    place.seen.add(expr);
    switch (expr.kind) {
      case 'const':
        if (!holds(expr.dtype, expr.value)) this.add(`${String(expr.value)} is not a value of ${expr.dtype}`);
        return;
      case 'index':
        this.index(expr.index, place);
        return;
      case 'load':
        this.load(expr, place);
        return;
      case 'unary':
        this.types(expr, UNARY_DTYPES[expr.op].includes(expr.x.dtype) && expr.dtype === expr.x.dtype);
        this.expression(expr.x, place);
        return;
      case 'binary': {
        const { op, a, b, dtype } = expr;
        const isTyped =
          a.dtype === b.dtype &&
          BINARY_DTYPES[op].includes(a.dtype) &&
          dtype === (COMPARISONS.has(op) ? 'bool' : a.dtype);
        this.types(expr, isTyped && (op !== 'shr' || (b.kind === 'const' && b.value < 32)));
        this.expression(a, place);
        this.expression(b, place);
        return;
      }
      case 'select':
        this.types(expr, expr.condition.dtype === 'bool' && expr.a.dtype === expr.dtype && expr.b.dtype === expr.dtype);
        for (const part of [expr.condition, expr.a, expr.b]) this.expression(part, place);
        return;
      case 'cast':
        this.expression(expr.x, place);
        return;
      case 'guarded':
        this.types(expr, expr.a.dtype === expr.dtype && expr.b.dtype === expr.dtype);
        this.expression(expr.a, this.guardedPlace(expr.guards, place));
        this.expression(expr.b, place);
        return;
      case 'reduce':
        this.reduce(expr, place);
    }
  }

  private types(expr: Expr, isTyped: boolean): void {
    if (!isTyped) this.add(`the element types of ${printExpr(expr)} do not fit`);
  }

  private reduce(expr: Expr & { readonly kind: 'reduce' }, place: Place): void {
    const { op, axes, body, dtype } = expr;
    this.types(expr, SIGNED.includes(body.dtype) && dtype === (op === 'argmax' ? 'i32' : body.dtype));
    if (place.inReduce) this.add('a reduction stands inside another');
    const free = axes.filter((axis) => !this.reductionAxes.has(axis) || place.bound.has(axis));
    if (free.length > 0 || new Set(axes).size !== axes.length) {
      this.add(
        `${op} over [${axes.map((axis) => `a${String(axis)}`).join(', ')}] is not over distinct free reduction axes`,
      );
    }
    this.expression(body, { ...place, bound: new Set([...place.bound, ...axes]), inReduce: true, seen: new Set() });
  }

  private load({ buffer, dtype, index, guards, fill }: Expr & { readonly kind: 'load' }, place: Place): void {
    const decl = this.buffers[buffer];
    if (decl !== undefined && loadedDType(decl.dtype) !== dtype)
      this.add(`b${String(buffer)} of ${decl.dtype} is loaded as ${dtype}`);
    if (guards.length > 0 && !holds(dtype, fill)) this.add(`the fill ${String(fill)} is not a value of ${dtype}`);
    this.element(`a load of b${String(buffer)}`, buffer, index, this.guardedPlace(guards, place));
  }

  private guardedPlace(guards: readonly Guard[], place: Place): Place {
    if (guards.length === 0) return place;
    for (const { index } of guards) this.index(index, place);
    return { ...place, guards: [...place.guards, ...guards], seen: new Set() };
  }

  /** Checks that a position lies in its buffer wherever the guards hold. */
  private element(what: string, buffer: number, index: readonly Index[], place: Place): void {
    for (const one of index) this.index(one, place);
    const decl = this.buffers[buffer];
    if (decl === undefined) {
      this.add(`${what}: there is no such buffer`);
      return;
    }
    if (index.length !== decl.shape.length) {
      this.add(`${what} of rank ${String(decl.shape.length)} has ${String(index.length)} indices`);
      return;
    }
    index.forEach((one, axis) => {
      const [low, high] = guardedRange(one, place.guards, this.extents);
      if (low >= 0 && high < decl.shape[axis]) return;
      const where = place.guards.length === 0 ? '' : ` where ${printGuards(place.guards)}`;
      this.add(
        `${what}: ${printIndex(one)} is from ${String(low)} to ${String(high)}${where}, and axis ${String(axis)} has length ${String(decl.shape[axis])}`,
      );
    });
  }

  private index({ offset, terms }: Index, place: Place): void {
    if (
      !Number.isSafeInteger(offset) ||
      terms.some(({ coefficient }) => !Number.isSafeInteger(coefficient) || coefficient === 0)
    ) {
      this.add(`${printIndex({ offset, terms })} has a coefficient that is no integer, or 0`);
    }
    for (const { atom } of terms) {
      switch (atom.kind) {
        case 'axis':
          if (!this.extents.has(atom.axis)) this.add(`axis a${String(atom.axis)} is not declared`);
          else if (!place.bound.has(atom.axis))
            this.add(`reduction axis a${String(atom.axis)} is used outside its reduction`);
          break;
        case 'floorDiv':
        case 'mod':
          if (!Number.isSafeInteger(atom.by) || atom.by < 1)
            this.add(`${String(atom.by)} is not a positive integer to divide by`);
          this.index(atom.of, place);
          break;
        case 'value':
          if (atom.expr.dtype !== 'i32') this.add(`a ${atom.expr.dtype} is used as an index`);
          this.expression(atom.expr, place);
      }
    }
  }
}

function holds(dtype: KernelDType, value: number): boolean {
  switch (dtype) {
    case 'f32':
      return true;
    case 'i32':
      return (value | 0) === value;
    case 'u32':
      return value >>> 0 === value;
    case 'bool':
      return value === 0 || value === 1;
  }
}
