// The report of a study: one page that needs nothing else.

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
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2128; margin: 2rem auto; max-width: 1100px; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; margin-bottom: .25rem; } h2 { font-size: 1.15rem; margin-top: 2.25rem; border-bottom: 1px solid #d8dee4; }
.facts { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1rem 0; }
.facts div { font-size: .85rem; color: #57606a; } .facts b { display: block; font-size: 1.1rem; color: #1c2128; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; margin: 1rem 0; } th, td { padding: .15rem .75rem; border-bottom: 1px solid #eaeef2; text-align: right; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; }
`;

/** The report as an HTML document that refers to no other file; all text is escaped. */
export function studyPage({ title, facts, sections }: StudyPage): string {
  const body = sections.map(
    ({ title: heading, text = [], figures = [], table }) => `<h2>${escape(heading)}</h2>
${text.map((paragraph) => `<p>${escape(paragraph)}</p>`).join('\n')}
${figures.map((figure) => `<div class="scroll">${figure.outerHTML}</div>`).join('\n')}
${table === undefined ? '' : tableOf(table)}`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escape(title)}</h1>
<div class="facts">${Object.entries(facts)
    .map(([name, value]) => `<div><b>${escape(value)}</b>${escape(name)}</div>`)
    .join('')}</div>
${body.join('\n')}
</body>
</html>
`;
}

function tableOf({ header, rows }: Exclude<StudySection['table'], undefined>): string {
  const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table><thead>${row(header, 'th')}</thead>
<tbody>${rows.map((cells) => row(cells, 'td')).join('\n')}</tbody></table></div>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
