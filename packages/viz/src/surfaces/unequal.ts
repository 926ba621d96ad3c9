import { axisAlignedSamples } from './draw-samples.ts';
import { leastSquares } from './least-squares.ts';

/** Two weights over inputs of unequal spread: along x the loss is 36 times flatter than along y. */
export const unequal = leastSquares(axisAlignedSamples(16, [0.25, 1.4], 0.6), {
  name: 'Unequal gradients',
  axes: ['weight of the small input', 'weight of the large input'],
  reach: [4, 3],
  offset: [-3.4, 2.3],
});
