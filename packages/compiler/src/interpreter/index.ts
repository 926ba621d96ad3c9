export { hostArray, HostStore } from './host-store.ts';
export { interpret, type Interpretation, type InterpretOptions } from './interpret.ts';
export { allocate, readBuffer, writeBuffer, type Elements, type Memory, type Precision } from './memory.ts';
export { runKernel, type KernelRun } from './run-kernel.ts';
export {
  interpreterBackend,
  limitedBackend,
  limitedCapabilities,
  type InterpreterOptions,
} from './interpreter-backend.ts';
