// How far a result may be from the reference's: nothing for integers, truth values and moved elements, and what the
// arithmetic of the graph justifies for the rest.

import {
  bindShape,
  inlineFunctions,
  isPrimitiveNode,
  primitives,
  reachable,
  type Graph,
  type Primitive,
  type PrimitiveName,
  type PrimitiveNode,
} from '@netwright/ir';
import { sizeOf } from './draw.ts';
import { runReference, type Program, type Results } from './run-program.ts';
import type { Dims, Precision } from './tensors.ts';

/** Absolute error borne at each element, by output name. */
export type Tolerances = Readonly<Record<string, Float64Array>>;

/** Share of the result's size that rounding may cost: about 33 units in the last place of f32. */
const RELATIVE: Readonly<Record<Precision, number>> = { f32: 2e-6, f64: 1e-12 };
/** Relative change of an input whose effect counts as rounding. */
const STEP: Readonly<Record<Precision, number>> = { f32: 2 ** -22, f64: 2 ** -48 };
/** Below the smallest normal f32: a backend may flush such numbers to zero. */
const TINY = 1.2e-38;

/**
 * Tolerances of every output of a program whose results on the reference are `expected`.
 *
 * Views are exact. One elementwise operation is judged element by element: the relative rounding of the result, and what a change of the inputs in
 * their last places does to it. All others by `2e-6 * max |expected| * sqrt(length of the longest reduction)` (f32).
 */
export async function tolerancesOf(program: Program, expected: Results, precision: Precision): Promise<Tolerances> {
  const { dims = {} } = program;
  const nodes = computedNodes(program.graph);
  const families = nodes
    .map(({ op }) => primitives[op].traits.family)
    .filter((family) => family !== 'leaf' && family !== 'view');
  const relative = RELATIVE[precision];
  if (families.length === 0) return mapFloats(expected, (data) => new Float64Array(data.length));
  if (families.length === 1 && families[0] === 'elementwise') {
    const moved = await Promise.all(
      [moveInputs(program, STEP[precision], false), moveInputs(program, STEP[precision], true)].map(runReference),
    );
    return mapFloats(expected, (data, name) =>
      Float64Array.from(data, (value, i) => {
        const sway = moved.map((results) => Math.abs(results[name].data[i] - value)).filter(Number.isFinite);
        return relative * Math.abs(value) + Math.max(0, ...sway) + TINY;
      }),
    );
  }
  const growth = Math.sqrt(longestReduction(program.graph, nodes, dims));
  return mapFloats(expected, (data) => new Float64Array(data.length).fill(relative * growth * largest(data) + TINY));
}

/** Largest finite absolute value. */
export function largest(data: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < data.length; i++) if (Number.isFinite(data[i])) max = Math.max(max, Math.abs(data[i]));
  return max;
}

function mapFloats(results: Results, make: (data: ArrayLike<number>, name: string) => Float64Array): Tolerances {
  return Object.fromEntries(
    Object.entries(results).map(([name, { dtype, data }]) => [
      name,
      dtype === 'f32' ? make(data, name) : new Float64Array(data.length),
    ]),
  );
}

function computedNodes(graph: Graph): readonly PrimitiveNode[] {
  const flat = inlineFunctions.run(graph);
  const outputs = Object.values(flat.outputs).map(({ value }) => value);
  return reachable(flat, outputs)
    .map((id) => flat.nodes[id])
    .filter(isPrimitiveNode);
}

/** Terms of the longest sum in the graph; at least 1. */
function longestReduction(graph: Graph, nodes: readonly PrimitiveNode[], dims: Dims): number {
  const flat = inlineFunctions.run(graph);
  const shapeOf = (id: number): readonly number[] => bindShape(flat.nodes[id].type.shape, dims);
  return nodes.reduce((longest, node) => {
    const { family } = primitives[node.op].traits;
    const output = bindShape(node.type.shape, dims);
    const elements = Math.max(sizeOf(output), 1);
    if (family === 'contraction') {
      const primitive = primitives[node.op] as unknown as Primitive<PrimitiveName>;
      return Math.max(longest, primitive.macs(node.inputs.map(shapeOf), node.attrs, output) / elements);
    }
    if (family === 'elementwise' || family === 'view' || family === 'leaf') return longest;
    return Math.max(longest, ...node.inputs.map((input) => sizeOf(shapeOf(input)) / elements));
  }, 1);
}

function moveInputs(program: Program, step: number, alternate: boolean): Program {
  const inputs = Object.entries(program.inputs).map(([name, data], index) => {
    const factor = 1 + (alternate && index % 2 === 1 ? -step : step);
    const isFloat = program.graph.inputs[name].type.dtype === 'f32';
    return [name, isFloat ? Float64Array.from(data, (value) => value * factor) : data] as const;
  });
  return { ...program, inputs: Object.fromEntries(inputs) };
}
