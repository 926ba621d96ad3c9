// Runs a graph in double precision with each primitive's own definition, and draws seeded numbers.

import {
  bindShape,
  eliminateDeadCode,
  GraphBuilder,
  inlineFunctions,
  isPrimitiveNode,
  primitives,
  tensorType,
  verifyGraph,
  type Graph,
  type NdArray,
  type Primitive,
  type PrimitiveName,
  type Tensor,
} from '@netwright/ir';

/** A tensor of the given shape, by its elements in row-major order. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

export function evaluateGraph(graph: Graph, leaves: Readonly<Record<string, Values>>): Record<string, number[]> {
  verifyGraph(graph);
  const flat = eliminateDeadCode.run(inlineFunctions.run(graph));
  const values: NdArray[] = [];
  flat.nodes.forEach((node, id) => {
    const shape = bindShape(node.type.shape, {});
    if (isPrimitiveNode(node)) {
      const { evaluate } = primitives[node.op] as unknown as Primitive<PrimitiveName>;
      const inputs = node.inputs.map((input) => values[input]);
      const inputTypes = node.inputs.map((input) => flat.nodes[input].type);
      const data = evaluate({ inputs, inputTypes, attrs: node.attrs, shape, dims: {}, round: (value) => value });
      values[id] = { shape, data };
    } else if (node.op !== 'call' && node.op !== 'result') {
      values[id] = { shape, data: Float64Array.from(leaves[node.attrs.name].data) };
    }
  });
  return Object.fromEntries(
    Object.entries(flat.outputs).map(([name, { value }]) => [name, Array.from(values[value].data)]),
  );
}

/** Builds outputs from inputs and evaluates them. */
export function evaluate(
  inputs: Readonly<Record<string, Values>>,
  build: (tensors: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>,
): Record<string, number[]> {
  const builder = new GraphBuilder();
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape }]) => [name, builder.input(name, tensorType('f32', shape))]),
  );
  for (const [name, tensor] of Object.entries(build(tensors))) builder.output(name, tensor);
  return evaluateGraph(builder.finish(), inputs);
}

/** A source of uniform numbers in [-1, 1). */
export function uniformSource(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

export function drawValues(shape: readonly number[], uniform: () => number): Values {
  const size = shape.reduce((product, dim) => product * dim, 1);
  return { shape, data: Float64Array.from({ length: size }, uniform) };
}

/** Rows times a vector. */
export function multiply(matrix: Values, vector: ArrayLike<number>): number[] {
  const [rows, columns] = matrix.shape;
  return Array.from({ length: rows }, (_, row) => {
    let total = 0;
    for (let column = 0; column < columns; column++) total += matrix.data[row * columns + column] * vector[column];
    return total;
  });
}

/** A symmetric matrix with the given eigenvalues: their diagonal, reflected three times at random planes. */
export function symmetricMatrix(eigenvalues: readonly number[], uniform: () => number): Values {
  const size = eigenvalues.length;
  const shape = [size, size];
  let data = Float64Array.from({ length: size * size }, (_, at) =>
    at % (size + 1) === 0 ? eigenvalues[at / (size + 1)] : 0,
  );
  for (let count = 0; count < 3; count++) {
    const normal = Array.from({ length: size }, uniform);
    const length = Math.hypot(...normal);
    const unit = normal.map((value) => value / length);
    const image = multiply({ shape, data }, unit);
    const along = image.reduce((total, value, index) => total + value * unit[index], 0);
    data = data.map((value, at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      return value - 2 * (unit[row] * image[column] + image[row] * unit[column]) + 4 * along * unit[row] * unit[column];
    });
  }
  return { shape, data };
}
