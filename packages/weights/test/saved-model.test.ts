// A model as two files.

import { structuralHash } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import { deserializeModel, serializeModel, type SavedModel } from '../src/index.ts';
import { messageOf } from './error.ts';
import { entriesOf, small } from './small-model.ts';

const { name, family, options, inputShape, build } = small('tiny');
const graph = build();
const model: SavedModel = {
  name,
  family,
  options,
  inputShape,
  classes: ['a', 'b', 'ç "quoted"'],
  preprocessing: { inputShape, normalization: { mean: [0.1], std: [0.3] }, resize: 'centerCrop', cropFraction: 0.875 },
  graph,
  entries: entriesOf(graph),
};
const HINT = 'Hint: pass the .json file that was written beside the .safetensors file [model.description]';

describe('a saved model', () => {
  const { tensors, description } = serializeModel(model);

  it('comes back whole, with nothing but its files', () => {
    const { graph: read, entries, ...rest } = deserializeModel(tensors, description);
    const { graph: _graph, entries: original, ...expected } = model;
    expect(rest).toEqual(expected);
    expect(structuralHash(read)).toBe(structuralHash(graph));
    expect(entries).toEqual(original);
  });

  it('is the same bytes every time', () => {
    const again = serializeModel(model);
    expect(again.description).toBe(description);
    expect(again.tensors).toEqual(tensors);
  });

  const changed = (change: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({ ...(JSON.parse(description) as Readonly<Record<string, unknown>>), ...change });

  it.each<[string, string, string]>([
    ['text', 'conv', 'text that is not JSON'],
    ['half a file', description.slice(0, 50), 'text that is not JSON'],
    ['null', 'null', 'JSON without format and version'],
    ['other JSON', '{"name":"x"}', 'JSON without format and version'],
    ['another version', changed({ version: 2 }), 'format netwright.model, version 2'],
    ['another format', changed({ format: 'onnx' }), 'format onnx, version 1'],
    ['no classes', changed({ classes: undefined, graph: undefined }), 'a description without classes, graph'],
  ])('its description is checked: %s', async (_, text, received) => {
    expect(await messageOf(() => deserializeModel(tensors, text))).toBe(
      `deserializeModel: expected a description of format netwright.model, version 1, received ${received}. ${HINT}`,
    );
  });

  it('its preprocessing and tensors are checked, too', async () => {
    const preprocessing = { ...model.preprocessing, resize: 'squeeze' };
    expect(await messageOf(() => deserializeModel(tensors, changed({ preprocessing })))).toContain(
      '[data.preprocessing]',
    );
    expect(await messageOf(() => deserializeModel(tensors.subarray(0, -1), description))).toContain('[safetensors.');
    const wider = small('tiny', { classes: 4 }).build();
    const other = serializeModel({ ...model, graph: wider, entries: entriesOf(wider) });
    expect(await messageOf(() => deserializeModel(other.tensors, description))).toContain(
      'mis-shaped: fc.weight (expected F32[3, 2], received F32[4, 2]), fc.bias (expected F32[3], received F32[4])',
    );
  });

  it.each([5, {}, { nodes: 'none' }])('its graph is checked: %j', async (bad) => {
    expect(await messageOf(() => deserializeModel(tensors, changed({ graph: bad })))).toMatch(/\[\w+\.\w+\]$/);
  });
});
