import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { walkthrough } from '../src/index.ts';

const document = fileURLToPath(new URL('../../../docs/compiler.md', import.meta.url));

it('docs/compiler.md shows what the compiler gives (vitest --update writes it)', async () => {
  const outputs = walkthrough();
  const shown: string[] = [];
  const text = readFileSync(document, 'utf8').replace(
    /<!-- output: (.*?) -->\n(?:\n```text\n[^]*?\n```\n)?/g,
    (_, name: string) => {
      shown.push(name);
      return `<!-- output: ${name} -->\n\n\`\`\`text\n${outputs.get(name)?.trimEnd() ?? 'nothing'}\n\`\`\`\n`;
    },
  );
  expect(shown).toEqual([...outputs.keys()]);
  await expect(text).toMatchFileSnapshot(document);
});
