// One network through every stage of the compiler, as text. docs/compiler.md shows what this gives.

import { compileKernels, printKernel, printProgram, type KernelProgram } from '@netwright/compiler';
import {
  buildGraph,
  conv2d,
  differentiate,
  inlineFunctions,
  mean,
  printGraph,
  relu,
  tensorType,
  type Graph,
} from '@netwright/ir';

/** A convolution with a bias, ReLU, and the mean as loss: [N, 1, 4, 4] images, two maps. */
export function exampleGraph(): Graph {
  return buildGraph({ image: tensorType('f32', ['N', 1, 4, 4]) }, ({ image }, builder) => {
    const maps = builder.within('conv1', () => {
      const weight = builder.parameter('weight', [2, 1, 3, 3]);
      const bias = builder.parameter('bias', [2]);
      return relu(conv2d(image, weight, { bias, padding: 1 }));
    });
    return { loss: mean(maps) };
  });
}

/** The text of each stage by its name. */
export function walkthrough(): ReadonlyMap<string, string> {
  const graph = exampleGraph();
  const gradient = differentiate(graph, 'loss', ['conv1.weight']);
  const stages = new Map<string, KernelProgram>();
  const planned = compileKernels(graph, { dims: { N: 2 }, onStage: (name, program) => stages.set(name, program) });
  const lowered = stages.get('lower');
  if (lowered === undefined) throw new RangeError('the compiler has no stage lower');
  const counts = [...stages].map(([name, { kernels }]) => `${name.padEnd(22)} ${String(kernels.length)}`);
  const { plan, program } = planned;
  const buffers = program.buffers.map(({ id, role, shape }) => {
    const offset = plan.offsets[id];
    const place = offset >= 0 ? `arena + ${String(offset)}` : role.kind === 'persistent' ? 'store' : 'constant';
    return `buffer ${String(id)} [${shape.join(', ')}] ${role.kind}: ${place}`;
  });
  return new Map([
    ['graph', withoutBodies(printGraph(graph))],
    ['gradient', addedLines(printGraph(graph), printGraph(gradient))],
    ['inlined', printGraph(inlineFunctions.run(graph))],
    ['lowered', lowered.kernels.map(printKernel).join('\n\n')],
    ['kernels of each stage', counts.join('\n')],
    ['fused', printProgram(program)],
    ['plan', [...buffers, `arena ${String(plan.arenaBytes)} bytes, peak ${String(plan.peakBytes)} bytes`].join('\n')],
  ]);
}

/** Without the bodies of functions, which follow the nodes. */
function withoutBodies(text: string): string {
  return `${text.slice(0, text.indexOf('\n  function '))}\n}`;
}

/** Lines of `after` that `before` does not have. */
function addedLines(before: string, after: string): string {
  const known = new Set(before.split('\n'));
  return after
    .split('\n')
    .filter((line) => !known.has(line))
    .join('\n');
}
