// Raw inputs make a ravine; normalized ones a bowl.

import { arrange, type Panel } from '../plot/arrange.ts';
import { contourPlot } from '../plot/contours.ts';
import { lossPlot, type DrawnLoss } from '../plot/loss-curves.ts';
import { COLORS, INK } from '../plot/palette.ts';
import { plot } from '../plot/scene.ts';
import { descend } from '../run/descend.ts';
import { spectrumAt } from '../run/spectrum.ts';
import { valueGrid, valuesAt } from '../run/values.ts';
import { normalizedInputs, rawInputs } from '../surfaces/inputs.ts';
import type { Figure } from './figure.ts';
import { short } from './race.ts';

const SIZE = { width: 400, height: 360 };
const STEPS = 50;
/** Share of the rate at which the steepest direction begins to diverge, 2 / largest eigenvalue. */
const SHARE = 0.85;

export const normalizedInputsFigure: Figure = {
  name: 'normalized-inputs',
  title: 'Raw inputs make a ravine, normalized inputs a bowl',
  async draw({ optimizers, backend, document }) {
    const panels: Panel[] = [];
    const losses: DrawnLoss[] = [];
    const legend = [];
    const spectra: string[] = [];
    for (const [surface, color] of [
      [rawInputs, COLORS.momentum],
      [normalizedInputs, COLORS.sgd],
    ] as const) {
      const { smallest, largest, condition = NaN } = await spectrumAt(surface, surface.minima[0], backend);
      const lr = Number(((2 * SHARE) / largest).toPrecision(2));
      const path = await descend({ surface, optimizer: optimizers.sgd({ lr }), backend, steps: STEPS });
      const [lowest] = await valuesAt(surface, surface.minima, backend);
      const grid = await valueGrid(surface, 80, 72, backend);
      const spec = contourPlot({ surface, grid, paths: [{ points: path.points, color }] });
      const caption = `${surface.name}: condition number ${short(condition)}`;
      spectra.push(`${short(smallest)} to ${short(largest)} for ${surface.name.toLowerCase()}`);
      panels.push({ ...SIZE, caption, element: plot(document, SIZE, spec) });
      losses.push({ color, excess: path.values.map((value) => value - lowest) });
      legend.push({ text: `SGD on ${surface.name.toLowerCase()}, rate ${String(lr)}`, color });
    }
    return arrange(document, {
      title: normalizedInputsFigure.title,
      notes: [
        'A line fitted to the same 60 samples: as measured, with means far from zero and unlike spreads, and with each input moved to mean 0 and spread 1.',
        `Eigenvalues of the Hessian: ${spectra.join(', ')}. Both rates are 85 % of the largest that does not diverge.`,
      ],
      legend: [...legend, { text: 'minimum', color: INK, symbol: '☆' }],
      panels: [...panels, { ...SIZE, element: plot(document, SIZE, lossPlot(losses)) }],
    });
  },
};
