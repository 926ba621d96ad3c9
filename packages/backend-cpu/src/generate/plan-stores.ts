// Which outputs are stored past the caches: a line that is written whole need not be read first, nor push out what is needed sooner.

import { rangeOfIndex } from './linear-index.ts';
import { storedBytes, type LoweredKernel, type LoweredOutput } from './lowered.ts';
import { cacheLine, extentOf, type TileShape, type TileTuning } from './tile-plan.ts';

/** Slots of large outputs that the kernel does not read and of which each tile stores whole cache lines. */
export function uncachedSlots(
  kernel: LoweredKernel,
  lane: number,
  { tile }: TileShape,
  { uncachedBytes }: TileTuning,
): ReadonlySet<number> {
  if (uncachedBytes === Infinity) return new Set();
  if (!wholeLines(tile.get(lane) ?? 1) || !wholeLines(extentOf(kernel, lane))) return new Set();
  const read = new Set(kernel.nodes.flatMap((node) => (node.kind === 'load' ? [node.slot] : [])));
  const slots = [...new Set(kernel.outputs.map(({ slot }) => slot))].filter((slot) => {
    const outputs = kernel.outputs.filter((output) => output.slot === slot);
    return (
      !read.has(slot) && outputs.every((output) => isAligned(output, lane)) && spanOf(kernel, outputs) >= uncachedBytes
    );
  });
  return new Set(slots);
}

function wholeLines(elements: number): boolean {
  return (elements * storedBytes.f32) % cacheLine === 0;
}

/** Whether lanes are contiguous and everything else moves by whole cache lines. */
function isAligned({ stored, address }: LoweredOutput, lane: number): boolean {
  return (
    stored === 'f32' &&
    address.rest.length === 0 &&
    address.offset % cacheLine === 0 &&
    [...address.coefficients].every(([axis, bytes]) =>
      axis === lane ? bytes === storedBytes.f32 : bytes % cacheLine === 0,
    ) &&
    address.coefficients.has(lane)
  );
}

/** Bytes from the first element that is stored through the last. */
function spanOf(kernel: LoweredKernel, outputs: readonly LoweredOutput[]): number {
  const ranges = outputs.map(({ address }) => rangeOfIndex(address, kernel.extents));
  return Math.max(...ranges.map(([, to]) => to)) - Math.min(...ranges.map(([from]) => from)) + storedBytes.f32;
}
