// The stages between a graph and what a kernel backend runs.

import {
  eliminateCommonSubexpressions,
  eliminateDeadCode,
  foldConstants,
  type Graph,
  type GraphPass,
} from '@netwright/ir';
import { defaultCapabilities, type KernelCapabilities } from './capabilities.ts';
import { fusionPasses } from './fusion/fusion-passes.ts';
import type { KernelProgram } from './kernels/kernel.ts';
import { inlineUnlowered } from './lowering/define-lowering.ts';
import { lowerGraph, type Dims } from './lowering/lower-graph.ts';
import { capabilityPasses } from './passes/capability-passes.ts';
import { memoryError } from './memory-limit.ts';
import { checkCapabilities } from './passes/check-capabilities.ts';
import { orderKernels } from './planning/order-kernels.ts';
import { placeUpdates } from './planning/place-updates.ts';
import { fitMemory } from './planning/fit-memory.ts';
import { peakBytesOf, planMemory } from './planning/plan-memory.ts';
import { separatePrepared } from './planning/prepare.ts';
import type { PlannedProgram, SchedulePass } from './planned-program.ts';
import type { Verification } from './verify/verification.ts';

/** What a backend says of its kernels, for {@link compileKernels}. */
export interface CompileKernelsOptions {
  /** Sizes of the graph's symbolic dimensions. */
  readonly dims: Dims;
  /** What the backend's kernels can do. Default {@link defaultCapabilities}. */
  readonly capabilities?: KernelCapabilities;
  /** The backend's schedule, run in order after fusion. Default none. */
  readonly passes?: readonly SchedulePass[];
  /** Bytes to which buffers in the arena are aligned. Default 64. */
  readonly alignment?: number;
  /** Most bytes of the program: parameters and state, prepared values and the arena (or, with handles, what lives at once). Default no limit. */
  readonly maxMemory?: number;
  /** What checks the graph and the kernels after every stage, e.g. `verification`; given as a value so that programs without it do not carry it. Default nothing. */
  readonly verify?: Verification;
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

/** Rewrites of kernels between lowering and the backend's schedule; values that are computed again are so after the last but one. */
export function kernelPasses(capabilities: KernelCapabilities): readonly SchedulePass[] {
  return [...fusionPasses(capabilities), ...capabilityPasses(capabilities), orderKernels, placeUpdates];
}

/**
 * Rewrites, lowers, fuses, schedules and plans a graph.
 *
 * @throws NetwrightError `dim.unbound`, `compile.index`, `compile.integers` and `compile.limits` for kernels beyond the backend's limits; `compile.memory` when the
 * program does not fit `maxMemory`; `graph.invalid` and `program.invalid` with `verify`.
 */
export function compileKernels(graph: Graph, options: CompileKernelsOptions): PlannedProgram {
  const { dims, capabilities = defaultCapabilities, maxMemory, verify } = options;
  const small = graphPasses.reduce((current, pass) => {
    const next = pass.run(current);
    verify?.graph(next);
    return next;
  }, graph);
  const hooks = hooksOf(options);
  const passes = kernelPasses(capabilities);
  const ordered = hooks.run(hooks.finish('lower', lowerGraph(small, dims)), passes.slice(0, -1));
  const place = (program: KernelProgram, { run, finish }: Hooks): PlannedProgram => {
    const placed = run(program, passes.slice(-1));
    checkCapabilities(placed, capabilities);
    const { program: scheduled, prepareCount } = separatePrepared(run(placed, options.passes ?? []));
    finish('prepare', scheduled);
    const plan = planMemory(scheduled, { alignment: options.alignment, prepareCount, capabilities });
    // The schedule's scratch and padding are no part of what has to live.
    return { program: scheduled, prepareCount, plan: { ...plan, peakBytes: peakBytesOf(placed, capabilities) } };
  };
  if (maxMemory === undefined) return place(ordered, hooks);
  const { program, planned, minimum, persistent } = fitMemory(ordered, maxMemory, (tried) => place(tried, silent));
  if (program === undefined) throw memoryError(maxMemory, minimum, persistent);
  return verify !== undefined || options.onStage !== undefined
    ? place(hooks.finish('rematerialize', program), hooks)
    : planned;
}

/** How a pass is run: with what the options ask for after each, or without. */
interface Hooks {
  readonly run: (program: KernelProgram, passes: readonly SchedulePass[]) => KernelProgram;
  readonly finish: (name: string, program: KernelProgram) => KernelProgram;
}

function hooksOf({ verify, onStage }: Pick<CompileKernelsOptions, 'verify' | 'onStage'>): Hooks {
  const finish = (name: string, program: KernelProgram): KernelProgram => {
    verify?.program(program);
    onStage?.(name, program);
    return program;
  };
  return {
    finish,
    run: (program, passes) => passes.reduce((current, pass) => finish(pass.name, pass.run(current)), program),
  };
}

const silent = hooksOf({});
