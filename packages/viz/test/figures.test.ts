// The drawings themselves: whole, legible, and showing what was run.

import { reference } from '@netwright/backend-reference';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { arrange, contourPlot, lossPlot, plot, sphere, trajectories, valueGrid, type Point } from '../src/index.ts';
import { rules } from './rules.ts';

const backend = reference();
const { document } = parseHTML('<!doctype html><html><body></body></html>');

function texts(element: Element): string[] {
  return [...element.querySelectorAll('text')].map((text) => text.textContent);
}

function number(element: Element, attribute: string): number {
  return Number(element.getAttribute(attribute));
}

describe.each(trajectories.map((figure) => [figure.name, figure] as const))('%s', (_, figure) => {
  it('is one SVG with its title, in which every number is one', async () => {
    const drawing = await figure.draw({ optimizers: rules, backend, document });
    expect(drawing.getAttribute('xmlns')).toBe('http://www.w3.org/2000/svg');
    expect(texts(drawing)[0]).toBe(figure.title);
    expect(drawing.outerHTML).not.toMatch(/NaN|Infinity|undefined/);
    const [width, height] = [number(drawing, 'width'), number(drawing, 'height')];
    const panels = [...drawing.querySelectorAll('svg')];
    expect(panels.length).toBeGreaterThan(0);
    let edge = 0;
    for (const panel of panels) {
      expect(number(panel, 'x')).toBeGreaterThan(edge);
      edge = number(panel, 'x') + number(panel, 'width');
      expect(number(panel, 'y') + number(panel, 'height')).toBeLessThanOrEqual(height);
    }
    expect(edge).toBeLessThanOrEqual(width);
  });
});

it('every picture has a name of its own', () => {
  expect(new Set(trajectories.map(({ name }) => name)).size).toBe(trajectories.length);
});

describe('contourPlot', () => {
  const paths: readonly (readonly Point[])[] = [
    [
      [-3, 2],
      [0, 0],
    ],
    [
      [-3, 2],
      [-100, 50],
      [0, 1],
    ],
  ];

  it('draws each path in its colour, the first on top, and clips what leaves the frame', async () => {
    const grid = await valueGrid(sphere, 20, 15, backend);
    const spec = contourPlot({
      surface: sphere,
      grid,
      paths: paths.map((points, index) => ({ points, color: ['#ff0000', '#00ff00'][index] })),
    });
    const drawing = plot(document, { width: 400, height: 300 }, spec);
    const html = drawing.outerHTML;
    expect(html.indexOf('stroke="#00ff00"')).toBeGreaterThan(0);
    expect(html.indexOf('stroke="#ff0000"')).toBeGreaterThan(html.indexOf('stroke="#00ff00"'));
    const line = [...drawing.querySelectorAll('g[aria-label="line"]')];
    expect(line).toHaveLength(2);
    for (const group of line) expect(group.getAttribute('clip-path')).toMatch(/^url\(#/);
    expect(texts(drawing)).toContain('start');
    expect(drawing.querySelectorAll('g[aria-label="contour"] path').length).toBeGreaterThan(10);
  });
});

describe('lossPlot', () => {
  const ticks = (excess: readonly (readonly number[])[]): string[] =>
    texts(
      plot(document, { width: 400, height: 300 }, lossPlot(excess.map((values) => ({ excess: values, color: 'red' })))),
    );

  it('has whole decades where losses span many, and plain numbers where they do not', () => {
    expect(ticks([[10, 1e-3, 1e-7]])).toEqual(expect.arrayContaining(['1e+1', '1e-1', '1e-7']));
    expect(ticks([[3, 2, 1]])).toEqual(expect.arrayContaining(['0.0', '1.0', '3.0']));
  });

  it('puts a loss of zero on a floor, and lets a diverging one leave at the top', () => {
    const shown = ticks([
      [1, 0],
      [1, 1e30],
    ]);
    expect(shown).toEqual(expect.arrayContaining(['1e+3', '1e-9']));
    expect(shown.some((text) => text.startsWith('1e+3') && text !== '1e+3')).toBe(false);
  });
});

describe('arrange', () => {
  it('breaks long notes and legends into lines inside the width', () => {
    const note = Array.from({ length: 60 }, (_, index) => `word${String(index)}`).join(' ');
    const legend = Array.from({ length: 12 }, (_, index) => ({
      text: `optimizer number ${String(index)}`,
      color: 'red',
    }));
    const element = plot(document, { width: 300, height: 200 }, lossPlot([{ excess: [1, 0.1], color: 'red' }]));
    const panels = [{ element, width: 300, height: 200 }];
    const drawing = arrange(document, { title: 'Title', notes: [note], legend, panels });
    const own = [...drawing.children].filter(({ tagName }) => tagName.toLowerCase() === 'text');
    const width = number(drawing, 'width');
    for (const text of own) expect(number(text, 'x') + 6 * text.textContent.length).toBeLessThan(width + 10);
    const joined = own.map((text) => text.textContent).join(' ');
    expect(joined).toContain(note);
    for (const { text } of legend) expect(joined).toContain(text);
    const lines = new Set(own.map((text) => text.getAttribute('y')));
    expect(lines.size).toBeGreaterThan(6);
    const [panel] = [...drawing.querySelectorAll('svg')];
    expect(number(panel, 'y')).toBeGreaterThan(Math.max(...[...lines].map(Number)));
  });
});
