// A slow, obvious interpreter of kernel programs in double precision: what generated code is compared with.

import type { BufferDecl, Expr, Guard, Index, Kernel, KernelProgram } from '@netwright/compiler';

export type Contents = Float64Array[];

/** Runs all kernels over logical row-major contents, one array for each buffer. */
export function interpret(program: KernelProgram, contents: Contents): void {
  for (const kernel of program.kernels) runKernel(kernel, program.buffers, contents);
}

function runKernel(kernel: Kernel, buffers: readonly BufferDecl[], contents: Contents): void {
  const at = new Map<number, number>();
  const reduction = new Map(kernel.reductionAxes.map(({ id, extent }) => [id, extent]));
  const extents = new Map(reduction);

  const indexValue = (index: Index): number => {
    let sum = index.offset;
    for (const { coefficient, atom } of index.terms) {
      if (atom.kind === 'axis') sum += coefficient * (at.get(atom.axis) ?? 0);
      else if (atom.kind === 'value') sum += coefficient * evaluate(atom.expr);
      else {
        const of = indexValue(atom.of);
        sum +=
          coefficient * (atom.kind === 'floorDiv' ? Math.floor(of / atom.by) : of - Math.floor(of / atom.by) * atom.by);
      }
    }
    return sum;
  };
  const holds = (guards: readonly Guard[]): boolean =>
    guards.every(({ index, lower, upper }) => {
      const value = indexValue(index);
      return value >= lower && value < upper;
    });
  const position = (buffer: number, index: readonly Index[]): number => {
    const shape = buffers[buffer]?.shape ?? [];
    return index.reduce((sum, one, k) => {
      const value = indexValue(one);
      const extent = shape[k] ?? 1;
      if (value < 0 || value >= extent)
        throw new RangeError(`${kernel.name}: index ${value} of ${extent} in buffer ${buffer}`);
      return sum * extent + value;
    }, 0);
  };
  const evaluate = (expr: Expr): number => {
    switch (expr.kind) {
      case 'const':
        return expr.value;
      case 'index':
        return indexValue(expr.index);
      case 'load':
        return holds(expr.guards) ? (contents[expr.buffer]?.[position(expr.buffer, expr.index)] ?? NaN) : expr.fill;
      case 'unary':
        return unary(expr, evaluate(expr.x));
      case 'binary':
        return binary(expr, evaluate(expr.a), evaluate(expr.b));
      case 'select':
        return evaluate(expr.condition) !== 0 ? evaluate(expr.a) : evaluate(expr.b);
      case 'cast': {
        const x = evaluate(expr.x);
        if (expr.dtype === 'bool') return x !== 0 ? 1 : 0;
        if (expr.dtype === 'i32') return expr.x.dtype === 'f32' ? Math.trunc(x) : x | 0;
        return expr.dtype === 'u32' ? (expr.x.dtype === 'f32' ? Math.trunc(x) : x >>> 0) : x;
      }
      case 'guarded':
        return holds(expr.guards) ? evaluate(expr.a) : evaluate(expr.b);
      case 'reduce': {
        let best = expr.op === 'sum' ? 0 : -Infinity;
        let bestAt = -1;
        let count = 0;
        const loop = (depth: number): void => {
          const axis = expr.axes[depth];
          if (axis === undefined) {
            const value = evaluate(expr.body);
            if (expr.op === 'sum') best += value;
            else if (bestAt < 0 || value > best || (Number.isNaN(value) && !Number.isNaN(best))) {
              best = value;
              bestAt = count;
            }
            count += 1;
            return;
          }
          for (let i = 0; i < (extents.get(axis) ?? 1); i += 1) {
            at.set(axis, i);
            loop(depth + 1);
          }
        };
        loop(0);
        return expr.op === 'argmax' ? bestAt : best;
      }
    }
  };
  const points = (depth: number): void => {
    const axis = kernel.axes[depth];
    if (axis === undefined) {
      const values = kernel.outputs.map(({ value }) => evaluate(value));
      kernel.outputs.forEach(({ buffer, index }, i) => {
        const target = contents[buffer];
        if (target !== undefined) target[position(buffer, index)] = values[i] ?? NaN;
      });
      return;
    }
    for (let i = 0; i < axis.extent; i += 1) {
      at.set(axis.id, i);
      points(depth + 1);
    }
  };
  points(0);
}

function unary({ op }: Expr & { readonly kind: 'unary' }, x: number): number {
  switch (op) {
    case 'neg':
      return -x;
    case 'not':
      return x === 0 ? 1 : 0;
    default:
      return Math[op](x);
  }
}

function binary({ op, a: { dtype } }: Expr & { readonly kind: 'binary' }, a: number, b: number): number {
  const wrap = (x: number): number => (dtype === 'u32' ? x >>> 0 : dtype === 'i32' ? x | 0 : x);
  switch (op) {
    case 'add':
      return wrap(a + b);
    case 'sub':
      return wrap(a - b);
    case 'mul':
      return dtype === 'f32' ? a * b : wrap(Math.imul(a, b));
    case 'div':
      return a / b;
    case 'min':
    case 'max':
      return Math[op](a, b);
    case 'pow':
      // As in C, unlike Math.pow.
      return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b);
    case 'xor':
      return wrap(a ^ b);
    case 'shr':
      return a >>> b;
    case 'eq':
      return a === b ? 1 : 0;
    case 'lt':
      return a < b ? 1 : 0;
    case 'le':
      return a <= b ? 1 : 0;
    case 'and':
      return a & b;
    case 'or':
      return a | b;
  }
}
