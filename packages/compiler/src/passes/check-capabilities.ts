// Refuses what no pass could bring within a backend's limits.

import { NetwrightError } from '@netwright/ir';
import type { KernelCapabilities } from '../capabilities.ts';
import { elementsOf } from '../fusion/kernel-facts.ts';
import { buffersRead, kernelNodes } from '../kernels/contents.ts';
import type { Kernel, KernelProgram } from '../kernels/kernel.ts';
import { reductionSteps } from './reduction-steps.ts';

/**
 * @throws NetwrightError `compile.index` for buffers with positions at or above `maxIndex`, `compile.integers` for u32 arithmetic where there is none,
 * `compile.limits` for kernels with too many outputs, buffers or steps; each lists all that is wrong.
 */
export function checkCapabilities({ buffers, kernels }: KernelProgram, capabilities: KernelCapabilities): void {
  const { maxIndex, integerArithmetic, maxOutputs, maxBuffers, maxIterations } = capabilities;
  refuse(
    'compile.index',
    `positions in buffers below ${String(maxIndex)}`,
    'use a smaller batch, or a backend with larger indices',
    buffers
      .filter((buffer) => Math.max(elementsOf(buffer), buffer.storage.size) > maxIndex)
      .map(({ id, shape, role }) => {
        const name = 'name' in role ? role.name : (writerOf(kernels, id)?.name ?? `buffer ${String(id)}`);
        return `${name} has the shape [${shape.join(', ')}]`;
      }),
  );
  const withIntegers = integerArithmetic ? [] : kernels.filter(usesWords);
  refuse(
    'compile.integers',
    'kernels without u32 arithmetic',
    'random numbers need a backend with integer arithmetic',
    withIntegers.map(({ name }) => `${name} has u32 arithmetic`),
  );
  refuse(
    'compile.limits',
    `at most ${String(maxOutputs)} outputs, ${String(maxBuffers)} buffers and ${String(maxIterations)} steps in one kernel`,
    'state larger limits, or add schedule passes that keep them',
    kernels.flatMap((kernel) => {
      const count = buffersRead(kernel).size + kernel.outputs.length;
      const steps = reductionSteps(kernel);
      return [
        ...(kernel.outputs.length > maxOutputs ? [`${kernel.name} has ${String(kernel.outputs.length)} outputs`] : []),
        ...(count > maxBuffers ? [`${kernel.name} uses ${String(count)} buffers`] : []),
        ...(steps > maxIterations ? [`${kernel.name} takes ${String(steps)} steps`] : []),
      ];
    }),
  );
}

function refuse(code: string, expected: string, hint: string, reasons: readonly string[]): void {
  if (reasons.length > 0) throw new NetwrightError({ code, operation: 'compileKernels', expected, reasons, hint });
}

function writerOf(kernels: readonly Kernel[], buffer: number): Kernel | undefined {
  return kernels.find(({ outputs }) => outputs.some((output) => output.buffer === buffer));
}

function usesWords(kernel: Kernel): boolean {
  return [...kernelNodes(kernel)].some(({ kind, dtype }) => dtype === 'u32' && (kind === 'binary' || kind === 'unary'));
}
