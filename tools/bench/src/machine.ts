// What a figure was measured on.

import os from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  /** Processes that wanted a core, averaged over a minute, before anything was measured. */
  readonly load: number;
  readonly date: string;
}

export function machineFacts(): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    node: process.version,
    load: os.loadavg()[0],
    date: new Date().toISOString(),
  };
}
