// Distances between rows, and between planes, that keep them from meeting in few sets of the cache.

/** Floats from which a row gets a pitch. */
export const longRow = 64;
export const extraPitch = 16;

/** Floats from one row to the next, where only lengths of whole multiples of a long row are bad. */
export function pitchOf(length: number): number {
  return length >= longRow && length % longRow === 0 ? length + extraPitch : length;
}

/** Floats of one way of the first cache, 4 KiB. */
const way = 1024;
/** Seven cache lines. */
const planeSpace = 112;

/** Floats from one plane to the next, where only whole multiples of a way are bad. */
export function planePitchOf(length: number): number {
  return length % way === 0 ? length + planeSpace : length;
}
