// Writes golden-primitives.json: what PyTorch computes in float64 for every sample that golden-primitives.py knows.
// Needs Python with PyTorch (1.13 was used): node test/golden-primitives.mjs [python]

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const load = async (path) =>
  (await runnerImport(here(path), { resolve: { conditions: ['@netwright/source'] } })).module;
const { samples } = await load('../src/ops/samples.ts');
const { drawSample } = await load('./draw.ts');
const cases = Object.values(samples)
  .flat()
  .map((sample) => ({
    op: sample.op,
    name: sample.name,
    attrs: sample.attrs,
    types: sample.inputs.map(({ type }) => type),
    data: drawSample(sample),
  }));
const exact = (_, value) =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
    ? { number: Object.is(value, -0) ? '-0.0' : String(value) }
    : value;
execFileSync(process.argv[2] ?? 'python3', [here('golden-primitives.py'), here('golden-primitives.json')], {
  input: JSON.stringify(cases, exact),
  stdio: ['pipe', 'inherit', 'inherit'],
});
