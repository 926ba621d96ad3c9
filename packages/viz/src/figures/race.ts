// Several optimizers from one start on one surface.

import type { Backend } from '@netwright/compiler';
import type { Optimizer } from '@netwright/optim';
import { arrange, type LegendItem } from '../plot/arrange.ts';
import { contourPlot } from '../plot/contours.ts';
import { INK } from '../plot/palette.ts';
import { lossPlot } from '../plot/loss-curves.ts';
import { PANEL, plot, SIDE } from '../plot/scene.ts';
import { descend } from '../run/descend.ts';
import { spectrumAt } from '../run/spectrum.ts';
import { valueGrid, valuesAt } from '../run/values.ts';
import type { Surface } from '../surfaces/surface.ts';
import type { Figure, Optimizers } from './figure.ts';

/** An optimizer in a race, with its place in the legend. */
export interface Contestant {
  readonly text: string;
  readonly color: string;
  readonly optimizer: Optimizer;
  /** Default those of the race. */
  readonly steps?: number;
}

/** A surface, and who starts on it. */
export interface RaceOptions {
  readonly name: string;
  readonly title: string;
  readonly surface: Surface;
  readonly steps: number;
  contestants(optimizers: Optimizers): readonly Contestant[];
  /** What to see, in one line. */
  readonly note?: string;
  readonly batch?: { readonly size: number; readonly seed: number };
}

const RESOLUTION = [104, 80] as const;

/** The figure of a race: the paths on the contours of the surface, and the loss above its minimum by step. */
export function race({ name, title, surface, steps, contestants, note, batch }: RaceOptions): Figure {
  return {
    name,
    title,
    async draw({ optimizers, backend, document }) {
      const entered = contestants(optimizers);
      const lowest = Math.min(...(await valuesAt(surface, surface.minima, backend)));
      const runs = [];
      for (const { optimizer, color, steps: own = steps } of entered) {
        const path = await descend({
          surface,
          optimizer,
          backend,
          steps: own,
          ...(batch === undefined ? {} : { batch }),
        });
        runs.push({ color, points: path.points, excess: path.values.map((value) => value - lowest) });
      }
      const grid = await valueGrid(surface, ...RESOLUTION, backend);
      return arrange(document, {
        title,
        notes: [...(note === undefined ? [] : [note]), await conditionNote(surface, backend)],
        legend: [...entered, ...landmarks(surface)],
        panels: [
          { ...PANEL, element: plot(document, PANEL, contourPlot({ surface, grid, paths: runs })) },
          { ...SIDE, element: plot(document, SIDE, lossPlot(runs)) },
        ],
      });
    },
  };
}

/** What the symbols of a contour plot stand for. */
export function landmarks({ saddle }: Surface): readonly LegendItem[] {
  const minimum = { text: 'minimum', color: INK, symbol: '☆' };
  return saddle === undefined ? [minimum] : [minimum, { text: 'saddle', color: INK, symbol: '◇' }];
}

/** The ends of the Hessian's spectrum at the lowest minimum and, where it is not convex, at the start. */
export async function conditionNote(surface: Surface, backend: Backend): Promise<string> {
  const atMinimum = await spectrumAt(surface, surface.minima[0], backend);
  const atStart = await spectrumAt(surface, surface.start, backend);
  const ends = ({ smallest, largest }: typeof atMinimum): string => `${short(smallest)} to ${short(largest)}`;
  const first = `${surface.name}: eigenvalues of the Hessian at the minimum ${ends(atMinimum)}, condition number ${short(atMinimum.condition ?? NaN)}`;
  return atStart.condition === undefined ? `${first}; at the start ${ends(atStart)}: not convex` : first;
}

/** Three digits, without an exponent where that is short. */
export function short(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const text = Math.abs(rounded) >= 1e5 ? rounded.toExponential() : String(rounded);
  return text.replace('-', '−');
}
