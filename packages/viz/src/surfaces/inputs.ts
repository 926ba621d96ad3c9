// The same data twice: as measured, and with each input moved to mean 0 and spread 1.

import { normalSource } from './draw-samples.ts';
import { leastSquares, type Sample } from './least-squares.ts';

/** 60 samples of two inputs that are not centred, and a linear target with noise. */
function measure(): readonly Sample[] {
  const normal = normalSource(11);
  return Array.from({ length: 60 }, () => {
    const [a, b] = [2 + 0.6 * normal(), 0.6 + 0.25 * normal()];
    return [a, b, a + 0.5 * b + 0.1 * normal()];
  });
}

/** Every column with its mean taken away, and the inputs divided by their spread. */
function normalize(rows: readonly Sample[]): readonly Sample[] {
  const column = (at: number): readonly number[] => {
    const values = rows.map((row) => row[at]);
    const mean = values.reduce((total, value) => total + value, 0) / values.length;
    const centred = values.map((value) => value - mean);
    const spread = Math.sqrt(centred.reduce((total, value) => total + value * value, 0) / values.length);
    return at === 2 ? centred : centred.map((value) => value / spread);
  };
  const [a, b, target] = [column(0), column(1), column(2)];
  return rows.map((_, index): Sample => [a[index], b[index], target[index]]);
}

const axes = ['weight of the first input', 'weight of the second input'] as const;
const raw = measure();

export const rawInputs = leastSquares(raw, { name: 'Raw inputs', axes, reach: [3, 3], offset: [-1.8, -1.6] });

export const normalizedInputs = leastSquares(normalize(raw), {
  name: 'Normalized inputs',
  axes,
  reach: [3, 3],
  offset: [-1.8, -1.6],
});
