// Every recorded small network, built by its family and filled by key: outputs in both modes, loss and gradients.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpu } from '@netwright/backend-cpu';
import { stateDictNames } from '@netwright/weights';
import { afterAll, describe, expect, test } from 'vitest';
import { readTensors } from '../src/files.ts';
import { networkFailures, readModels } from '../src/suites/models.ts';
import { FAMILY_MODELS } from './family-models.ts';

const folder = fileURLToPath(new URL('../data/models', import.meta.url));
const recorded = await readModels(folder);
const backend = cpu({ threads: 1 });
afterAll(() => backend.dispose());

test('no recorded network is left out', () => {
  expect(Object.keys(FAMILY_MODELS).sort()).toEqual(recorded.map(({ name }) => name).sort());
});

describe.each(recorded.map((one) => [one.name, one] as const))('%s', (name, one) => {
  const graph = FAMILY_MODELS[name]();

  test('has the keys of the state dict', async () => {
    const state = await readTensors(folder, path.basename(one.files.state));
    expect([...stateDictNames(graph)].sort()).toEqual([...state.keys()].sort());
  });

  test('computes what is recorded', async () => {
    expect(await networkFailures(folder, one, graph, backend)).toEqual([]);
  });
});
