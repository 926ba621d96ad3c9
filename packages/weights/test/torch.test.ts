import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGraph, conv2d, tensorType } from '@netwright/ir';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  KEY_MAPS,
  loadStateDict,
  readSafetensors,
  readTorchStateDict,
  renameKeys,
  toSinglePrecision,
  withCounters,
  writeSafetensors,
  type SafetensorsTensor,
} from '../src/index.ts';

type Expected = Readonly<
  Record<string, Readonly<Record<string, { shape: readonly number[]; values: readonly number[] }>>>
>;

const here = fileURLToPath(new URL('torch/', import.meta.url));
const stored = path.join(here, 'files');

function bytesOf(file: string, directory = stored): Uint8Array {
  return readFileSync(path.join(directory, file));
}

function expectedIn(directory: string): Expected {
  return JSON.parse(readFileSync(path.join(directory, 'expected.json'), 'utf8')) as Expected;
}

/** Numbers of a tensor; 16-bit floats widened. */
function numbers(tensor: SafetensorsTensor): readonly number[] {
  return Array.from<number | bigint, number>(toSinglePrecisionUnlessDouble(tensor).data, Number);
}

function toSinglePrecisionUnlessDouble(tensor: SafetensorsTensor): SafetensorsTensor {
  return tensor.dtype === 'F64' ? tensor : toSinglePrecision(tensor);
}

function checkFile(file: string, directory: string, expected: Expected): void {
  const tensors = readTorchStateDict(bytesOf(file, directory));
  expect([...tensors.keys()]).toEqual(Object.keys(expected[file]));
  for (const [name, { shape, values }] of Object.entries(expected[file])) {
    const tensor = tensors.get(name);
    expect(tensor?.shape, name).toEqual(shape);
    expect(tensor === undefined ? [] : numbers(tensor), name).toEqual(values);
  }
  const again = readSafetensors(writeSafetensors(tensors)).tensors;
  expect([...again.keys()]).toEqual([...tensors.keys()]);
}

describe('readTorchStateDict', () => {
  it.each(Object.keys(expectedIn(stored)))('reads %s as torch wrote it', (file) => {
    checkFile(file, stored, expectedIn(stored));
  });

  it('keeps element types', () => {
    const types = [...readTorchStateDict(bytesOf('kinds.pth')).values()].map(({ dtype }) => dtype);
    expect(types.slice(0, 9)).toEqual(['F16', 'BF16', 'F64', 'I64', 'I32', 'I16', 'I8', 'U8', 'BOOL']);
  });

  it.each<[string, string, string]>([
    ['whole-module.pth', 'torch.stateDict', 'no dictionary'],
    ['no-tensors.pth', 'torch.stateDict', 'epoch'],
    ['sparse.pth', 'torch.tensor', '_rebuild_sparse_tensor'],
    ['complex.pth', 'torch.tensor', 'ComplexFloatStorage'],
    ['expected.json', 'torch.file', 'begin like no such file'],
  ])('refuses %s', (file, code, received) => {
    expect(() => readTorchStateDict(bytesOf(file))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(received) as string }),
    );
  });

  it('refuses what torch does not write into such a pickle, and never runs it', () => {
    const magic = bytesOf('network-legacy.pth').subarray(0, 30);
    expect(() => readTorchStateDict(Uint8Array.from([0x80, 2, 0x52 ^ 0x52 ^ 0x69]))).toThrow(
      expect.objectContaining({ code: 'torch.pickle', message: expect.stringContaining('0x69') as string }),
    );
    expect(() => readTorchStateDict(magic)).toThrow(expect.objectContaining({ code: 'torch.file' }));
  });

  it.each(['network.pth', 'network-legacy.pth', 'protocol4.pth'])('refuses every beginning of %s', (file) => {
    const bytes = bytesOf(file);
    for (let length = 0; length < bytes.length; length += 97) {
      expect(() => readTorchStateDict(bytes.subarray(0, length))).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^torch\./) as string }),
      );
    }
  });
});

describe('names and types of published files', () => {
  const graph = buildGraph({ x: tensorType('f32', ['N', 2, 6, 6]) }, ({ x }, builder) => {
    const weight = builder.within('0', () => builder.parameter('weight', [3, 2, 3, 3]));
    const tracked = builder.within('1', () =>
      builder.state('num_batches_tracked', tensorType('i32', []), { serializedAs: 'I64' }),
    );
    builder.update('1.num_batches_tracked', tracked);
    return { y: conv2d(x, weight) };
  });

  it('fills in counters that old files lack, so that strict loading takes them', () => {
    const [weight] = [...readTorchStateDict(bytesOf('network.pth'))];
    const old = new Map([weight]);
    expect(() => loadStateDict(graph, old)).toThrow(expect.objectContaining({ code: 'weights.load' }));
    const { report } = loadStateDict(graph, withCounters(graph, old));
    expect(report.loaded).toEqual(['0.weight', '1.num_batches_tracked']);
  });

  it.each([
    ['densenet', 'features.denseblock1.denselayer2.norm.1.weight', 'features.denseblock1.denselayer2.norm1.weight'],
    ['densenet', 'features.denseblock1.denselayer2.conv.2.weight', 'features.denseblock1.denselayer2.conv2.weight'],
    ['densenet', 'features.norm0.weight', 'features.norm0.weight'],
    ['dataParallel', 'module.fc.bias', 'fc.bias'],
  ])('the key map %s gives %s its name here', (map, before, after) => {
    const tensor: SafetensorsTensor = { dtype: 'F32', shape: [1], data: Float32Array.of(1) };
    expect([...renameKeys(new Map([[before, tensor]]), KEY_MAPS[map])]).toEqual([[after, tensor]]);
  });

  it('makes single precision of other floats and leaves integers', () => {
    const types = [...readTorchStateDict(bytesOf('kinds.pth')).values()].map(
      (tensor) => toSinglePrecision(tensor).dtype,
    );
    expect(types.slice(0, 5)).toEqual(['F32', 'F32', 'F32', 'I64', 'I32']);
  });
});

/** A Python with torch on this machine. */
const python = ['python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import torch'], { timeout: 60_000 }).status === 0,
);

describe.runIf(python !== undefined)('files that torch writes on this machine', () => {
  let directory = '';

  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'netwright-torch-'));
    execFileSync(python ?? '', [path.join(here, 'make-files.py'), directory]);
  }, 120_000);

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('are read as torch wrote them', () => {
    const expected = expectedIn(directory);
    expect(Object.keys(expected)).toHaveLength(6);
    for (const file of Object.keys(expected)) checkFile(file, directory, expected);
  });
});
