import { compoundMultipliers, scaleModel, type Multipliers } from '@netwright/arch';
import { NetwrightError, summarize } from '@netwright/ir';
import { findArchitecture } from '../plugins.ts';
import { EXIT, type Session } from '../session.ts';
import type { SpecValue } from '../spec.ts';
import { formatTable } from '../table.ts';

export interface ScaleOptions {
  readonly config?: string;
  readonly modelOption: Readonly<Record<string, SpecValue>>;
  /** Compound coefficients. */
  readonly phi: readonly number[];
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly json: boolean;
}

interface ScaledRow {
  readonly phi: number;
  readonly multipliers: Multipliers;
  readonly inputShape: readonly number[];
  readonly parameters: number;
  readonly macs: number;
  /** Multiply-adds over those at phi 0. */
  readonly ratio: number;
  /** 2^phi. */
  readonly rule: number;
}

/** Most values of one list: each builds a network. */
const LIMIT = 64;

/** Prints what a model becomes under compound scaling. Allocates no weights. */
export async function scaleCommand({ output, plugins }: Session, name: string, options: ScaleOptions): Promise<number> {
  const { architectures } = await plugins(options.config);
  const architecture = findArchitecture(architectures, name);
  const { alpha, beta, gamma, modelOption } = options;
  const scaledTo = (phi: number): Omit<ScaledRow, 'ratio'> => {
    const multipliers = compoundMultipliers(phi, { alpha, beta, gamma });
    const model = scaleModel(architecture, name, multipliers, modelOption);
    const { parameters, macs } = summarize(model.build(), { N: 1 }).totals;
    return { phi, multipliers, inputShape: model.inputShape, parameters, macs, rule: 2 ** phi };
  };
  const base = scaledTo(0);
  const rows = options.phi.map((phi): ScaledRow => {
    const row = phi === 0 ? base : scaledTo(phi);
    return { ...row, ratio: row.macs / base.macs };
  });
  const product = alpha * beta ** 2 * gamma ** 2;
  if (options.json) {
    const { family } = architecture;
    output.line(JSON.stringify({ name, family, alpha, beta, gamma, product, rows }, undefined, 2));
    return EXIT.ok;
  }
  output.line(
    `${name} (${architecture.family}): depth ${String(alpha)}^phi, width ${String(beta)}^phi, resolution ${String(gamma)}^phi; alpha * beta^2 * gamma^2 = ${product.toFixed(3)}`,
  );
  const header = ['phi', 'depth', 'width', 'resolution', 'input', 'parameters', 'MACs', 'ratio', '2^phi'];
  const alignment = header.map((title) => (title === 'input' ? 'left' : 'right'));
  for (const line of formatTable(header, rows.map(cells), alignment)) output.line(line);
  output.line(
    'Options of the model: depthMult, widthMult and imageSize. Channels and blocks are rounded to whole ones.',
  );
  return EXIT.ok;
}

function cells({ phi, multipliers, inputShape, parameters, macs, ratio, rule }: ScaledRow): readonly string[] {
  return [
    String(phi),
    ...[multipliers.depth, multipliers.width, multipliers.resolution].map((factor) => factor.toFixed(3)),
    `[${inputShape.join(', ')}]`,
    parameters.toLocaleString('en-US'),
    macs.toLocaleString('en-US'),
    ratio.toFixed(2),
    rule.toFixed(2),
  ];
}

/**
 * Parses `2`, `0..3` (every whole step) or `0,1,2.5`.
 *
 * @throws NetwrightError `cli.phi` for anything else, and for more than 64 values.
 */
export function parsePhi(text: string): readonly number[] {
  const values = text.split(',').flatMap((part): readonly number[] => {
    const [first, last = first, ...rest] = part
      .split('..')
      .map((end) => (end.trim() === '' ? Number.NaN : Number(end)));
    if (rest.length > 0 || !Number.isFinite(first) || !Number.isFinite(last) || last < first) return [Number.NaN];
    return Array.from({ length: Math.min(Math.floor(last - first), LIMIT) + 1 }, (_, step) => first + step);
  });
  if (values.length <= LIMIT && !values.some(Number.isNaN)) return values;
  throw new NetwrightError({
    code: 'cli.phi',
    operation: 'parse',
    expected: `a number, a range such as 0..3, or a list such as 0,1,2.5, of ${String(LIMIT)} values at most`,
    received: text,
  });
}
