// Distances between rows that keep them from meeting in few sets of the cache.

/** Floats from which a row gets a pitch. */
export const longRow = 64;
export const extraPitch = 16;

/** Floats from one row to the next, where only lengths of whole multiples of a long row are bad. */
export function pitchOf(length: number): number {
  return length >= longRow && length % longRow === 0 ? length + extraPitch : length;
}
