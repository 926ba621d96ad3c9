import { summarize, type SummaryRow } from '@netwright/ir';
import { createModel } from '../plugins.ts';
import { EXIT, type Session } from '../session.ts';
import type { SpecValue } from '../spec.ts';
import { formatTable } from '../table.ts';

export interface SummaryOptions {
  readonly config?: string;
  readonly modelOption: Readonly<Record<string, SpecValue>>;
  readonly batch: number;
  readonly json: boolean;
}

/** Prints the layers of a model. Allocates no weights. */
export async function summaryCommand(
  { output, plugins }: Session,
  name: string,
  options: SummaryOptions,
): Promise<number> {
  const { architectures } = await plugins(options.config);
  const model = createModel(architectures, { name, options: options.modelOption });
  const { rows, totals } = summarize(model.build(), { N: options.batch });
  if (options.json) {
    const { name: variant, family, options: modelOptions, inputShape } = model;
    output.line(
      JSON.stringify(
        { name: variant, family, options: modelOptions, inputShape, batch: options.batch, rows, totals },
        undefined,
        2,
      ),
    );
    return EXIT.ok;
  }
  output.line(`${model.name} (${model.family}), input [${[options.batch, ...model.inputShape].join(', ')}]`);
  const header = ['layer', 'operation', 'output', 'parameters', 'MACs', 'activation bytes'];
  for (const line of formatTable(header, rows.map(cells), ['left', 'left', 'left', 'right', 'right', 'right']))
    output.line(line);
  output.line(`parameters        ${count(totals.parameters)}`);
  output.line(`MACs              ${count(totals.macs)}`);
  output.line(`activation bytes  ${count(totals.activationBytes)}`);
  return EXIT.ok;
}

function cells({ scope, operation, outputShape, parameters, macs, activationBytes }: SummaryRow): readonly string[] {
  return [
    scope === '' ? '(top)' : scope,
    operation,
    `[${outputShape.join(', ')}]`,
    count(parameters),
    count(macs),
    count(activationBytes),
  ];
}

/** Integers with thousands separators. */
function count(value: number): string {
  return value.toLocaleString('en-US');
}
