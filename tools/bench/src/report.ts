// Medians, ratios and tables.

import type { Group } from './engines.ts';
import type { Machine } from './machine.ts';
import type { Measurement } from './measure.ts';
import { median } from './median.ts';
import type { Work } from './work.ts';

/** By the clock on the wall, or processor time: for a machine that others use at the same time. */
export type Clock = 'wall' | 'cpu';

export interface Report {
  readonly machine: Machine;
  readonly clock: Clock;
  readonly measurements: readonly Measurement[];
}

/**
 * A report with the measurements of another, made later on the same machine, in place of its own of the same works and numbers of threads: ratios are always of one run.
 *
 * @throws RangeError when they are of different machines or clocks.
 */
export function mergeReports(earlier: Report, later: Report): Report {
  const place = ({ machine: { cpu, cores, platform, node }, clock }: Report): string =>
    `${cpu}, ${String(cores)} cores, ${platform}, Node ${node}, clock ${clock}`;
  if (place(earlier) !== place(later))
    throw new RangeError(
      `the earlier figures are of ${place(earlier)}, these of ${place(later)}: write them to another file`,
    );
  const replaced = new Set(later.measurements.map(({ work, threads }) => `${work} ${String(threads)}`));
  const kept = earlier.measurements.filter(({ work, threads }) => !replaced.has(`${work} ${String(threads)}`));
  return {
    ...later,
    machine: { ...later.machine, load: Math.max(earlier.machine.load, later.machine.load) },
    measurements: [...kept, ...later.measurements],
  };
}

const compared: readonly { readonly group: Exclude<Group, 'ours'>; readonly title: string }[] = [
  { group: 'javascript', title: 'fastest JavaScript peer' },
  { group: 'onnxruntime-node', title: 'onnxruntime-node' },
  { group: 'pytorch', title: 'PyTorch' },
];

/** The fastest of a group at one work and number of threads. */
export function fastest(
  { measurements, clock }: Pick<Report, 'measurements' | 'clock'>,
  work: string,
  threads: number,
  group: Group,
): { readonly engine: string; readonly milliseconds: number } | undefined {
  const all = measurements.flatMap((one) =>
    one.work === work && one.threads === threads && one.group === group && one.figures !== undefined
      ? [{ engine: one.engine, milliseconds: median(one.figures[clock]) }]
      : [],
  );
  return all.sort((a, b) => a.milliseconds - b.milliseconds)[0];
}

/** Markdown: the machine, a line for each own engine, work and number of threads, and the memory of training steps. */
export function markdownOf(report: Report, works: readonly Work[]): string {
  const { machine, clock } = report;
  const rounds = Math.max(0, ...report.measurements.map(({ figures }) => figures?.wall.length ?? 0));
  const memory = (machine.memoryBytes / 2 ** 30).toFixed(0);
  const facts =
    `${machine.cpu}, ${String(machine.cores)} cores, ${memory} GiB, ${machine.platform}, Node ${machine.node}, load at most ${machine.load.toFixed(2)} at the start of a run, ` +
    `${machine.date.slice(0, 10)}; medians of at most ${String(rounds)} interleaved rounds, ` +
    (clock === 'wall' ? 'milliseconds.' : 'milliseconds of processor time of all threads (the machine was in use).');
  const header = ['work', 'threads', 'engine', 'ms', ...compared.flatMap(({ title }) => [title, 'ratio'])];
  const own = rows(report, works, ({ group }) => group === 'ours');
  const lines = own.map(({ title, measurement }) => {
    const { work, threads, engine, figures, reason } = measurement;
    const start = [title, String(threads), engine];
    if (figures === undefined)
      return [...start, `left out: ${oneLine(reason ?? '')}`, ...compared.flatMap(() => ['', ''])];
    const milliseconds = median(figures[clock]);
    return [
      ...start,
      milliseconds.toFixed(1),
      ...compared.flatMap(({ group }) => {
        const peer = fastest(report, work, threads, group);
        if (peer === undefined) return ['', ''];
        const name = group === 'javascript' ? ` (${peer.engine})` : '';
        return [`${peer.milliseconds.toFixed(1)}${name}`, (milliseconds / peer.milliseconds).toFixed(2)];
      }),
    ];
  });
  return [facts, '', ...tableOf(header, lines), ...stepsOf(report, works)].join('\n');
}

/** Peak memory and the first steps of training works. */
function stepsOf(report: Report, works: readonly Work[]): readonly string[] {
  const training = works.filter(({ kind }) => kind === 'training');
  const lines = rows(report, training, () => true).flatMap(({ title, measurement }) => {
    const { threads, engine, figures } = measurement;
    if (figures === undefined) return [];
    const { peakBytes = NaN, loadMilliseconds, firstMilliseconds, secondMilliseconds, version } = figures;
    return [
      [
        title,
        String(threads),
        `${engine} ${version}`,
        (peakBytes / 2 ** 20).toFixed(0),
        ...[loadMilliseconds, firstMilliseconds, secondMilliseconds].map((value) => value.toFixed(0)),
      ],
    ];
  });
  if (lines.length === 0) return [];
  const header = [
    'work',
    'threads',
    'engine',
    'peak resident MiB of a process that makes steps alone',
    'load ms',
    'first step ms',
    'second step ms',
  ];
  return ['', ...tableOf(header, lines)];
}

function rows(
  { measurements }: Report,
  works: readonly Work[],
  keep: (measurement: Measurement) => boolean,
): readonly { readonly title: string; readonly measurement: Measurement }[] {
  return works.flatMap(({ name, title }) =>
    measurements
      .filter((one) => one.work === name && keep(one))
      .sort((a, b) => a.threads - b.threads)
      .map((measurement) => ({ title, measurement })),
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '/');
}

function tableOf(header: readonly string[], lines: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...lines.map(line)];
}

const begin = '<!-- benchmarks: begin -->';
const end = '<!-- benchmarks: end -->';

/**
 * A document with `markdown` between its two marks.
 *
 * @throws RangeError when the document lacks the marks.
 */
export function include(document: string, markdown: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError(`the document has no lines ${begin} and ${end}`);
  return `${document.slice(0, from + begin.length)}\n\n${markdown}\n\n${document.slice(to)}`;
}
