// The functions of the C runtime, through koffi.

import { createRequire } from 'node:module';

/** What is used of koffi: https://koffi.dev */
interface Koffi {
  load(path: string): { func(definition: string): unknown };
  address(view: ArrayBufferView): bigint;
}

type Async<Arguments extends unknown[]> = (
  ...all: [...Arguments, (error: Error | null, result: number) => void]
) => void;

type RunArguments = [
  pool: bigint,
  calls: BigInt64Array,
  count: number,
  tickets: Int32Array,
  base: bigint,
  arena: number,
  parallel: number,
  seconds: Float64Array | null,
];

export interface NativeRuntime {
  /** Address of a typed array's first byte. */
  addressOf(view: ArrayBufferView): bigint;
  /** A pool of threads, or 0 when the system gives none. */
  newPool(threads: number): bigint;
  freePool(pool: bigint): void;
  run: ((...all: RunArguments) => number) & { readonly async: Async<RunArguments> };
  /** A loaded library; throws the system's message. */
  open(path: string): bigint;
  symbol(library: bigint, name: string): bigint;
  close(library: bigint): void;
}

/** The package as it is installed beside the caller; throws when there is none. */
export function requireKoffi(): Koffi {
  return createRequire(import.meta.url)('koffi') as Koffi;
}

export function loadRuntime(koffi: Koffi, path: string): NativeRuntime {
  const library = koffi.load(path);
  const nwOpen = library.func('int64_t nw_open(const char *path, void *message, int size)') as (
    path: string,
    message: Uint8Array,
    size: number,
  ) => number | bigint;
  const nwSymbol = library.func('int64_t nw_symbol(int64_t library, const char *name)') as (
    library: bigint,
    name: string,
  ) => number | bigint;
  const nwPoolNew = library.func('int64_t nw_pool_new(int threads)') as (threads: number) => number | bigint;
  return {
    addressOf: (view) => koffi.address(view),
    newPool: (threads) => BigInt(nwPoolNew(threads)),
    freePool: library.func('void nw_pool_free(int64_t pool)') as NativeRuntime['freePool'],
    run: library.func(
      'int nw_run(int64_t pool, void *calls, int64_t count, void *tickets, int64_t base, int64_t arena, int parallel, void *seconds)',
    ) as NativeRuntime['run'],
    open: (file) => {
      const message = new Uint8Array(1024);
      const handle = BigInt(nwOpen(file, message, message.length));
      if (handle === 0n) throw new Error(new TextDecoder().decode(message.subarray(0, message.indexOf(0))));
      return handle;
    },
    symbol: (handle, name) => BigInt(nwSymbol(handle, name)),
    close: library.func('void nw_close(int64_t library)') as NativeRuntime['close'],
  };
}
