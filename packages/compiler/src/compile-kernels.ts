// The stages between a graph and what a kernel backend runs.

import { eliminateCommonSubexpressions, eliminateDeadCode, inlineFunctions, type Graph } from '@netwright/ir';
import { lowerGraph, type Dims } from './lowering/lower-graph.ts';
import { planMemory } from './planning/plan-memory.ts';
import type { PlannedProgram, SchedulePass } from './planned-program.ts';

export interface CompileKernelsOptions {
  /** Sizes of the graph's symbolic dimensions. */
  readonly dims: Dims;
  /** The backend's schedule, run in order after fusion. Default none. */
  readonly passes?: readonly SchedulePass[];
  /** Bytes to which buffers in the arena are aligned. Default 64. */
  readonly alignment?: number;
}

/** Rewrites, lowers, fuses, schedules and plans a graph. */
export function compileKernels(graph: Graph, { dims, passes = [], alignment = 64 }: CompileKernelsOptions): PlannedProgram {
  const flat = inlineFunctions.run(graph);
  const small = eliminateDeadCode.run(eliminateCommonSubexpressions.run(flat));
  const lowered = lowerGraph(small, dims);
  const program = passes.reduce((current, pass) => pass.run(current), lowered);
  return { program, prepareCount: 0, plan: planMemory(program, alignment) };
}
