// Parameters and statistics to and from the tensors of a file.

import { buildGraph, tensorType } from '@netwright/ir';
import { describe, expect, it } from 'vitest';
import {
  loadStateDict,
  readSafetensors,
  saveStateDict,
  stateDictNames,
  toSafetensor,
  writeSafetensors,
  type SafetensorsTensor,
} from '../src/index.ts';
import { messageOf } from './error.ts';
import { entriesOf, small } from './small-model.ts';

const graph = small('tiny').build();
const NAMES = [
  'conv.weight',
  'bn.weight',
  'bn.bias',
  'bn.running_mean',
  'bn.running_var',
  'bn.num_batches_tracked',
  'fc.weight',
  'fc.bias',
];

function tensors(): Map<string, SafetensorsTensor> {
  return saveStateDict(graph, entriesOf(graph));
}

function f32(shape: readonly number[]): SafetensorsTensor {
  return { dtype: 'F32', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}

describe('a state dict', () => {
  it('has PyTorch’s names in the order of the layers', () => {
    expect(stateDictNames(graph)).toEqual(NAMES);
  });

  it('leaves out state that is not persistent', () => {
    const scratch = buildGraph({ x: tensorType('f32', ['N']) }, ({ x }, builder) => {
      builder.state('kept', tensorType('f32', [1]));
      builder.state('scratch', tensorType('f32', [1]), { persistent: false });
      return { y: x };
    });
    expect(stateDictNames(scratch)).toEqual(['kept']);
  });

  it('comes back from a file bit by bit, counters as I64', () => {
    const entries = entriesOf(graph);
    const read = readSafetensors(writeSafetensors(saveStateDict(graph, entries))).tensors;
    expect(read.get('bn.num_batches_tracked')?.dtype).toBe('I64');
    const { entries: loaded, report } = loadStateDict(graph, read);
    expect(report).toEqual({ loaded: NAMES, missing: [], unexpected: [], mismatched: [], accepted: [] });
    for (const name of NAMES) expect(loaded.get(name)).toEqual(entries.get(name));
  });

  it('rounds the double precision of a reference store to F32', () => {
    expect(toSafetensor({ dtype: 'f32', shape: [1], data: Float64Array.of(0.1) }, undefined)).toEqual({
      dtype: 'F32',
      shape: [1],
      data: Float32Array.of(0.1),
    });
    expect(toSafetensor({ dtype: 'bool', shape: [1], data: Uint8Array.of(1) }, undefined).dtype).toBe('U8');
    expect(toSafetensor({ dtype: 'i32', shape: [1], data: Int32Array.of(-1) }, undefined).dtype).toBe('I32');
  });

  it('is not saved without all of its values', async () => {
    const entries = new Map(entriesOf(graph));
    entries.delete('fc.bias');
    expect(await messageOf(() => saveStateDict(graph, entries))).toBe(
      'saveStateDict (fc.bias): expected a value for every parameter and statistic, received none. [weights.entry]',
    );
  });
});

describe('loading', () => {
  it('lists everything missing, unexpected and mis-shaped at once', async () => {
    const given = tensors();
    given.delete('conv.weight');
    given.delete('bn.running_var');
    given.set('head.weight', f32([1]));
    given.set('fc.weight', f32([5, 2]));
    given.set('bn.num_batches_tracked', f32([]));
    expect(await messageOf(() => loadStateDict(graph, given))).toBe(
      'loadStateDict: expected exactly the parameters and statistics of the model, received 2 missing, 1 unexpected, 2 mis-shaped; ' +
        'missing: conv.weight, bn.running_var; unexpected: head.weight; ' +
        'mis-shaped: bn.num_batches_tracked (expected I64[], received F32[]), fc.weight (expected F32[3, 2], received F32[5, 2]). ' +
        'Hint: load with strict: false to take what fits [weights.load]',
    );
    const { entries, report } = loadStateDict(graph, given, { strict: false });
    expect([...entries.keys()]).toEqual(['bn.weight', 'bn.bias', 'bn.running_mean', 'fc.bias']);
    expect(report).toEqual({
      loaded: ['bn.weight', 'bn.bias', 'bn.running_mean', 'fc.bias'],
      missing: ['conv.weight', 'bn.running_var'],
      unexpected: ['head.weight'],
      mismatched: [
        { name: 'bn.num_batches_tracked', expected: 'I64[]', received: 'F32[]' },
        { name: 'fc.weight', expected: 'F32[3, 2]', received: 'F32[5, 2]' },
      ],
      accepted: [],
    });
  });

  it('accepts the keys that it is told to', () => {
    const given = tensors().set('aux.weight', f32([1]));
    const { report } = loadStateDict(graph, given, { accept: ['aux.weight', 'aux.bias'] });
    expect(report.accepted).toEqual(['aux.weight']);
    expect(report.unexpected).toEqual([]);
  });
});
