// Kernel programs as stable text, for tests and for people.
//
// ```text
// b0 input x: f32[1, 3, 8, 8]
// conv1:conv2d a0:1 a1:16 a2:8 a3:8 | a4:3 a5:3 a6:3
//   b2[a0, a1, a2, a3] = sum{a4, a5, a6}(mul(b0[a0, a4, a2 + a5 - 1, a3 + a6 - 1] if 0 <= a2 + a5 - 1 < 8 else 0, b1[a1, a4, a5, a6]))
// ```

import { childrenOf } from './expression.ts';
import { nodesOf } from './contents.ts';
import type { Guard, Index, IndexAtom } from './index-expression.ts';
import type { Axis, BufferDecl, Expr, Kernel, KernelProgram } from './kernel.ts';
import { rowMajorStorage } from './storage.ts';

/** Buffers, then kernels in order. */
export function printProgram({ buffers, kernels }: KernelProgram): string {
  return [...buffers.map(printBuffer), ...kernels.map(printKernel)].join('\n');
}

/** One line: `b0 input x: f32[1, 3, 8, 8]`, with the strides where they are not row-major. */
export function printBuffer({ id, dtype, shape, role, storage }: BufferDecl): string {
  const type = `${dtype}[${shape.join(', ')}]`;
  return `b${String(id)} ${printRole(role)}: ${type}${printStorage(shape, storage)}`;
}

function printRole(role: BufferDecl['role']): string {
  switch (role.kind) {
    case 'input':
    case 'persistent':
      return `${role.kind} ${role.name}`;
    case 'output':
      return `output ${role.names.join(', ')}`;
    case 'constant':
      return role.data.length <= 8
        ? `constant ${role.data.map(printNumber).join(' ')}`
        : `constant of ${String(role.data.length)}`;
    case 'temporary':
      return 'temporary';
  }
}

function printStorage(shape: readonly number[], { strides, offset, size }: BufferDecl['storage']): string {
  const plain = rowMajorStorage(shape);
  if (strides.join() === plain.strides.join() && offset === 0 && size === plain.size) return '';
  return ` strides ${strides.join(' ')} offset ${String(offset)} size ${String(size)}`;
}

/** One line for the loops, one for each expression that is used several times, one for each output. */
export function printKernel({ name, axes, reductionAxes, outputs }: Kernel): string {
  const loops = [...axes.map(printAxis), ...(reductionAxes.length > 0 ? ['|', ...reductionAxes.map(printAxis)] : [])];
  const shared = sharedNodes(outputs.map(({ value }) => value));
  const printer = new ExprPrinter(shared);
  return [
    [name, ...loops].join(' '),
    ...shared.map((expr, at) => `  t${String(at)} = ${printer.definition(expr)}`),
    ...outputs.map(
      ({ buffer, index, value }) => `  b${String(buffer)}[${printer.indices(index)}] = ${printer.print(value)}`,
    ),
  ].join('\n');
}

function printAxis({ id, extent }: Axis): string {
  return `a${String(id)}:${String(extent)}`;
}

/** Operations that several others use, operands first. */
function sharedNodes(values: readonly Expr[]): readonly Expr[] {
  const uses = new Map<Expr, number>();
  for (const expr of new Set(values.flatMap((value) => [...nodesOf(value)]))) {
    for (const child of childrenOf(expr)) uses.set(child, (uses.get(child) ?? 0) + 1);
  }
  for (const value of values) uses.set(value, (uses.get(value) ?? 0) + 1);
  const shared: Expr[] = [];
  const seen = new Set<Expr>();
  const visit = (expr: Expr): void => {
    if (seen.has(expr)) return;
    seen.add(expr);
    childrenOf(expr).forEach(visit);
    const isOperation = expr.kind !== 'const' && expr.kind !== 'index' && expr.kind !== 'load';
    if (isOperation && (uses.get(expr) ?? 0) > 1) shared.push(expr);
  };
  values.forEach(visit);
  return shared;
}

/** An expression on one line; what it shares is written out each time. */
export function printExpr(expr: Expr): string {
  return new ExprPrinter([]).print(expr);
}

/** An index such as `2*a2 + a5 - 1`. */
export function printIndex(index: Index): string {
  return new ExprPrinter([]).index(index);
}

/** Conditions such as `0 <= a2 + a5 - 1 < 8`, joined by `and`. */
export function printGuards(guards: readonly Guard[]): string {
  return new ExprPrinter([]).guards(guards);
}

function printNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

class ExprPrinter {
  private readonly shared: readonly Expr[];

  constructor(shared: readonly Expr[]) {
    this.shared = shared;
  }

  print(expr: Expr): string {
    const at = this.shared.indexOf(expr);
    return at >= 0 ? `t${String(at)}` : this.definition(expr);
  }

  definition(expr: Expr): string {
    switch (expr.kind) {
      case 'const':
        return printNumber(expr.value);
      case 'index':
        return `index(${this.index(expr.index)})`;
      case 'load': {
        const element = `b${String(expr.buffer)}[${this.indices(expr.index)}]`;
        return expr.guards.length === 0
          ? element
          : `(${element} if ${this.guards(expr.guards)} else ${printNumber(expr.fill)})`;
      }
      case 'unary':
        return `${expr.op}(${this.print(expr.x)})`;
      case 'cast':
        return `${expr.dtype}(${this.print(expr.x)})`;
      case 'binary':
        return `${expr.op}(${this.print(expr.a)}, ${this.print(expr.b)})`;
      case 'select':
        return `select(${this.print(expr.condition)}, ${this.print(expr.a)}, ${this.print(expr.b)})`;
      case 'guarded':
        return `(${this.print(expr.a)} if ${this.guards(expr.guards)} else ${this.print(expr.b)})`;
      case 'reduce':
        return `${expr.op}{${expr.axes.map((axis) => `a${String(axis)}`).join(', ')}}(${this.print(expr.body)})`;
    }
  }

  indices(indices: readonly Index[]): string {
    return indices.map((index) => this.index(index)).join(', ');
  }

  guards(guards: readonly Guard[]): string {
    return guards
      .map(({ index, lower, upper }) => `${String(lower)} <= ${this.index(index)} < ${String(upper)}`)
      .join(' & ');
  }

  index({ offset, terms }: Index): string {
    const parts = terms.map(({ coefficient, atom }) => {
      const size = Math.abs(coefficient);
      return `${coefficient < 0 ? '- ' : '+ '}${size === 1 ? '' : `${String(size)}*`}${this.atom(atom)}`;
    });
    if (offset !== 0 || parts.length === 0) parts.push(`${offset < 0 ? '- ' : '+ '}${String(Math.abs(offset))}`);
    return parts.join(' ').replace(/^\+ /, '').replace(/^- /, '-');
  }

  /** In brackets where it is a sum. */
  private group(index: Index): string {
    const parts = index.terms.length + (index.offset === 0 ? 0 : 1);
    return parts > 1 ? `(${this.index(index)})` : this.index(index);
  }

  private atom(atom: IndexAtom): string {
    switch (atom.kind) {
      case 'axis':
        return `a${String(atom.axis)}`;
      case 'floorDiv':
        return `floor(${this.group(atom.of)} / ${String(atom.by)})`;
      case 'mod':
        return `(${this.group(atom.of)} mod ${String(atom.by)})`;
      case 'value':
        return this.print(atom.expr);
    }
  }
}
