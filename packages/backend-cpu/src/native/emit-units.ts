// Kernels as C files, each of which can be compiled on its own.

import { emitKernel, parameterTypes } from '../generate/emit-kernel.ts';
import type { PreparedKernel } from '../generate/kernel-module.ts';
import { CAssembler } from './c-assembler.ts';
import { prelude } from './prelude.ts';

export interface Unit {
  readonly source: string;
  /** Names of its functions. */
  readonly names: readonly string[];
  /** Positions of these kernels among those given. */
  readonly kernels: readonly number[];
}

const callees = ['sin', 'cos', 'pow'];
const imports = { sin: 0, cos: 1, pow: 2 };

/** Starting a compiler costs about as much as compiling this many characters. */
const smallestUnit = 40_000;

export function emitFunction({ lowered, plan }: PreparedKernel, name: string): string {
  const assembler = new CAssembler(parameterTypes(lowered), plan.lanes, callees);
  emitKernel(assembler, lowered, plan, imports);
  return assembler.finish(name);
}

/** At most `most` files of about equal length. Their text depends on the kernels alone, whatever program or store they are for. */
export function emitUnits(kernels: readonly PreparedKernel[], lanes: number, most: number): readonly Unit[] {
  if (kernels.length === 0) return [];
  const names = kernels.map((_, i) => `k${String(i)}`);
  const functions = kernels.map((kernel, i) => emitFunction(kernel, names[i] ?? ''));
  const total = functions.reduce((sum, { length }) => sum + length, 0);
  const count = Math.max(1, Math.min(most, Math.round(total / smallestUnit), kernels.length));
  const units = Array.from({ length: count }, () => ({ length: 0, kernels: [] as number[] }));
  const longestFirst = functions.map((text, i) => ({ i, length: text.length })).sort((a, b) => b.length - a.length);
  for (const { i, length } of longestFirst) {
    const shortest = units.reduce((best, unit) => (unit.length < best.length ? unit : best));
    shortest.length += length;
    shortest.kernels.push(i);
  }
  const start = prelude(lanes);
  return units.map((unit) => {
    const positions = unit.kernels.sort((a, b) => a - b);
    return {
      source: [start, ...positions.map((i) => functions[i] ?? '')].join('\n'),
      names: positions.map((i) => names[i] ?? ''),
      kernels: positions,
    };
  });
}
