import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as regnet from '@netwright/arch-regnet';
import { NetwrightError } from '@netwright/ir';
import {
  ANYNET_LEVELS,
  anyNetX,
  bestRange,
  bootstrapBands,
  cellSpace,
  COSTS,
  describeDimension,
  errorDistribution,
  kolmogorovSmirnov,
  regNetX,
  sampleSpace,
  type CostLimits,
  type Space,
} from '@netwright/search';
import { readResults, type SweepResults } from '@netwright/search/node';
import {
  arrange,
  distributionPlot,
  plot,
  scatterPlot,
  SERIES_COLORS,
  studyPage,
  type StudySection,
} from '@netwright/viz';
import { parseHTML } from 'linkedom';
import { closest } from '../closest.ts';
import { EXIT, type Session } from '../session.ts';
import { formatTable } from '../table.ts';

export interface SampleArguments {
  readonly count: number;
  readonly seed: number;
  readonly imageSize: number;
  readonly channels: number;
  readonly classes: number;
  readonly stemStride: number;
  readonly stemWidth?: number;
  readonly maxWidth: number;
  readonly maxDepth: number;
  readonly limits: CostLimits;
  readonly json: boolean;
}

type SpaceOptions = Omit<SampleArguments, 'count' | 'seed' | 'limits' | 'json'>;

/** The spaces that `netwright space sample` knows. */
const SPACES: Readonly<Record<string, (options: SpaceOptions) => Space>> = {
  ...Object.fromEntries(
    ANYNET_LEVELS.map((level) => [
      `anynetx_${level.toLowerCase()}`,
      (options: SpaceOptions) => anyNetX({ ...options, level, plugin: regnet }),
    ]),
  ),
  regnetx: (options) => regNetX({ ...options, plugin: regnet }),
  regnety: (options) => regNetX({ ...options, plugin: regnet, squeezeRatio: 0.25 }),
  cells: ({ imageSize, channels, classes }) => cellSpace({ imageSize, channels, classes }),
};

/** Prints seeded samples of a space within limits of cost. Allocates no weights. */
export function spaceSampleCommand({ output }: Session, name: string, args: SampleArguments): number {
  if (!Object.hasOwn(SPACES, name)) {
    const nearest = closest(name, Object.keys(SPACES));
    throw new NetwrightError({
      code: 'cli.name',
      operation: 'space',
      expected: `one of ${Object.keys(SPACES).join(', ')}`,
      received: name,
      ...(nearest === undefined ? {} : { hint: `did you mean ${nearest}?` }),
    });
  }
  const space = SPACES[name](args);
  const { samples, candidates, rejected } = sampleSpace(space, args);
  if (args.json) {
    output.line(JSON.stringify({ space: space.name, seed: args.seed, candidates, rejected, samples }, undefined, 2));
    return EXIT.ok;
  }
  const dimensions = Object.entries(space.dimensions);
  output.line(`${space.name}: ${space.size.toExponential(1)} points before constraints`);
  for (const [dimension, values] of dimensions) output.line(`  ${dimension}: ${describeDimension(values)}`);
  for (const constraint of space.constraints) output.line(`  ${constraint.name}`);
  output.line('');
  const header = [...dimensions.map(([dimension]) => dimension), ...COSTS];
  const rows = samples.map(({ configuration, cost }) => [
    ...dimensions.map(([dimension]) => String(configuration[dimension])),
    ...COSTS.map((one) => cost[one].toLocaleString('en-US')),
  ]);
  for (const line of formatTable(
    header,
    rows,
    header.map(() => 'right'),
  ))
    output.line(line);
  const reasons = [...COSTS, 'repeated' as const].map((reason) => `${reason} ${String(rejected[reason])}`);
  output.line(`${String(samples.length)} of ${String(candidates)} candidates; rejected: ${reasons.join(', ')}`);
  return EXIT.ok;
}

export interface EdfArguments {
  readonly metric: string;
  readonly out?: string;
  readonly json: boolean;
}

interface Errors extends NamedErrors {
  readonly results: SweepResults;
  readonly failed: number;
}

/** Distributions of errors of one sweep or several, with bands, medians and best; and a page of pictures. */
export async function spaceEdfCommand(
  { output, directory }: Session,
  places: readonly string[],
  { metric, out, json }: EdfArguments,
): Promise<number> {
  const all = await Promise.all(places.map((place) => errorsOf(path.resolve(directory, place), metric)));
  const rows = all.map(({ name, errors, failed }) => {
    const { count, best, median, mean } = errorDistribution(errors);
    const { low, high } = bootstrapBands(errors, []).median;
    return { name, count, failed, best, median, medianLow: low, medianHigh: high, mean };
  });
  if (json) output.line(JSON.stringify(rows, undefined, 2));
  else {
    const header = ['sweep', 'networks', 'failed', 'best', 'median', '95 % of the median', 'mean'];
    const cells = rows.map((row) => [
      row.name,
      String(row.count),
      String(row.failed),
      row.best.toFixed(4),
      row.median.toFixed(4),
      `${row.medianLow.toFixed(4)} .. ${row.medianHigh.toFixed(4)}`,
      row.mean.toFixed(4),
    ]);
    const alignment = header.map((_, index) => (index === 0 ? 'left' : 'right'));
    for (const line of formatTable(header, cells, alignment)) output.line(line);
  }
  if (out === undefined) return EXIT.ok;
  const page = path.resolve(directory, out);
  await writeFile(page, distributionPage(all, metric));
  output.line(page);
  return EXIT.ok;
}

/** Whether the errors of two sweeps come from one distribution. */
export async function spaceCompareCommand(
  { output, directory }: Session,
  [first, second]: readonly [string, string],
  { metric, json }: Pick<EdfArguments, 'metric' | 'json'>,
): Promise<number> {
  const [a, b] = await Promise.all([first, second].map((place) => errorsOf(path.resolve(directory, place), metric)));
  const test = kolmogorovSmirnov(a.errors, b.errors);
  const [one, two] = [a, b].map(({ name, errors }) => ({ name, ...errorDistribution(errors) }));
  if (json) {
    const describe = ({ name, count, best, median }: typeof one): object => ({ name, count, best, median });
    output.line(JSON.stringify({ ...test, first: describe(one), second: describe(two) }, undefined, 2));
    return EXIT.ok;
  }
  for (const { name, count, best, median } of [one, two])
    output.line(`${name}: ${String(count)} networks, best ${best.toFixed(4)}, median ${median.toFixed(4)}`);
  const more = test.sign > 0 ? one.name : two.name;
  output.line(
    `Kolmogorov-Smirnov distance ${test.statistic.toFixed(4)} at error ${test.at.toFixed(4)}, p = ${test.pValue.toPrecision(3)}`,
  );
  output.line(
    test.pValue < 0.05
      ? `more networks of ${more} are at or below that error; chance alone rarely makes such a distance`
      : 'chance alone makes such a distance often: no difference is shown',
  );
  return EXIT.ok;
}

async function errorsOf(place: string, metric: string): Promise<Errors> {
  const results = await readResults(place);
  const done = results.results.flatMap(({ outcome }) => (outcome.kind === 'done' ? [outcome.result[metric]] : []));
  const errors = done.filter((value) => typeof value === 'number');
  const name = place.endsWith('.json') ? path.basename(place, '.json') : path.basename(place);
  return { name, results, errors, failed: results.results.length - errors.length };
}

/** Errors of the networks of a space. */
export interface NamedErrors {
  readonly name: string;
  readonly errors: readonly number[];
}

/** Distribution functions with their bands, from the least error to three times as far above it as the worst median is. */
export function distributionFigure(document: Document, all: readonly NamedErrors[]): SVGElement {
  const size = { width: 720, height: 440 };
  const distributions = all.map(({ name, errors }, index) => {
    const { errors: sorted } = errorDistribution(errors);
    const [low, high] = [sorted[0], sorted[sorted.length - 1]];
    const at = Array.from({ length: 80 }, (_, step) => low + (step / 79) * (high - low));
    const { shares } = bootstrapBands(errors, at);
    const color = SERIES_COLORS[index % SERIES_COLORS.length];
    return { name, color, errors, band: at.map((x, step) => ({ x, ...shares[step] })) };
  });
  const medians = Math.max(...all.map(({ errors }) => errorDistribution(errors).median));
  const least = Math.min(...all.map(({ errors }) => errorDistribution(errors).best));
  const spec = distributionPlot(distributions, [least, least + 3 * (medians - least)]);
  return arrange(document, {
    title: 'Distribution of errors',
    notes: ['Share of networks whose error is below the one on the axis, with 95 % bands of the bootstrap.'],
    legend: distributions.map(({ name, color }) => ({ text: name, color })),
    panels: [{ ...size, element: plot(document, size, spec) }],
  });
}

/** Distribution functions together, and each numeric dimension against the error with the range of the best. */
export function distributionPage(all: readonly Errors[], metric: string): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const scatters = all.map(({ name, results }): StudySection => scatterSection(document, name, results, metric));
  return studyPage({
    title: `${metric} of ${all.map(({ name }) => name).join(', ')}`,
    facts: Object.fromEntries(
      all.map(({ name, errors, failed }) => [name, `${String(errors.length)} networks, ${String(failed)} failed`]),
    ),
    sections: [{ title: 'Distributions', figures: [distributionFigure(document, all)] }, ...scatters],
  });
}

function scatterSection(document: Document, name: string, { results }: SweepResults, metric: string): StudySection {
  const done = results.flatMap(({ configuration, outcome }) => {
    const error = outcome.kind === 'done' ? outcome.result[metric] : undefined;
    return typeof error === 'number' ? [{ configuration, error }] : [];
  });
  const errors = done.map(({ error }) => error);
  const numeric = Object.keys(done[0]?.configuration ?? {}).filter((key) => {
    const values = done.map(({ configuration }) => configuration[key]);
    return values.every((value) => typeof value === 'number') && new Set(values).size > 1;
  });
  const size = { width: 300, height: 240 };
  const panels = numeric.map((key) => {
    const values = done.map(({ configuration }) => Number(configuration[key]));
    const range = bestRange(values, errors, { resamples: 2000 });
    const spec = scatterPlot({
      points: values.map((x, index) => ({ x, y: errors[index] })),
      color: SERIES_COLORS[1],
      x: { label: key },
      y: { label: metric },
      range,
    });
    return {
      ...size,
      caption: `${key}: best ${String(range.low)} .. ${String(range.high)}`,
      element: plot(document, size, spec),
    };
  });
  const rows = Array.from({ length: Math.ceil(panels.length / 3) }, (_, row) => panels.slice(3 * row, 3 * row + 3));
  return {
    title: `Parameters of ${name}`,
    text: [
      'Shaded: the values that the best networks have with 95 % probability, by the bootstrap; the line is their median.',
    ],
    figures: rows.map((row) => arrange(document, { title: '', panels: row })),
  };
}
