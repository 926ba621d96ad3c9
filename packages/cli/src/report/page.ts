// The page around the pictures of a report.

import type { Summary } from '@netwright/ir';
import { escapeHtml, htmlPage } from '@netwright/viz';
import { formatSeconds } from '../progress.ts';
import type { Misclassified, ReportInput } from './write-report.ts';

export interface PageInput extends ReportInput {
  readonly charts: readonly { readonly title: string; readonly svg: string }[];
  readonly confusion: string | undefined;
  readonly misclassified: readonly Misclassified[];
  readonly summary: Summary;
}

const STYLE = `
body { max-width: 1440px; } .facts b { font-size: 1.3rem; }
.charts { display: flex; flex-wrap: wrap; gap: 1rem; } figure { margin: 0; } figcaption { color: #57606a; font-size: .85rem; }
.grid { display: flex; flex-wrap: wrap; gap: .75rem; }
.grid figure { width: 84px; text-align: center; font-size: .75rem; }
.grid img { width: 84px; height: 84px; object-fit: contain; image-rendering: pixelated; background: #f6f8fa; }
th, td { text-align: left; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
`;

/** The whole page; nothing in it refers to another file. */
export function renderPage(input: PageInput): string {
  const { model, data, result, seconds } = input;
  const title = `${model.name} on ${data.name}`;
  const facts: readonly (readonly [string, string])[] = [
    ...Object.entries(result.test ?? {}).map(([name, value]) => [`test ${name}`, value.toFixed(4)] as const),
    ...Object.entries(result.validation ?? {}).map(
      ([name, value]) => [`validation ${name}`, value.toFixed(4)] as const,
    ),
    ['epochs', String(result.epochs)],
    ['steps', String(result.steps)],
    ['training samples', data.train.length.toLocaleString('en-US')],
    ['parameters', input.summary.totals.parameters.toLocaleString('en-US')],
    ['MACs per image', input.summary.totals.macs.toLocaleString('en-US')],
    ['training and evaluation', formatSeconds(seconds)],
  ];
  const body = `<h2>Curves</h2>
<div class="charts">${input.charts.map((chart) => `<figure>${chart.svg}<figcaption>${escapeHtml(chart.title)}</figcaption></figure>`).join('')}</div>
${input.confusion === undefined ? '' : `<h2>Confusion matrix</h2><div class="scroll">${input.confusion}</div>`}
${misclassifiedSection(input)}
<h2>Model</h2>
<div class="scroll">${summaryTable(input.summary)}</div>`;
  return htmlPage({ title, facts, body, style: STYLE });
}

function misclassifiedSection({ misclassified, result: { evaluation } }: PageInput): string {
  if (evaluation === undefined) return '';
  const total = evaluation.labels.length;
  const wrong = Math.round((1 - evaluation.values.accuracy) * total);
  const figures = misclassified.map(
    ({ image, label, predicted, probability }) =>
      `<figure><img src="${image}" alt="${escapeHtml(label)} taken for ${escapeHtml(predicted)}">${escapeHtml(label)} → ${escapeHtml(predicted)}<br>${(100 * probability).toFixed(0)} %</figure>`,
  );
  return `<h2>Misclassified images</h2>
<p>${String(wrong)} of ${total.toLocaleString('en-US')}; ${wrong > figures.length ? `the ${String(figures.length)} most confident` : 'the most confident first'}: true → predicted, with the probability of the prediction.</p>
<div class="grid">${figures.join('')}</div>`;
}

function summaryTable({ rows, totals }: Summary): string {
  const number = (value: number): string => `<td class="number">${value.toLocaleString('en-US')}</td>`;
  const body = rows.map(
    (row) =>
      `<tr><td>${escapeHtml(row.scope)}</td><td>${escapeHtml(row.operation)}</td><td>${escapeHtml(row.outputShape.join(' × '))}</td>${number(row.parameters)}${number(row.macs)}${number(row.activationBytes)}</tr>`,
  );
  return `<table><thead><tr><th>layer</th><th>operation</th><th>output</th><th class="number">parameters</th><th class="number">MACs</th><th class="number">activation bytes</th></tr></thead>
<tbody>${body.join('\n')}</tbody>
<tfoot><tr><th>total</th><th></th><th></th>${number(totals.parameters)}${number(totals.macs)}${number(totals.activationBytes)}</tr></tfoot></table>`;
}
