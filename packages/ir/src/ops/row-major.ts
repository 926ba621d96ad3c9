// Row-major addressing of concrete shapes, for evaluation.

/** Elements between neighbours along each axis. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

/** Number of elements of a concrete shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Visits the elements of `shape` in row-major order: their position, and `start` plus their index times `strides`. */
export function visitStrided(
  shape: readonly number[],
  strides: readonly number[],
  start: number,
  visit: (position: number, offset: number) => void,
): void {
  const count = elementCount(shape);
  const index = new Array<number>(shape.length).fill(0);
  let offset = start;
  for (let position = 0; position < count; position++) {
    visit(position, offset);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis];
      index[axis]++;
      if (index[axis] < shape[axis]) break;
      offset -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

/** The elements of `data` at `start` plus index times `strides`, for every index of `shape`. */
export function readStrided(
  data: Float64Array,
  shape: readonly number[],
  strides: readonly number[],
  start = 0,
): Float64Array {
  const result = new Float64Array(elementCount(shape));
  visitStrided(shape, strides, start, (position, offset) => {
    result[position] = data[offset];
  });
  return result;
}
