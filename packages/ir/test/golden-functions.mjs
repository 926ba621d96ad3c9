// Writes golden-functions.json: what PyTorch computes in float64 for every case of golden-cases.ts.
// Needs Python with PyTorch (1.13 was used): node test/golden-functions.mjs [python]

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const load = async (path) =>
  (await runnerImport(here(path), { resolve: { conditions: ['@netwright/source'] } })).module;
const { goldenCases } = await load('./golden-cases.ts');
const { bound } = await load('./function-cases.ts');
const { drawInputs } = await load('./draw.ts');
const cases = goldenCases.map(({ torch, inputs }, index) => ({
  torch,
  types: bound(inputs).map(({ type }) => type),
  data: drawInputs(bound(inputs), index),
}));
const exact = (_, value) =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? { number: Object.is(value, -0) ? '-0.0' : String(value) }
    : value;
execFileSync(process.argv[2] ?? 'python3', [here('golden-functions.py'), here('golden-functions.json')], {
  input: JSON.stringify(cases, exact),
  stdio: ['pipe', 'inherit', 'inherit'],
});
