import { callFunction, defineFunction } from '../function.ts';
import { avgPool2d } from '../ops/avg-pool2d.ts';
import { constantTensor } from '../ops/constant.ts';
import { matmul } from '../ops/matmul.ts';
import { transpose } from '../ops/transpose.ts';
import type { PairOption } from '../ops/window.ts';
import type { Tensor } from '../tensor.ts';
import { adaptiveAttrs, binsOf, equalBins, type AdaptiveAttrs } from './pool-bins.ts';

/**
 * Means over the bins of x [N, C, H, W] that give `outputSize`: bin i of an axis covers floor(i * size / out) to
 * ceil((i + 1) * size / out) - 1, as `torch.nn.functional.adaptive_avg_pool2d`.
 *
 * Errors: `adaptiveAvgPool2d.operands`.
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: PairOption): Tensor {
  return callFunction(adaptiveAvgPool2dFunction, [x], adaptiveAttrs('adaptiveAvgPool2d', x, outputSize))[0];
}

export const adaptiveAvgPool2dFunction = defineFunction<AdaptiveAttrs>({
  name: 'adaptiveAvgPool2d',
  expand([x], { outputSize }) {
    const window = equalBins(x, outputSize);
    if (window !== undefined) return [window[0] * window[1] === 1 ? x : avgPool2d(x, { kernel: window })];
    const [rows, columns] = outputSize.map((count, at) => averaging(x, Number(x.shape[at + 2]), count));
    return [matmul(rows, matmul(x, transpose(columns)))];
  },
});

/** [count, size]: row i averages bin i. */
function averaging({ builder }: Tensor, size: number, count: number): Tensor {
  const weights = binsOf(size, count).flatMap(([start, end]) =>
    Array.from({ length: size }, (_, at) => (at >= start && at < end ? 1 / (end - start) : 0)),
  );
  return constantTensor(builder, weights, [count, size]);
}
