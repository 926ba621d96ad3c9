// Plots side by side under one title, with a legend: one SVG.

import { INK, MUTED } from './palette.ts';
import type { Size } from './scene.ts';

/** A line of the legend. */
export interface LegendItem {
  readonly text: string;
  readonly color: string;
  /** A character that stands for the mark; default a line with a dot. */
  readonly symbol?: string;
}

/** A plot with its size in pixels. */
export interface Panel extends Size {
  readonly element: SVGElement;
  /** Written above the plot. Default none. */
  readonly caption?: string;
}

/** Plots beside each other, with what is written around them. */
export interface Arrangement {
  readonly title: string;
  /** Sentences under the title, each from a new line. Default none. */
  readonly notes?: readonly string[];
  /** Default none. */
  readonly legend?: readonly LegendItem[];
  readonly panels: readonly Panel[];
}

const SVG = 'http://www.w3.org/2000/svg';
const GAP = 12;
const EDGE = 16;
/** Width of a character of the notes, generously: fonts differ. */
const NOTE_CHARACTER = 6.7;

type Attributes = Readonly<Record<string, string | number>>;

/** An SVG of its own, to be saved or put into a page. */
export function arrange(document: Document, { title, notes = [], legend = [], panels }: Arrangement): SVGElement {
  const width = 2 * EDGE + panels.reduce((sum, panel) => sum + panel.width, 0) + GAP * (panels.length - 1);
  const element = (name: string, attributes: Attributes, text = ''): SVGElement => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    if (text !== '') made.textContent = text;
    return made;
  };
  const parts: SVGElement[] = [
    element('text', { x: EDGE, y: 30, 'font-size': 18, 'font-weight': 600, fill: INK }, title),
  ];
  let top = 40;
  for (const note of notes.flatMap((text) => wrap(text, (width - 2 * EDGE) / NOTE_CHARACTER))) {
    top += 18;
    parts.push(element('text', { x: EDGE, y: top - 4, 'font-size': 12.5, fill: MUTED }, note));
  }
  if (legend.length > 0) {
    let left = EDGE;
    top += 22;
    for (const { text, color, symbol } of legend) {
      const room = 44 + 7.1 * text.length;
      if (left > EDGE && left + room > width - EDGE) {
        left = EDGE;
        top += 20;
      }
      if (symbol === undefined) {
        parts.push(
          element('line', { x1: left, x2: left + 20, y1: top - 9, y2: top - 9, stroke: color, 'stroke-width': 2.5 }),
          element('circle', { cx: left + 10, cy: top - 9, r: 3, fill: color }),
        );
      } else parts.push(element('text', { x: left + 6, y: top - 4, 'font-size': 14, fill: color }, symbol));
      parts.push(element('text', { x: left + 26, y: top - 5, 'font-size': 12.5, fill: INK }, text));
      left += room;
    }
  }
  top += 8;
  if (panels.some(({ caption }) => caption !== undefined)) top += 16;
  let left = EDGE;
  for (const { element: panel, caption, width: wide } of panels) {
    if (caption !== undefined)
      parts.push(
        element('text', { x: left + 4, y: top - 4, 'font-size': 12.5, 'font-weight': 600, fill: INK }, caption),
      );
    panel.setAttribute('x', String(left));
    panel.setAttribute('y', String(top));
    parts.push(panel);
    left += wide + GAP;
  }
  const height = top + Math.max(...panels.map((panel) => panel.height)) + EDGE;
  const root = element('svg', {
    xmlns: SVG,
    width,
    height,
    viewBox: `0 0 ${String(width)} ${String(height)}`,
    'font-family': 'system-ui, sans-serif',
  });
  root.append(element('rect', { width, height, fill: 'white' }), ...parts);
  return root;
}

/** Lines of at most `limit` characters, broken at spaces. */
function wrap(text: string, limit: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= limit) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
