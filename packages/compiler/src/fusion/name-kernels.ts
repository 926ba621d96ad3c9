import { primitives, type PrimitiveName } from '@netwright/ir';
import type { BufferDecl, Kernel } from '../kernels/kernel.ts';
import type { SchedulePass } from '../planned-program.ts';

/** Operations that a name lists before it is cut short. */
const MOST_OPERATIONS = 6;

/** Names say where a kernel comes from and what it computes: `layer1.0.conv1:conv2d+add+maximum`, `fc.weight:update`. */
export const nameKernels: SchedulePass = {
  name: 'name-kernels',
  requires: 'Nothing.',
  guarantees:
    'Names of kernels are unique, made from what they write or from the scope and the operations of their sources.',
  run: ({ buffers, kernels }) => {
    const counts = new Map<string, number>();
    const unique = (name: string): string => {
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      return count === 0 ? name : `${name}#${String(count)}`;
    };
    return { buffers, kernels: kernels.map((kernel) => ({ ...kernel, name: unique(nameOf(kernel, buffers)) })) };
  },
};

function nameOf({ name, sources, outputs }: Kernel, buffers: readonly BufferDecl[]): string {
  const updated = outputs.flatMap(({ buffer }) => {
    const { role } = buffers[buffer];
    return role.kind === 'persistent' ? [role.name] : [];
  });
  if (updated.length === outputs.length) return `${updated[0]}:update`;
  if (sources.length === 0) return name;
  const all = [...sources].sort((a, b) => a.node - b.node).map(({ op }) => op);
  const telling = all.filter((op) => !isSilent(op));
  const operations = telling.length === 0 ? all.slice(-1) : telling;
  const text =
    operations.length > MOST_OPERATIONS
      ? `${operations.slice(0, MOST_OPERATIONS - 1).join('+')}+...`
      : operations.join('+');
  const { scope } = sources[0];
  return scope === '' ? text : `${scope}:${text}`;
}

/** Views and constants say nothing. */
function isSilent(op: string): boolean {
  if (!Object.hasOwn(primitives, op)) return true;
  const { family } = primitives[op as PrimitiveName].traits;
  return family === 'view' || op === 'constant' || op === 'dimSize' || op === 'cast';
}
