// One condition in front of a step of a reduction in place of one for each of its loads: well inside an image all of them hold.

import type { EmitContext, Point } from './emit-context.ts';
import { pushCondition, tileOffset, variesAcrossLanes } from './emit-index.ts';
import { linearIndexKey, type LinearGuard } from './linear-index.ts';
import { operandsOf, type LoadNode, type Node } from './lowered.ts';

/** Fewer guarded loads in a step are as fast with a condition each. */
const fewestLoads = 4;

/**
 * Emits a step that evaluates `bodies` at `points` twice: without the guards that are the same in all lanes, for where all of
 * these hold, and with them. Steps with few guards are emitted once.
 */
export function emitAssumingGuards(
  context: EmitContext,
  bodies: readonly Node[],
  points: readonly Point[],
  emitStep: () => void,
): void {
  const loads = [...new Set(bodies.flatMap(loadsAlwaysMade))].filter(({ guards }) =>
    guards.every(({ index }) => index.rest.length === 0 && !variesAcrossLanes(context, index)),
  );
  const guards = loads.length * points.length < fewestLoads ? [] : joinGuards(context, loads, points);
  const [origin] = points;
  if (origin === undefined || guards.length === 0 || guards.some(({ lower, upper }) => lower >= upper)) {
    emitStep();
    return;
  }
  const { fb } = context;
  pushCondition(context, pushNothing, guards, { ...origin, at: new Map() }, 0);
  fb.if(
    () => context.scoped(() => context.assuming(loads, emitStep)),
    () => context.scoped(emitStep),
  );
}

/** Guarded loads that evaluating the node makes whatever its conditions are. */
function loadsAlwaysMade(node: Node): readonly LoadNode[] {
  if (node.kind === 'load') return node.guards.length > 0 ? [node] : [];
  return node.kind === 'guarded' ? [] : operandsOf(node).flatMap(loadsAlwaysMade);
}

/** Guards at the tile's first point that hold there exactly where those of all loads hold at all points. */
function joinGuards(
  context: EmitContext,
  loads: readonly LoadNode[],
  points: readonly Point[],
): readonly LinearGuard[] {
  const joined = new Map<string, LinearGuard>();
  for (const { index, lower, upper } of loads.flatMap((load) => load.guards)) {
    const moving = { ...index, offset: 0 };
    const key = linearIndexKey(moving);
    const offsets = points.map((point) => index.offset + tileOffset(context, index, point, 0));
    const same = joined.get(key);
    joined.set(key, {
      index: moving,
      lower: Math.max(lower - Math.min(...offsets), same?.lower ?? -Infinity),
      upper: Math.min(upper - Math.max(...offsets), same?.upper ?? Infinity),
    });
  }
  return [...joined.values()];
}

function pushNothing(node: Node): never {
  throw new RangeError(`an affine index has no ${node.kind}`);
}
