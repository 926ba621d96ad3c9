// Everything that the public packages export, with whether it says what it is.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface Export {
  readonly package: string;
  readonly name: string;
  /** The text of its docstring; empty where it has none. */
  readonly documentation: string;
}

/** The source of every entry of every public package. */
export function entryPoints(): ReadonlyMap<string, string> {
  const entries = readdirSync(join(root, 'packages')).flatMap((folder) => {
    const path = join(root, 'packages', folder, 'package.json');
    if (!existsSync(path)) return [];
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly name: string;
      readonly private?: boolean;
      readonly exports?: Readonly<Record<string, unknown>>;
    };
    if (manifest.private === true) return [];
    return Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) => {
      const source = sourceOf(target);
      return source === undefined
        ? []
        : [[manifest.name + entry.slice(1), join(root, 'packages', folder, source)] as const];
    });
  });
  return new Map(entries);
}

/** All exports, by the TypeScript compiler. */
export function publicExports(): readonly Export[] {
  const entries = entryPoints();
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path)) as {
    readonly config: { readonly compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram({ rootNames: [...entries.values()], options });
  const checker = program.getTypeChecker();
  return [...entries].flatMap(([name, path]) => {
    const source = program.getSourceFile(path);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (module === undefined) return [];
    return checker.getExportsOfModule(module).map((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const documentation = ts.displayPartsToString(symbol.getDocumentationComment(checker));
      return { package: name, name: exported.name, documentation };
    });
  });
}

/** The file that the condition for sources names, which stands first. */
function sourceOf(target: unknown): string | undefined {
  if (typeof target !== 'object' || target === null || !('@netwright/source' in target)) return undefined;
  const source = target['@netwright/source'];
  if (typeof source === 'string') return source;
  return typeof source === 'object' && source !== null
    ? Object.values(source).find((one) => typeof one === 'string')
    : undefined;
}
