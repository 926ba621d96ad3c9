export { gpujs, type GpuJsBackend, type GpuJsOptions, type GpuJsUsage } from './gpujs.ts';
