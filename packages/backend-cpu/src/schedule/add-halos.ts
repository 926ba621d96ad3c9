// Gives images that are soon read by windows the padding as real zeros around them, where they are written: the windows then have no conditions and
// need no copy.

import type { BufferDecl, Expr, Index, Kernel, KernelProgram, SchedulePass, Storage } from '@netwright/compiler';
import { addIndices, axisIndex, constant, kernelLoads, rewrite, shiftIndex } from '@netwright/compiler/kernels';

import { extentsOf } from './contraction.ts';
import { type PaddedLoad, paddedLoadsOf } from './padded-loads.ts';

/** A larger image would take memory that others need, and time to write. */
const mostGrowth = 4 / 3;
/** Kernels from the first that writes an image to the last that reads it: one that lives long would make the peak of the memory higher. */
const longestLife = 8;

/** What is added around an image. */
interface Halo {
  readonly buffer: number;
  /** Elements before and after, for each dimension. */
  readonly sides: readonly (readonly [before: number, after: number])[];
  readonly storage: Storage;
  /** Position of the kernel that writes the image first. */
  readonly writer: number;
}

export const addHalos: SchedulePass = {
  name: 'add-halos',
  requires: 'Layouts are chosen.',
  guarantees:
    'Sums of products and transforms read temporary images that live for few kernels without padding guards, where zeros around these make them larger by at most a third and they take the place of no other image.',
  run: (program) => {
    const loads = paddedLoadsOf(program);
    const halos = findHalos(program, loads.flat());
    if (halos.size === 0) return program;
    const buffers = program.buffers.map((decl) => widened(decl, halos.get(decl.id)));
    const kernels = program.kernels.flatMap((kernel, at) => [
      ...[...halos.values()]
        .filter(({ writer }) => writer === at)
        .flatMap((halo) => fillKernels(halo, kernel, program)),
      moveAccesses(kernel, loads[at] ?? [], halos),
    ]);
    return { buffers, kernels };
  },
};

function findHalos(program: KernelProgram, loads: readonly PaddedLoad[]): ReadonlyMap<number, Halo> {
  const uses = usesOf(program);
  const wanted = new Map<number, PaddedLoad[]>();
  for (const padded of loads) {
    const { buffer } = padded.load;
    const known = wanted.get(buffer);
    if (known === undefined) wanted.set(buffer, [padded]);
    else known.push(padded);
  }
  const halos = new Map<number, Halo>();
  for (const [buffer, own] of wanted) {
    const decl = program.buffers[buffer];
    const use = uses.get(buffer);
    if (decl === undefined || use === undefined || decl.role.kind !== 'temporary' || decl.dtype !== 'f32') continue;
    if (use.last - use.writer > longestLife || own.every(({ worth }) => worth === 0)) continue;
    if (mayReplaceOther(decl, program.kernels[use.writer], program.buffers)) continue;
    const filled = own.filter(isFilledWithZeros);
    const sides = decl.shape.map((extent, k): readonly [number, number] => [
      Math.max(0, ...filled.map(({ window }) => -(window[k]?.[0] ?? 0))),
      Math.max(0, ...filled.map(({ window }) => (window[k]?.[1] ?? 0) - extent + 1)),
    ]);
    const storage = storageWith(decl, sides);
    if (storage === undefined || storage.size > decl.storage.size * mostGrowth) continue;
    halos.set(buffer, { buffer, sides, storage, writer: use.writer });
  }
  return halos;
}

/** Whether the image may lie where another one lies that its kernel reads, which zeros around it would prevent. */
function mayReplaceOther(
  { id, shape }: BufferDecl,
  writer: Kernel | undefined,
  buffers: readonly BufferDecl[],
): boolean {
  if (writer === undefined || writer.reductionAxes.length > 0) return false;
  return kernelLoads(writer).some(({ buffer }) => buffer !== id && buffers[buffer]?.shape.join() === shape.join());
}

function isFilledWithZeros({ load }: PaddedLoad): boolean {
  return Object.is(load.fill, 0);
}

/** Positions of the first kernel that writes a buffer and of the last one that uses it. */
interface Use {
  readonly writer: number;
  last: number;
}

function usesOf({ kernels }: KernelProgram): ReadonlyMap<number, Use> {
  const uses = new Map<number, Use>();
  kernels.forEach((kernel, at) => {
    for (const { buffer } of kernel.outputs) if (!uses.has(buffer)) uses.set(buffer, { writer: at, last: at });
    for (const { buffer } of [...kernel.outputs, ...kernelLoads(kernel)]) {
      const use = uses.get(buffer);
      if (use !== undefined) use.last = at;
    }
  });
  return uses;
}

/** The storage in the same order with room around the image; undefined where nothing is added, or its dimensions do not lie inside each other. */
function storageWith({ shape, storage }: BufferDecl, sides: Halo['sides']): Storage | undefined {
  const isAdded = (dimension: number): boolean => sides[dimension]?.some((side) => side > 0) ?? false;
  const extentOf = (dimension: number): number => shape[dimension] ?? 1;
  const wide = shape.map((_, dimension) => dimension).filter((dimension) => extentOf(dimension) > 1);
  if (!wide.some(isAdded) || shape.some((extent, k) => extent === 1 && isAdded(k)) || storage.offset !== 0)
    return undefined;
  const strides = [...storage.strides];
  let [inside, size] = [1, 1];
  for (const dimension of wide.sort((a, b) => (storage.strides[a] ?? 0) - (storage.strides[b] ?? 0))) {
    const stride = storage.strides[dimension] ?? 0;
    if (stride < inside) return undefined;
    strides[dimension] = size + stride - inside;
    inside = stride * extentOf(dimension);
    size = strides[dimension] * widthOf(extentOf(dimension), sides[dimension]);
  }
  return { strides, offset: 0, size: size + storage.size - inside };
}

function widthOf(extent: number, side: Halo['sides'][number] | undefined): number {
  return extent + (side?.[0] ?? 0) + (side?.[1] ?? 0);
}

function widened(decl: BufferDecl, halo: Halo | undefined): BufferDecl {
  if (halo === undefined) return decl;
  return { ...decl, shape: decl.shape.map((extent, k) => widthOf(extent, halo.sides[k])), storage: halo.storage };
}

/** Zeros before and after an image, or on one side of it: as many copies of a part of the padded image. */
interface Slab {
  readonly dimension: number;
  readonly first: number;
  readonly size: number;
  readonly copies: number;
  readonly apart: number;
}

/** Kernels that write the zeros: for each dimension one, or one before and one after the image where these differ in size. */
function fillKernels(
  { buffer, sides }: Halo,
  { name, sources }: Kernel,
  { buffers }: KernelProgram,
): readonly Kernel[] {
  const shape = buffers[buffer]?.shape ?? [];
  const slabs = sides.flatMap(([before, after], dimension): readonly Slab[] => {
    const end = before + (shape[dimension] ?? 1);
    if (before === after) return [{ dimension, first: 0, size: before, copies: 2, apart: end }];
    return [
      { dimension, first: 0, size: before, copies: 1, apart: 0 },
      { dimension, first: end, size: after, copies: 1, apart: 0 },
    ];
  });
  return slabs
    .filter(({ size }) => size > 0)
    .map(({ dimension, first, size, copies, apart }, at): Kernel => {
      // Corners belong to the slabs of the first dimension.
      const extents = shape.map((extent, k) =>
        k === dimension ? size : k < dimension ? extent : widthOf(extent, sides[k]),
      );
      const copy = shape.length;
      const index = shape.map((_, k) =>
        k === dimension
          ? addIndices(axisIndex(k, 1, first), axisIndex(copy, apart))
          : axisIndex(k, 1, k < dimension ? (sides[k]?.[0] ?? 0) : 0),
      );
      return {
        name: `${name}/zeros${String(at)}/halo${String(buffer)}`,
        sources,
        axes: [...extents, copies].map((extent, id) => ({ id, extent })),
        reductionAxes: [],
        outputs: [{ buffer, index, value: constant(0) }],
      };
    });
}

function moveAccesses(kernel: Kernel, loads: readonly PaddedLoad[], halos: ReadonlyMap<number, Halo>): Kernel {
  const isMoved = ({ buffer }: { readonly buffer: number }): boolean => halos.has(buffer);
  if (!kernel.outputs.some(isMoved) && !kernelLoads(kernel).some(isMoved)) return kernel;
  const free = new Set(loads.filter(isFilledWithZeros).map(({ load }) => load));
  const move = (index: readonly Index[], { sides }: Halo): readonly Index[] =>
    index.map((one, k) => shiftIndex(one, sides[k]?.[0] ?? 0));
  const replace = (expr: Expr): Expr | undefined => {
    const halo = expr.kind === 'load' ? halos.get(expr.buffer) : undefined;
    if (expr.kind !== 'load' || halo === undefined) return undefined;
    return { ...expr, index: move(expr.index, halo), ...(free.has(expr) ? { guards: [] } : {}) };
  };
  const rewriting = { axes: new Map<number, Index>(), extents: extentsOf(kernel), replace };
  const memo = new Map<Expr, Expr>();
  return {
    ...kernel,
    outputs: kernel.outputs.map(({ buffer, index, value }) => {
      const halo = halos.get(buffer);
      return { buffer, index: halo === undefined ? index : move(index, halo), value: rewrite(value, rewriting, memo) };
    }),
  };
}
