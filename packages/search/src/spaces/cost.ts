// What a candidate costs, and which costs are allowed.

import type { Model } from '@netwright/arch';
import { summarize, type Graph } from '@netwright/ir';

/** For one image. */
export interface ModelCost {
  readonly parameters: number;
  /** Multiply-adds of convolutions and matrix products. */
  readonly macs: number;
  /** Elements of the outputs of all convolutions, as in arXiv:2003.13678. */
  readonly activations: number;
}

/** The keys of {@link ModelCost}. */
export const COSTS = ['parameters', 'macs', 'activations'] as const satisfies readonly (keyof ModelCost)[];

/** Closed ranges; what is left out is not limited. */
export type CostLimits = { readonly [K in keyof ModelCost]?: readonly [min: number, max: number] };

/** A fold over the graph: nothing is allocated. */
export function costOfGraph(graph: Graph): ModelCost {
  const { rows, totals } = summarize(graph, { N: 1 });
  const convolutions = rows.filter(({ operation }) => operation === 'conv2d');
  return {
    parameters: totals.parameters,
    macs: totals.macs + totals.matmulMacs,
    activations: convolutions.reduce((sum, { outputShape }) => sum + outputShape.reduce((a, b) => a * b, 1), 0),
  };
}

/** Builds the model's graph and folds over it; no weights are allocated. */
export function costOfModel(model: Model): ModelCost {
  return costOfGraph(model.build());
}

/** The first cost outside its limits. */
export function brokenLimit(cost: ModelCost, limits: CostLimits): keyof ModelCost | undefined {
  return COSTS.find((name) => {
    const limit = limits[name];
    return limit !== undefined && !(cost[name] >= limit[0] && cost[name] <= limit[1]);
  });
}

export function addCosts(...costs: readonly ModelCost[]): ModelCost {
  return combine((name) => costs.reduce((sum, cost) => sum + cost[name], 0));
}

export function scaleCost(cost: ModelCost, factor: number): ModelCost {
  return combine((name) => cost[name] * factor);
}

function combine(value: (name: keyof ModelCost) => number): ModelCost {
  return { parameters: value('parameters'), macs: value('macs'), activations: value('activations') };
}
