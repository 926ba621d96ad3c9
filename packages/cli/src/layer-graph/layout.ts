// Places boxes and edges in layers, with dagre. Its declarations do not resolve under Node's rules, so that what is used of it is declared here.

import * as library from '@dagrejs/dagre';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** With the centre as its point. */
export type Box = Point & Size;

export interface Placement {
  readonly boxes: readonly Box[];
  /** Of each edge from border to border. */
  readonly routes: readonly (readonly Point[])[];
  readonly size: Size;
}

interface LayoutGraph {
  setGraph(label: Readonly<Record<string, unknown>>): void;
  graph(): Partial<Size>;
  setNode(name: string, label: Size): void;
  node(name: string): Box;
  setEdge(from: string, to: string, label: object): void;
  edge(from: string, to: string): { readonly points: readonly Point[] };
}

interface Library {
  readonly Graph: new () => LayoutGraph;
  layout(graph: LayoutGraph): void;
}

const dagre = library as unknown as Library;

/** From top to bottom; `edges` are positions in `sizes`. */
export function place(
  sizes: readonly Size[],
  edges: readonly (readonly [number, number])[],
  margin: number,
): Placement {
  const graph = new dagre.Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 28, marginx: margin, marginy: margin });
  // Layout writes positions into the labels.
  sizes.forEach((size, index) => graph.setNode(String(index), { ...size }));
  for (const [from, to] of edges) graph.setEdge(String(from), String(to), {});
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    boxes: sizes.map((_, index) => graph.node(String(index))),
    routes: edges.map(([from, to]) => graph.edge(String(from), String(to)).points),
    size: { width, height },
  };
}
