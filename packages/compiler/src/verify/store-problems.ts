// Whether the kernels of a program store each element of a buffer exactly once.

import { flatten, isAffine, rangeOf } from '../kernels/index-algebra.ts';
import type { Index } from '../kernels/index-expression.ts';
import type { BufferDecl, Kernel, KernelOutput } from '../kernels/kernel.ts';

/** One store, with the axes over which it is made. */
export interface Writer {
  readonly kernel: Kernel;
  readonly output: KernelOutput;
}

/** What is wrong with the stores to one buffer; stores outside the buffer are another check's business. */
export function storeProblems(buffer: BufferDecl, writers: readonly Writer[]): readonly string[] {
  const name = `b${String(buffer.id)}`;
  const single = writers.flatMap((writer) => {
    const problem = repeats(buffer, writer);
    return problem === undefined ? [] : [`${writer.kernel.name}: the store to ${name} ${problem}`];
  });
  if (single.length > 0) return single;
  const elements = buffer.shape.reduce((product, dim) => product * dim, 1);
  const stored = writers.reduce(
    (sum, { kernel }) => sum + kernel.axes.reduce((product, { extent }) => product * extent, 1),
    0,
  );
  if (stored !== elements) return [`${name}: ${String(stored)} of ${String(elements)} elements are stored`];
  return writers.length > 1 && overlap(buffer, writers)
    ? [`${name}: an element is stored twice, and another never`]
    : [];
}

/** Why one store does not visit distinct elements: the axes must be the digits of a mixed-radix number. */
function repeats({ shape }: BufferDecl, { kernel, output }: Writer): string | undefined {
  if (output.index.length !== shape.length) return undefined;
  const position = flatten(output.index, shape);
  if (!isAffine(position)) return 'is not affine';
  const steps = kernel.axes
    .filter(({ extent }) => extent > 1)
    .map(({ id, extent }) => ({ extent, step: Math.abs(stepOf(position, id)) }))
    .sort((a, b) => a.step - b.step);
  let reach = 0;
  for (const { extent, step } of steps) {
    if (step <= reach) return 'visits an element more than once';
    reach += step * (extent - 1);
  }
  return undefined;
}

function stepOf({ terms }: Index, axis: number): number {
  return terms.find(({ atom }) => atom.kind === 'axis' && atom.axis === axis)?.coefficient ?? 0;
}

/** Marks every element; exact, for the few buffers that several kernels write. */
function overlap({ shape }: BufferDecl, writers: readonly Writer[]): boolean {
  const marks = new Uint8Array(shape.reduce((product, dim) => product * dim, 1));
  return writers.some(({ kernel, output }) => {
    const position = flatten(output.index, shape);
    const range = rangeOf(position, new Map(kernel.axes.map(({ id, extent }) => [id, extent])));
    if (range === undefined || range[0] < 0 || range[1] >= marks.length) return false;
    const visit = (depth: number, at: number): boolean => {
      if (depth === kernel.axes.length) return marks[at]++ > 0;
      const { id, extent } = kernel.axes[depth];
      const step = stepOf(position, id);
      for (let i = 0; i < extent; i++) if (visit(depth + 1, at + i * step)) return true;
      return false;
    };
    return visit(0, position.offset);
  });
}
