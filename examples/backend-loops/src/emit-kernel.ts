// One kernel as the source of a function of the memory: a loop for each axis, a statement for each expression.

import type { BufferDecl, Expr, Guard, Index, Kernel } from '@netwright/compiler';
import { operationText, PRELUDE } from './operation-text.ts';

/** Runs over arrays by buffer. */
export type KernelFunction = (memory: readonly { [index: number]: number }[]) => void;

export function emitKernel(kernel: Kernel, buffers: readonly BufferDecl[]): KernelFunction {
  const source = new KernelEmitter(kernel, buffers).emit();
  return new Function('memory', source) as KernelFunction;
}

/** Statements of one block, and the names of what they computed. */
interface Block {
  readonly lines: string[];
  readonly names: Map<Expr, string>;
  readonly outer: Block | undefined;
}

class KernelEmitter {
  readonly #kernel: Kernel;
  readonly #buffers: readonly BufferDecl[];
  readonly #extents: ReadonlyMap<number, number>;
  #block: Block = { lines: [], names: new Map(), outer: undefined };
  #count = 0;

  constructor(kernel: Kernel, buffers: readonly BufferDecl[]) {
    this.#kernel = kernel;
    this.#buffers = buffers;
    this.#extents = new Map([...kernel.axes, ...kernel.reductionAxes].map(({ id, extent }) => [id, extent]));
  }

  emit(): string {
    const { axes, outputs } = this.#kernel;
    const body = this.#inside(() => {
      const values = outputs.map(({ value }) => this.#value(value));
      outputs.forEach(({ buffer, index }, at) => {
        this.#line(`memory[${buffer}][${this.#address(buffer, index)}] = ${values[at]};`);
      });
    });
    return [
      PRELUDE,
      ...this.#loops(
        axes.map(({ id }) => id),
        body,
      ),
    ].join('\n');
  }

  #loops(ids: readonly number[], body: readonly string[]): readonly string[] {
    const heads = ids.map((id) => `for (let a${id} = 0; a${id} < ${this.#extents.get(id) ?? 0}; a${id}++) {`);
    return [...heads, ...body, ...ids.map(() => '}')];
  }

  #line(text: string): void {
    this.#block.lines.push(text);
  }

  /** The statements that `emit` gives, in a block of their own. */
  #inside(emit: () => void): readonly string[] {
    const outer = this.#block;
    this.#block = { lines: [], names: new Map(), outer };
    emit();
    const { lines } = this.#block;
    this.#block = outer;
    return lines;
  }

  #fresh(): string {
    return `v${this.#count++}`;
  }

  /** The name of the value, computed here unless it is known in this block or around it. */
  #value(expr: Expr): string {
    for (let block: Block | undefined = this.#block; block !== undefined; block = block.outer) {
      const known = block.names.get(expr);
      if (known !== undefined) return known;
    }
    const name = this.#compute(expr);
    this.#block.names.set(expr, name);
    return name;
  }

  #compute(expr: Expr): string {
    switch (expr.kind) {
      case 'const':
        return Object.is(expr.value, -0) ? '-0' : `(${expr.value})`;
      case 'index':
        return this.#named(this.#index(expr.index));
      case 'load':
        return this.#load(expr);
      case 'unary':
        return this.#named(operationText(expr.op, expr.x.dtype, [this.#value(expr.x)]));
      case 'binary':
        return this.#named(operationText(expr.op, expr.a.dtype, [this.#value(expr.a), this.#value(expr.b)]));
      case 'select':
        return this.#branch(
          this.#value(expr.condition),
          () => this.#value(expr.a),
          () => this.#value(expr.b),
        );
      case 'cast':
        return this.#named(`${expr.x.dtype}_to_${expr.dtype}(${this.#value(expr.x)})`);
      case 'guarded':
        return this.#branch(
          this.#guards(expr.guards),
          () => this.#value(expr.a),
          () => this.#value(expr.b),
        );
      case 'reduce':
        return this.#reduce(expr);
    }
  }

  #named(text: string): string {
    const name = this.#fresh();
    this.#line(`const ${name} = ${text};`);
    return name;
  }

  #branch(condition: string, yes: () => string, no: () => string): string {
    const name = this.#fresh();
    const arm = (value: () => string): readonly string[] => this.#inside(() => this.#line(`${name} = ${value()};`));
    this.#line(`let ${name};`);
    this.#line([`if (${condition}) {`, ...arm(yes), '} else {', ...arm(no), '}'].join('\n'));
    return name;
  }

  #load(expr: Expr & { readonly kind: 'load' }): string {
    const read = (): string => `memory[${expr.buffer}][${this.#address(expr.buffer, expr.index)}]`;
    if (expr.guards.length === 0) return this.#named(read());
    return this.#branch(this.#guards(expr.guards), read, () => String(expr.fill));
  }

  #reduce({ op, axes, body, dtype }: Expr & { readonly kind: 'reduce' }): string {
    const [total, best, at] = [this.#fresh(), this.#fresh(), this.#fresh()];
    const lines = this.#inside(() => {
      const value = this.#value(body);
      if (op === 'max') this.#line(`${total} = Math.max(${total}, ${value});`);
      else if (op === 'sum') this.#line(`${total} = ${total} + ${value}${dtype === 'f32' ? '' : ' | 0'};`);
      else {
        this.#line(`if (${value} > ${best} || (${value} !== ${value} && ${best} === ${best})) {`);
        this.#line(`${best} = ${value}; ${total} = ${at}; }`);
        this.#line(`${at}++;`);
      }
    });
    this.#line(`let ${total} = ${op === 'max' ? '-Infinity' : '0'}, ${best} = -Infinity, ${at} = 0;`);
    this.#line(this.#loops(axes, lines).join('\n'));
    return total;
  }

  #guards(guards: readonly Guard[]): string {
    return guards.map(({ index, lower, upper }) => `within(${this.#index(index)}, ${lower}, ${upper})`).join(' && ');
  }

  #address(buffer: number, indices: readonly Index[]): string {
    const { strides, offset } = this.#buffers[buffer].storage;
    const parts = indices.map((index, axis) => `(${this.#index(index)}) * ${strides[axis]}`);
    return [String(offset), ...parts].join(' + ');
  }

  #index({ offset, terms }: Index): string {
    const parts = terms.map(({ coefficient, atom }) => {
      switch (atom.kind) {
        case 'axis':
          return `a${atom.axis} * ${coefficient}`;
        case 'floorDiv':
          return `Math.floor((${this.#index(atom.of)}) / ${atom.by}) * ${coefficient}`;
        case 'mod':
          return `modulo(${this.#index(atom.of)}, ${atom.by}) * ${coefficient}`;
        case 'value':
          return `${this.#value(atom.expr)} * ${coefficient}`;
      }
    });
    return [String(offset), ...parts].join(' + ');
  }
}
