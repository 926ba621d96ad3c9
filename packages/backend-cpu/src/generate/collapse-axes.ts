// Merges pairs of axes that every index walks as one: `coefficient(outer) = coefficient(inner) * extent(inner)`.

import { axesOfIndex, type LinearIndex } from './linear-index.ts';
import { indicesOf, type LoweredKernel, type ReduceNode } from './lowered.ts';

/** Changes `kernel` in place; the value of every element stays the same. */
export function collapseAxes(kernel: LoweredKernel): void {
  const indices = [...kernel.nodes.flatMap(indicesOf), ...kernel.outputs.map(({ address }) => address)];
  const closed = indices.flatMap(nested);
  const reduces = kernel.nodes.filter((node): node is ReduceNode => node.kind === 'reduce');
  for (const axes of [kernel.axes, kernel.reductionAxes]) {
    let merged = true;
    while (merged) {
      merged = false;
      for (const outer of axes) {
        const inner = axes.find(
          (candidate) => candidate !== outer && mergeable(kernel, closed, reduces, outer, candidate),
        );
        if (inner === undefined) continue;
        merge(kernel, closed, outer, inner);
        merged = true;
        break;
      }
    }
  }
}

function nested(index: LinearIndex): readonly LinearIndex[] {
  return [index, ...index.rest.flatMap(({ atom }) => (atom.kind === 'value' ? [] : nested(atom.of)))];
}

function mergeable(
  kernel: LoweredKernel,
  indices: readonly LinearIndex[],
  reduces: readonly ReduceNode[],
  outer: number,
  inner: number,
): boolean {
  const extent = kernel.extents.get(inner) ?? 1;
  for (const { over } of reduces) if (over.includes(outer) !== over.includes(inner)) return false;
  return indices.every(
    (index) => (index.coefficients.get(outer) ?? 0) === (index.coefficients.get(inner) ?? 0) * extent,
  );
}

function merge(kernel: LoweredKernel, indices: readonly LinearIndex[], outer: number, inner: number): void {
  kernel.extents.set(inner, (kernel.extents.get(outer) ?? 1) * (kernel.extents.get(inner) ?? 1));
  kernel.extents.delete(outer);
  for (const list of [kernel.axes, kernel.reductionAxes]) {
    const at = list.indexOf(outer);
    if (at >= 0) list.splice(at, 1);
  }
  for (const index of indices) index.coefficients.delete(outer);
  for (const node of kernel.nodes) {
    node.axes.delete(outer);
    if (node.kind === 'reduce') node.over.splice(0, node.over.length, ...node.over.filter((axis) => axis !== outer));
  }
}

/** Axes of all indices of the kernel that are not plain addresses: their values are needed at run time. */
export function axesWithValues(kernel: LoweredKernel): Set<number> {
  const axes = new Set<number>();
  for (const node of kernel.nodes) {
    for (const index of indicesOf(node)) {
      if (node.kind === 'load' && index === node.address)
        for (const { atom } of index.rest) {
          if (atom.kind !== 'value') axesOfIndex(atom.of, axes);
        }
      else axesOfIndex(index, axes);
    }
  }
  return axes;
}
