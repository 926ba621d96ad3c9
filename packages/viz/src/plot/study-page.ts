// The report of a study: one page that needs nothing else.

import { escapeHtml, htmlPage } from './html-page.ts';

/** Text, then pictures, then a table. */
export interface StudySection {
  readonly title: string;
  /** Paragraphs of plain text. Default none. */
  readonly text?: readonly string[];
  /** Default none. */
  readonly figures?: readonly SVGElement[];
  /** Default none. */
  readonly table?: { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** A report: a title, facts, and sections in order. */
export interface StudyPage {
  readonly title: string;
  /** Numbers and settings under the title, by name. */
  readonly facts: Readonly<Record<string, string>>;
  readonly sections: readonly StudySection[];
}

const STYLE = `
table { margin: 1rem 0; } th, td { text-align: right; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; }
`;

/** The report as an HTML document that refers to no other file; all text is escaped. */
export function studyPage({ title, facts, sections }: StudyPage): string {
  const body = sections.map(
    ({ title: heading, text = [], figures = [], table }) => `<h2>${escapeHtml(heading)}</h2>
${text.map((paragraph) => `<p>${escapeHtml(paragraph)}</p>`).join('\n')}
${figures.map((figure) => `<div class="scroll">${figure.outerHTML}</div>`).join('\n')}
${table === undefined ? '' : tableOf(table)}`,
  );
  return htmlPage({ title, facts: Object.entries(facts), body: body.join('\n'), style: STYLE });
}

function tableOf({ header, rows }: Exclude<StudySection['table'], undefined>): string {
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${row(header, 'th')}</thead>
<tbody>${rows.map((cells) => row(cells, 'td')).join('\n')}</tbody></table></div>`;
}
