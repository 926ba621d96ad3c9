// Reading the `.pth` files of torch.save, in the zip format and in the one before torch 1.6, without Python and without running what they pickle.

import { NetwrightError } from '@netwright/ir';
import { DTYPES, elementCount, type SafetensorsDType, type SafetensorsTensor } from '../safetensors/types.ts';
import { fileError } from './errors.ts';
import { unpickle, type PersistentId, type PickleValue } from './unpickle.ts';
import { readStoredZip } from './zip.ts';

const STORAGE_DTYPES: Readonly<Record<string, SafetensorsDType>> = {
  FloatStorage: 'F32',
  DoubleStorage: 'F64',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

/** Keys under which checkpoints keep the weights. */
const WRAPPERS = ['state_dict', 'model_state_dict', 'model'] as const;

const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;

interface Storage {
  readonly key: string;
  readonly dtype: SafetensorsDType;
  /** First element of a view of the stored data. */
  readonly offset: number;
}

type Bytes = (storage: Storage) => Uint8Array | undefined;

/**
 * The tensors of a `state_dict` that torch.save has written, directly or under `state_dict`, `model_state_dict` or `model`, in the order of the file
 * and row-major.
 *
 * @throws NetwrightError `torch.file` for another or damaged file, `torch.pickle` for a pickle of more than data, `torch.tensor` for a tensor of a
 *   kind that safetensors does not have, `torch.stateDict` where there are no tensors by name.
 */
export function readTorchStateDict(bytes: Uint8Array): Map<string, SafetensorsTensor> {
  const { root, data } = bytes[0] === 0x50 && bytes[1] === 0x4b ? readZip(bytes) : readLegacy(bytes);
  return tensorsOf(root, data);
}

function readZip(bytes: Uint8Array): { readonly root: PickleValue; readonly data: Bytes } {
  const entries = readStoredZip(bytes);
  const pickle = [...entries.keys()].find((name) => name.endsWith('/data.pkl'));
  if (pickle === undefined) throw fileError('a zip archive without data.pkl');
  const folder = pickle.slice(0, -'data.pkl'.length);
  const order = entries.get(`${folder}byteorder`);
  if (order !== undefined && new TextDecoder().decode(order).trim() !== 'little') throw fileError('big-endian numbers');
  const root = unpickle(entries.get(pickle) ?? new Uint8Array()).value;
  return { root, data: ({ key }) => entries.get(`${folder}data/${key}`) };
}

/** Pickles of a magic number, the protocol, facts about the machine, the object and the keys of its storages; then their elements. */
function readLegacy(bytes: Uint8Array): { readonly root: PickleValue; readonly data: Bytes } {
  const magic = bytes[0] === 0x80 ? unpickle(bytes) : undefined;
  if (magic?.value !== LEGACY_MAGIC) throw fileError('bytes that begin like no such file');
  const protocol = unpickle(bytes, magic.end);
  const system = unpickle(bytes, protocol.end);
  const root = unpickle(bytes, system.end);
  const keys = unpickle(bytes, root.end);
  if (!Array.isArray(keys.value)) throw fileError('no list of storages');
  const dtypes = new Map<string, SafetensorsDType>();
  visit(root.value, (value) => {
    if (isPersistent(value)) {
      const { key, dtype } = storageOf(value);
      dtypes.set(key, dtype);
    }
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const storages = new Map<string, Uint8Array>();
  let at = keys.end;
  for (const key of keys.value.map(keyText)) {
    const dtype = dtypes.get(key);
    if (dtype === undefined || at + 8 > bytes.length) throw fileError(`no storage ${key}`);
    const size = Number(view.getBigInt64(at, true)) * DTYPES[dtype].bytes;
    if (!(size >= 0 && at + 8 + size <= bytes.length)) throw fileError(`a storage ${key} that is cut off`);
    storages.set(key, bytes.subarray(at + 8, at + 8 + size));
    at += 8 + size;
  }
  return { root: root.value, data: ({ key }) => storages.get(key) };
}

function visit(value: PickleValue, each: (value: PickleValue) => void, seen = new Set<PickleValue>()): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  each(value);
  if (Array.isArray(value)) for (const entry of value) visit(entry, each, seen);
  else if (value instanceof Map) for (const entry of value.values()) visit(entry, each, seen);
  else if ('kind' in value && value.kind === 'call') for (const entry of value.args) visit(entry, each, seen);
}

function isPersistent(value: PickleValue | undefined): value is PersistentId {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'persistent';
}

function tensorsOf(root: PickleValue, data: Bytes): Map<string, SafetensorsTensor> {
  const dictionary = dictionaryOf(root);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [name, value] of dictionary ?? []) {
    if (typeof name !== 'string') continue;
    const tensor = readTensor(name, value, data);
    if (tensor !== undefined) tensors.set(name, tensor);
  }
  if (tensors.size > 0) return tensors;
  throw new NetwrightError({
    code: 'torch.stateDict',
    operation: 'readTorchStateDict',
    expected: `a dictionary of tensors by name, directly or under ${WRAPPERS.join(', ')}`,
    received:
      dictionary === undefined
        ? 'no dictionary'
        : `a dictionary of ${[...dictionary.keys()].slice(0, 8).map(keyText).join(', ')}`,
    hint: 'save model.state_dict()',
  });
}

function dictionaryOf(root: PickleValue): ReadonlyMap<PickleValue, PickleValue> | undefined {
  if (!(root instanceof Map)) return undefined;
  const wrapped = WRAPPERS.map((key) => root.get(key)).find((value) => value instanceof Map);
  return wrapped ?? root;
}

/** Undefined for what is no tensor. */
function readTensor(name: string, value: PickleValue, data: Bytes): SafetensorsTensor | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'call') return undefined;
  const [first, ...rest] = value.args;
  if (value.name === 'torch._utils._rebuild_parameter') return readTensor(name, first, data);
  if (!value.name.startsWith('torch._utils._rebuild_')) return undefined;
  const known = value.name === 'torch._utils._rebuild_tensor_v2' || value.name === 'torch._utils._rebuild_tensor';
  const [offset, shape, strides] = rest;
  if (!known || !isPersistent(first)) throw tensorError(name, value.name);
  const counts = [shape, strides].map(numbersOf);
  if (typeof offset !== 'number' || counts[0].length !== counts[1].length) throw tensorError(name, 'no shape');
  const storage = storageOf(first);
  const bytes = data(storage);
  if (bytes === undefined) throw fileError(`no data of ${name}`);
  return gather(name, storage, bytes, offset, counts[0], counts[1]);
}

function keyText(value: PickleValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : typeof value;
}

function numbersOf(value: PickleValue | undefined): readonly number[] {
  const list = Array.isArray(value)
    ? value
    : typeof value === 'object' && value !== null && 'args' in value
      ? value.args[0]
      : [];
  return Array.isArray(list) ? list.map(Number) : [];
}

/** `('storage', type, key, location, length)`, in older files followed by the part of it that is meant. */
function storageOf({ id }: PersistentId): Storage {
  const [kind, type, key, , , view] = Array.isArray(id) ? id : [];
  const name =
    typeof type === 'object' && type !== null && 'name' in type ? type.name.replace(/^torch\.(cuda\.)?/, '') : '';
  const dtype = Object.hasOwn(STORAGE_DTYPES, name) ? STORAGE_DTYPES[name] : undefined;
  if (kind !== 'storage' || dtype === undefined) throw tensorError(keyText(key), name === '' ? 'no storage' : name);
  const offset = Array.isArray(view) ? Number(view[1]) : 0;
  return { key: keyText(key), dtype, offset };
}

function gather(
  name: string,
  { dtype, offset: first }: Storage,
  bytes: Uint8Array,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): SafetensorsTensor {
  const size = DTYPES[dtype].bytes;
  const count = elementCount(shape);
  const begin = first + offset;
  const last = shape.reduce((sum, dim, axis) => sum + Math.max(dim - 1, 0) * strides[axis], begin);
  const inside = count !== undefined && begin >= 0 && strides.every((stride) => stride >= 0);
  if (!inside || (count > 0 && (last + 1) * size > bytes.length))
    throw fileError(`a tensor ${name} outside its storage`);
  const target = new Uint8Array(count * size);
  if (isRowMajor(shape, strides)) {
    target.set(bytes.subarray(begin * size, (begin + count) * size));
    return { dtype, shape, data: DTYPES[dtype].view(target.buffer, 0, count) } as SafetensorsTensor;
  }
  const index = shape.map(() => 0);
  for (let element = 0; element < count; element++) {
    const at = index.reduce((sum, position, axis) => sum + position * strides[axis], begin) * size;
    target.set(bytes.subarray(at, at + size), element * size);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]++;
      if (index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return { dtype, shape, data: DTYPES[dtype].view(target.buffer, 0, count) } as SafetensorsTensor;
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  return shape.every((_, index) => {
    const axis = shape.length - 1 - index;
    const fits = shape[axis] === 1 || strides[axis] === expected;
    expected *= shape[axis];
    return fits;
  });
}

function tensorError(name: string, received: string): NetwrightError {
  return new NetwrightError({
    code: 'torch.tensor',
    operation: 'readTorchStateDict',
    scope: name,
    expected: `a dense tensor in ${Object.keys(STORAGE_DTYPES).join(', ')}`,
    received,
  });
}
