// Finds kernels that differ only in the buffers that they use, without lowering them.

import type { Axis, BufferDecl, Expr, Guard, Index, Kernel } from '@netwright/compiler';

/** Text that is equal for kernels that match, and for few others. */
export function matchKey({ axes, reductionAxes, outputs }: Kernel): string {
  const extents = [...axes, ...reductionAxes].map(({ extent }) => extent);
  return `${extents.join()}:${axes.length}:${outputs.map(({ value }) => value.kind).join()}`;
}

/** The buffer of `b` in place of each buffer of `a`, where the kernels have the same loops and compute the same from buffers of the same form. */
export function matchKernels(
  a: Kernel,
  b: Kernel,
  buffers: readonly BufferDecl[],
): ReadonlyMap<number, number> | undefined {
  if (!sameAxes(a.axes, b.axes) || !sameAxes(a.reductionAxes, b.reductionAxes)) return undefined;
  if (a.outputs.length !== b.outputs.length) return undefined;
  const matching = new Matching(buffers);
  const same = a.outputs.every(({ buffer, index, value }, k) => {
    const other = b.outputs[k];
    return (
      other !== undefined &&
      matching.sameBuffer(buffer, other.buffer) &&
      matching.sameIndices(index, other.index) &&
      matching.same(value, other.value)
    );
  });
  return same ? matching.found : undefined;
}

function sameAxes(a: readonly Axis[], b: readonly Axis[]): boolean {
  return a.length === b.length && a.every(({ id, extent }, k) => id === b[k]?.id && extent === b[k].extent);
}

class Matching {
  readonly found = new Map<number, number>();
  readonly #buffers: readonly BufferDecl[];
  readonly #taken = new Set<number>();
  readonly #known = new Map<Expr, Expr>();

  constructor(buffers: readonly BufferDecl[]) {
    this.#buffers = buffers;
  }

  sameBuffer(a: number, b: number): boolean {
    const known = this.found.get(a);
    if (known !== undefined) return known === b;
    const [one, other] = [this.#buffers[a], this.#buffers[b]];
    if (one === undefined || other === undefined || this.#taken.has(b) || one.dtype !== other.dtype) return false;
    const { strides, offset } = one.storage;
    if (offset !== other.storage.offset || strides.length !== other.storage.strides.length) return false;
    if (!strides.every((stride, k) => stride === other.storage.strides[k])) return false;
    this.found.set(a, b);
    this.#taken.add(b);
    return true;
  }

  sameIndices(a: readonly Index[], b: readonly Index[]): boolean {
    return a.length === b.length && a.every((index, k) => this.#sameIndex(index, b[k]));
  }

  #sameIndex(a: Index, b: Index | undefined): boolean {
    if (a === b) return true;
    if (b === undefined || a.offset !== b.offset || a.terms.length !== b.terms.length) return false;
    return a.terms.every(({ coefficient, atom }, k) => {
      const other = b.terms[k];
      if (coefficient !== other?.coefficient) return false;
      switch (atom.kind) {
        case 'axis':
          return other.atom.kind === 'axis' && atom.axis === other.atom.axis;
        case 'value':
          return other.atom.kind === 'value' && this.same(atom.expr, other.atom.expr);
        case 'floorDiv':
        case 'mod':
          return other.atom.kind === atom.kind && atom.by === other.atom.by && this.#sameIndex(atom.of, other.atom.of);
      }
    });
  }

  #sameGuards(a: readonly Guard[], b: readonly Guard[]): boolean {
    return (
      a.length === b.length &&
      a.every(({ index, lower, upper }, k) => {
        const other = b[k];
        return lower === other?.lower && upper === other.upper && this.#sameIndex(index, other.index);
      })
    );
  }

  same(a: Expr, b: Expr): boolean {
    const known = this.#known.get(a);
    if (known !== undefined) return known === b;
    if (a.dtype !== b.dtype || !this.#sameParts(a, b)) return false;
    this.#known.set(a, b);
    return true;
  }

  #sameParts(a: Expr, b: Expr): boolean {
    switch (a.kind) {
      case 'const':
        return b.kind === 'const' && Object.is(a.value, b.value);
      case 'index':
        return b.kind === 'index' && this.#sameIndex(a.index, b.index);
      case 'load':
        return (
          b.kind === 'load' &&
          this.sameBuffer(a.buffer, b.buffer) &&
          Object.is(a.fill, b.fill) &&
          this.sameIndices(a.index, b.index) &&
          this.#sameGuards(a.guards, b.guards)
        );
      case 'unary':
        return b.kind === 'unary' && a.op === b.op && this.same(a.x, b.x);
      case 'cast':
        return b.kind === 'cast' && this.same(a.x, b.x);
      case 'binary':
        return b.kind === 'binary' && a.op === b.op && this.same(a.a, b.a) && this.same(a.b, b.b);
      case 'select':
        return b.kind === 'select' && this.same(a.condition, b.condition) && this.same(a.a, b.a) && this.same(a.b, b.b);
      case 'guarded':
        return (
          b.kind === 'guarded' && this.#sameGuards(a.guards, b.guards) && this.same(a.a, b.a) && this.same(a.b, b.b)
        );
      case 'reduce':
        return b.kind === 'reduce' && a.op === b.op && a.axes.join() === b.axes.join() && this.same(a.body, b.body);
    }
  }
}
