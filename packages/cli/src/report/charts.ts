// The pictures of a report, as SVG.

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { MetricsLine } from './write-report.ts';

const SIZE = { width: 460, height: 280, marginLeft: 55 };

interface Point {
  readonly step: number;
  readonly value: number;
  readonly series: string;
}

/** Loss of every step (faint), its running mean, and the validation loss of every epoch. */
export function lossCurve(steps: readonly MetricsLine[], epochs: readonly MetricsLine[]): string {
  const raw = steps.map(({ step, loss = NaN }) => ({ step, value: loss }));
  return curve(raw, [...smooth(raw, 'training'), ...validationPoints(epochs, 'loss')], {
    label: 'loss',
    type: raw.every(({ value }) => value > 0) ? 'log' : 'linear',
  });
}

/** Running mean of the training accuracy, and the validation accuracy of every epoch. */
export function accuracyCurve(steps: readonly MetricsLine[], epochs: readonly MetricsLine[]): string {
  const raw = steps.map(({ step, accuracy = NaN }) => ({ step, value: accuracy }));
  return curve([], [...smooth(raw, 'training'), ...validationPoints(epochs, 'accuracy')], {
    label: 'accuracy',
    type: 'linear',
  });
}

export function learningRateCurve(steps: readonly MetricsLine[]): string {
  const points = steps.map(({ step, learningRate = NaN }) => ({ step, value: learningRate, series: 'learning rate' }));
  return curve([], points, { label: 'learning rate', type: 'linear' });
}

/** Counts by true (rows) and predicted class (columns), coloured by share of the row. */
export function confusionMatrix(counts: readonly number[], classes: readonly string[]): string {
  const size = classes.length;
  const cells = counts.map((count, at) => {
    const row = Math.floor(at / size);
    const total = counts.slice(row * size, (row + 1) * size).reduce((sum, value) => sum + value, 0);
    return { label: classes[row], predicted: classes[at % size], count, share: total === 0 ? 0 : count / total };
  });
  const cell = Math.max(24, Math.min(48, 640 / size));
  return render({
    width: 110 + cell * size,
    height: 90 + cell * size,
    marginLeft: 100,
    marginTop: 60,
    x: { domain: [...classes], label: 'predicted', axis: 'top', tickRotate: size > 12 ? -45 : 0 },
    y: { domain: [...classes], label: 'true' },
    color: { scheme: 'blues', domain: [0, 1] },
    marks: [
      Plot.cell(cells, { x: 'predicted', y: 'label', fill: 'share', inset: 0.5 }),
      ...(size <= 30
        ? [
            Plot.text(
              cells.filter(({ count }) => count > 0),
              {
                x: 'predicted',
                y: 'label',
                text: (d: { count: number }) => String(d.count),
                fill: (d: { share: number }) => (d.share > 0.5 ? 'white' : 'black'),
              },
            ),
          ]
        : []),
    ],
  });
}

function curve(
  raw: readonly Omit<Point, 'series'>[],
  points: readonly Point[],
  y: { readonly label: string; readonly type: 'log' | 'linear' },
): string {
  const series = [...new Set(points.map((point) => point.series))];
  return render({
    ...SIZE,
    grid: true,
    x: { label: 'step' },
    y,
    color: { domain: series, legend: false, range: ['#1f6feb', '#d1510a', '#2da44e'] },
    marks: [
      Plot.line(raw, { x: 'step', y: 'value', stroke: '#c5d5ec', strokeWidth: 1 }),
      Plot.line(points, { x: 'step', y: 'value', stroke: 'series', strokeWidth: 2 }),
      Plot.dot(
        points.filter((point) => point.series === 'validation'),
        { x: 'step', y: 'value', fill: 'series', r: 3 },
      ),
      ...(series.length > 1 ? series.map(nameAboveFrame) : []),
    ],
  });
}

/** The name of a series in its colour, above the right end of the frame where no line passes; the last one outermost. */
function nameAboveFrame(name: string, index: number, { length }: readonly string[]): Plot.Markish {
  const [frameAnchor, textAnchor] = ['top-right', 'end'] as const;
  return Plot.text([name], { frameAnchor, textAnchor, dx: -70 * (length - 1 - index), dy: -14, fill: () => name });
}

/** Means over a window of a fiftieth of the run. */
function smooth(raw: readonly Omit<Point, 'series'>[], series: string): readonly Point[] {
  const window = Math.max(1, Math.round(raw.length / 50));
  let sum = 0;
  return raw.map(({ step, value }, index) => {
    sum += value - (index >= window ? raw[index - window].value : 0);
    return { step, value: sum / Math.min(index + 1, window), series };
  });
}

function validationPoints(epochs: readonly MetricsLine[], metric: string): readonly Point[] {
  return epochs.flatMap(({ step, validation }) =>
    validation === undefined ? [] : [{ step, value: validation[metric], series: 'validation' }],
  );
}

function render(options: Plot.PlotOptions): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const figure = Plot.plot({ ...options, document });
  figure.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return figure.outerHTML;
}
