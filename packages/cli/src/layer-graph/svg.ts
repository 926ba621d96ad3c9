// The picture of a layer graph, from top to bottom.

import type { LayerGraph, LayerKind, LayerNode } from './layer-graph.ts';
import { place, type Box, type Point, type Size } from './layout.ts';

const TITLE_SIZE = 13;
const DETAIL_SIZE = 11;
const LINE = 15;
const MARGIN = 20;

const FILLS: Readonly<Record<LayerKind, string>> = {
  input: '#e5e7eb',
  output: '#e5e7eb',
  convolution: '#dbeafe',
  linear: '#ede9fe',
  norm: '#fef3c7',
  pool: '#dcfce7',
  join: '#fee2e2',
  function: '#f9fafb',
  block: '#e0f2fe',
};

/** An SVG document; colours mark kinds of layers. */
export function layerGraphSvg({ nodes, edges }: LayerGraph, title: string): string {
  const { boxes, routes, size } = place(nodes.map(sizeOf), edges, MARGIN);
  const paths = routes.map((points) => `<path d="${curve(points)}" class="edge" marker-end="url(#arrow)"/>`);
  const [width, height] = [size.width, size.height].map((length) => String(Math.ceil(length)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#6b7280"/></marker></defs>',
    '<style>text{font-family:system-ui,sans-serif;text-anchor:middle;fill:#111827}.detail{font-size:11px;fill:#4b5563}.title{font-size:13px;font-weight:600}.edge{fill:none;stroke:#6b7280;stroke-width:1.2}rect{stroke:#9ca3af}</style>',
    `<rect width="100%" height="100%" fill="white" stroke="none"/>`,
    ...paths,
    ...nodes.map((node, index) => boxSvg(node, boxes[index])),
    '</svg>',
    '',
  ].join('\n');
}

function sizeOf({ title, details }: LayerNode): Size {
  const widest = Math.max(title.length * TITLE_SIZE * 0.62, ...details.map((line) => line.length * DETAIL_SIZE * 0.56));
  return { width: Math.max(60, Math.ceil(widest) + 20), height: (1 + details.length) * LINE + 12 };
}

function boxSvg({ kind, title, details }: LayerNode, { x, y, width, height }: Box): string {
  const radius = kind === 'input' || kind === 'output' ? height / 2 : 5;
  const top = y - height / 2;
  const lines = [title, ...details].map((line, index) => {
    const baseline = top + 6 + LINE * index + TITLE_SIZE - 2;
    return `<text x="${fixed(x)}" y="${fixed(baseline)}" class="${index === 0 ? 'title' : 'detail'}">${escapeXml(line)}</text>`;
  });
  const box = `<rect x="${fixed(x - width / 2)}" y="${fixed(top)}" width="${fixed(width)}" height="${fixed(height)}" rx="${fixed(radius)}" fill="${FILLS[kind]}"/>`;
  return `<g>${box}${lines.join('')}</g>`;
}

/** Through the first and last point, with the others as a smooth guide. */
function curve(points: readonly Point[]): string {
  const at = ({ x, y }: Point): string => `${fixed(x)} ${fixed(y)}`;
  const [first, ...rest] = points;
  const last = rest[rest.length - 1];
  const inner = rest.slice(0, -1);
  const middle = inner.map((point, index) => {
    const next = inner.at(index + 1) ?? last;
    const end = index === inner.length - 1 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${at(point)} ${at(end)}`;
  });
  return `M${at(first)}${middle.length === 0 ? `L${at(last)}` : middle.join('')}`;
}

function fixed(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
