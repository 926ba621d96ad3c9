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

/** Orders that are tried beyond the first of each kind, and how close to what lives at once is close enough. */
const attempts = 40;
const closeEnough = 1.01;
/** Blocks below this part of what lives at once fill the gaps that the others leave. */
const small = 1 / 1024;
/** Pressures that differ by less than this part of what lives at once count as equal. */
const pressureStep = 1 / 20;

/**
 * Blocks that live at the same time do not overlap. The best of several greedy orders of the large blocks; each block goes to the smallest gap that holds it.
 * While the result is not close to what must live at once, the block that ends highest is placed earlier. Small blocks come last.
 */
export function placeBlocks(blocks: readonly Block[]): Placement {
  const live = liveBytes(blocks);
  const peak = Math.max(0, ...live);
  const filled = blocks
    .map((_, at) => at)
    .filter((at) => blocks[at].bytes > 0)
    .sort((a, b) => blocks[b].bytes - blocks[a].bytes || blocks[a].first - blocks[b].first || a - b);
  const large = filled.filter((at) => blocks[at].bytes >= small * peak);
  const arena = bestArena(blocks, large, live, closeEnough * peak);
  for (const at of filled.slice(large.length)) arena.place(at);
  return { offsets: arena.offsets, bytes: arena.bytes };
}

/** @param chosen - positions of the blocks to place, the largest first. */
function bestArena(blocks: readonly Block[], chosen: readonly number[], live: Float64Array, target: number): Arena {
  const peak = Math.max(0, ...live);
  const pressure = new Map(
    chosen.map((at) => {
      const { first, last } = blocks[at];
      const most = Math.max(...live.subarray(first + 1, last + 2));
      return [at, Math.round(most / peak / pressureStep)] as const;
    }),
  );
  const pressureOf = (at: number): number => pressure.get(at) ?? 0;
  const span = (at: number): number => blocks[at].last - blocks[at].first;
  const orders = [
    [...chosen].sort((a, b) => pressureOf(b) - pressureOf(a) || span(b) - span(a) || a - b),
    [...chosen].sort((a, b) => blocks[a].first - blocks[b].first || a - b),
    chosen,
  ];
  let best = new Arena(blocks, orders[0]);
  for (const start of orders) {
    const order = [...start];
    let arena = new Arena(blocks, order);
    for (let count = 0; ; count++) {
      if (arena.bytes < best.bytes) best = arena;
      const highest = order.findIndex((at) => arena.offsets[at] + blocks[at].bytes === arena.bytes);
      if (best.bytes <= target || count === attempts || highest <= 0) break;
      order.splice(highest >> 1, 0, ...order.splice(highest, 1));
      arena = new Arena(blocks, order);
    }
  }
  return best;
}

/** Sums of the blocks that live at -1, 0, 1 and so on to one after the last: no placement takes less than the largest. */
export function liveBytes(blocks: readonly Block[]): Float64Array {
  const live = new Float64Array(blocks.reduce((end, { last }) => Math.max(end, last), -1) + 3);
  for (const { bytes, first, last } of blocks) {
    live[first + 1] += bytes;
    live[last + 2] -= bytes;
  }
  for (let at = 1; at < live.length; at++) live[at] += live[at - 1];
  return live;
}

class Arena {
  readonly offsets: number[];
  bytes = 0;
  private readonly blocks: readonly Block[];
  /** Positions of the placed blocks, by offset. */
  private readonly placed: number[] = [];

  /** Places some of the blocks in order. */
  constructor(blocks: readonly Block[], order: readonly number[]) {
    this.blocks = blocks;
    this.offsets = new Array<number>(blocks.length).fill(0);
    for (const at of order) this.place(at);
  }

  /** Gives a block the smallest gap that holds it, beside those that live with it. */
  place(at: number): void {
    const { blocks, offsets, placed } = this;
    const { bytes, first, last } = blocks[at];
    let end = 0;
    let best = -1;
    let bestSize = Infinity;
    for (const other of placed) {
      const block = blocks[other];
      if (block.first > last || block.last < first) continue;
      const gap = offsets[other] - end;
      if (gap >= bytes && gap < bestSize) {
        best = end;
        bestSize = gap;
      }
      end = Math.max(end, offsets[other] + block.bytes);
    }
    const offset = best >= 0 ? best : end;
    offsets[at] = offset;
    this.bytes = Math.max(this.bytes, offset + bytes);
    placed.splice(this.after(offset), 0, at);
  }

  /** How many of the placed blocks start at `offset` or before. */
  private after(offset: number): number {
    let low = 0;
    let high = this.placed.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.offsets[this.placed[middle]] <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
