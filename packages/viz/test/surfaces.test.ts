// Surfaces against their formulas, and what is measured on them.

import { reference } from '@netwright/backend-reference';
import { describe, expect, it } from 'vitest';
import {
  beale,
  canyon,
  leastSquares,
  rosenbrock,
  spectrumAt,
  sphere,
  twoValleys,
  valueGrid,
  valuesAt,
  type Point,
  type Sample,
  type Surface,
} from '../src/index.ts';
import { gradientsAt } from '../src/run/gradients.ts';
import { normalizedInputs, rawInputs } from '../src/surfaces/inputs.ts';
import { unequal } from '../src/surfaces/unequal.ts';

const backend = reference();
const surfaces = [sphere, canyon, twoValleys, rosenbrock, beale, unequal, rawInputs, normalizedInputs];
const named = surfaces.map((surface) => [surface.name, surface] as const);

/** The functions in plain numbers, as the literature writes them. */
const formulas: readonly (readonly [string, Surface, (x: number, y: number) => number])[] = [
  ['Sphere', sphere, (x, y) => (x ** 2 + y ** 2) / 2],
  ['Two valleys', twoValleys, (x, y) => x ** 4 - 2 * x ** 2 + 0.4 * x + y ** 2],
  ['Rosenbrock', rosenbrock, (x, y) => (1 - x) ** 2 + 100 * (y - x ** 2) ** 2],
  ['Beale', beale, (x, y) => (1.5 - x + x * y) ** 2 + (2.25 - x + x * y ** 2) ** 2 + (2.625 - x + x * y ** 3) ** 2],
];

const POINTS: readonly Point[] = [
  [0, 0],
  [1, 1],
  [-1.2, 1],
  [2.5, -0.75],
];

it.each(formulas)('%s has the values of its formula', async (_, surface, formula) => {
  const values = await valuesAt(surface, POINTS, backend);
  POINTS.forEach(([x, y], index) => expect(values[index]).toBeCloseTo(formula(x, y), 10));
});

describe.each(named)('%s', (_, surface) => {
  it('has its minima, and its saddle, where it says', async () => {
    for (const minimum of surface.minima) {
      const [[dx, dy]] = await gradientsAt(surface, [minimum], backend);
      expect(Math.hypot(dx, dy)).toBeLessThan(1e-4);
      expect((await spectrumAt(surface, minimum, backend)).smallest).toBeGreaterThan(0);
    }
    if (surface.saddle !== undefined) {
      const [[dx, dy]] = await gradientsAt(surface, [surface.saddle], backend);
      expect(Math.hypot(dx, dy)).toBeLessThan(1e-4);
      expect(await spectrumAt(surface, surface.saddle, backend)).toMatchObject({ condition: undefined });
    }
  });

  it('names the lowest minimum first, and starts inside its window', async () => {
    const [lowest, ...others] = await valuesAt(surface, surface.minima, backend);
    for (const other of others) expect(other).toBeGreaterThan(lowest);
    const grid = await valueGrid(surface, 31, 21, backend);
    for (const value of grid.values) expect(value).toBeGreaterThanOrEqual(lowest - 1e-9);
    const { x, y } = surface.window;
    for (const [px, py] of [surface.start, ...surface.minima]) {
      expect(px).toBeGreaterThan(x[0]);
      expect(px).toBeLessThan(x[1]);
      expect(py).toBeGreaterThan(y[0]);
      expect(py).toBeLessThan(y[1]);
    }
  });
});

describe('spectrumAt', () => {
  it.each([
    ['a sphere', sphere, [0.3, -2], 1, 1],
    ['a canyon', canyon, [1, 1], 1, 40],
    ['Rosenbrock’s minimum', rosenbrock, [1, 1], 501 - Math.sqrt(501 ** 2 - 400), 501 + Math.sqrt(501 ** 2 - 400)],
  ] as const)('finds the eigenvalues of %s', async (_, surface, at, smallest, largest) => {
    const spectrum = await spectrumAt(surface, at, backend);
    expect(spectrum.smallest / smallest).toBeCloseTo(1, 9);
    expect(spectrum.largest / largest).toBeCloseTo(1, 9);
    expect(spectrum.condition).toBeCloseTo(largest / smallest, 4);
  });

  it('shows that normalizing inputs removes a ravine', async () => {
    const conditions = await Promise.all(
      [rawInputs, normalizedInputs].map(async (one) => (await spectrumAt(one, one.minima[0], backend)).condition),
    );
    expect(conditions[0]).toBeGreaterThan(20);
    expect(conditions[1]).toBeLessThan(1.5);
  });
});

describe('valueGrid', () => {
  it('goes through the window row by row, from the smallest y', async () => {
    const ramp: Surface = { ...sphere, window: { x: [0, 4], y: [10, 12] }, value: (x) => x };
    expect(await valueGrid(ramp, 4, 2, backend)).toEqual({
      columns: 4,
      rows: 2,
      values: [0.5, 1.5, 2.5, 3.5, 0.5, 1.5, 2.5, 3.5],
    });
    const rising: Surface = { ...ramp, value: (_, y) => y };
    expect((await valueGrid(rising, 2, 2, backend)).values).toEqual([10.5, 10.5, 11.5, 11.5]);
  });
});

it('leastSquares finds the weights that the data were made with', async () => {
  const rows: readonly Sample[] = [
    [1, 0.5, 2 - 0.5],
    [0, 2, -2],
    [3, 1, 6 - 1],
    [-1, 4, -2 - 4],
  ];
  const surface = leastSquares(rows, { name: 'line', reach: [1, 1], offset: [0.5, 0.5] });
  expect(surface.minima[0][0]).toBeCloseTo(2, 10);
  expect(surface.minima[0][1]).toBeCloseTo(-1, 10);
  const [atMinimum, beside] = await valuesAt(surface, [surface.minima[0], [3, -1]], backend);
  expect(atMinimum).toBeCloseTo(0, 12);
  expect(beside).toBeCloseTo((1 + 0 + 9 + 1) / 8, 10);
});
