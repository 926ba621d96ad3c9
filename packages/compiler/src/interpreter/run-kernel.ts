// Runs one kernel: its expressions become closures, called once for each point of its axes.

import { applyBinary, applyUnary, convert } from '../kernels/arithmetic.ts';
import { childrenOf } from '../kernels/expression.ts';
import type { Guard, Index, IndexAtom } from '../kernels/index-expression.ts';
import type { BufferDecl, Expr, Kernel, KernelDType, ReduceOp } from '../kernels/kernel.ts';
import type { Memory, Precision } from './memory.ts';

/** One kernel with the memory that it reads and writes; `memory` holds the elements of each buffer by its id. */
export interface KernelRun {
  readonly kernel: Kernel;
  readonly buffers: readonly BufferDecl[];
  readonly memory: Memory;
  readonly precision: Precision;
}

/**
 * Evaluates every output at every point, then stores.
 *
 * @throws RangeError for an index outside its buffer or its storage.
 */
export function runKernel(run: KernelRun): void {
  const { kernel, memory } = run;
  const compiler = new KernelCompiler(run);
  const outputs = kernel.outputs.map(({ buffer, index, value }) => ({
    elements: memory[buffer],
    address: compiler.address(buffer, index),
    value: compiler.expression(value),
  }));
  const values = outputs.map(() => 0);
  compiler.overAxes(
    kernel.axes.map(({ id }) => id),
    () => {
      outputs.forEach(({ value }, at) => (values[at] = value()));
      outputs.forEach(({ elements, address }, at) => (elements[address()] = values[at]));
    },
  );
}

type Thunk = () => number;

class KernelCompiler {
  private readonly run: KernelRun;
  private readonly extents: ReadonlyMap<number, number>;
  /** Positions by axis id. */
  private readonly position: number[] = [];
  private readonly compiled = new Map<Expr, Thunk>();
  private readonly round: (value: number) => number;
  /** A number for each point, inner ones too; what shared expressions computed is good for one point. */
  private point = 0;
  private points = 0;

  constructor(run: KernelRun) {
    const { axes, reductionAxes } = run.kernel;
    this.run = run;
    this.extents = new Map([...axes, ...reductionAxes].map(({ id, extent }) => [id, extent]));
    this.round = run.precision === 'f32' ? Math.fround : (value) => value;
  }

  /** Calls `visit` at each point of some axes, the last one fastest. */
  overAxes(ids: readonly number[], visit: () => void, depth = 0): void {
    if (depth === ids.length) {
      this.point = ++this.points;
      visit();
      return;
    }
    const extent = this.extents.get(ids[depth]) ?? 0;
    for (let i = 0; i < extent; i++) {
      this.position[ids[depth]] = i;
      this.overAxes(ids, visit, depth + 1);
    }
  }

  expression(expr: Expr): Thunk {
    const known = this.compiled.get(expr);
    if (known !== undefined) return known;
    const compute = this.computation(expr);
    const isSmall = expr.kind === 'const' || expr.kind === 'index';
    const thunk = isSmall ? compute : this.oncePerPoint(compute);
    this.compiled.set(expr, thunk);
    return thunk;
  }

  private oncePerPoint(compute: Thunk): Thunk {
    let at = -1;
    let value = 0;
    return () => {
      const { point } = this;
      if (at !== point) {
        value = compute();
        at = point;
      }
      return value;
    };
  }

  private computation(expr: Expr): Thunk {
    const { round } = this;
    const [x, y, z] = childrenOf(expr).map((child) => this.expression(child));
    switch (expr.kind) {
      case 'const': {
        const value = this.rounded(expr.dtype)(expr.value);
        return () => value;
      }
      case 'index':
        return this.index(expr.index);
      case 'load':
        return this.load(expr);
      case 'unary':
        return () => this.rounded(expr.dtype)(applyUnary(expr.op, expr.x.dtype, x()));
      case 'binary':
        return () => this.rounded(expr.dtype)(applyBinary(expr.op, expr.a.dtype, x(), y()));
      case 'select':
        return () => (x() !== 0 ? y() : z());
      case 'cast':
        return () => this.rounded(expr.dtype)(convert(x(), expr.x.dtype, expr.dtype));
      case 'guarded': {
        const holds = this.guards(expr.guards);
        return () => (holds() ? x() : y());
      }
      case 'reduce':
        return expr.op === 'argmax'
          ? this.argmax(expr.axes, x)
          : this.reduction(expr.op, expr.axes, x, expr.dtype === 'f32' ? round : undefined);
    }
  }

  private rounded(dtype: KernelDType): (value: number) => number {
    return dtype === 'f32' ? this.round : (value) => value;
  }

  private reduction(
    op: Exclude<ReduceOp, 'argmax'>,
    axes: readonly number[],
    body: Thunk,
    round: ((value: number) => number) | undefined,
  ): Thunk {
    const add = round === undefined ? (a: number, b: number) => (a + b) | 0 : (a: number, b: number) => round(a + b);
    const combine = op === 'sum' ? add : Math.max;
    return () => {
      const { point } = this;
      let total = op === 'sum' ? 0 : -Infinity;
      this.overAxes(axes, () => {
        total = combine(total, body());
      });
      this.point = point;
      return total;
    };
  }

  /** NaN counts as the largest. */
  private argmax(axes: readonly number[], body: Thunk): Thunk {
    return () => {
      const { point } = this;
      let best = -Infinity;
      let bestAt = 0;
      let at = 0;
      this.overAxes(axes, () => {
        const value = body();
        if (value > best || (Number.isNaN(value) && !Number.isNaN(best))) {
          best = value;
          bestAt = at;
        }
        at++;
      });
      this.point = point;
      return bestAt;
    };
  }

  private load({ buffer, index, guards, fill, dtype }: Expr & { readonly kind: 'load' }): Thunk {
    const elements = this.run.memory[buffer];
    const address = this.address(buffer, index);
    if (guards.length === 0) return () => elements[address()];
    const holds = this.guards(guards);
    const outside = this.rounded(dtype)(fill);
    return () => (holds() ? elements[address()] : outside);
  }

  private guards(guards: readonly Guard[]): () => boolean {
    const checks = guards.map(({ index, lower, upper }) => ({ value: this.index(index), lower, upper }));
    return () =>
      checks.every(({ value, lower, upper }) => {
        const at = value();
        return at >= lower && at < upper;
      });
  }

  /** Where an element lies in its buffer's memory. */
  address(buffer: number, indices: readonly Index[]): Thunk {
    const { kernel, buffers } = this.run;
    const { shape, storage } = buffers[buffer];
    const positions = indices.map((index) => this.index(index));
    if (positions.length !== shape.length) {
      throw new RangeError(
        `${kernel.name}: ${String(positions.length)} indices for buffer ${String(buffer)} of rank ${String(shape.length)}`,
      );
    }
    return () => {
      let at = storage.offset;
      for (let axis = 0; axis < positions.length; axis++) {
        const position = positions[axis]();
        if (position < 0 || position >= shape[axis]) {
          throw new RangeError(
            `${kernel.name}: position ${String(position)} on axis ${String(axis)} of buffer ${String(buffer)} of length ${String(shape[axis])}`,
          );
        }
        at += position * storage.strides[axis];
      }
      if (at < 0 || at >= storage.size)
        throw new RangeError(`${kernel.name}: place ${String(at)} of buffer ${String(buffer)} is outside its storage`);
      return at;
    };
  }

  private index({ offset, terms }: Index): Thunk {
    const parts = terms.map(({ coefficient, atom }) => ({ coefficient, value: this.atom(atom) }));
    return () => {
      let sum = offset;
      for (const { coefficient, value } of parts) sum += coefficient * value();
      return sum;
    };
  }

  private atom(atom: IndexAtom): Thunk {
    switch (atom.kind) {
      case 'axis': {
        const { axis } = atom;
        if (!this.extents.has(axis))
          throw new RangeError(`${this.run.kernel.name}: axis ${String(axis)} is not declared`);
        return () => this.position[axis];
      }
      case 'floorDiv': {
        const of = this.index(atom.of);
        return () => Math.floor(of() / atom.by);
      }
      case 'mod': {
        const of = this.index(atom.of);
        return () => {
          const value = of();
          return value - Math.floor(value / atom.by) * atom.by;
        };
      }
      case 'value':
        return this.expression(atom.expr);
    }
  }
}
