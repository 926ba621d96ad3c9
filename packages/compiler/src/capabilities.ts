// What a backend's kernels can do, as data.

/** What one kernel may do. Passes of the compiler split what would exceed it; where nothing can be split they throw. */
export interface KernelCapabilities {
  /** Outputs of one kernel. */
  readonly maxOutputs: number;
  /** Buffers that one kernel reads plus those that it writes. */
  readonly maxBuffers: number;
  /** Steps of all reductions of a kernel for one output element. */
  readonly maxIterations: number;
  /** Positions in buffers are below this. */
  readonly maxIndex: number;
  /** Whether kernels have u32 arithmetic: multiplication that wraps, exclusive or, shifts. */
  readonly integerArithmetic: boolean;
  /** Whether an output may lie where an input lies that is read at the same element only. */
  readonly inPlace: boolean;
  /** Whether a condition on every read costs more than a copy that makes it unnecessary. Default false. */
  readonly costlyGuards?: boolean;
  /** Whether buffers lie in one arena that the compiler plans, or are objects that the backend makes and frees. */
  readonly memory: 'arena' | 'handles';
}

/** A machine with one address space, where only very large kernels are a burden. */
export const defaultCapabilities: KernelCapabilities = {
  maxOutputs: 8,
  maxBuffers: 32,
  maxIterations: Infinity,
  maxIndex: 2 ** 31,
  integerArithmetic: true,
  inPlace: true,
  memory: 'arena',
};
