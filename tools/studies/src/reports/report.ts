// What a study reports: pictures and tables, for its page and for the documentation.

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
