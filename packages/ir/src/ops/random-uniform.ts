/**
 * The uniform random number of one element: a pure function, so that no rewrite, layout, split of the batch or backend
 * changes it. All arithmetic is on unsigned 32-bit words that wrap; `>>>` is the logical shift.
 *
 * ```text
 * mix(x):  x ^= x >>> 16;  x *= 0x7feb352d;  x ^= x >>> 15;  x *= 0x846ca68b;  x ^= x >>> 16
 * s0 = mix(stream + 0x9e3779b9)            s1 = mix(s0 + 0x9e3779b9)            constants of the operation
 * k0 = mix(mix(s0 ^ seed) ^ step)          k1 = mix(mix(s1 ^ seed) ^ step)      the same for all elements
 * h  = mix(mix(index + k0) ^ k1)
 * result = (h >>> 8) * 2^-24                                                    in [0, 1), exact in f32
 * ```
 *
 * | seed | step | stream | index | result * 2^24 |
 * | --- | --- | --- | --- | --- |
 * | 0 | 0 | 0 | 0 | 4088459 |
 * | 0 | 0 | 0 | 1 | 12256440 |
 * | 42 | 1000 | 2166136261 | 123456 | 13632504 |
 * | -1 | 2147483647 | 4294967295 | 4294967295 | 8130476 |
 *
 * `index` is the element's row-major position in the logical tensor of the whole batch: where the leading axis is
 * symbolic, `offset * (elements per sample)` is added to the position in this run's tensor. Two keys make the sequences of
 * different steps or streams different permutations of the words instead of shifted copies of one sequence.
 *
 * The mixer is lowbias32, https://github.com/skeeto/hash-prospector.
 *
 * @param seed - the run's seed: an integer, taken modulo 2^32, as are the others.
 * @param step - the training step.
 * @param stream - fixed for each random operation when the graph is built.
 * @param index - the element.
 */
export function randomUniform(seed: number, step: number, stream: number, index: number): number {
  return uniformOf(randomKeys(seed, step, stream), index);
}

/** The words `k0` and `k1` of the recipe. */
export function randomKeys(seed: number, step: number, stream: number): readonly [number, number] {
  const [s0, s1] = streamWords(stream);
  return [mix(mix(s0 ^ seed) ^ step), mix(mix(s1 ^ seed) ^ step)];
}

/** The words `s0` and `s1` of the recipe, constants of a random operation. */
export function streamWords(stream: number): readonly [number, number] {
  const s0 = mix((stream | 0) + 0x9e3779b9);
  return [s0, mix(s0 + 0x9e3779b9)];
}

/** The last two lines of the recipe. */
export function uniformOf(keys: readonly [number, number], index: number): number {
  return (mix(mix((index | 0) + keys[0]) ^ keys[1]) >>> 8) * 2 ** -24;
}

/** A bijection of the 32-bit words. */
function mix(word: number): number {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
