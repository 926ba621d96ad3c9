// The stages between a graph and what a kernel backend runs.

import {
  eliminateCommonSubexpressions,
  eliminateDeadCode,
  foldConstants,
  verifyGraph,
  type Graph,
  type GraphPass,
} from '@netwright/ir';
import { defaultCapabilities, type KernelCapabilities } from './capabilities.ts';
import { fusionPasses } from './fusion/fusion-passes.ts';
import type { KernelProgram } from './kernels/kernel.ts';
import { inlineUnlowered } from './lowering/define-lowering.ts';
import { lowerGraph, type Dims } from './lowering/lower-graph.ts';
import { capabilityPasses } from './passes/capability-passes.ts';
import { checkCapabilities } from './passes/check-capabilities.ts';
import { orderKernels } from './planning/order-kernels.ts';
import { placeUpdates } from './planning/place-updates.ts';
import { planMemory } from './planning/plan-memory.ts';
import { separatePrepared } from './planning/prepare.ts';
import type { PlannedProgram, SchedulePass } from './planned-program.ts';
import { verifyProgram } from './verify/verify-program.ts';

export interface CompileKernelsOptions {
  /** Sizes of the graph's symbolic dimensions. */
  readonly dims: Dims;
  /** What the backend's kernels can do. Default {@link defaultCapabilities}. */
  readonly capabilities?: KernelCapabilities;
  /** The backend's schedule, run in order after fusion. Default none. */
  readonly passes?: readonly SchedulePass[];
  /** Bytes to which buffers in the arena are aligned. Default 64. */
  readonly alignment?: number;
  /** Whether to verify the graph and the kernels after every stage. Default false. */
  readonly verify?: boolean;
  /** Called with the name of each stage from lowering on and the kernels after it. */
  readonly onStage?: (name: string, program: KernelProgram) => void;
}

/** Rewrites of the graph before it is lowered. */
export const graphPasses: readonly GraphPass[] = [
  inlineUnlowered,
  foldConstants,
  eliminateCommonSubexpressions,
  eliminateDeadCode,
];

/** Rewrites of kernels between lowering and the backend's schedule. */
export function kernelPasses(capabilities: KernelCapabilities): readonly SchedulePass[] {
  return [...fusionPasses(capabilities), ...capabilityPasses(capabilities), orderKernels, placeUpdates];
}

/**
 * Rewrites, lowers, fuses, schedules and plans a graph.
 *
 * @throws NetwrightError `dim.unbound`, `compile.index`, `compile.integers` and `compile.limits` for kernels beyond the backend's limits; `graph.invalid` and
 * `program.invalid` with `verify`.
 */
export function compileKernels(
  graph: Graph,
  {
    dims,
    capabilities = defaultCapabilities,
    passes = [],
    alignment = 64,
    verify = false,
    onStage,
  }: CompileKernelsOptions,
): PlannedProgram {
  const small = graphPasses.reduce((current, pass) => {
    const next = pass.run(current);
    if (verify) verifyGraph(next);
    return next;
  }, graph);
  const finish = (name: string, program: KernelProgram): KernelProgram => {
    if (verify) verifyProgram(program);
    onStage?.(name, program);
    return program;
  };
  const run = (current: KernelProgram, pass: SchedulePass): KernelProgram => finish(pass.name, pass.run(current));
  const fused = kernelPasses(capabilities).reduce(run, finish('lower', lowerGraph(small, dims)));
  checkCapabilities(fused, capabilities);
  const { program, prepareCount } = separatePrepared(passes.reduce(run, fused));
  finish('prepare', program);
  return { program, prepareCount, plan: planMemory(program, { alignment, prepareCount, capabilities }) };
}
