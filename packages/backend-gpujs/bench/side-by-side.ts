// Ways to do the same work, in turns within one run, so that a slow minute of the machine hurts all alike.

import { createRequire } from 'node:module';
import type { Gpu, GpuKernel, GpuModule, GpuPipeline, Result } from '../src/device/gpu-module.ts';

const { GPU } = createRequire(import.meta.url)('gpu.js') as GpuModule;

export interface Contender {
  readonly name: string;
  run(): unknown;
}

interface Measured {
  readonly name: string;
  /** Median of the milliseconds that pass. */
  readonly wall: number;
  /** Least milliseconds of all threads together, which other programs on the machine disturb less. */
  readonly cpu: number;
}

/** Runs each contender in every round, the first of which is not counted, and prints what they took. */
export async function sideBySide(
  title: string,
  contenders: readonly Contender[],
  { rounds, megaflops }: { readonly rounds: number; readonly megaflops: number },
): Promise<readonly Measured[]> {
  const times = contenders.map(() => ({ wall: [] as number[], cpu: [] as number[] }));
  for (let round = 0; round <= rounds; round++)
    for (const [at, { run }] of contenders.entries()) {
      const [wall, cpu] = [performance.now(), process.cpuUsage()];
      await run();
      const { user, system } = process.cpuUsage(cpu);
      if (round === 0) continue;
      times[at].wall.push(performance.now() - wall);
      times[at].cpu.push((user + system) / 1000);
    }
  const measured = contenders.map(({ name }, at) => ({
    name,
    wall: times[at].wall.toSorted((a, b) => a - b)[times[at].wall.length >> 1],
    cpu: Math.min(...times[at].cpu),
  }));
  const [first] = measured;
  process.stdout.write(`${title}, ${String(rounds)} rounds\n`);
  for (const { name, wall, cpu } of measured)
    process.stdout.write(
      `  ${name}: ${wall.toFixed(1)} ms, ${(megaflops / wall).toFixed(2)} GFLOP/s, ${(wall / first.wall).toFixed(2)} times the first; ` +
        `on the processor ${cpu.toFixed(1)} ms, ${(cpu / first.cpu).toFixed(2)} times\n`,
    );
  return measured;
}

type Output = readonly number[];

/** gpu.js as someone would use it who writes kernels by hand: in WebAssembly, with all settings that make it fast and exact. */
export class ByHand {
  private readonly gpu: Gpu = new GPU({ mode: 'webasm' });

  kernel(output: Output, source: string): GpuKernel {
    return this.gpu.createKernel(source, {
      output,
      precision: 'single',
      tactic: 'precision',
      pipeline: true,
      immutable: true,
      loopMaxIterations: 65_535,
    });
  }

  /** Several kernels as one call, on several threads. */
  pipeline(inputs: number, record: (...values: never[]) => readonly unknown[]): GpuPipeline {
    const given = (...values: readonly unknown[]): readonly unknown[] => record(...(values as never[]));
    return this.gpu.createPipeline(Object.defineProperty(given, 'length', { value: inputs }));
  }

  dispose(): Promise<void> {
    return this.gpu.destroy();
  }
}

/** The elements of a result in the order in which they lie in memory. */
export function elementsOf(result: Result): Float32Array {
  let first: unknown = result;
  while (Array.isArray(first)) first = (first as readonly unknown[])[0];
  return first === result ? (result as Float32Array) : new Float32Array((first as Float32Array).buffer as ArrayBuffer);
}

/** Numbers between -scale and scale without a pattern. */
export function numbers(size: number, seed: number, scale = 1): Float32Array {
  return Float32Array.from({ length: size }, (_, at) => scale * Math.sin((at + 1) * 12.9898 + seed));
}
