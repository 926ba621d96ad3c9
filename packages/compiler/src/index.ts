export type {
  Backend,
  BackendCapabilities,
  CompileReport,
  Executable,
  LoadOptions,
  ProgramProfile,
  Store,
  StoreEntry,
  TensorData,
  TypedArray,
} from './backend.ts';
export { compile, type CompileOptions } from './compile.ts';
export type {
  Axis,
  BinaryOp,
  BufferDecl,
  BufferDType,
  BufferRole,
  Expr,
  Kernel,
  KernelDType,
  KernelOutput,
  KernelProgram,
  ReduceOp,
  Storage,
  UnaryOp,
} from './kernels/kernel.ts';
export type { Guard, Index, IndexAtom, IndexTerm } from './kernels/index-expression.ts';
export type { MemoryPlan, PlannedProgram, SchedulePass } from './planned-program.ts';
export { compileKernels, type CompileKernelsOptions } from './compile-kernels.ts';
export { defineLowering, type DefineLoweringContext } from './lowering/define-lowering.ts';
export { lowerGraph, type Dims } from './lowering/lower-graph.ts';
export { liveBytesOf, planMemory, type LiveBytes } from './planning/plan-memory.ts';
export { stagesOf, type ProgramStage } from './planning/stages.ts';
export { rowMajorStorage } from './kernels/storage.ts';
export { kernelWork, type KernelWork } from './kernels/kernel-work.ts';
export { printKernel, printProgram } from './kernels/print.ts';
export { verification, type Verification } from './verify/verification.ts';
export { verifyProgram } from './verify/verify-program.ts';
export { reportOf, type ReportOptions } from './report.ts';
export { defaultCapabilities, type KernelCapabilities } from './capabilities.ts';
