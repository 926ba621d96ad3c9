import type { Shape } from '../dim.ts';
import { NetwrightError } from '../errors.ts';
import { callFunction, defineFunction, type FunctionRecord } from '../function.ts';
import { applyPrimitive } from '../ops/apply.ts';
import { le } from '../ops/le.ts';
import { mul } from '../ops/mul.ts';
import { randomPrimitive } from '../ops/random.ts';
import { where } from '../ops/where.ts';
import type { Tensor } from '../tensor.ts';

export interface RandomMaskAttrs extends Readonly<Record<string, unknown>> {
  readonly p: number;
  readonly stream: number;
  /** Shape of the mask; it broadcasts to the input. */
  readonly mask: Shape;
}

/** A function that zeroes what a random mask names and divides the rest by 1 - p; the identity in inference mode. */
export function randomMaskFunction(name: string): FunctionRecord<RandomMaskAttrs> {
  return defineFunction<RandomMaskAttrs>({
    name,
    expand([x, seed, step, offset], { p, stream, mask }) {
      const keep = le(p, applyPrimitive(randomPrimitive, [seed, step, offset], { shape: mask, stream }));
      return [where(keep, mul(x, p < 1 ? 1 / (1 - p) : 0), 0)];
    },
    inference: ([x]) => [x],
  });
}

/** Calls one of these functions with the run's key and a stream of the current scope; `<name>.p` unless 0 <= p <= 1. */
export function maskRandomly(record: FunctionRecord<RandomMaskAttrs>, x: Tensor, p: number, mask: Shape): Tensor {
  const { builder } = x;
  if (!(p >= 0 && p <= 1)) {
    throw new NetwrightError({
      code: `${record.name}.p`,
      operation: record.name,
      scope: builder.scope,
      expected: 'a probability from 0 to 1',
      received: String(p),
    });
  }
  if (p === 0) return x;
  const { seed, step, offset } = builder.randomKey();
  return callFunction(record, [x, seed, step, offset], { p, stream: builder.randomStream(), mask })[0];
}
