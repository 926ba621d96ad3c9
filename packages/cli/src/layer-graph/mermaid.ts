// A layer graph as text for Mermaid, https://mermaid.js.org/syntax/flowchart.html.

import type { LayerGraph } from './layer-graph.ts';

/** A flowchart from top to bottom. */
export function layerGraphMermaid({ nodes, edges }: LayerGraph): string {
  const name = (index: number): string => `n${String(index)}`;
  const lines = nodes.map(({ kind, title, details }, index) => {
    const text = [title, ...details].map(escapeLabel).join('<br/>');
    const [open, close] = kind === 'input' || kind === 'output' ? ['(["', '"])'] : ['["', '"]'];
    return `  ${name(index)}${open}${text}${close}`;
  });
  const arrows = edges.map(([from, to]) => `  ${name(from)} --> ${name(to)}`);
  return ['flowchart TD', ...lines, ...arrows, ''].join('\n');
}

function escapeLabel(text: string): string {
  return text.replace(/[&"<>#]/g, (character) => `#${String(character.charCodeAt(0))};`);
}
