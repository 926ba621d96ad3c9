// Kernel programs as short stable text.

import type { Expr, Guard, Index, KernelProgram } from '@netwright/compiler';

function printIndex({ offset, terms }: Index): string {
  const parts = terms.map(({ coefficient, atom }) => {
    const text =
      atom.kind === 'axis'
        ? `a${atom.axis}`
        : atom.kind === 'value'
          ? `[${printExpr(atom.expr)}]`
          : `(${printIndex(atom.of)} ${atom.kind === 'mod' ? '%' : '//'} ${atom.by})`;
    return coefficient === 1 ? text : `${coefficient}*${text}`;
  });
  if (offset !== 0 || parts.length === 0) parts.push(String(offset));
  return parts.join('+').replaceAll('+-', '-');
}

function printGuards(guards: readonly Guard[]): string {
  return guards.map(({ index, lower, upper }) => `${lower}<=${printIndex(index)}<${upper}`).join(' & ');
}

function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'const':
      return String(expr.value);
    case 'index':
      return `index(${printIndex(expr.index)})`;
    case 'load': {
      const access = `b${expr.buffer}[${expr.index.map(printIndex).join(', ')}]`;
      return expr.guards.length === 0 ? access : `(${access} if ${printGuards(expr.guards)} else ${expr.fill})`;
    }
    case 'unary':
    case 'cast':
      return `${expr.kind === 'unary' ? expr.op : expr.dtype}(${printExpr(expr.x)})`;
    case 'binary':
      return `${expr.op}(${printExpr(expr.a)}, ${printExpr(expr.b)})`;
    case 'select':
      return `select(${printExpr(expr.condition)}, ${printExpr(expr.a)}, ${printExpr(expr.b)})`;
    case 'guarded':
      return `(${printExpr(expr.a)} if ${printGuards(expr.guards)} else ${printExpr(expr.b)})`;
    case 'reduce':
      return `${expr.op}{${expr.axes.map((axis) => `a${axis}`).join()}}(${printExpr(expr.body)})`;
  }
}

export function printProgram({ buffers, kernels }: KernelProgram): string {
  const loops = (axes: readonly { readonly id: number; readonly extent: number }[]): string =>
    axes.map(({ id, extent }) => `a${id}<${extent}`).join(' ');
  return [
    ...buffers.map(
      ({ id, shape, storage }) =>
        `b${id}: ${shape.join('x')} strides ${storage.strides.join(',')} size ${storage.size}`,
    ),
    ...kernels.flatMap(({ name, axes, reductionAxes, outputs }) => [
      `${name}: ${loops(axes)} | ${loops(reductionAxes)}`,
      ...outputs.map(
        ({ buffer, index, value }) => `  b${buffer}[${index.map(printIndex).join(', ')}] = ${printExpr(value)}`,
      ),
    ]),
  ].join('\n');
}
