// The frame of every report: one HTML document that refers to no other file.

/** A report before it is a document. */
export interface HtmlPage {
  /** Plain text. */
  readonly title: string;
  /** Names and values under the title, plain text, in order. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** HTML. */
  readonly body: string;
  /** CSS after that of all pages. Default none. */
  readonly style?: string;
}

const STYLE = `
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2128; margin: 2rem auto; max-width: 1100px; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; margin-bottom: .25rem; } h2 { font-size: 1.15rem; margin-top: 2.25rem; border-bottom: 1px solid #d8dee4; }
.facts { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1rem 0; }
.facts div { font-size: .85rem; color: #57606a; } .facts b { display: block; font-size: 1.1rem; color: #1c2128; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; } th, td { padding: .15rem .75rem; border-bottom: 1px solid #eaeef2; }
`;

/** The document. Title and facts are escaped; the body is taken as it is. */
export function htmlPage({ title, facts, body, style = '' }: HtmlPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<div class="facts">${facts.map(([name, value]) => `<div><b>${escapeHtml(value)}</b>${escapeHtml(name)}</div>`).join('')}</div>
${body}
</body>
</html>
`;
}

/** Text as it stands in HTML, in attributes with double quotes too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
