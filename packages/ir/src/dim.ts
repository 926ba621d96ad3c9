// Dimensions: a number, or a monomial in symbols written canonically (`N`, `196*N`, `2*M*N`).

import { NetwrightError } from './errors.ts';

/** A length: a whole number, or a monomial in symbols such as `N` or `196*N`, bound to numbers when a graph is compiled. */
export type Dim = number | string;
/** Lengths of the axes, outermost first; images are [N, C, H, W]. A scalar is `[]`. */
export type Shape = readonly Dim[];

interface Monomial {
  readonly factor: number;
  readonly symbols: readonly string[];
}

function parse(dim: Dim): Monomial {
  if (typeof dim === 'number') return { factor: dim, symbols: [] };
  const parts = dim.split('*');
  const factor = Number(parts[0]);
  return Number.isNaN(factor) ? { factor: 1, symbols: parts } : { factor, symbols: parts.slice(1) };
}

function format({ factor, symbols }: Monomial): Dim {
  if (symbols.length === 0 || factor === 0) return factor;
  const product = [...symbols].sort().join('*');
  return factor === 1 ? product : `${String(factor)}*${product}`;
}

/** Whether the text is a valid canonical dimension. */
export function isDim(dim: unknown): dim is Dim {
  if (typeof dim === 'number') return Number.isSafeInteger(dim) && dim >= 0;
  if (typeof dim !== 'string') return false;
  const { factor, symbols } = parse(dim);
  return (
    Number.isSafeInteger(factor) &&
    factor > 0 &&
    symbols.length > 0 &&
    symbols.every((symbol) => /^[A-Za-z_]\w*$/.test(symbol)) &&
    format({ factor, symbols }) === dim
  );
}

/** Product of dimensions. */
export function multiplyDims(...dims: readonly Dim[]): Dim {
  let factor = 1;
  const symbols: string[] = [];
  for (const dim of dims) {
    if (typeof dim === 'number') factor *= dim;
    else {
      const monomial = parse(dim);
      factor *= monomial.factor;
      symbols.push(...monomial.symbols);
    }
  }
  return format({ factor, symbols });
}

/** `a / b` when it is exact for every value of the symbols, else undefined. */
export function divideDims(a: Dim, b: Dim): Dim | undefined {
  const numerator = parse(a);
  const denominator = parse(b);
  if (denominator.factor === 0 || numerator.factor % denominator.factor !== 0) return undefined;
  const symbols = [...numerator.symbols];
  for (const symbol of denominator.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) return undefined;
    symbols.splice(at, 1);
  }
  return format({ factor: numerator.factor / denominator.factor, symbols });
}

/** Number of elements of a shape. */
export function numel(shape: Shape): Dim {
  return multiplyDims(...shape);
}

/** The symbols that occur in a shape. */
export function dimSymbols(shape: Shape): readonly string[] {
  return [...new Set(shape.flatMap((dim) => parse(dim).symbols))].sort();
}

/** The number that a dimension stands for; an unbound symbol is an error (`dim.unbound`). */
export function bindDim(dim: Dim, sizes: Readonly<Record<string, number>>): number {
  if (typeof dim === 'number') return dim;
  const { factor, symbols } = parse(dim);
  return symbols.reduce((product, symbol) => {
    const size = sizes[symbol];
    if (size === undefined) {
      throw new NetwrightError({
        code: 'dim.unbound',
        operation: 'bindDim',
        expected: `a size for the symbolic dimension ${symbol}`,
        received: `sizes for [${Object.keys(sizes).join(', ')}]`,
        hint: `pass dims: { ${symbol}: ... } when compiling`,
      });
    }
    return product * size;
  }, factor);
}

/** The shape with sizes in place of its symbols. Errors: `dim.unbound`. */
export function bindShape(shape: Shape, sizes: Readonly<Record<string, number>>): number[] {
  return shape.map((dim) => bindDim(dim, sizes));
}

/** Whether two shapes have the same dimensions, symbols by name. */
export function equalShapes(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** NumPy broadcasting of two shapes; undefined when they do not match. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) result.push(left);
    else if (left === 1) result.push(right);
    else return undefined;
  }
  return result;
}

/** The shape as messages show it: `[N, 3, 32, 32]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
