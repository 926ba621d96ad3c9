// What a study reports: pictures and tables, for its page and for the documentation.

import { arrange, PANEL, plot, type PlotSpec, type Series } from '@netwright/viz';
import { parseHTML } from 'linkedom';

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A part of a report. */
export interface ReportSection {
  /** Of its picture: letters and hyphens. */
  readonly name: string;
  readonly title: string;
  readonly text: readonly string[];
  readonly picture?: SVGElement;
  readonly table?: Table;
}

export const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Plots side by side under the names of what they show. */
export function pictureOf(
  title: string,
  shown: readonly Series[],
  plots: readonly { readonly caption?: string; readonly spec: PlotSpec }[],
): SVGElement {
  return arrange(document, {
    title,
    legend: shown.map(({ name, color }) => ({ text: name, color })),
    panels: plots.map(({ spec, ...panel }) => ({ ...PANEL, ...panel, element: plot(document, PANEL, spec) })),
  });
}

/** As prettier writes it. */
export function markdownOf({ header, rows }: Table): string {
  const widths = header.map((_, column) => Math.max(3, ...[header, ...rows].map((row) => row[column].length)));
  const line = (cells: readonly string[], fill = ' '): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column], fill)).join(' | ')} |`;
  return [
    line(header),
    line(
      header.map(() => ''),
      '-',
    ),
    ...rows.map((row) => line(row)),
  ].join('\n');
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** In percent. */
export function percent(share: number): string {
  return (100 * share).toFixed(1);
}

export function range(values: readonly number[]): string {
  return `${percent(Math.min(...values))} .. ${percent(Math.max(...values))}`;
}
