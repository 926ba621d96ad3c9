// Rearranges the operand of a sum of products that runs along vector lanes into panels: a few vectors wide, the steps of
// the sum one after the other. Reading it in place would jump by a whole row (often a power of two) at every step.

import type { BufferDecl, Index, Kernel, SchedulePass } from '@netwright/compiler';
import { addIndices, axisIndex, type LoadExpr, loadsOf, rewrite, rewriteIndex } from '@netwright/compiler/kernels';

import {
  axesOfAccess,
  contractionsOf,
  extentsOf,
  firstFreeAxis,
  isOverPositions,
  multiplications,
  strideAlong,
} from './contraction.ts';
import { preparedBuffers } from './prepared-buffers.ts';
import { addTemporary } from './temporary.ts';
import { evenPanel, type Registers } from './registers.ts';

/** Fewest multiplications for each copied element, and for each that is copied once for all runs. */
const intensity = 64;
const preparedIntensity = 16;
/** Fewest steps of the sum. */
const steps = 32;
export function packPanels(registers: Pick<Registers, 'lanes'>): SchedulePass {
  return {
    name: 'pack-panels',
    requires: 'Layouts are chosen.',
    guarantees:
      'Sums of products with at least 64 multiplications for each element of their lane operand, or 16 where the copy is kept, read it from panels, of which there is only one where the outputs along the lanes do not divide evenly.',
    run: (program) => {
      const buffers = [...program.buffers];
      const prepared = preparedBuffers(program);
      const kernels = program.kernels.flatMap((kernel) => packKernel(kernel, buffers, prepared, registers));
      return { buffers, kernels };
    },
  };
}

interface Panel {
  readonly load: LoadExpr;
  readonly lane: number;
  readonly width: number;
  /** The load's other axes, outermost first. */
  readonly others: readonly number[];
}

function packKernel(
  kernel: Kernel,
  buffers: BufferDecl[],
  prepared: ReadonlySet<number>,
  registers: Pick<Registers, 'lanes'>,
): readonly Kernel[] {
  const panel = findPanel(kernel, buffers, prepared, registers);
  if (panel === undefined) return [kernel];
  const { load, lane, width, others } = panel;
  const extents = extentsOf(kernel);
  const block = firstFreeAxis(kernel);
  const extent = extents.get(lane) ?? 1;
  const scratchAxes = [
    { id: block, extent: extent / width },
    ...others.map((id) => ({ id, extent: extents.get(id) ?? 1 })),
    { id: lane, extent: width },
  ];
  const substitution = {
    axes: new Map([[lane, addIndices(axisIndex(block, width), axisIndex(lane))]]),
    extents: new Map([...extents, [block, extent / width], [lane, width]]),
  };
  const shape = scratchAxes.map((axis) => axis.extent);
  const scratch = addTemporary(buffers, shape);
  const index = scratchAxes.map(({ id }) => axisIndex(id));
  const copy: Kernel = {
    name: `${kernel.name}/panels${load.buffer}`,
    sources: kernel.sources,
    axes: scratchAxes,
    reductionAxes: [],
    outputs: [{ buffer: scratch.id, index, value: rewrite(load, substitution) }],
  };
  const packed = { ...load, buffer: scratch.id, index, guards: [] };
  return [
    copy,
    {
      ...kernel,
      axes: kernel.axes.flatMap((axis) =>
        axis.id === lane
          ? [
              { id: block, extent: extent / width },
              { id: lane, extent: width },
            ]
          : [axis],
      ),
      outputs: kernel.outputs.map((output) => ({
        ...output,
        index: output.index.map((one) => rewriteIndex(one, substitution)),
        value: rewrite(output.value, {
          ...substitution,
          replace: (expr) => (expr === load ? packed : undefined),
        }),
      })),
    },
  ];
}

function findPanel(
  kernel: Kernel,
  buffers: readonly BufferDecl[],
  prepared: ReadonlySet<number>,
  registers: Pick<Registers, 'lanes'>,
): Panel | undefined {
  const extents = extentsOf(kernel);
  const lane = contiguousOutputAxis(kernel, buffers);
  if (lane === undefined) return undefined;
  const extent = extents.get(lane) ?? 1;
  const width = evenPanel(extent, registers) ?? extent;
  for (const reduce of contractionsOf(kernel)) {
    const loads = loadsOf(reduce.body);
    const along = loads.filter((load) => axesOfAccess(load.index)?.has(lane) === true);
    const [load] = along;
    const streamed = loads.find((other) => other !== load);
    if (
      load === undefined ||
      streamed === undefined ||
      along.length !== 1 ||
      loads.length !== 2 ||
      load.guards.length > 0
    )
      continue;
    // A single panel is worth it where the lanes are not contiguous as they are.
    if (extent <= width && strideAlong(lane, load.index, buffers[load.buffer]?.storage.strides ?? []) === 1) continue;
    const axes = axesOfAccess(load.index);
    if (axes === undefined || !streamed.index.every((one) => pureOrAffine(one))) continue;
    const others = [...axes].filter((axis) => axis !== lane);
    const size = [...axes].reduce((product, axis) => product * (extents.get(axis) ?? 1), 1);
    const summed = others
      .filter((axis) => reduce.axes.includes(axis))
      .reduce((product, axis) => product * (extents.get(axis) ?? 1), 1);
    const fewest = prepared.has(load.buffer) ? preparedIntensity : intensity;
    if (summed < steps || multiplications(kernel, reduce) < fewest * size) continue;
    if (reduce.axes.some((axis) => (extents.get(axis) ?? 1) > 1 && !axes.has(axis))) continue;
    const strides = buffers[streamed.buffer]?.storage.strides ?? [];
    const reach = (axis: number): number =>
      reduce.axes.includes(axis) ? Math.abs(strideAlong(axis, streamed.index, strides)) : Infinity;
    // These are cut into slices instead: their operands are reused slice by slice.
    if (isOverPositions(reduce, kernel, buffers)) continue;
    return {
      load,
      lane,
      width,
      others: [...others].sort((a, b) => (reach(a) === reach(b) ? 0 : reach(b) > reach(a) ? 1 : -1)),
    };
  }
  return undefined;
}

function pureOrAffine(index: Index): boolean {
  return index.terms.every(({ atom }) => atom.kind === 'axis');
}

/** The axis along which every output is contiguous. */
function contiguousOutputAxis(kernel: Kernel, buffers: readonly BufferDecl[]): number | undefined {
  return kernel.axes.find(
    ({ id, extent }) =>
      extent > 1 &&
      kernel.outputs.every(({ buffer, index }) => strideAlong(id, index, buffers[buffer]?.storage.strides ?? []) === 1),
  )?.id;
}
