// Design spaces: distributions of errors, and whether each differs from the one before.

import { distributionFigure } from '@netwright/cli';
import { bootstrapBands, errorDistribution, kolmogorovSmirnov } from '@netwright/search';
import type { SweepResults } from '@netwright/search/node';
import { document, percent, type ReportSection } from './report.ts';

/** Of spaces in the order of the story, each refined from the one before. */
export function spacesSections(all: readonly SweepResults[]): readonly ReportSection[] {
  const spaces = all.flatMap(({ name, trials, results }) => {
    const errors = results.flatMap(({ outcome }) => (outcome.kind === 'done' ? [Number(outcome.result.error)] : []));
    return errors.length === 0 ? [] : [{ name, trials, failed: results.length - errors.length, errors, results }];
  });
  if (spaces.length === 0) return [];
  const successive = spaces.slice(1).map((space, index) => [spaces[index], space] as const);
  const pairs = spaces.length > 2 ? [...successive, [spaces[0], spaces[spaces.length - 1]] as const] : successive;
  const band = ({ low, high }: { readonly low: number; readonly high: number }): string =>
    `${percent(low)} .. ${percent(high)}`;
  return [
    {
      name: 'spaces',
      title: 'Distributions of errors',
      text: [],
      picture: distributionFigure(document, spaces),
      table: {
        header: ['space', 'networks', 'failed', 'best in %', '95 % of it', 'median in %', '95 % of it'],
        rows: spaces.map(({ name, trials, failed, errors }) => {
          const { best, median } = errorDistribution(errors);
          const bands = bootstrapBands(errors, []);
          return [
            name,
            `${String(errors.length)} of ${String(trials)}`,
            String(failed),
            percent(best),
            band(bands.best),
            percent(median),
            band(bands.median),
          ];
        }),
      },
    },
    {
      name: 'spaces-compared',
      title: 'Each space and the next, the first and the last',
      text: ['The test of Kolmogorov and Smirnov, two-sided and exact.'],
      table: {
        header: ['spaces', 'distance', 'at the error in %', 'more networks at or below it', 'p'],
        rows: pairs.map(([before, after]) => {
          const { statistic, at, sign, pValue } = kolmogorovSmirnov(before.errors, after.errors);
          return [
            `${before.name}, ${after.name}`,
            statistic.toFixed(3),
            percent(at),
            sign > 0 ? before.name : after.name,
            pValue < 1e-4 ? '< 0.0001' : pValue.toFixed(4),
          ];
        }),
      },
    },
    {
      name: 'spaces-depth',
      title: 'Medians by depth',
      text: ['The median error in % of the networks of so many blocks, and how many there are.'],
      table: {
        header: ['space', ...DEPTHS.map(([low, high]) => `${String(low)} to ${String(high)} blocks`)],
        rows: spaces.map(({ name, results }) => [name, ...DEPTHS.map((blocks) => medianAt(results, blocks))]),
      },
    },
  ];
}

/** Ranges of the number of blocks, both ends inside. */
const DEPTHS = [
  [4, 6],
  [7, 9],
  [10, 12],
  [13, 16],
] as const;

function medianAt(results: SweepResults['results'], [low, high]: readonly [number, number]): string {
  const errors = results.flatMap(({ configuration, outcome }) => {
    const blocks = ['d', 'd1', 'd2', 'd3', 'd4'].reduce((sum, name) => sum + Number(configuration[name] ?? 0), 0);
    return outcome.kind === 'done' && blocks >= low && blocks <= high ? [Number(outcome.result.error)] : [];
  });
  return errors.length === 0 ? '-' : `${percent(errorDistribution(errors).median)} (${String(errors.length)})`;
}
