// netwright.config.ts: plugins by name, and mistakes in it.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSession, run } from '@netwright/cli';
import { temporaryDirectory, type Run } from './session.ts';

const directory = temporaryDirectory();

/** Runs a command line in `place` with the plugins of its configuration. */
async function runIn(place: string, ...args: readonly string[]): Promise<Run> {
  const out: string[] = [];
  const err: string[] = [];
  const output = {
    line: (text: string) => void out.push(text),
    error: (text: string) => void err.push(text),
    interactive: false,
    columns: 100,
  };
  const code = await run(args, createSession(output, place));
  return { code, out: out.join('\n'), err: err.join('\n') };
}

function configured(name: string, text: string): string {
  const place = path.join(directory, name);
  mkdirSync(place);
  writeFileSync(path.join(place, 'netwright.config.ts'), text);
  return place;
}

describe('a configuration', () => {
  it('adds plugins, and replaces those of the same name', async () => {
    const place = configured(
      'good',
      `export default { plugins: { optimizers: { lion: () => { throw new Error('lion was made'); }, sgd: () => { throw new Error('mine'); } } } };`,
    );
    const { out } = await runIn(place, 'list', '--json');
    expect(JSON.parse(out)).toMatchObject({
      optimizers: expect.arrayContaining(['adamw', 'momentum', 'sgd', 'lion']) as string[],
    });
    expect((await runIn(place, 'train', '--optimizer', 'lion')).err).toContain('lion was made');
    expect((await runIn(place, 'train', '--optimizer', 'sgd')).err).toContain('mine');
  });

  it('is found by --config, relative to the directory', async () => {
    writeFileSync(
      path.join(directory, 'other.mjs'),
      'export default { plugins: { datasets: { digits: () => ({}) } } };',
    );
    const { out } = await runIn(directory, 'list', '--config', 'other.mjs');
    expect(out).toMatch(/^datasets: mnist, fashionMnist, images, digits$/m);
  });

  it.each([
    [
      'syntax',
      'export default {',
      /expected a module with a default export from defineConfig\(\{ plugins \}\), received/,
    ],
    ['throws', `throw new Error('not today');`, /received not today/],
    ['no-default', 'export const plugins = {};', /received no default export/],
    ['number', 'export default 5;', /received a default export of type number/],
    [
      'unknown-key',
      'export default { plugin: {} };',
      /received the default export with plugin \(did you mean plugins\?\)/,
    ],
    [
      'unknown-kind',
      'export default { plugins: { optimisers: {} } };',
      /received plugins with optimisers \(did you mean optimizers\?\)/,
    ],
    ['no-plugins', 'export default { plugins: 5 };', /received plugins of type number/],
    [
      'no-factories',
      'export default { plugins: { optimizers: 5 } };',
      /received plugins\.optimizers that is not an object of factories by name/,
    ],
    [
      'no-array',
      'export default { plugins: { architectures: {} } };',
      /received plugins\.architectures that is not an array/,
    ],
  ])('with a mistake is refused: %s', async (name, text, message) => {
    const place = configured(name, text);
    const { code, err } = await runIn(place, 'list');
    expect(err).toMatch(message);
    expect(err).toContain(`loadConfig (${path.join(place, 'netwright.config.ts')})`);
    expect(err).toContain('[cli.config]');
    expect(code).toBe(1);
  });

  it('that is named and missing is an error', async () => {
    const { code, err } = await runIn(directory, 'list', '--config', 'nowhere.ts');
    expect(err).toContain('[cli.config]');
    expect(code).toBe(1);
  });
});
