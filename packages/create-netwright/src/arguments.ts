// What was asked for on the command line.

import { parseArgs } from 'node:util';
import { NetwrightError } from '@netwright/ir';
import { isKind, KIND_NAMES, KINDS, type Kind } from './kinds.ts';

/** The command line, read but not yet completed: questions or defaults fill what is undefined. */
export interface Arguments {
  readonly kind: Kind | undefined;
  readonly name: string | undefined;
  /** Default: what the kind and the name make. */
  readonly packageName: string | undefined;
  /** Default: the last part of the package's name. */
  readonly directory: string | undefined;
  readonly install: boolean;
  readonly dryRun: boolean;
  readonly help: boolean;
}

const OPTIONS = {
  package: { type: 'string' },
  directory: { type: 'string' },
  'no-install': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The text of `--help`. */
export const HELP = `npm create netwright KIND NAME [-- OPTIONS]

kinds
${KIND_NAMES.map((kind) => `  ${kind.padEnd(13)}${KINDS[kind].summary}`).join('\n')}

options
  --package NAME     name of the package (default: netwright-optim-lion for an optimizer lion)
  --directory DIR    where it is written; must be empty or absent (default: by the name of the package)
  --no-install       write the files only
  --dry-run          list the files and write nothing
  -h, --help         this text`;

/**
 * Reads the command line.
 *
 * @throws NetwrightError `create.arguments` with everything that is wrong.
 */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parse(args);
  const [kind, name, ...rest] = positionals;
  const reasons: string[] = [];
  if (kind !== undefined && !isKind(kind)) reasons.push(`${kind} is not one of ${KIND_NAMES.join(', ')}`);
  if (rest.length > 0) reasons.push(`${rest.join(' ')} is too much`);
  if (reasons.length > 0) throw argumentError(args, reasons);
  return {
    kind: kind !== undefined && isKind(kind) ? kind : undefined,
    name,
    packageName: values.package,
    directory: values.directory,
    install: values['no-install'] !== true,
    dryRun: values['dry-run'] === true,
    help: values.help === true,
  };
}

/** For a kind or a name that is missing where nobody can be asked. */
export function argumentError(args: readonly string[], reasons: readonly string[]): NetwrightError {
  return new NetwrightError({
    code: 'create.arguments',
    operation: 'create',
    expected: 'KIND NAME and options',
    received: args.length === 0 ? 'nothing' : args.join(' '),
    reasons,
    hint: '--help lists kinds and options',
  });
}

function parse(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw argumentError(args, [error instanceof Error ? error.message.split('. ')[0] : String(error)]);
  }
}
