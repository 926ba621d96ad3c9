// The loss of a network on a plane through its weights.

import type { Model } from '@netwright/arch';
import { compile, type Backend, type TensorData } from '@netwright/compiler';
import { createBatches, type Dataset, type Transform } from '@netwright/data';
import { crossEntropy, GraphBuilder, inferenceMode, NetwrightError, type Graph, type Loss } from '@netwright/ir';
import { filterNormalizedDirection, type Direction } from './directions.ts';

/** The network, the data that its loss is a mean over, and the grid. */
export interface LossSurfaceOptions {
  readonly model: Model;
  /** Parameters and running statistics by name. */
  readonly entries: ReadonlyMap<string, TensorData>;
  readonly backend: Backend;
  /** The loss is the mean over all of it; take a part of a large dataset. */
  readonly data: Dataset;
  /** Default none. */
  readonly transforms?: readonly Transform[];
  /** Default cross entropy. */
  readonly loss?: Loss;
  /** Points along each side, odd so that the network itself is one. Default 21. */
  readonly points?: number;
  /** The plane reaches from -range to range times each direction. Default 1. */
  readonly range?: number;
  /** Decides the two directions. Default 0. */
  readonly seed?: number;
  /** Default 128. */
  readonly batchSize?: number;
  readonly onPoint?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Losses on a square grid: row by row from the smallest y, in a row from the smallest x. */
export interface LossSurface {
  /** Along each side. */
  readonly points: number;
  readonly range: number;
  readonly loss: readonly number[];
}

/**
 * Evaluates the network, in inference mode with the statistics it has, at every point of a plane that two filter-normalized random directions span.
 *
 * @throws NetwrightError `landscape.points` for an even or too small number of points; `landscape.entries` for a parameter without a value.
 */
export async function lossSurface(options: LossSurfaceOptions): Promise<LossSurface> {
  const { model, entries, points = 21, range = 1, seed = 0, onPoint, signal } = options;
  requirePoints(points, range);
  const graph = inferenceMode.run(model.build());
  requireEntries(graph, entries, model.name);
  const directions = [2 * seed, 2 * seed + 1].map((one) => filterNormalizedDirection(graph, entries, one));
  const evaluate = await lossOf(graph, options);
  const steps = Array.from({ length: points }, (_, index) => range * ((2 * index) / (points - 1) - 1));
  const loss: number[] = [];
  try {
    for (const y of steps) {
      for (const x of steps) {
        signal?.throwIfAborted();
        loss.push(await evaluate.at(shifted(entries, directions, [x, y])));
        onPoint?.(loss.length, points * points);
      }
    }
  } finally {
    await evaluate.dispose();
  }
  return { points, range, loss };
}

/** The parameters that move, at a point of the plane. */
function shifted(
  entries: ReadonlyMap<string, TensorData>,
  [first, second]: readonly Direction[],
  [x, y]: readonly [number, number],
): ReadonlyMap<string, TensorData> {
  const moved = new Map<string, TensorData>();
  for (const [name, along] of first) {
    const tensor = entries.get(name);
    const across = second.get(name);
    if (tensor === undefined || across === undefined) continue;
    moved.set(name, {
      ...tensor,
      data: Float32Array.from(tensor.data, (weight, at) => weight + x * along[at] + y * across[at]),
    });
  }
  return moved;
}

interface Evaluation {
  at(moved: ReadonlyMap<string, TensorData>): Promise<number>;
  dispose(): Promise<void>;
}

/** The images stay in memory, and the programs compiled, for all points. */
async function lossOf(graph: Graph, options: LossSurfaceOptions): Promise<Evaluation> {
  const { backend, data, entries, transforms = [], batchSize = 128, loss = crossEntropy() } = options;
  const builder = GraphBuilder.from(graph);
  const [[prediction]] = Object.entries(graph.outputs);
  const logits = builder.tensor(graph.outputs[prediction].value);
  const target = builder.input('target', loss.targetType(logits.type));
  builder.output('loss', loss.build(logits, target), { role: 'trainingOnly' });
  const measured = builder.finish();
  const store = await backend.createStore();
  const wanted = [...Object.entries(measured.parameters), ...Object.entries(measured.states)];
  await store.declare(wanted.map(([name, { type }]) => ({ name, type })));
  for (const [name] of wanted) {
    const tensor = entries.get(name);
    if (tensor !== undefined) await store.write(name, tensor);
  }
  const batches: { readonly count: number; readonly inputs: Readonly<Record<string, TensorData>> }[] = [];
  for await (const { images, labels } of createBatches(data, { batchSize, shuffle: false, transforms })) {
    const count = labels.length;
    batches.push({
      count,
      inputs: {
        image: { dtype: 'f32', shape: [count, ...options.model.inputShape], data: Float32Array.from(images) },
        target: { dtype: 'i32', shape: [count], data: Int32Array.from(labels) },
      },
    });
  }
  const counts = [...new Set(batches.map(({ count }) => count))];
  const programs = new Map(
    await Promise.all(
      counts.map(async (count) => [count, await compile(measured, backend, { dims: { N: count }, store })] as const),
    ),
  );
  return {
    async at(moved) {
      for (const [name, tensor] of moved) await store.write(name, tensor);
      let sum = 0;
      for (const { count, inputs } of batches) {
        const outputs = await programs.get(count)?.run(inputs);
        sum += (outputs?.loss.data[0] ?? NaN) * count;
      }
      return sum / data.length;
    },
    async dispose() {
      for (const program of programs.values()) await program.dispose();
      await store.dispose();
    },
  };
}

function requirePoints(points: number, range: number): void {
  if (Number.isInteger(points) && points >= 5 && points % 2 === 1 && range > 0) return;
  throw new NetwrightError({
    code: 'landscape.points',
    operation: 'lossSurface',
    expected: 'an odd number of points of at least 5, and a range above 0',
    received: `${String(points)} points, range ${String(range)}`,
  });
}

function requireEntries(graph: Graph, entries: ReadonlyMap<string, TensorData>, model: string): void {
  const missing = [...Object.keys(graph.parameters), ...Object.keys(graph.states)].filter((name) => !entries.has(name));
  if (missing.length === 0) return;
  throw new NetwrightError({
    code: 'landscape.entries',
    operation: 'lossSurface',
    scope: model,
    expected: 'a value for every parameter and statistic',
    received: `none for ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', ..' : ''}`,
  });
}
