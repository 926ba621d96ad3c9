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

/** Orders that are tried beyond the first few, and how close to what lives at once is close enough. */
const attempts = 48;
const closeEnough = 1.01;

/**
 * Blocks that live at the same time do not overlap. The best of several greedy orders; each block goes to the smallest gap that holds it. While the result is not
 * close to what must live at once, the block that ends highest is placed earlier.
 */
export function placeBlocks(blocks: readonly Block[]): Placement {
  const span = ({ first, last }: Block): number => last - first + 1;
  const compares: readonly ((a: Block, b: Block) => number)[] = [
    (a, b) => b.bytes - a.bytes || a.first - b.first,
    (a, b) => b.bytes * span(b) - a.bytes * span(a) || a.first - b.first,
    (a, b) => a.first - b.first || b.bytes - a.bytes,
  ];
  const orders = compares.map((compare) =>
    blocks.map((_, at) => at).sort((a, b) => compare(blocks[a], blocks[b]) || a - b),
  );
  const target = closeEnough * liveBytes(blocks);
  let best: Placement = { offsets: [], bytes: Infinity };
  for (const start of orders) {
    const placement = placeInOrder(blocks, start);
    if (placement.bytes < best.bytes) best = placement;
  }
  for (const start of orders) {
    const order = [...start];
    let placement = placeInOrder(blocks, order);
    for (let attempt = 0; attempt < attempts && best.bytes > target; attempt++) {
      const { offsets, bytes } = placement;
      const highest = order.findIndex((at) => blocks[at].bytes > 0 && offsets[at] + blocks[at].bytes === bytes);
      if (highest <= 0) break;
      order.splice(highest >> 1, 0, ...order.splice(highest, 1));
      placement = placeInOrder(blocks, order);
      if (placement.bytes < best.bytes) best = placement;
    }
  }
  return best;
}

/** Largest sum of blocks that live at one time: no placement takes less. */
function liveBytes(blocks: readonly Block[]): number {
  const change = new Map<number, number>();
  const add = (at: number, bytes: number): unknown => change.set(at, (change.get(at) ?? 0) + bytes);
  for (const { bytes, first, last } of blocks) {
    add(first, bytes);
    add(last + 1, -bytes);
  }
  let live = 0;
  return [...change.keys()]
    .sort((a, b) => a - b)
    .reduce((peak, at) => {
      live += change.get(at) ?? 0;
      return Math.max(peak, live);
    }, 0);
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
