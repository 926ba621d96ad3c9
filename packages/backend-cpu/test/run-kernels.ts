// Runs a kernel program through the generator on one thread, buffers in a plain memory.

import type { BufferDecl, KernelProgram } from '@netwright/compiler';

import { buildKernelModule, prepareKernels, type PreparedKernel } from '../src/generate/kernel-module.ts';
import { storedBytes } from '../src/generate/lowered.ts';

export type LoadProgram = (program: KernelProgram) => Loaded;

/** A function over `iterations` of a kernel's shared loop. */
export interface RunnableKernel {
  readonly iterations: number;
  call(begin: number, end: number): void;
}

export interface Loaded {
  readonly prepared: readonly PreparedKernel[];
  readonly memory: WebAssembly.Memory;
  readonly addresses: readonly number[];
  /** Runs every kernel; `parts` splits its shared loop as that many threads would. */
  run(parts?: number): void;
  write(buffer: number, values: ArrayLike<number>): void;
  read(buffer: number): Float64Array;
}

export function loadProgram(program: KernelProgram, prepared = prepareKernels(program)): Loaded {
  return place(program, prepared, false, (memory, addresses) => {
    const bytes = buildKernelModule(prepared, { maximumPages: 65536, shared: false });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory },
      math: { sin: Math.sin, cos: Math.cos, pow: Math.pow },
    });
    return prepared.map(({ lowered, iterations }, i) => {
      const exported = instance.exports[`k${i}`] as (...args: number[]) => void;
      const bases = lowered.buffers.map((buffer) => addresses[buffer] ?? 0);
      return { iterations, call: (begin, end) => exported(...bases, begin, end) };
    });
  });
}

/** Gives every buffer of a program memory of its own. */
export function place(
  program: KernelProgram,
  prepared: readonly PreparedKernel[],
  shared: boolean,
  compile: (memory: WebAssembly.Memory, addresses: readonly number[]) => readonly RunnableKernel[],
): Loaded {
  let next = 1 << 16;
  const addresses = program.buffers.map(({ storage, dtype }) => {
    const address = next;
    next += Math.ceil((storage.size * storedBytes[dtype]) / 64) * 64 + 64;
    return address;
  });
  const memory = new WebAssembly.Memory({ initial: Math.ceil(next / 65536) + 1, maximum: 65536, shared });
  const functions = compile(memory, addresses);
  const declared = (id: number): BufferDecl => {
    const decl = program.buffers[id];
    if (decl === undefined) throw new RangeError(`no buffer ${id}`);
    return decl;
  };
  const view = (id: number): Float32Array | Int32Array | Uint8Array => {
    const { dtype, storage } = declared(id);
    const address = addresses[id] ?? 0;
    if (dtype === 'f32') return new Float32Array(memory.buffer, address, storage.size);
    return dtype === 'i32'
      ? new Int32Array(memory.buffer, address, storage.size)
      : new Uint8Array(memory.buffer, address, storage.size);
  };
  return {
    prepared,
    memory,
    addresses,
    run(parts = 1) {
      for (const { iterations, call } of functions)
        for (let part = 0; part < parts; part += 1)
          call(Math.floor((iterations * part) / parts), Math.floor((iterations * (part + 1)) / parts));
    },
    write(id, values) {
      const target = view(id);
      forEachElement(declared(id), (logical, physical) => {
        target[physical] = values[logical] ?? 0;
      });
    },
    read(id) {
      const source = view(id);
      const { shape } = declared(id);
      const values = new Float64Array(shape.reduce((a, b) => a * b, 1));
      forEachElement(declared(id), (logical, physical) => {
        values[logical] = source[physical] ?? NaN;
      });
      return values;
    },
  };
}

function forEachElement({ shape, storage }: BufferDecl, visit: (logical: number, physical: number) => void): void {
  let logical = 0;
  const loop = (depth: number, physical: number): void => {
    if (depth === shape.length) {
      visit(logical, physical);
      logical += 1;
      return;
    }
    for (let i = 0; i < (shape[depth] ?? 1); i += 1) loop(depth + 1, physical + i * (storage.strides[depth] ?? 0));
  };
  loop(0, storage.offset);
}

/** Uniform values in [-1, 1), equal for equal seeds. */
export function randomValues(count: number, seed: number): Float32Array {
  let state = (seed * 2654435761) >>> 0 || 1;
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 31 - 1;
  });
}

/** Largest difference relative to the largest value. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 1e-30;
  let worst = actual.length === expected.length ? 0 : Infinity;
  for (let i = 0; i < expected.length; i += 1) {
    largest = Math.max(largest, Math.abs(expected[i] ?? NaN));
    const difference = Math.abs((actual[i] ?? NaN) - (expected[i] ?? NaN));
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }
  return worst / largest;
}
