import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inferenceMode } from '@netwright/ir';
import { layerGraph } from '../layer-graph/layer-graph.ts';
import { layerGraphMermaid } from '../layer-graph/mermaid.ts';
import { layerGraphSvg } from '../layer-graph/svg.ts';
import { createModel } from '../plugins.ts';
import { EXIT, type Session } from '../session.ts';
import type { SpecValue } from '../spec.ts';

export interface GraphOptions {
  readonly config?: string;
  readonly modelOption: Readonly<Record<string, SpecValue>>;
  readonly depth: number;
  readonly format?: 'svg' | 'mermaid';
  readonly out?: string;
  readonly inference: boolean;
}

/** Draws the layers of a model, folded by scope; prints the text where no file is named. Allocates no weights. */
export async function graphCommand(
  { output, plugins, directory }: Session,
  name: string,
  { config, modelOption, depth, format, out, inference }: GraphOptions,
): Promise<number> {
  const { architectures } = await plugins(config);
  const model = createModel(architectures, { name, options: modelOption });
  const graph = inference ? inferenceMode.run(model.build()) : model.build();
  const layers = layerGraph(graph, depth);
  const chosen = format ?? (out !== undefined && /\.(mmd|mermaid|md)$/.test(out) ? 'mermaid' : 'svg');
  const text = chosen === 'svg' ? layerGraphSvg(layers, `${model.name} (${model.family})`) : layerGraphMermaid(layers);
  if (out === undefined) {
    output.line(text.trimEnd());
    return EXIT.ok;
  }
  await writeFile(path.resolve(directory, out), text);
  output.line(`${out}: ${String(layers.nodes.length)} nodes, ${String(layers.edges.length)} edges`);
  return EXIT.ok;
}
