// Places blocks with lifetimes in one arena.

export interface Block {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

export interface Placement {
  /** By position in the list of blocks. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** Blocks that live at the same time do not overlap. The best of several greedy orders; each block goes to the smallest gap that holds it. */
export function placeBlocks(blocks: readonly Block[]): Placement {
  const span = ({ first, last }: Block): number => last - first + 1;
  const orders: readonly ((a: Block, b: Block) => number)[] = [
    (a, b) => b.bytes - a.bytes || a.first - b.first,
    (a, b) => b.bytes * span(b) - a.bytes * span(a) || a.first - b.first,
    (a, b) => a.first - b.first || b.bytes - a.bytes,
  ];
  const placements = orders.map((compare) => {
    const order = blocks.map((_, at) => at);
    return placeInOrder(
      blocks,
      order.sort((a, b) => compare(blocks[a], blocks[b]) || a - b),
    );
  });
  return placements.reduce((best, other) => (other.bytes < best.bytes ? other : best));
}

function placeInOrder(blocks: readonly Block[], order: readonly number[]): Placement {
  const offsets = new Array<number>(blocks.length).fill(0);
  /** Placed blocks by offset. */
  const placed: number[] = [];
  let total = 0;
  for (const at of order) {
    const { bytes, first, last } = blocks[at];
    if (bytes === 0) continue;
    let end = 0;
    let best = -1;
    let bestSize = Infinity;
    for (const other of placed) {
      if (blocks[other].first > last || blocks[other].last < first) continue;
      const gap = offsets[other] - end;
      if (gap >= bytes && gap < bestSize) {
        best = end;
        bestSize = gap;
      }
      end = Math.max(end, offsets[other] + blocks[other].bytes);
    }
    offsets[at] = best >= 0 ? best : end;
    total = Math.max(total, offsets[at] + bytes);
    insertByOffset(placed, at, offsets);
  }
  return { offsets, bytes: total };
}

function insertByOffset(placed: number[], at: number, offsets: readonly number[]): void {
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[placed[middle]] <= offsets[at]) low = middle + 1;
    else high = middle;
  }
  placed.splice(low, 0, at);
}
