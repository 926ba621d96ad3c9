// Reports of studies from what their sweeps have recorded: one page each, and the results in compact form.

import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readResults, type SweepResults } from '@netwright/search/node';
import {
  arrange,
  PANEL,
  paretoFront,
  plot,
  SERIES_COLORS,
  seriesPlot,
  studyPage,
  type Series,
  type StudySection,
} from '@netwright/viz';
import { parseHTML } from 'linkedom';
import { METHODS } from './run-studies.ts';

interface Measured {
  readonly label: string;
  readonly macs: number;
  readonly parameters: number;
  readonly error: number;
}

/** Networks of one kind, their repetitions together. */
interface Group {
  readonly label: string;
  readonly macs: number;
  readonly parameters: number;
  readonly errors: readonly number[];
}

interface NasRun {
  readonly method: string;
  readonly seed: number;
  readonly evaluations: readonly { readonly reward: number; readonly best: number }[];
  readonly steps: readonly { readonly reward: number }[];
}

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Writes `OUT/NAME.html` for what is there of a study, and its results to `data`; gives the files. Spaces and surfaces bring pages of their own. */
export async function writeReports(study: string, out: string, data: string): Promise<readonly string[]> {
  const sweeps: Readonly<Record<string, readonly string[]>> = {
    spaces: ['a', 'b', 'c', 'd', 'e', 'regnet'].map((space) => `spaces-${space}`),
    scaling: ['scaling-equal', 'scaling-grid', 'scaling-widths'],
    groups: ['groups'],
  };
  const written: string[] = [];
  await mkdir(data, { recursive: true });
  const found = (sweeps[study] ?? []).filter((name) => existsSync(path.join(out, name, 'results.json')));
  for (const name of found) {
    await copyFile(path.join(out, name, 'results.json'), path.join(data, `${name}.json`));
    written.push(path.join(data, `${name}.json`));
  }
  const results = await Promise.all(found.map((name) => readResults(path.join(out, name))));
  const page = path.join(out, `${study}.html`);
  if (study === 'scaling' || study === 'groups') {
    await writeFile(page, measuredPage(study, results));
    written.push(page);
  }
  if (study === 'nas') {
    const runs = (
      await Promise.all(
        [0, 1, 2].flatMap((seed) =>
          METHODS.map((method) => readRun(path.join(out, 'nas', `nas-${method}-${String(seed)}.json`))),
        ),
      )
    ).filter((run) => run !== undefined);
    await writeFile(page, nasPage(runs));
    const compact = path.join(data, 'nas.json');
    await writeFile(
      compact,
      `${JSON.stringify(runs.map(({ method, seed, evaluations }) => ({ method, seed, rewards: evaluations.map(({ reward }) => reward) })))}\n`,
    );
    written.push(page, compact);
  }
  if (study === 'surfaces') {
    const [from, to] = [path.join(out, 'surfaces.json'), path.join(data, 'surfaces.json')];
    if (existsSync(from)) {
      await copyFile(from, to);
      written.push(to);
    }
  }
  return written;
}

/** Errors of repeated networks by their multiply-adds, with the spread of the repetitions. */
export function measuredPage(study: string, all: readonly SweepResults[]): string {
  const sections = all.map((results): StudySection => {
    const groups = groupsOf(results);
    const kinds = [...new Set(groups.map(({ label }) => label.split(' ')[0]))];
    const series = kinds.map((kind, index): Series => {
      const own = groups.filter(({ label }) => label.split(' ')[0] === kind).sort((a, b) => a.macs - b.macs);
      return {
        name: kind,
        color: SERIES_COLORS[index % SERIES_COLORS.length],
        points: own.map(({ macs, errors }) => ({ x: macs / 1e6, y: mean(errors) })),
        band: own.map(({ macs, errors }) => ({ x: macs / 1e6, low: Math.min(...errors), high: Math.max(...errors) })),
      };
    });
    const front = paretoFront(groups.map(({ macs, errors }) => ({ x: macs / 1e6, y: mean(errors) })));
    const withFront = [...series, { name: 'Pareto front', color: '#8c959f', points: front }];
    const element = plot(
      document,
      PANEL,
      seriesPlot({ series: withFront, x: { label: 'million multiply-adds' }, y: { label: 'error' }, dots: true }),
    );
    const base = groups[0]?.macs ?? NaN;
    return {
      title: results.name,
      text: [
        `${String(results.results.length)} of ${String(results.trials)} trials. Bands reach from the best to the worst repetition.`,
      ],
      figures: [
        arrange(document, {
          title: 'Error by multiply-adds',
          legend: withFront.map(({ name, color }) => ({ text: name, color })),
          panels: [{ ...PANEL, element }],
        }),
      ],
      table: {
        header: ['network', 'multiply-adds', 'over the first', 'parameters', 'mean error', 'best', 'worst', 'runs'],
        rows: groups.map(({ label, macs, parameters, errors }) => [
          label,
          macs.toLocaleString('en-US'),
          (macs / base).toFixed(2),
          parameters.toLocaleString('en-US'),
          mean(errors).toFixed(4),
          Math.min(...errors).toFixed(4),
          Math.max(...errors).toFixed(4),
          String(errors.length),
        ]),
      },
    };
  });
  return studyPage({ title: `Study: ${study}`, facts: { target: all[0]?.target ?? '' }, sections });
}

/** Best reward by networks trained, the mean of the seeds with their range, and the controller's rewards. */
export function nasPage(runs: readonly NasRun[]): string {
  const series = METHODS.map((method, index): Series => {
    const own = runs.filter((run) => run.method === method);
    const length = Math.min(...own.map(({ evaluations }) => evaluations.length));
    const at = Array.from({ length: own.length === 0 ? 0 : length }, (_, step) =>
      own.map(({ evaluations }) => evaluations[step].best),
    );
    return {
      name: method,
      color: SERIES_COLORS[index],
      points: at.map((values, step) => ({ x: step + 1, y: mean(values) })),
      band: at.map((values, step) => ({ x: step + 1, low: Math.min(...values), high: Math.max(...values) })),
    };
  });
  const rewards = runs
    .filter(({ steps }) => steps.length > 0)
    .map(({ seed, steps }, index): Series => ({
      name: `seed ${String(seed)}`,
      color: SERIES_COLORS[index],
      points: steps.map(({ reward }, step) => ({ x: step + 1, y: reward })),
    }));
  const best = plot(
    document,
    PANEL,
    seriesPlot({ series, x: { label: 'networks trained' }, y: { label: 'best reward' }, curve: 'steps' }),
  );
  const mean1 = plot(
    document,
    PANEL,
    seriesPlot({ series: rewards, x: { label: 'updates of the controller' }, y: { label: 'mean reward' } }),
  );
  return studyPage({
    title: 'Study: architecture search',
    facts: { searches: String(runs.length) },
    sections: [
      {
        title: 'Best so far',
        text: ['Mean of the seeds; the band reaches from the worst to the best of them.'],
        figures: [
          arrange(document, {
            title: 'Equal numbers of trained networks',
            legend: series.map(({ name, color }) => ({ text: name, color })),
            panels: [{ ...PANEL, element: best }],
          }),
          arrange(document, {
            title: "The controller's rewards",
            legend: rewards.map(({ name, color }) => ({ text: name, color })),
            panels: [{ ...PANEL, element: mean1 }],
          }),
        ],
        table: {
          header: ['method', 'seed', 'networks', 'best reward'],
          rows: runs.map(({ method, seed, evaluations }) => [
            method,
            String(seed),
            String(evaluations.length),
            (evaluations.at(-1)?.best ?? NaN).toFixed(4),
          ]),
        },
      },
    ],
  });
}

function groupsOf({ results }: SweepResults): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { configuration, outcome } of results) {
    if (outcome.kind !== 'done') continue;
    const { error, macs, parameters } = outcome.result as unknown as Omit<Measured, 'label'>;
    const settings = Object.entries(configuration).filter(([name]) => !['repeat', 'mode'].includes(name));
    const numbers = settings.map(
      ([name, value]) =>
        `${name}=${typeof value === 'number' ? String(Number(value.toFixed(3))) : JSON.stringify(value)}`,
    );
    const label = [typeof configuration.mode === 'string' ? configuration.mode : 'network', ...numbers].join(' ');
    const known = groups.get(label);
    groups.set(label, { label, macs, parameters, errors: [...(known?.errors ?? []), error] });
  }
  return [...groups.values()];
}

async function readRun(file: string): Promise<NasRun | undefined> {
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as NasRun) : undefined;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
