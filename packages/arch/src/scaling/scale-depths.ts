// Numbers of blocks, scaled.

/**
 * `depths` times `multiplier`, so that their sum is rounded once and every stage is within one block of its share; at least one block each.
 */
export function scaleDepths(depths: readonly number[], multiplier: number): readonly number[] {
  let blocks = 0;
  let given = 0;
  return depths.map((depth) => {
    blocks += depth;
    const scaled = Math.max(1, Math.round(blocks * multiplier) - given);
    given += scaled;
    return scaled;
  });
}
