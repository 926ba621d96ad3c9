// Every name that a published package exports, with what kind of thing it is, read from the declarations in its tarball.

import { join } from 'node:path';
import ts from 'typescript';

/** The files of a package's entries by the entry's name, those that are code. */
export function entriesOf(manifest: {
  readonly exports?: Readonly<Record<string, unknown>>;
}): ReadonlyMap<string, string> {
  const entries = Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) => {
    const types = (target as { readonly types?: string }).types;
    return types === undefined ? [] : [[entry, types] as const];
  });
  return new Map(entries);
}

/** For each file, its exports in alphabetical order: `name` of a value, `type name` of what exists for the compiler alone. */
export function exportedNames(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const program = ts.createProgram(files, {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: [],
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const isValue = (symbol: ts.Symbol): boolean => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return (target.flags & ts.SymbolFlags.Value) !== 0;
  };
  return new Map(
    files.map((file) => {
      const source = program.getSourceFile(file);
      const module = source && checker.getSymbolAtLocation(source);
      if (module === undefined) throw new Error(`${file} is not a module`);
      const names = checker.getExportsOfModule(module);
      return [file, names.map((symbol) => `${isValue(symbol) ? '' : 'type '}${symbol.name}`).sort()];
    }),
  );
}

export function fileOf(folder: string, name: string, path: string): string {
  return join(folder, 'node_modules', name, path);
}
