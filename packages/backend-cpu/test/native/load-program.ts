// Runs a kernel program through compiled C on one thread, as `loadProgram` does through WebAssembly.

import type { KernelProgram } from '@netwright/compiler';

import { prepareKernels } from '../../src/generate/kernel-module.ts';
import { emitUnits } from '../../src/native/emit-units.ts';
import { cacheDirectory, LibraryCache } from '../../src/native/library-cache.ts';
import { nativeTuning } from '../../src/native/native-tuning.ts';
import { runtimeSource } from '../../src/native/runtime-source.ts';
import { loadRuntime, requireKoffi } from '../../src/native/runtime.ts';
import { Toolchain } from '../../src/native/toolchain.ts';
import { place, type Loaded, type LoadProgram } from '../run-kernels.ts';
import { usableCompiler } from './harness.ts';

export function nativeLoader(lanes = usableCompiler().lanes): LoadProgram {
  const toolchain = new Toolchain({ ...usableCompiler(), lanes }, new LibraryCache(cacheDirectory(process.env)));
  const koffi = requireKoffi();
  const runtime = loadRuntime(koffi, toolchain.buildSync(runtimeSource));
  return (program: KernelProgram): Loaded => {
    const prepared = prepareKernels(program, nativeTuning(lanes));
    return place(program, prepared, true, (memory, addresses) => {
      const base = runtime.addressOf(new Uint8Array(memory.buffer));
      const [unit] = emitUnits(prepared, lanes, 1);
      if (unit === undefined) return [];
      const library = koffi.load(toolchain.buildSync(unit.source));
      return prepared.map(({ lowered, iterations }, i) => {
        const run = library.func(`void ${unit.names[i] ?? ''}(void *slots, int begin, int end)`) as (
          slots: BigUint64Array,
          begin: number,
          end: number,
        ) => void;
        const slots = BigUint64Array.from(lowered.buffers, (buffer) => base + BigInt(addresses[buffer] ?? 0));
        return { iterations, call: (begin, end) => run(slots, begin, end) };
      });
    });
  };
}
