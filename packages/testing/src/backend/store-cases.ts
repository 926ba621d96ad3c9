// Stores: what is written is what is read, bit for bit, and everything wrong is refused.

import type { Backend, Store, StoreEntry, TensorData } from '@netwright/compiler';
import { add, GraphBuilder, tensorType, type DType } from '@netwright/ir';
import { compile } from '@netwright/compiler';
import { expectSameBits } from '../run/expect-close.ts';
import { sizeOf } from '../run/draw.ts';
import { tensorOf } from '../run/tensors.ts';
import { check, checkEqual, checkError } from '../suite/checks.ts';
import type { BehaviourCase } from './behaviour-case.ts';

const F32_VALUES = [
  0,
  -0,
  1,
  -1,
  1 / 3,
  1e-45,
  -1e-40,
  1.17549435e-38,
  3.4028234663852886e38,
  Infinity,
  -Infinity,
  NaN,
  16777217,
  0.1,
];
const I32_VALUES = [0, 1, -1, 2147483647, -2147483648, 16777217, -33554433, 123456789];
const U8_VALUES = [0, 1, 127, 128, 255];

interface Contents {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const CONTENTS: readonly Contents[] = [
  { name: 'an f32 scalar', dtype: 'f32', shape: [], values: F32_VALUES },
  { name: 'an f32 vector', dtype: 'f32', shape: [37], values: F32_VALUES },
  { name: 'an f32 matrix', dtype: 'f32', shape: [5, 19], values: F32_VALUES },
  { name: 'an f32 convolution weight', dtype: 'f32', shape: [7, 5, 3, 3], values: F32_VALUES },
  { name: 'an f32 weight of one output', dtype: 'f32', shape: [1, 16, 1, 1], values: F32_VALUES },
  { name: 'an f32 tensor without elements', dtype: 'f32', shape: [0, 3], values: F32_VALUES },
  { name: 'an i32 scalar', dtype: 'i32', shape: [], values: [2147483647] },
  { name: 'an i32 matrix', dtype: 'i32', shape: [3, 11], values: I32_VALUES },
  { name: 'a u8 vector', dtype: 'u8', shape: [23], values: U8_VALUES },
  { name: 'a bool vector', dtype: 'bool', shape: [9], values: [0, 1, 1] },
];

const ENTRY: StoreEntry = { name: 'layer.weight', type: tensorType('f32', [2, 3]) };

export const storeCases: readonly BehaviourCase[] = [
  ...CONTENTS.map((contents) => ({
    name: `gives back ${contents.name}`,
    check: (backend: Backend) => roundTrip(backend, contents),
  })),
  inStore('declares entries as zeros', async (store) => {
    const { data } = await store.read(ENTRY.name);
    checkEqual(ENTRY.name, data, [0, 0, 0, 0, 0, 0]);
  }),
  inStore('keeps an entry that is declared again', async (store, backend) => {
    await store.write(ENTRY.name, sixNumbers(backend));
    await store.declare([ENTRY, { name: 'other', type: tensorType('i32', []) }]);
    checkEqual(ENTRY.name, (await store.read(ENTRY.name)).data, [1, 2, 3, 4, 5, 6]);
    checkEqual(
      'entries',
      store.entries.map(({ name }) => name),
      [ENTRY.name, 'other'],
    );
    checkEqual(`type of ${ENTRY.name}`, store.entries[0].type, ENTRY.type);
  }),
  inStore('copies what it is given and what it gives', async (store, backend) => {
    const given = sixNumbers(backend);
    await store.write(ENTRY.name, given);
    given.data.fill(9);
    const read = await store.read(ENTRY.name);
    read.data.fill(8);
    checkEqual(ENTRY.name, (await store.read(ENTRY.name)).data, [1, 2, 3, 4, 5, 6]);
  }),
  inStore('counts writes in its version', async (store, backend) => {
    const before = store.version;
    await store.write(ENTRY.name, sixNumbers(backend));
    const written = store.version;
    await store.read(ENTRY.name);
    check('version after a write', written > before, `more than ${before}`, written);
    checkEqual('version after a read', store.version, written);
  }),
  {
    name: 'counts runs with updates in its version, and no others',
    async check(backend: Backend): Promise<void> {
      const store = await backend.createStore();
      const counter = await compile(counterGraph(true), backend, { store });
      const reader = await compile(counterGraph(false), backend, { store });
      const start = store.version;
      await reader.run({});
      checkEqual('version after a run without updates', store.version, start);
      await counter.run({});
      check('version after a run with updates', store.version > start, `more than ${start}`, store.version);
      checkEqual('state count', (await store.read('count')).data, [1]);
      await Promise.all([counter.dispose(), reader.dispose()]);
      await store.dispose();
    },
  },
  {
    name: 'keeps two stores apart',
    async check(backend: Backend): Promise<void> {
      const stores = [await backend.createStore(), await backend.createStore()];
      const executables = await Promise.all(stores.map((store) => compile(counterGraph(true), backend, { store })));
      await executables[0].run({});
      await executables[0].run({});
      await executables[1].run({});
      const counts = await Promise.all(stores.map(async (store) => (await store.read('count')).data[0]));
      checkEqual('state count of each store', counts, [2, 1]);
      await Promise.all(executables.map((executable) => executable.dispose()));
      await Promise.all(stores.map((store) => store.dispose()));
    },
  },
  inStore('refuses to read an unknown name', (store) =>
    checkError('read', () => store.read('missing'), 'store.unknown', ['missing']),
  ),
  inStore('refuses to write an unknown name', (store, backend) =>
    checkError('write', () => store.write('missing', sixNumbers(backend)), 'store.unknown', ['missing']),
  ),
  inStore('refuses another shape', (store, backend) =>
    checkError(
      'write',
      () =>
        store.write(
          ENTRY.name,
          tensorOf(tensorType('f32', [3, 2]), [1, 2, 3, 4, 5, 6], backend.capabilities.precision),
        ),
      'store.type',
      [ENTRY.name],
    ),
  ),
  inStore('refuses another element type', (store) =>
    checkError(
      'write',
      () => store.write(ENTRY.name, { dtype: 'i32', shape: [2, 3], data: new Int32Array(6) }),
      'store.type',
      [ENTRY.name],
    ),
  ),
  inStore('refuses too few elements', (store) =>
    checkError(
      'write',
      () => store.write(ENTRY.name, { dtype: 'f32', shape: [2, 3], data: new Float32Array(5) }),
      'store.type',
      [ENTRY.name],
    ),
  ),
  inStore('refuses to declare an entry with another type', (store) =>
    checkError('declare', () => store.declare([{ ...ENTRY, type: tensorType('f32', [6]) }]), 'store.type', [
      ENTRY.name,
    ]),
  ),
];

async function roundTrip(backend: Backend, { dtype, shape, values }: Contents): Promise<void> {
  const store = await backend.createStore();
  const type = tensorType(dtype, shape);
  await store.declare([
    { name: 'before', type: tensorType('f32', [3]) },
    { name: 'entry', type },
    { name: 'after', type: tensorType('i32', [3]) },
  ]);
  const data = Array.from({ length: sizeOf(shape) }, (_, i) => values[i % values.length]);
  const written = tensorOf(type, data, 'f32');
  await store.write('entry', written);
  const { precision } = backend.capabilities;
  const expected: TensorData = tensorOf(type, written.data, precision);
  expectSameBits({ name: '', precision }, 'entry', expected, await store.read('entry'));
  checkEqual('the entry before', (await store.read('before')).data, [0, 0, 0]);
  checkEqual('the entry after', (await store.read('after')).data, [0, 0, 0]);
  await store.dispose();
}

function inStore(name: string, check: (store: Store, backend: Backend) => Promise<void>): BehaviourCase {
  return {
    name,
    async check(backend: Backend): Promise<void> {
      const store = await backend.createStore();
      await store.declare([ENTRY]);
      await check(store, backend);
      await store.dispose();
    },
  };
}

function sixNumbers(backend: Backend): TensorData {
  return tensorOf(ENTRY.type, [1, 2, 3, 4, 5, 6], backend.capabilities.precision);
}

/** Gives the state entry `count`; with `updates`, adds one to it. */
function counterGraph(updates: boolean): ReturnType<GraphBuilder['finish']> {
  const builder = new GraphBuilder();
  const count = builder.state('count', tensorType('i32', []));
  builder.output('count', count);
  if (updates) builder.update('count', add(count, 1));
  return builder.finish();
}
