// Plots of studies: every series, band and cell is drawn where its numbers say.

import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import {
  arrange,
  distributionPlot,
  landscapeContours,
  landscapeSurface,
  lossDomain,
  PANEL,
  paretoFront,
  plot,
  scatterPlot,
  SERIES_COLORS,
  seriesPlot,
  studyPage,
  type LandscapeGrid,
  type PlotSpec,
} from '../src/index.ts';

const { document } = parseHTML('<!doctype html><html><body></body></html>');
const draw = (spec: PlotSpec): SVGElement => plot(document, PANEL, spec);
const paths = (drawing: SVGElement, attribute: string, value: string): string[] =>
  [...drawing.querySelectorAll('path')]
    .filter((path) => path.getAttribute(attribute) === value || path.parentElement?.getAttribute(attribute) === value)
    .map((path) => path.getAttribute('d') ?? '');

const bowl: LandscapeGrid = {
  points: 5,
  range: 1,
  loss: Array.from({ length: 25 }, (_, at) => 0.1 + ((at % 5) - 2) ** 2 + (Math.floor(at / 5) - 2) ** 2),
};

describe('distributionPlot', () => {
  it('rises by one step for each network, over its band', () => {
    const band = [0.1, 0.3].map((x) => ({ x, low: 0.1, high: 0.6 }));
    const drawing = draw(distributionPlot([{ name: 'a', color: '#0072b2', errors: [0.3, 0.1, 0.2, 0.4], band }]));
    const [line] = paths(drawing, 'stroke', '#0072b2');
    // One vertical stroke for each of the four.
    expect(line.match(/V/g)).toBeNull();
    const heights = [...line.matchAll(/[ML][\d.]+,([\d.]+)/g)].map(([, y]) => Number(y));
    expect(new Set(heights).size).toBe(5);
    expect(heights.every((y, index) => index === 0 || y <= heights[index - 1])).toBe(true);
    expect(paths(drawing, 'fill', '#0072b2')).toHaveLength(1);
    expect(drawing.outerHTML).not.toMatch(/NaN|undefined/);
  });
});

describe('seriesPlot', () => {
  it('draws lines and dots in the colours of their series, on the scales that are asked for', () => {
    const points = [1, 10, 100].map((x) => ({ x, y: x / 2 }));
    const drawing = draw(
      seriesPlot({
        series: [
          { name: 'a', color: SERIES_COLORS[0], points },
          { name: 'b', color: SERIES_COLORS[1], points: points.slice(1) },
        ],
        x: { label: 'MACs', type: 'log' },
        y: { label: 'error' },
        dots: true,
      }),
    );
    const [line] = paths(drawing, 'stroke', SERIES_COLORS[0]);
    const xs = [...line.matchAll(/[ML]([\d.]+),/g)].map(([, x]) => Number(x));
    expect(xs[2] - xs[1]).toBeCloseTo(xs[1] - xs[0], 1);
    expect(drawing.querySelectorAll('circle')).toHaveLength(5);
  });
});

describe('scatterPlot', () => {
  it('shades the range of the best', () => {
    const points = [1, 2, 3, 4].map((x) => ({ x, y: (x - 3) ** 2 }));
    const options = { points, color: '#d55e00', x: { label: 'depth' }, y: { label: 'error' } };
    expect(draw(scatterPlot(options)).querySelectorAll('circle')).toHaveLength(4);
    const shaded = draw(scatterPlot({ ...options, range: { low: 2, high: 4, median: 3 } }));
    expect(shaded.outerHTML.match(/fill="#0072b2"/g)).toHaveLength(1);
  });
});

describe('paretoFront', () => {
  it('keeps what nothing beats in both', () => {
    const points = [
      { x: 3, y: 1 },
      { x: 1, y: 5 },
      { x: 2, y: 2 },
      { x: 2, y: 3 },
      { x: 4, y: 1 },
    ];
    expect(paretoFront(points)).toEqual([
      { x: 1, y: 5 },
      { x: 2, y: 2 },
      { x: 3, y: 1 },
    ]);
  });
});

describe('landscapes', () => {
  it('are drawn from above with the network in the middle', () => {
    const drawing = draw(landscapeContours(bowl));
    const [dot] = drawing.querySelectorAll('circle');
    expect(Number(dot.getAttribute('cx'))).toBeCloseTo((52 + PANEL.width - 16) / 2, 0);
    expect(drawing.querySelectorAll('path').length).toBeGreaterThan(10);
  });

  it('are drawn in space, every cell once, the far ones first', () => {
    const drawing = draw(landscapeSurface(bowl));
    const cells = [...drawing.querySelectorAll('path')];
    expect(cells).toHaveLength(16);
    expect(drawing.outerHTML).not.toMatch(/NaN|Infinity|undefined/);
    const tops = cells.map((cell) =>
      Math.min(...[...(cell.getAttribute('d') ?? '').matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y))),
    );
    expect(tops[0]).toBeLessThan(tops[15] + 200);
    expect(new Set(cells.map((cell) => cell.getAttribute('fill'))).size).toBeGreaterThan(2);
  });

  it('share a scale, and show what is not finite at its end', () => {
    const other = { ...bowl, loss: bowl.loss.map((value, at) => (at === 0 ? Infinity : 10 * value)) };
    const domain = lossDomain(bowl, other);
    expect(domain).toEqual([0.1, 81]);
    expect(draw(landscapeContours(other, domain)).outerHTML).not.toMatch(/NaN|Infinity/);
  });
});

describe('studyPage', () => {
  it('is one page with its facts, tables and pictures, and escapes what it is given', () => {
    const figure = arrange(document, {
      title: 'A < B',
      panels: [{ ...PANEL, element: draw(landscapeContours(bowl)) }],
    });
    const page = studyPage({
      title: 'A & B',
      facts: { samples: '<500>' },
      sections: [{ title: 'One', text: ['x < y'], figures: [figure], table: { header: ['a'], rows: [['1'], ['2']] } }],
    });
    const { document: parsed } = parseHTML(page);
    expect(parsed.title).toBe('A & B');
    expect(parsed.querySelector('.facts b')?.textContent).toBe('<500>');
    expect(parsed.querySelectorAll('tbody tr')).toHaveLength(2);
    expect(parsed.querySelectorAll('svg').length).toBeGreaterThan(1);
    expect(page).not.toMatch(/src=|href=/);
  });
});
