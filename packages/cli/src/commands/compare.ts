import { costOf, inferenceMode } from '@netwright/ir';
import { createModel } from '../plugins.ts';
import { EXIT, type Session } from '../session.ts';
import { formatTable } from '../table.ts';
import { NETWORK_FACTS, type NetworkFacts } from './compare-data.ts';

export interface CompareOptions {
  readonly config?: string;
  readonly json: boolean;
}

interface Comparison {
  readonly name: string;
  readonly family: string;
  readonly paper: string;
  /** Of the inference form, as built, for one image. */
  readonly parameters: number;
  readonly macs: number;
  readonly facts: NetworkFacts | undefined;
}

/** Prints networks side by side: what is published about them and what the built graphs cost. Allocates no weights. */
export async function compareCommand(
  { output, plugins }: Session,
  names: readonly string[],
  { config, json }: CompareOptions,
): Promise<number> {
  const { architectures } = await plugins(config);
  const rows = names.map((name): Comparison => {
    const model = createModel(architectures, { name, options: {} });
    const { parameters, macs } = costOf(inferenceMode.run(model.build()));
    const paper = architectures.find(({ family }) => family === model.family)?.paper ?? '';
    const facts = Object.hasOwn(NETWORK_FACTS, name) ? NETWORK_FACTS[name] : undefined;
    return { name, family: model.family, paper, parameters, macs, facts };
  });
  if (json) {
    output.line(JSON.stringify(rows, undefined, 2));
    return EXIT.ok;
  }
  const header = ['network', 'year', 'feature', 'parameters', 'MACs', 'textbook', 'top-5', 'top-5 of the paper'];
  const alignment = ['left', 'right', 'left', 'right', 'right', 'right', 'right', 'right'] as const;
  for (const line of formatTable(header, rows.map(cells), alignment)) output.line(line);
  for (const { name, paper, facts } of rows) {
    output.line('');
    output.line(`${name} (${paper})`);
    for (const { top5, source } of facts?.accuracy ?? []) output.line(`  top-5 ${String(top5)} %: ${source}`);
    if (facts?.difference !== undefined) output.line(`  ${facts.difference}`);
    if (facts === undefined) output.line('  nothing is recorded about it');
  }
  return EXIT.ok;
}

function cells({ name, parameters, macs, facts }: Comparison): readonly string[] {
  const [top5, paper] = facts?.accuracy ?? [];
  return [
    name,
    facts === undefined ? '' : String(facts.year),
    facts?.feature ?? '',
    parameters.toLocaleString('en-US'),
    macs.toLocaleString('en-US'),
    facts?.textbook === undefined ? '' : `${facts.textbook.parameters} / ${facts.textbook.operations}`,
    top5 === undefined ? '' : `${String(top5.top5)} %`,
    paper === undefined ? '' : `${String(paper.top5)} %`,
  ];
}
