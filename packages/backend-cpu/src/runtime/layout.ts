// Fixed places at the start of each store's memory and in the pool's control block.

export const pageBytes = 65536;

/** Bytes before the first allocation; addresses of guarded accesses may reach this far below a buffer. */
export const reservedBytes = 2 * pageBytes;

/** Words of the barrier, each on a cache line of its own; `seen` is the generation at which the calling thread arrived last. */
export const barrier = { arrived: 64, generation: 128, sleepers: 192, aborted: 256, seen: 320 } as const;

/** Indices of i32 words of the control block that a pool shares with its workers. */
export const control = { sequence: 0, program: 16, entry: 32, arena: 48, started: 64, sleeping: 80 } as const;

export const controlWords = 80 + 16 * 64;

/** Distance of two threads' `sleeping` words. */
export const sleepingPitch = 16;

/** What a program's entry returns. */
export const outcome = { done: 0, aborted: 1, waiting: 2 } as const;

/** The number of the barrier at which a program waits is above the outcome. */
export const outcomeBits = 2;
