// A primitive of the language: its record and samples, its lowering, and its line in every table over primitives.

import { fileURLToPath } from 'node:url';
import { formatFiles, type Tree } from '@nx/devkit';
import { camelCase, checkName, codeOf, readTemplate, renameTemplate } from 'create-netwright';
import { addExportedName, insertAfter, replaceOnce, takenInLanguage, writeChangeset } from './repository.ts';

const TEMPLATES = fileURLToPath(new URL('../templates/', import.meta.url));
const FOLDERS: Readonly<Record<string, string>> = {
  ir: 'packages/ir/src/ops',
  compiler: 'packages/compiler/src/lowering',
};

/** Lines go behind those of this primitive, the last elementwise one of floats in every table. */
const NEIGHBOUR = 'erf';

/**
 * Adds an elementwise primitive with its gradient, samples and lowering. Its values are not compared with PyTorch's until `packages/ir/test/golden-primitives.py` records
 * them; the test of these lists it so long.
 *
 * @throws NetwrightError `create.name` for a name that is taken or misspelled; `generate.file` and `generate.anchor` when the tables do not look as expected.
 */
export async function generateOp(tree: Tree, name: string): Promise<void> {
  const template = readTemplate('op', TEMPLATES);
  const camel = camelCase(name);
  const takenBy = takenInLanguage(tree, camel);
  checkName(name, { what: 'op', template: codeOf(template), ...(takenBy === undefined ? {} : { takenBy }) });
  for (const [path, text] of renameTemplate(template, name, '')) {
    const [area, file] = path.split('/');
    tree.write(`${FOLDERS[area]}/${file}`, text);
  }
  const lines: readonly (readonly [path: string, of: (op: string, file: string) => string])[] = [
    ['ir/src/ops/attributes.ts', (op) => `  readonly ${op}: NoAttrs;`],
    ['ir/src/ops/attribute-kinds.ts', (op) => `  ${op}: NONE,`],
    ['ir/src/ops/primitives.ts', (op, file) => `import { ${op}Primitive } from './${file}.ts';`],
    ['ir/src/ops/primitives.ts', (op) => `  ${op}: ${op}Primitive,`],
    ['ir/src/ops/gradients.ts', (op, file) => `import { ${op}Gradient } from './${file}.ts';`],
    ['ir/src/ops/gradients.ts', (op) => `  ${op}: ${op}Gradient,`],
    ['ir/src/ops/samples.ts', (op, file) => `import { ${op}Samples } from './${file}.samples.ts';`],
    ['ir/src/ops/samples.ts', (op) => `  ${op}: ${op}Samples,`],
    ['ir/src/index.ts', (op, file) => `export { ${op} } from './ops/${file}.ts';`],
  ];
  for (const [path, of] of lines) insertAfter(tree, `packages/${path}`, of(NEIGHBOUR, NEIGHBOUR), of(camel, name));
  const lowerings = 'packages/compiler/src/lowering/lowerings.ts';
  insertAfter(tree, lowerings, "import { random } from './random.ts';", `import { ${camel} } from './${name}.ts';`);
  insertAfter(tree, lowerings, `  ${NEIGHBOUR}: elementwise.${NEIGHBOUR},`, `  ${camel},`);
  const errors = 'packages/ir/test/operand-errors.test.ts';
  insertAfter(tree, errors, `  ${NEIGHBOUR},`, `  ${camel},`);
  replaceOnce(tree, errors, 'tanh, erf, isFinite].map(', `tanh, erf, ${camel}, isFinite].map(`);
  const recorded = 'packages/ir/test/golden-primitives.test.ts';
  replaceOnce(tree, recorded, "'iota', 'random'])", `'iota', 'random', '${camel}'])`);
  addExportedName(tree, 'ir', camel);
  writeChangeset(tree, `op-${name}`, ['@netwright/ir', '@netwright/compiler'], `The operation \`${camel}\`.`);
  await formatFiles(tree);
}
