export { cpu, type CpuBackend, type CpuOptions } from './cpu.ts';
