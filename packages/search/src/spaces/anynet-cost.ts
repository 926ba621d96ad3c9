// Costs of AnyNets without building them: those of a block are polynomials of degree two in its channels, fixed by folds over a few small blocks.

import { buildGraph, tensorType } from '@netwright/ir';
import { addCosts, costOfGraph, costOfModel, scaleCost, type ModelCost } from './cost.ts';
import type { AnyNetImage, AnyNetPlugin, AnyNetVariant } from './anynet-plugin.ts';

/** Input channels of the blocks that are folded: multiples of 4, so that those of squeeze-excitation are whole. */
const INPUT = 8;

interface Block {
  readonly width: number;
  readonly groupWidth: number;
  readonly bottleneck: number;
  readonly stride: number;
  /** Height and width of the input. */
  readonly size: number;
}

export type VariantCost = (variant: AnyNetVariant) => ModelCost;

/** Costs equal to those of a fold over the whole graph. What has been folded is kept, so that a long series of candidates builds few blocks. */
export function anyNetCosts(plugin: AnyNetPlugin, image: AnyNetImage): VariantCost {
  const known = new Map<string, (input: number, width: number) => ModelCost>();
  const once = (
    key: string,
    make: () => (input: number, width: number) => ModelCost,
  ): ((input: number, width: number) => ModelCost) => {
    const existing = known.get(key) ?? make();
    known.set(key, existing);
    return existing;
  };
  const fold = (input: number, { size, ...block }: Block, squeezeRatio: number): ModelCost => {
    const x = tensorType('f32', ['N', input, size, size]);
    return costOfGraph(buildGraph({ x }, (inputs) => ({ y: plugin.anyNetBlock(inputs.x, block, { squeezeRatio }) })));
  };
  const blockCost = (input: number, block: Block, squeezeRatio: number): ModelCost => {
    const { width, groupWidth, bottleneck, stride, size } = block;
    if (squeezeRatio > 0 && !Number.isInteger(squeezeRatio * input)) return fold(input, block, squeezeRatio);
    const unit = groupWidth / bottleneck;
    const same = stride === 1 && input === width;
    const key = [groupWidth, bottleneck, stride, size, squeezeRatio, same].join();
    const at = (from: number, to: number): ModelCost => fold(from, { ...block, width: to }, squeezeRatio);
    if (same) {
      const step = squeezeRatio > 0 ? leastWhole(unit, squeezeRatio) : unit;
      const cost = once(key, () => {
        const line = quadratic([1, 2, 3].map((count) => at(count * step, count * step)));
        return (_, to) => line(to / step);
      });
      return cost(input, width);
    }
    const cost = once(key, () => {
      // Stride 1 without a change of channels has no projection: the inputs that are folded avoid it.
      const inputs = stride === 1 ? [1, 2].map((count) => INPUT * (4 * unit + count)) : [INPUT, 2 * INPUT];
      const lines = inputs.map((from) => quadratic([1, 2, 3].map((count) => at(from, count * unit))));
      return (from, to) => {
        const [low, high] = lines.map((line) => line(to / unit));
        const share = (from - inputs[0]) / (inputs[1] - inputs[0]);
        return addCosts(scaleCost(low, 1 - share), scaleCost(high, share));
      };
    });
    return cost(input, width);
  };
  /** Stem and classifier. */
  const restCost = ({ squeezeRatio, stemWidth, compat }: AnyNetVariant, last: number): ModelCost => {
    const size = Math.ceil(image.imageSize / image.stemStride);
    const cost = once(`rest ${String(stemWidth)} ${String(squeezeRatio)}`, () => {
      const [one, two] = [8, 16].map((width) => {
        const stages = [{ depth: 1, width, groupWidth: 8, bottleneck: 1, stride: 2 }];
        const network = plugin.anyNets({
          family: 'anynet',
          variants: { network: { stages, squeezeRatio, stemWidth, compat } },
        })('network', image);
        const block = fold(stemWidth, { ...stages[0], size }, squeezeRatio);
        return addCosts(costOfModel(network), scaleCost(block, -1));
      });
      return (_, width) => addCosts(one, scaleCost(addCosts(two, scaleCost(one, -1)), (width - 8) / 8));
    });
    return cost(stemWidth, last);
  };
  return (variant) => {
    const { squeezeRatio, stemWidth } = variant;
    const stages = plugin.fitStages(variant.stages, variant.compat);
    const parts: ModelCost[] = [];
    let channels = stemWidth;
    let size = Math.ceil(image.imageSize / image.stemStride);
    for (const { depth, ...block } of stages) {
      parts.push(blockCost(channels, { ...block, size }, squeezeRatio));
      channels = block.width;
      size = Math.ceil(size / block.stride);
      if (depth > 1) parts.push(scaleCost(blockCost(channels, { ...block, stride: 1, size }, squeezeRatio), depth - 1));
    }
    return addCosts(restCost(variant, channels), ...parts);
  };
}

/** The polynomial of degree two through its values at 1, 2 and 3; whole numbers stay whole. */
function quadratic([one, two, three]: readonly ModelCost[]): (x: number) => ModelCost {
  const slope = addCosts(two, scaleCost(one, -1));
  const bend = addCosts(three, scaleCost(two, -2), one);
  return (x) => addCosts(one, scaleCost(slope, x - 1), scaleCost(bend, ((x - 1) * (x - 2)) / 2));
}

/** The least multiple of `unit` whose share is whole. */
function leastWhole(unit: number, share: number): number {
  let step = unit;
  while (!Number.isInteger(step * share)) step += unit;
  return step;
}
