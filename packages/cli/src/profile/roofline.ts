// What a backend can do at best, measured where a program is profiled: arithmetic from the cache, and a copy through memory.

import { compile, type Backend, type ProgramProfile, type TensorData } from '@netwright/compiler';
import { conv2d, GraphBuilder, matmul, mul, tensorType, type Graph } from '@netwright/ir';

export interface Roofline {
  /** Best rate of a matrix product or convolution whose operands stay in the cache. */
  readonly flopsPerSecond: number;
  /** Bytes read and written by a copy of an array that does not. */
  readonly bytesPerSecond: number;
}

/** At least so many runs, and at least for so long: the speed of a processor changes from one moment to the next. */
const fewestRounds = 7;
const milliseconds = 300;
/** Larger than the last-level cache of most machines. */
const copied = 2 ** 24;

/** Undefined where the backend cannot tell the times of kernels. */
export async function measureRoofline(backend: Backend): Promise<Roofline | undefined> {
  const product = await best(matrixProduct(), backend, ({ flops }) => flops);
  if (product === undefined) return undefined;
  const flopsPerSecond = Math.max(product, (await best(convolution(), backend, ({ flops }) => flops)) ?? 0);
  const bytesPerSecond = await best(copy(), backend, ({ bytes }) => bytes);
  return bytesPerSecond === undefined ? undefined : { flopsPerSecond, bytesPerSecond };
}

type Kernel = ProgramProfile['kernels'][number];

/** Amount over time of the longest kernel, in its fastest run; undefined without a profile. */
async function best(graph: Graph, backend: Backend, amount: (kernel: Kernel) => number): Promise<number | undefined> {
  const store = await backend.createStore();
  const executable = await compile(graph, backend, { store });
  const inputs: Record<string, TensorData> = {};
  let rate: number | undefined;
  for (const [name, { type }] of Object.entries(graph.inputs)) {
    const shape = type.shape.map(Number);
    const data = new Float32Array(shape.reduce((product, dim) => product * dim, 1)).fill(0.5);
    inputs[name] = { dtype: 'f32', shape, data };
  }
  const end = performance.now() + milliseconds;
  for (let round = 0; round < fewestRounds || performance.now() < end; round++) {
    const profile = await executable.profile?.(inputs);
    if (profile === undefined) break;
    const longest = profile.kernels.reduce((a, b) => (b.nanoseconds > a.nanoseconds ? b : a));
    rate = Math.max(rate ?? 0, (amount(longest) / longest.nanoseconds) * 1e9);
  }
  await executable.dispose();
  await store.dispose();
  return rate;
}

function matrixProduct(): Graph {
  const builder = new GraphBuilder();
  const a = builder.input('a', tensorType('f32', [256, 256]));
  builder.output('c', matmul(a, builder.parameter('b', [256, 256])));
  return builder.finish();
}

/** Filters of 5x5, which no algorithm does with fewer multiplications. */
function convolution(): Graph {
  const builder = new GraphBuilder();
  const x = builder.input('x', tensorType('f32', [1, 32, 28, 28]));
  builder.output('y', conv2d(x, builder.parameter('w', [64, 32, 5, 5]), { padding: 2 }));
  return builder.finish();
}

/** Between arrays of the store, so that nothing goes to or from the host. */
function copy(): Graph {
  const builder = new GraphBuilder();
  const type = tensorType('f32', [copied]);
  const source = builder.state('source', type);
  builder.state('target', type);
  builder.update('target', mul(source, builder.input('scale', tensorType('f32', []))));
  return builder.finish();
}
