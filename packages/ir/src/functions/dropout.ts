import { callFunction, defineFunction, type FunctionRecord } from '../function.ts';
import { cast } from '../ops/cast.ts';
import { le } from '../ops/le.ts';
import { mul } from '../ops/mul.ts';
import { NetwrightError } from '../errors.ts';
import { applyPrimitive } from '../ops/apply.ts';
import { randomPrimitive } from '../ops/random.ts';
import type { Shape } from '../dim.ts';
import type { Tensor } from '../tensor.ts';

interface DropoutAttrs extends Readonly<Record<string, unknown>> {
  readonly p: number;
  readonly stream: number;
  /** Shape of the mask; it broadcasts to the input. */
  readonly mask: Shape;
}

/**
 * Zeroes each element with probability `p` (0.5 by default) and divides the others by 1 - p; the identity in inference mode. The mask is a function of the
 * run's seed, the step, the scope of the call and the position.
 *
 * Errors: `dropout.p` unless 0 <= p < 1.
 */
export function dropout(x: Tensor, { p = 0.5 }: { readonly p?: number } = {}): Tensor {
  return masked('dropout', x, p, x.shape);
}

/** Stochastic depth: drops whole samples of a residual branch with probability `p`. arXiv:1603.09382. Errors: `dropPath.p`. */
export function dropPath(x: Tensor, { p }: { readonly p: number }): Tensor {
  return masked('dropPath', x, p, x.shape.map((dim, axis) => (axis === 0 ? dim : 1)));
}

function masked(name: 'dropout' | 'dropPath', x: Tensor, p: number, mask: Shape): Tensor {
  if (!(p >= 0 && p < 1)) {
    throw new NetwrightError({ code: `${name}.p`, operation: name, scope: x.builder.scope, expected: 'a probability in [0, 1)', received: String(p) });
  }
  if (p === 0) return x;
  const { seed, step, offset } = x.builder.randomKey();
  const record = name === 'dropout' ? dropoutFunction : dropPathFunction;
  return callFunction(record, [x, seed, step, offset], { p, stream: x.builder.randomStream(), mask })[0];
}

function maskFunction(name: string): FunctionRecord<DropoutAttrs> {
  return defineFunction<DropoutAttrs>({
    name,
    expand([x, seed, step, offset], { p, stream, mask }) {
      const keep = le(p, applyPrimitive(randomPrimitive, [seed, step, offset], { shape: mask, stream }));
      return [mul(x, mul(cast(keep, 'f32'), 1 / (1 - p)))];
    },
    inference: ([x]) => [x],
  });
}

export const dropoutFunction = maskFunction('dropout');
export const dropPathFunction = maskFunction('dropPath');
