// Every TypeScript block of every document is type-checked (strict) and run.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { blocksOf, root, type Block } from './documents.ts';
import { NOT_RUN, SMALLER } from './exceptions.ts';

const folder = fileURLToPath(new URL('../.results/blocks/', import.meta.url));
const blocks = blocksOf('ts');
const titleOf = ({ path, number }: Block): string => `${path} ${String(number)}`;
const fileOf = (block: Block): string => join(folder, `${titleOf(block).replace(/[^a-z0-9]+/gi, '-')}.ts`);

/** Names that nothing declares, as the compiler says. */
const UNDECLARED = [2304, 2552, 18004];

let program: ts.Program;

function check(files: readonly string[]): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path)) as {
    readonly config: { readonly compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  return ts.createProgram({
    rootNames: files,
    options: { ...options, types: ['node'] },
    ...(program === undefined ? {} : { oldProgram: program }),
  });
}

const textOf = (message: string | ts.DiagnosticMessageChain): string => ts.flattenDiagnosticMessageText(message, ' ');

function diagnosticsOf(block: Block): readonly ts.Diagnostic[] {
  const source = program.getSourceFile(fileOf(block));
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
}

/** Code that stands in a document takes `../src/index.ts` of a package to be the reader's. */
const placed = (code: string): string =>
  `${code.replaceAll("'../src/index.ts'", "'../../test/givens.ts'")}\nexport {};\n`;

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const name of ['cat', 'dog']) {
    mkdirSync(join(folder, 'photos', name), { recursive: true });
    for (let at = 0; at < 5; at++) {
      const data = Uint8Array.from(
        { length: 8 * 8 * 3 },
        (_, element) => (element * (at + 3) * name.charCodeAt(0)) % 256,
      );
      writeFileSync(
        join(folder, 'photos', name, `${String(at)}.png`),
        encode({ width: 8, height: 8, channels: 3, depth: 8, data }),
      );
    }
  }
  for (const block of blocks) writeFileSync(fileOf(block), placed(block.code));
  program = check(blocks.map(fileOf));
  for (const block of blocks) {
    const undeclared = diagnosticsOf(block)
      .filter(({ code }) => UNDECLARED.includes(code))
      .map(({ messageText }) => /'(\w+)'/.exec(textOf(messageText))?.[1] ?? '');
    if (undeclared.length === 0) continue;
    writeFileSync(
      fileOf(block),
      `import { ${[...new Set(undeclared)].join(', ')} } from '../../test/givens.ts';\n${placed(block.code)}`,
    );
  }
  program = check(blocks.map(fileOf));
}, 300_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('images of one’s own take at most 20 lines', () => {
  const own = blocks.find((block) => titleOf(block) === 'docs/your-own-data.md 1');
  expect(own?.code).toContain('imageFolder');
  expect(own?.code.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
});

describe('TypeScript in documents', () => {
  it('is there', () => {
    expect(blocks.length).toBeGreaterThan(40);
    for (const exception of [...Object.keys(NOT_RUN), ...Object.keys(SMALLER)]) {
      expect(blocks.map(titleOf)).toContain(exception);
    }
  });

  describe.each(blocks.map((block) => [titleOf(block), block] as const))('%s', (title, block) => {
    it('passes the type check', () => {
      expect(diagnosticsOf(block).map(({ messageText }) => textOf(messageText))).toEqual([]);
    });

    if (title in NOT_RUN) return;
    it('runs', async () => {
      const text = ts.sys.readFile(fileOf(block)) ?? '';
      const changes = SMALLER[title] ?? [];
      const smaller = changes.reduce((current, [from, to]) => {
        expect(current).toContain(from);
        return current.replace(from, to);
      }, text);
      const file = fileOf(block).replace('.ts', '.run.ts');
      writeFileSync(file, smaller);
      const silent = (['log', 'info', 'warn', 'table'] as const).map((method) =>
        vi.spyOn(console, method).mockReturnValue(),
      );
      try {
        await import(/* @vite-ignore */ file);
      } finally {
        for (const spy of silent) spy.mockRestore();
      }
    }, 120_000);
  });
});
