// The contract between the compiler, backends and everything that runs graphs.

import type { DType, Graph, TensorType } from '@netwright/ir';

/** Elements on the host. `f32` tensors are Float32Array; backends of precision `f64` also take and give them as Float64Array. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A canonical (row-major) tensor on the host; `bool` and `u8` are Uint8Array. */
export interface TensorData {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/** What a store holds: every parameter and state entry of a model and its optimizer. */
export interface StoreEntry {
  readonly name: string;
  readonly type: TensorType;
}

/** Owns parameters, statistics and moments for all executables bound to it. Reads and writes are canonical and bit-exact. */
export interface Store {
  readonly backend: string;
  readonly entries: readonly StoreEntry[];
  /** Counts changes made by `write` and by executables with updates. */
  readonly version: number;
  /** Adds entries (zero-filled); one that exists must have the same type. */
  declare(entries: readonly StoreEntry[]): Promise<void>;
  read(name: string): Promise<TensorData>;
  write(name: string, tensor: TensorData): Promise<void>;
  dispose(): Promise<void>;
}

/** Facts about a compiled program, known before anything runs. */
export interface CompileReport {
  readonly backend: string;
  /** The resolved target, for instance `wasm:threads=2`; a checkpoint records it. */
  readonly target: string;
  /** Name of each kernel, what it computes, and how it was scheduled. */
  readonly kernels: readonly {
    readonly name: string;
    readonly operations: readonly string[];
    readonly schedule: string;
  }[];
  /** Elements of the parameters that the program reads, each counted once. */
  readonly parameters: number;
  readonly persistentBytes: number;
  readonly arenaBytes: number;
  /** Largest sum of live canonical bytes over the emitted order, without scratch and padding of the schedule. */
  readonly peakBytes: number;
  readonly macs: number;
  readonly compileMilliseconds: number;
}

/** Where the time of one run went. */
export interface ProgramProfile {
  /** In the order of execution. */
  readonly kernels: readonly {
    readonly name: string;
    readonly operations: readonly string[];
    readonly schedule: string;
    readonly nanoseconds: number;
    /** Operations on f32 that its expressions state; a multiply-add is two. */
    readonly flops: number;
    /** Bytes of the elements that it reads and writes, each counted once. */
    readonly bytes: number;
  }[];
  /** Everything else, by name: copies of inputs and outputs, for instance. */
  readonly rest: readonly { readonly name: string; readonly nanoseconds: number }[];
}

/** A graph made ready for one store and one size of each symbolic dimension. Its runs read and update the entries of that store. */
export interface Executable<I extends string = string, O extends string = string> {
  readonly report: CompileReport;
  /** Runs once. Inputs are checked against the graph's types; the returned tensors are the caller's own. */
  run(inputs: Readonly<Record<I, TensorData>>): Promise<Record<O, TensorData>>;
  /** Runs once, updates included, one kernel after the other, and tells the time of each. Absent where a backend cannot tell. */
  profile?(inputs: Readonly<Record<I, TensorData>>): Promise<ProgramProfile>;
  dispose(): Promise<void>;
}

/** What callers may want to know of a backend before they load anything. */
export interface BackendCapabilities {
  /** `f32`, or `f64` where the reference computes in double precision. */
  readonly precision: 'f32' | 'f64';
  readonly threads: number;
  /** Primitives that `load` refuses, with a clear error. */
  readonly unsupported: readonly string[];
  /**
   * Whether `load` takes calls of functions that bring kernels of their own, as a backend does that gives its graphs to `compileKernels`. Default false: every call
   * is replaced by its expansion.
   */
  readonly calls?: boolean;
}

/** The sizes and the memory that a program is made for. */
export interface LoadOptions {
  /** Sizes of the graph's symbolic dimensions. */
  readonly dims: Readonly<Record<string, number>>;
  /** Most bytes of the program with its parameters and state; a backend that cannot compute values again may leave the check to `compile`. Default no limit. */
  readonly maxMemory?: number;
}

/** A place to run graphs. Made by a plugin's factory, e.g. `cpu({ threads: 2 })`. */
export interface Backend {
  readonly name: string;
  /** The resolved target, e.g. `wasm:threads=2`. */
  readonly target: string;
  readonly capabilities: BackendCapabilities;
  createStore(): Promise<Store>;
  /** Called by `compile` with a verified graph without function calls, but for those that `capabilities.calls` allows. */
  load(graph: Graph, store: Store, options: LoadOptions): Promise<Executable>;
  /** Stops workers and frees memory; stores and executables of this backend are unusable afterwards. */
  dispose(): Promise<void>;
}
