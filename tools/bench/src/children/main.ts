// The program of every child that is a Node process: its one argument is the job as JSON.

import type { Job } from '../job.ts';
import { serve, Unavailable, type Engine } from './serve.ts';

type Loader = (job: Job) => Promise<Engine>;

/** Imported when needed, so that each process holds one engine. */
const loaders: Readonly<Record<string, () => Promise<Loader>>> = {
  netwright: async () => (await import('./netwright.ts')).netwright,
  'tfjs-wasm': async () => (await import('./tfjs.ts')).tfjsWasm,
  'tfjs-cpu': async () => (await import('./tfjs.ts')).tfjsCpu,
  'onnxruntime-web': async () => (await import('./onnxruntime.ts')).onnxruntimeWeb,
  'onnxruntime-node': async () => (await import('./onnxruntime.ts')).onnxruntimeNode,
  'jax-js': async () => (await import('./jax.ts')).jax,
};

const job = JSON.parse(process.argv[2]) as Job;
await serve(job, async () => {
  if (!Object.hasOwn(loaders, job.engine)) throw new Unavailable(`there is no engine ${job.engine}`);
  return (await loaders[job.engine]())(job);
});
