// Comparing networks and drawing them.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { layerNorm, matmul, relu, reshape, type Tensor } from '@netwright/ir';
import { defineArchitecture, linearLayer } from '@netwright/arch';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { NETWORK_FACTS } from '../src/commands/compare-data.ts';
import { layerGraph } from '../src/layer-graph/layer-graph.ts';
import { layerGraphMermaid } from '../src/layer-graph/mermaid.ts';
import { layerGraphSvg } from '../src/layer-graph/svg.ts';
import { runIn, temporaryDirectory } from './session.ts';

const directory = temporaryDirectory();

interface ComparedNetwork {
  readonly name: string;
  readonly parameters: number;
  readonly macs: number;
  readonly facts?: { readonly year: number };
}

async function compared(...names: readonly string[]): Promise<readonly ComparedNetwork[]> {
  const { out } = await runIn(directory, 'compare', ...names, '--json');
  return JSON.parse(out) as readonly ComparedNetwork[];
}

describe('compare', () => {
  test('prints figures of the built networks beside those of textbooks, with sources and reasons', async () => {
    const { code, out } = await runIn(directory, 'compare', 'alexnet', 'vgg16', 'googlenet', 'resnet152', 'resnet18');
    expect(code).toBe(0);
    const row = (name: string): string => out.split('\n').find((line) => line.startsWith(`${name} `)) ?? '';
    expect(row('alexnet')).toMatch(/2012 .* 61,100,840 .* 62M \/ 1.5B .* 79.066 %/);
    expect(row('vgg16')).toMatch(/2014 .* 138,357,544 .* 138M \/ 19.6B .* 90.382 %/);
    expect(row('googlenet')).toMatch(/2014 .* 6,624,904 .* 6.4M \/ 2B .* 89.53 %/);
    expect(row('resnet152')).toMatch(/2015 .* 60,192,808 .* 60.3M \/ 11B .* 94.046 %/);
    expect(out).toContain('  top-5 94.046 %: torchvision, IMAGENET1K_V1');
    expect(out).toContain('60.3M counts the running statistics');
    expect(out).toMatch(/resnet18 \(https:.*\)\n {2}nothing is recorded about it/);
  });

  test('says why the figures of textbooks differ, as the built networks bear out', async () => {
    const [alexnet, paper, vgg19, resnet] = await compared('alexnet', 'alexnet_paper', 'vgg19', 'resnet152');
    expect(2 * alexnet.macs).toBeGreaterThan(1.4e9);
    expect(2 * paper.macs).toBeLessThan(1.55e9);
    expect(Math.round(vgg19.macs / 1e8)).toBe(196);
    const running = await statistics('resnet152');
    expect(Math.round((resnet.parameters + running) / 1e5)).toBe(603);
    expect(resnet.facts).toEqual(NETWORK_FACTS.resnet152);
  });

  test('knows names only', async () => {
    const { code, err } = await runIn(directory, 'compare', 'resnet1');
    expect([code, err]).toEqual([2, expect.stringContaining('did you mean resnet')]);
  });

  test.each(Object.entries(NETWORK_FACTS))('has facts with sources for %s', (_, { accuracy, year }) => {
    expect(year).toBeGreaterThan(2000);
    for (const { top5, source } of accuracy) {
      expect(top5).toBeGreaterThan(50);
      expect(source).toMatch(/torchvision|arXiv:|NIPS/);
    }
  });
});

/** Elements of running means and variances: two for each channel of a norm, as many as its weights and biases. */
async function statistics(name: string): Promise<number> {
  const { out } = await runIn(directory, 'summary', name, '--json');
  const { rows } = JSON.parse(out) as { rows: readonly { operation: string; parameters: number }[] };
  return rows.filter(({ operation }) => operation === 'batchNorm').reduce((sum, row) => sum + row.parameters, 0);
}

describe('graph', () => {
  test('writes an SVG in which every layer has a box inside the picture and no two overlap', async () => {
    const { code, out } = await runIn(directory, 'graph', 'tiny', '--out', 'tiny.svg', '--depth', '3');
    expect([code, out]).toEqual([0, 'tiny.svg: 22 nodes, 23 edges']);
    const { document } = parseHTML(readFileSync(path.join(directory, 'tiny.svg'), 'utf8'));
    const number = (element: Element, name: string): number => Number(element.getAttribute(name));
    const svg = document.querySelector('svg');
    const boxes = [...document.querySelectorAll('g rect')].map((rect) => {
      const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => number(rect, name));
      return { left: x, top: y, right: x + width, bottom: y + height };
    });
    expect(boxes).toHaveLength(22);
    expect(document.querySelectorAll('path.edge')).toHaveLength(23);
    for (const [index, box] of boxes.entries()) {
      expect(Math.min(box.left, box.top)).toBeGreaterThanOrEqual(0);
      expect(box.right).toBeLessThanOrEqual(svg === null ? 0 : number(svg, 'width'));
      expect(box.bottom).toBeLessThanOrEqual(svg === null ? 0 : number(svg, 'height'));
      const apart = boxes
        .slice(index + 1)
        .every((b) => b.left >= box.right || b.right <= box.left || b.top >= box.bottom || b.bottom <= box.top);
      expect(apart).toBe(true);
    }
  });

  test('folds blocks by scope and writes Mermaid, by the end of the name or by option', async () => {
    const { out } = await runIn(directory, 'graph', 'tiny', '--format', 'mermaid');
    expect(out).toMatchInlineSnapshot(`
      "flowchart TD
        n0(["image<br/>N x 3 x 32 x 32"])
        n1["conv1<br/>conv 3x3, 8<br/>N x 8 x 32 x 32"]
        n2["bn1<br/>batchNorm<br/>N x 8 x 32 x 32"]
        n3["relu<br/>N x 8 x 32 x 32"]
        n4["layer1.0<br/>7 operations<br/>1.18K parameters, 1.18M MACs<br/>N x 8 x 32 x 32"]
        n5["layer2.0<br/>9 operations<br/>3.68K parameters, 918K MACs<br/>N x 16 x 16 x 16"]
        n6["globalAvgPool2d<br/>N x 16"]
        n7["fc<br/>linear, 10<br/>N x 10"]
        n8(["logits<br/>N x 10"])
        n0 --> n1
        n1 --> n2
        n2 --> n3
        n3 --> n4
        n4 --> n5
        n5 --> n6
        n6 --> n7
        n7 --> n8"
    `);
    await runIn(directory, 'graph', 'tiny', '--out', 'tiny.mmd');
    expect(readFileSync(path.join(directory, 'tiny.mmd'), 'utf8').trimEnd()).toBe(out);
    const { out: whole } = await runIn(directory, 'graph', 'tiny', '--format', 'mermaid', '--depth', '1');
    expect(whole).toContain('layer1<br/>7 operations');
  });

  test('draws products of activations as joins, shows which outputs exist in training only, and hides random keys', () => {
    const network = defineArchitecture({
      family: 'small',
      paper: '',
      options: {},
      variants: { small: {} },
      build(image: Tensor) {
        const rows = reshape(image, ['N', 4, 4]);
        const y = layerNorm(relu(matmul(rows, rows)), { normalizedShape: [4] });
        const logits = linearLayer(reshape(y, ['N', 16]), { name: 'a&"b"', out: 3 });
        return { logits, early: { value: reshape(rows, ['N', 16]), role: 'trainingOnly' as const } };
      },
    });
    const layers = layerGraph(network('small', { imageSize: 4, channels: 1, classes: 3 }).build(), 2);
    expect(layers.nodes.map(({ kind, title, details }) => [kind, title, ...details])).toMatchInlineSnapshot(`
      [
        [
          "input",
          "image",
          "N x 1 x 4 x 4",
        ],
        [
          "join",
          "matmul",
          "N x 4 x 4",
        ],
        [
          "function",
          "relu",
          "N x 4 x 4",
        ],
        [
          "norm",
          "normalize",
          "N x 16",
        ],
        [
          "linear",
          "a&"b"",
          "linear, 3",
          "N x 3",
        ],
        [
          "output",
          "logits",
          "N x 3",
        ],
        [
          "output",
          "early",
          "N x 16",
          "training only",
        ],
      ]
    `);
    expect(layers.edges).toMatchInlineSnapshot(`
      [
        [
          0,
          1,
        ],
        [
          1,
          2,
        ],
        [
          2,
          3,
        ],
        [
          3,
          4,
        ],
        [
          4,
          5,
        ],
        [
          0,
          6,
        ],
      ]
    `);
    expect(layerGraphSvg(layers, 'x < y')).toContain('<title>x &lt; y</title>');
    expect(layerGraphSvg(layers, '')).toContain('a&amp;&quot;b&quot;');
    expect(layerGraphMermaid(layers)).toContain('a#38;#34;b#34;');
  });

  test('draws dropout without its seed, and the inference form without it', async () => {
    const training = await runIn(directory, 'graph', 'alexnet', '--format', 'mermaid');
    const inference = await runIn(directory, 'graph', 'alexnet', '--format', 'mermaid', '--inference');
    expect(training.out).toContain('dropout');
    expect(training.out).not.toContain('seed');
    expect(inference.out).not.toContain('dropout');
  });
});
