// Estimates the instructions of a kernel for a choice of lane axis.

import { isAffineIn } from './linear-index.ts';
import { operandsOf, storedBytes, type LoadNode, type LoweredKernel, type Node, type ReduceNode } from './lowered.ts';

const stridedCost = 5;
const gatherCost = 16;
const horizontalCost = 8;
/** Between lanes that cost the same, those that the output has contiguous are better for the caches. */
const tieBreak = 1.03;

const unaryCosts: Readonly<Record<string, number>> = { exp: 14, log: 18, sin: 80, cos: 80, sqrt: 4 };
const binaryCosts: Readonly<Record<string, number>> = { pow: 100, div: 3, max: 2, min: 2 };

/** Everything evaluated for one output element, each node once, with how often it is evaluated. */
export interface Census {
  readonly inside: ReadonlyMap<Node, { readonly times: number; readonly reduce: ReduceNode }>;
  readonly outside: ReadonlySet<Node>;
}

export function takeCensus(kernel: LoweredKernel): Census {
  const inside = new Map<Node, { times: number; reduce: ReduceNode }>();
  const outside = new Set<Node>();
  const visit = (node: Node, reduce: ReduceNode | undefined): void => {
    if (reduce === undefined) {
      if (outside.has(node)) return;
      outside.add(node);
    } else {
      if (inside.has(node)) return;
      const times = reduce.over.reduce((product, axis) => product * (kernel.extents.get(axis) ?? 1), 1);
      inside.set(node, { times, reduce });
    }
    for (const operand of operandsOf(node)) visit(operand, node.kind === 'reduce' ? node : reduce);
    if (node.kind === 'load')
      for (const { atom } of node.address.rest) if (atom.kind === 'value') visit(atom.node, reduce);
  };
  for (const { value } of kernel.outputs) visit(value, undefined);
  return { inside, outside };
}

/** How a load meets the lanes of a vector along `lane`. */
export function laneAccess(load: LoadNode, lane: number): 'same' | 'contiguous' | 'strided' | 'gathered' {
  if (!load.axes.has(lane)) return 'same';
  if (!isAffineIn(load.address, lane)) return 'gathered';
  const coefficient = load.address.coefficients.get(lane) ?? 0;
  if (coefficient === storedBytes[load.stored]) return 'contiguous';
  return coefficient === 0 ? 'same' : 'strided';
}

function nodeCost(node: Node, lane: number | undefined): number {
  switch (node.kind) {
    case 'const':
    case 'reduce':
      return 0;
    case 'load': {
      if (lane === undefined) return 1;
      const guards = node.guards.some(
        ({ index }) => (index.coefficients.get(lane) ?? 0) !== 0 || !isAffineIn(index, lane),
      )
        ? 4
        : 0;
      const access = laneAccess(node, lane);
      return guards + (access === 'strided' ? stridedCost : access === 'gathered' ? gatherCost : 1);
    }
    case 'index':
      return lane === undefined || isAffineIn(node.index, lane) ? 1 : gatherCost;
    case 'unary':
      return unaryCosts[node.op] ?? 1;
    case 'binary':
      return binaryCosts[node.op] ?? 1;
    default:
      return 1;
  }
}

/** Steps of one vector (or scalar, without lanes) for each output element, times the number of elements. */
export function laneCost(kernel: LoweredKernel, census: Census, lane: number | undefined, vectorLanes: number): number {
  const points = kernel.axes.reduce((product, axis) => product * (kernel.extents.get(axis) ?? 1), 1);
  const extent = lane === undefined ? 1 : (kernel.extents.get(lane) ?? 1);
  const share = lane === undefined ? 1 : Math.ceil(extent / vectorLanes) / extent;
  const reduced = lane !== undefined && kernel.reductionAxes.includes(lane);
  let outsideCost = 0;
  for (const node of census.outside) outsideCost += nodeCost(node, reduced ? undefined : lane);
  for (const { address, stored } of kernel.outputs) {
    const unit = lane === undefined || reduced || address.coefficients.get(lane) === storedBytes[stored];
    outsideCost += unit ? 1 : stridedCost;
  }
  let insideCost = 0;
  for (const [node, { times, reduce }] of census.inside) {
    const vector = lane !== undefined && (!reduced || reduce.over.includes(lane));
    insideCost +=
      times * (nodeCost(node, vector ? lane : undefined) + (node === reduce.body ? 1 : 0)) * (vector ? share : 1);
  }
  if (reduced) outsideCost += horizontalCost;
  const contiguous =
    lane !== undefined &&
    kernel.outputs.every(({ address, stored }) => address.coefficients.get(lane) === storedBytes[stored]);
  return points * (insideCost + outsideCost * (reduced ? 1 : share)) * (contiguous ? 1 : tieBreak);
}
