import type { KernelCapabilities } from '../capabilities.ts';
import { buffersOf, buffersRead, kernelReduces } from '../kernels/contents.ts';
import { childrenOf } from '../kernels/expression.ts';
import type { BufferDecl, Expr, Kernel } from '../kernels/kernel.ts';
import type { SchedulePass } from '../planned-program.ts';
import { Materializer, rewriteGuarded } from './materialize.ts';
import { splitOutputs } from './split-outputs.ts';

/** A selection reads three values, each of which may be read at a position that is read. */
const FEWEST = 7;

/**
 * Stores parts of expressions until every kernel uses few enough buffers.
 *
 * @param maxBuffers - at least 7.
 */
export function limitBuffers({ maxBuffers }: Pick<KernelCapabilities, 'maxBuffers'>): SchedulePass {
  if (maxBuffers < FEWEST)
    throw new RangeError(`kernels must be able to use ${String(FEWEST)} buffers, not ${String(maxBuffers)}`);
  return {
    name: 'limit-buffers',
    requires: 'Old and new values of persistent entries have buffers of their own.',
    guarantees: 'Each kernel reads and writes at most as many buffers as a kernel may use.',
    run: (program) => {
      const buffers = [...program.buffers];
      const fits = (kernel: Kernel): boolean => buffersRead(kernel).size + kernel.outputs.length <= maxBuffers;
      const kernels = program.kernels.flatMap((kernel) => {
        if (fits(kernel)) return [kernel];
        const single = splitOutputs({ maxOutputs: 1 }).run({ buffers, kernels: [kernel] }).kernels;
        return single.flatMap((one) => (fits(one) ? [one] : limitReads(one, buffers, maxBuffers - 1)));
      });
      return { buffers, kernels };
    },
  };
}

function limitReads(kernel: Kernel, buffers: BufferDecl[], limit: number): readonly Kernel[] {
  const parts = new Materializer(kernel, buffers);
  const outputs = kernel.outputs.map((output) => {
    const value = rewriteGuarded(output.value, parts.extents, (expr, guards) => {
      if (readBy([expr]).size <= limit) return undefined;
      const children = childrenOf(expr);
      const inside = expr.kind === 'guarded' ? [...guards, ...expr.guards] : guards;
      const kept = [...children];
      // The parts with the most operands first.
      const order = children.map((_, at) => at).sort((a, b) => readBy([children[b]]).size - readBy([children[a]]).size);
      for (const at of order) {
        if (readBy([withChildren(expr, kept)]).size <= limit) break;
        if (children[at].kind === 'load' || children[at].kind === 'const') continue;
        const isGuarded = expr.kind === 'guarded' && at === 0;
        kept[at] = parts.materialize(children[at], isGuarded ? inside : guards);
      }
      return withChildren(expr, kept);
    });
    return { ...output, value };
  });
  const used = new Set(kernelReduces({ outputs }).flatMap(({ axes }) => axes));
  const last = { ...kernel, outputs, reductionAxes: kernel.reductionAxes.filter(({ id }) => used.has(id)) };
  return [...parts.kernels, last];
}

function readBy(values: readonly Expr[]): ReadonlySet<number> {
  const read = new Set<number>();
  for (const value of values) for (const buffer of buffersOf(value)) read.add(buffer);
  return read;
}

function withChildren(expr: Expr, [x, y, z]: readonly Expr[]): Expr {
  switch (expr.kind) {
    case 'const':
    case 'index':
    case 'load':
      return expr;
    case 'unary':
    case 'cast':
      return { ...expr, x };
    case 'binary':
    case 'guarded':
      return { ...expr, a: x, b: y };
    case 'select':
      return { ...expr, condition: x, a: y, b: z };
    case 'reduce':
      return { ...expr, body: x };
  }
}
