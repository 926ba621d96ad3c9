// Walks a graph with each primitive's own definition, in double precision unless asked otherwise.

import {
  bindShape,
  isPrimitiveNode,
  primitives,
  reachable,
  type Graph,
  type NdArray,
  type Primitive,
  type PrimitiveName,
} from '../src/index.ts';

export type Arrays = Readonly<Record<string, readonly number[] | Float64Array>>;

/** Keeps a number, or rounds it to a narrower format. */
export type Rounding = (value: number) => number;

const exact: Rounding = (value) => value;

/**
 * Outputs by name. `inputs` holds the data of graph inputs, parameters and states by name. With `round` = `Math.fround` every f32
 * value is rounded to single precision.
 */
export function evaluateGraph(
  graph: Graph,
  inputs: Arrays,
  dims: Readonly<Record<string, number>> = {},
  round = exact,
): Record<string, Float64Array> {
  const values: NdArray[] = [];
  const results: (readonly NdArray[])[] = [];
  for (const id of reachable(
    graph,
    Object.values(graph.outputs).map(({ value }) => value),
  )) {
    const node = graph.nodes[id];
    const shape = bindShape(node.type.shape, dims);
    if (isPrimitiveNode(node)) {
      const { evaluate } = primitives[node.op] as unknown as Primitive<PrimitiveName>;
      const data = evaluate({
        inputs: node.inputs.map((input) => values[input]),
        inputTypes: node.inputs.map((input) => graph.nodes[input].type),
        attrs: node.attrs,
        shape,
        dims,
        round,
      });
      values[id] = { shape, data: node.type.dtype === 'f32' && round !== exact ? data.map(round) : data };
    } else if (node.op === 'call') {
      const { body } = graph.functions[node.attrs.function];
      const operands = node.inputs.map((input, index) => [`x${String(index)}`, values[input].data] as const);
      const outputs = evaluateGraph(body, Object.fromEntries(operands), dims, round);
      results[id] = Object.entries(body.outputs).map(([name, { value }]) => ({
        shape: bindShape(body.nodes[value].type.shape, dims),
        data: outputs[name],
      }));
    } else if (node.op === 'result') {
      values[id] = results[node.inputs[0]][node.attrs.index];
    } else {
      const data = inputs[node.attrs.name];
      if (data === undefined) throw new RangeError(`no data for ${node.attrs.name}`);
      values[id] = { shape, data: Float64Array.from(data, node.type.dtype === 'f32' ? round : exact) };
    }
    const { length } = values[id]?.data ?? [];
    const expected = shape.reduce((product, dim) => product * dim, 1);
    if (node.op !== 'call' && length !== expected) {
      throw new RangeError(`${node.op} gave ${String(length)} elements, not ${String(expected)}`);
    }
  }
  return Object.fromEntries(Object.entries(graph.outputs).map(([name, { value }]) => [name, values[value].data]));
}
