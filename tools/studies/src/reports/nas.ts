// Architecture search: the best so far, what the controller learned, and all networks by error and cost.

import { paretoFront, SERIES_COLORS, seriesPlot, type PlotSpec, type Series } from '@netwright/viz';
import { METHODS } from '../run-studies.ts';
import { mean, percent, pictureOf, range, type ReportSection } from './report.ts';

/** A search, as `data` keeps it: numbers of its networks in the order of training. */
export interface Search {
  readonly method: string;
  readonly seed: number;
  readonly rewards: readonly number[];
  readonly macs: readonly number[];
  /** Mean rewards of the controller's updates. */
  readonly updates: readonly number[];
}

export function nasSections(searches: readonly Search[]): readonly ReportSection[] {
  if (searches.length === 0) return [];
  const methods = METHODS.map((method, index) => ({
    method,
    color: SERIES_COLORS[index],
    own: searches.filter((search) => search.method === method),
  })).filter(({ own }) => own.length > 0);
  const series = methods.map(({ method, color, own }): Series => {
    const length = Math.min(...own.map(({ rewards }) => rewards.length));
    const at = Array.from({ length }, (_, step) => own.map((search) => 100 * bestOf(search, step + 1)));
    return {
      name: method,
      color,
      points: at.map((values, step) => ({ x: step + 1, y: mean(values) })),
      band: at.map((values, step) => ({ x: step + 1, low: Math.min(...values), high: Math.max(...values) })),
    };
  });
  const networks = methods.map(({ method, color, own }): Series => ({
    name: method,
    color,
    points: own.flatMap(({ rewards, macs }) =>
      rewards.map((reward, at) => ({ x: macs[at] / 1e6, y: 100 * (1 - reward) })),
    ),
  }));
  const front = {
    name: 'Pareto front',
    color: '#24292f',
    points: paretoFront(networks.flatMap(({ points }) => points)),
  };
  const updates = methods
    .flatMap(({ own }) => own)
    .filter(({ updates: values }) => values.length > 0)
    .map(({ seed, updates: values }, index): Series => ({
      name: `seed ${String(seed)}`,
      color: SERIES_COLORS[index],
      points: values.map((reward, step) => ({ x: step + 1, y: 100 * reward })),
    }));
  return [
    {
      name: 'nas',
      title: 'Equal numbers of trained networks',
      text: [
        `${String(searches.length)} searches. Left: the best accuracy so far, the mean of the seeds; bands reach from the worst to the best of them. Right: all networks.`,
      ],
      picture: pictureOf(
        'Search for cells',
        [...series, front],
        [
          {
            caption: 'Best accuracy so far',
            spec: seriesPlot({
              series,
              x: { label: 'networks trained' },
              y: { label: 'accuracy in %' },
              curve: 'steps',
            }),
          },
          { caption: 'All networks', spec: frontPlot(networks, front) },
        ],
      ),
      table: {
        header: [
          'method',
          'seeds',
          'networks',
          ...PARTS.map(({ name }) => `best after ${name}`),
          'range',
          'mean of all',
        ],
        rows: methods.map(({ method, own }) => {
          const count = Math.min(...own.map(({ rewards }) => rewards.length));
          const best = own.map((search) => bestOf(search, search.rewards.length));
          return [
            method,
            String(own.length),
            String(count),
            ...PARTS.map(({ share }) =>
              percent(mean(own.map((search) => bestOf(search, Math.ceil(share * search.rewards.length))))),
            ),
            range(best),
            percent(mean(own.flatMap(({ rewards }) => rewards))),
          ];
        }),
      },
    },
    {
      name: 'nas-controller',
      title: "The controller's rewards",
      text: ['The mean reward of each proposal, by updates of the controller.'],
      picture: pictureOf("The controller's rewards", updates, [
        {
          spec: seriesPlot({
            series: updates,
            x: { label: 'updates of the controller' },
            y: { label: 'mean accuracy in %' },
          }),
        },
      ]),
      table: {
        header: ['method', 'seed', 'networks', 'best in %', 'first quarter', 'last quarter'],
        rows: searches.map(({ method, seed, rewards }) => {
          const quarter = Math.ceil(rewards.length / 4);
          return [
            method,
            String(seed),
            String(rewards.length),
            percent(Math.max(...rewards)),
            percent(mean(rewards.slice(0, quarter))),
            percent(mean(rewards.slice(-quarter))),
          ];
        }),
      },
    },
  ];
}

/** Parts of a search after which the best network is reported. */
const PARTS = [
  { name: 'a quarter', share: 1 / 4 },
  { name: 'half', share: 1 / 2 },
  { name: 'all', share: 1 },
] as const;

function bestOf({ rewards }: Search, count: number): number {
  return Math.max(...rewards.slice(0, count));
}

function frontPlot(networks: readonly Series[], front: Series): PlotSpec {
  const axes = { x: { label: 'million multiply-adds' }, y: { label: 'error in %' } };
  const points = seriesPlot({ series: networks, curve: 'none', ...axes });
  const steps = seriesPlot({ series: [front], curve: 'steps', ...axes });
  return { ...points, marks: [...(points.marks ?? []), ...(steps.marks ?? [])] };
}
