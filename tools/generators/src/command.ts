// The command line of `npm run generate`.

import { parseArgs } from 'node:util';
import { baseNameOf, isKind, KIND_NAMES } from 'create-netwright';

/** The nx plugin. */
export const GENERATORS = '@netwright/generators';

/** What can be generated in the repository. */
export const GENERATED = [...KIND_NAMES.filter((kind) => kind !== 'application'), 'op'] as const;

export interface Command {
  readonly kind: (typeof GENERATED)[number];
  readonly name: string;
  readonly dryRun: boolean;
}

const USAGE = `npm run generate -- KIND NAME [--dry-run]
kinds: ${GENERATED.join(', ')}`;

/** The command, or what to tell the user instead. */
export function parseCommand(args: readonly string[]): Command | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { 'dry-run': { type: 'boolean' } },
      allowPositionals: true,
    });
    const [kind, name, ...rest] = positionals;
    const known = GENERATED.find((one) => one === kind);
    if (kind === undefined || name === undefined || rest.length > 0) return USAGE;
    if (known === undefined) return `${kind} is none of the kinds.\n${USAGE}`;
    return { kind: known, name, dryRun: values['dry-run'] === true };
  } catch (error) {
    return `${error instanceof Error ? error.message.split('. ')[0] : String(error)}.\n${USAGE}`;
  }
}

/** The folder of the repository that the command is about. */
export function folderOf({ kind, name }: Command): string {
  return isKind(kind) ? `packages/${baseNameOf(kind, name)}` : 'packages/ir';
}
