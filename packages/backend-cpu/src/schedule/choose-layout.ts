// Chooses the order of the dimensions of every buffer: channels last for images, [kh][kw][in][out] for filters.

import type { BufferDecl, Index, Kernel, KernelProgram, SchedulePass } from '@netwright/compiler';
import {
  axisIndex,
  indexKey,
  type LoadExpr,
  kernelLoads,
  loadsOf,
  pureAxis,
  reducesOf,
  rowMajorStorage,
} from '@netwright/compiler/kernels';

import { affineAxes } from './affine-axes.ts';
import { imageOrder, persistentOrder, persistentStorage, storageInOrder } from './persistent-storage.ts';

const filterOrder = [2, 3, 1, 0];

/** An input image of fewer channels is read as it is: its lanes would be half empty. */
const fewChannels = 4;

type Vote = 'image' | 'filter';

/**
 * Constants keep canonical order; persistent buffers have one that depends on their shape alone. Inputs and outputs that would
 * be better in another order are copied at the start and at the end.
 */
export const chooseLayout: SchedulePass = {
  name: 'choose-layout',
  requires: 'Every buffer is row-major.',
  guarantees:
    'Temporary buffers that kernels walk together have one order of dimensions, the best one for the sums of products that read or write them.',
  run: (program) => {
    const classes = new Classes(program.buffers);
    for (const kernel of program.kernels) joinAlike(kernel, program.buffers, classes);
    const votes = new Map<number, Vote>();
    for (const kernel of program.kernels)
      collectVotes(kernel, (buffer, vote) => votes.set(classes.find(buffer), votes.get(classes.find(buffer)) ?? vote));
    const persistent = new Map<number, readonly number[]>();
    for (const { id, role, shape } of program.buffers)
      if (role.kind === 'persistent') persistent.set(classes.find(id), persistentOrder(shape));
    const buffers = program.buffers.map((decl) => withOrder(decl, classes.find(decl.id), votes, persistent));
    return copyEnds({ ...program, buffers });
  },
};

/** Inputs and outputs in canonical order again, copied from or to temporary buffers. */
function copyEnds({ buffers, kernels }: KernelProgram): KernelProgram {
  const all = [...buffers];
  const first: Kernel[] = [];
  const last: Kernel[] = [];
  for (const decl of buffers) {
    const { id, shape, role, dtype } = decl;
    if ((role.kind !== 'output' && role.kind !== 'input') || isRowMajor(decl)) continue;
    all[id] = { ...decl, role: { kind: 'temporary' } };
    const canonical = { ...decl, id: all.length, storage: rowMajorStorage(shape) };
    all.push(canonical);
    const [from, to] = role.kind === 'output' ? [id, canonical.id] : [canonical.id, id];
    const index = shape.map((_, k) => axisIndex(k));
    const loaded = dtype === 'u8' ? 'i32' : dtype;
    const user = kernels.find(
      (kernel) =>
        kernel.outputs.some(({ buffer }) => buffer === id) || kernelLoads(kernel).some(({ buffer }) => buffer === id),
    );
    const copy: Kernel = {
      name: `${role.kind === 'output' ? role.names.join('+') : role.name}/${role.kind === 'output' ? 'canonical' : 'ordered'}`,
      sources: user?.sources ?? [],
      axes: shape.map((extent, axis) => ({ id: axis, extent })),
      reductionAxes: [],
      outputs: [
        { buffer: to, index, value: { kind: 'load', dtype: loaded, buffer: from, index, guards: [], fill: 0 } },
      ],
    };
    (role.kind === 'output' ? last : first).push(copy);
  }
  return { buffers: all, kernels: [...first, ...kernels, ...last] };
}

function isRowMajor({ shape, storage }: BufferDecl): boolean {
  const canonical = rowMajorStorage(shape);
  return shape.every((extent, k) => extent === 1 || storage.strides[k] === canonical.strides[k]);
}

function withOrder(
  decl: BufferDecl,
  group: number,
  votes: ReadonlyMap<number, Vote>,
  persistent: ReadonlyMap<number, readonly number[]>,
): BufferDecl {
  const { role, shape } = decl;
  if (role.kind === 'persistent') return { ...decl, storage: persistentStorage(shape) };
  if (role.kind === 'constant' || (role.kind === 'input' && (shape[1] ?? 1) < fewChannels)) return decl;
  const vote = votes.get(group);
  const order = persistent.get(group) ?? (vote === undefined ? undefined : vote === 'image' ? imageOrder : filterOrder);
  return order === undefined ? decl : { ...decl, storage: storageInOrder(shape, order) };
}

/** Disjoint sets of buffers that share an order. */
class Classes {
  readonly #parent: number[];
  readonly #movable: readonly boolean[];

  constructor(buffers: readonly BufferDecl[]) {
    this.#parent = buffers.map(({ id }) => id);
    this.#movable = buffers.map(({ role }) => role.kind !== 'constant');
  }

  find(id: number): number {
    let root = id;
    while (this.#parent[root] !== root) root = this.#parent[root] ?? root;
    return root;
  }

  #isMovable(id: number): boolean {
    return this.#movable[id] ?? false;
  }

  join(a: number, b: number): void {
    if (this.#isMovable(a) && this.#isMovable(b)) this.#parent[this.find(b)] = this.find(a);
  }
}

/** Joins buffers of rank 2 walked by the same indices, and of rank 4 whose first two dimensions are. */
function joinAlike(kernel: Kernel, buffers: readonly BufferDecl[], classes: Classes): void {
  const accesses: { readonly buffer: number; readonly index: readonly Index[] }[] = [
    ...kernel.outputs,
    ...kernelLoads(kernel),
  ];
  const groups = new Map<string, number>();
  for (const { buffer, index } of accesses) {
    if (index.length !== 2 && index.length !== 4) continue;
    const leading = index.slice(0, 2);
    if (leading.some((one) => pureAxis(one) === undefined)) continue;
    const shape = buffers[buffer]?.shape ?? [];
    const key = `${index.length}:${shape.slice(0, 2).join()}:${leading.map(indexKey).join(';')}`;
    const same = groups.get(key);
    if (same === undefined) groups.set(key, buffer);
    else classes.join(same, buffer);
  }
}

function collectVotes(kernel: Kernel, vote: (buffer: number, kind: Vote) => void): void {
  const outputAxes = new Set(kernel.axes.map(({ id }) => id));
  for (const { buffer, index, value } of kernel.outputs) {
    const batch = index[0] === undefined ? undefined : pureAxis(index[0]);
    for (const { body } of reducesOf(value)) {
      const loads = loadsOf(body).filter((load) => load.index.length === 4);
      const windows = new Set(
        loads
          .filter((load) => isWindow(load, outputAxes))
          .map((load) => load.index[0])
          .flatMap((first) => (first === undefined ? [] : [pureAxis(first)])),
      );
      for (const load of loads) {
        const samples = load.index[0] === undefined ? undefined : pureAxis(load.index[0]);
        if (samples === undefined) continue;
        if (isWindow(load, outputAxes)) {
          vote(load.buffer, 'image');
          if (index.length === 4)
            vote(buffer, samples === batch ? 'image' : outputAxes.has(samples) ? 'image' : 'filter');
        } else if (windows.has(samples)) {
          vote(load.buffer, 'image');
        } else if (index.length === 4 && samples === batch && mixesChannels(load, loads, outputAxes, samples)) {
          vote(load.buffer, 'image');
          vote(buffer, 'image');
        }
      }
    }
  }
}

/** A dimension of the image is addressed by output and reduction axes together. */
function isWindow(load: LoadExpr, outputAxes: ReadonlySet<number>): boolean {
  return load.index.slice(2).some((index) => {
    const axes = affineAxes(index) ?? nestedAxes(index);
    return axes.some((axis) => outputAxes.has(axis)) && axes.some((axis) => !outputAxes.has(axis));
  });
}

function nestedAxes(index: Index): readonly number[] {
  return index.terms.flatMap(({ atom }) =>
    atom.kind === 'axis' ? [atom.axis] : atom.kind === 'value' ? [] : nestedAxes(atom.of),
  );
}

/** Channels are summed against another operand that is the same for all samples. */
function mixesChannels(
  load: LoadExpr,
  loads: readonly LoadExpr[],
  outputAxes: ReadonlySet<number>,
  samples: number,
): boolean {
  const channels = load.index[1] === undefined ? undefined : pureAxis(load.index[1]);
  if (channels === undefined || outputAxes.has(channels)) return false;
  return loads.some((other) => other !== load && other.index.every((index) => !nestedAxes(index).includes(samples)));
}
