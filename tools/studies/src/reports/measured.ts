// Scaling and groups: errors of networks that were trained several times each.

import type { JsonObject } from '@netwright/search';
import type { SweepResults } from '@netwright/search/node';
import { paretoFront, SERIES_COLORS, seriesPlot, type Series, type SeriesOptions } from '@netwright/viz';
import { GROUPS } from '../sweeps/groups.ts';
import { mean, percent, pictureOf, range, type ReportSection } from './report.ts';

/** A network, its repetitions together. */
interface Group {
  readonly configuration: JsonObject;
  readonly macs: number;
  readonly parameters: number;
  readonly errors: readonly number[];
}

/** How the networks of a sweep are told apart and drawn. */
interface Presentation {
  readonly title: string;
  /** Fields of the configuration in the table. */
  readonly fields: readonly string[];
  /** Name of the curve that a network belongs to; the first network begins all of them where it is `undefined`. */
  series(configuration: JsonObject): string | undefined;
  readonly x: SeriesOptions['x'];
  at(group: Group): number;
  readonly curve?: 'none';
}

const MILLIONS = { label: 'million multiply-adds', type: 'log' } as const;

const PRESENTATIONS: Readonly<Record<string, Presentation>> = {
  'scaling-equal': {
    title: 'Error at equal multiply-adds',
    fields: ['mode', 'phi', 'width', 'depth', 'resolution'],
    series: ({ mode }) => (mode === 'base' ? undefined : textOf(mode)),
    x: MILLIONS,
    at: ({ macs }) => macs / 1e6,
  },
  'scaling-grid': {
    title: 'Coefficients at phi = 1',
    fields: ['alpha', 'beta', 'gamma'],
    series: ({ gamma }) => `gamma ${textOf(gamma)}`,
    x: { label: 'alpha, the factor of depth' },
    at: ({ configuration }) => Number(configuration.alpha),
    curve: 'none',
  },
  'scaling-widths': {
    title: 'Wider at fixed depth and resolution',
    fields: ['depth', 'resolution', 'width'],
    series: ({ depth, resolution }) => `depth ${textOf(depth)}, resolution ${textOf(resolution)}`,
    x: MILLIONS,
    at: ({ macs }) => macs / 1e6,
  },
  groups: {
    title: 'Groups at equal multiply-adds',
    fields: ['groups'],
    series: () => 'ResNeXt-11',
    x: { label: 'groups', type: 'log', ticks: GROUPS },
    at: ({ configuration }) => Number(configuration.groups),
  },
};

/** The mean error of each network, and the range of its repetitions. */
export function measuredSection(sweep: string, results: SweepResults): ReportSection {
  const presentation = PRESENTATIONS[sweep];
  const groups = groupsOf(results);
  const series = seriesOf(presentation, groups);
  const front = paretoFront(groups.map(({ macs, errors }) => ({ x: macs / 1e6, y: 100 * mean(errors) })));
  const drawn: readonly Series[] =
    presentation.x === MILLIONS ? [{ name: 'Pareto front', color: '#8c959f', points: front }, ...series] : series;
  const spec = seriesPlot({
    series: drawn,
    x: presentation.x,
    y: { label: 'error in %' },
    dots: true,
    ...(presentation.curve === undefined ? {} : { curve: presentation.curve }),
  });
  const [first] = groups;
  return {
    name: sweep,
    title: presentation.title,
    text: [
      `${String(results.results.length)} of ${String(results.trials)} trials. Curves are means; bands reach from the least to the largest error of a repetition.`,
    ],
    picture: pictureOf(presentation.title, drawn, [{ spec }]),
    table: {
      header: [...presentation.fields, 'multiply-adds', 'of the first', 'parameters', 'error in %', 'range', 'runs'],
      rows: groups.map(({ configuration, macs, parameters, errors }) => [
        ...presentation.fields.map((field) => textOf(configuration[field])),
        macs.toLocaleString('en-US'),
        (macs / first.macs).toFixed(2),
        parameters.toLocaleString('en-US'),
        percent(mean(errors)),
        range(errors),
        String(errors.length),
      ]),
    },
  };
}

function seriesOf({ series, at }: Presentation, groups: readonly Group[]): readonly Series[] {
  const names = [...new Set(groups.flatMap(({ configuration }) => series(configuration) ?? []))];
  return names.map((name, index): Series => {
    const own = groups
      .filter(({ configuration }) => (series(configuration) ?? name) === name)
      .sort((a, b) => at(a) - at(b));
    return {
      name,
      color: SERIES_COLORS[index % SERIES_COLORS.length],
      points: own.map((group) => ({ x: at(group), y: 100 * mean(group.errors) })),
      band: own.map((group) => ({
        x: at(group),
        low: 100 * Math.min(...group.errors),
        high: 100 * Math.max(...group.errors),
      })),
    };
  });
}

function groupsOf({ results }: SweepResults): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { configuration, outcome } of results) {
    if (outcome.kind !== 'done') continue;
    const { error, macs, parameters } = outcome.result;
    const { repeat: _, ...network } = configuration;
    const key = JSON.stringify(network);
    const errors = [...(groups.get(key)?.errors ?? []), Number(error)];
    groups.set(key, { configuration: network, macs: Number(macs), parameters: Number(parameters), errors });
  }
  return [...groups.values()];
}

function textOf(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toFixed(3))) : String(value);
}
