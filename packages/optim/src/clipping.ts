// Limits on gradients, before an optimizer sees them.

import { add, clamp, div, minimum, mul, NetwrightError, sqrt, sum, type Tensor } from '@netwright/ir';

/** Gradients by the names of their parameters, each of its parameter's shape. */
export type Gradients = Readonly<Record<string, Tensor>>;

/** Square root of the sum of squares of all elements of all gradients. */
export function globalNorm(grads: Gradients): Tensor {
  // Squares of gradients of one shape are added before they are summed up: a program for a network of many layers then has one sum for each shape.
  const squares = new Map<string, Tensor>();
  for (const grad of Object.values(grads)) {
    const shape = grad.type.shape.join();
    const square = mul(grad, grad);
    const others = squares.get(shape);
    squares.set(shape, others === undefined ? square : add(others, square));
  }
  return sqrt([...squares.values()].map((square) => sum(square)).reduce((total, part) => add(total, part)));
}

/**
 * Scales all gradients by `min(1, limit / (norm + 1e-6))`, as `torch.nn.utils.clip_grad_norm_`: the direction stays. arXiv:1211.5063
 *
 * @param norm - the global norm, where it is computed already.
 * @throws NetwrightError `clip.limit` unless the limit is above 0.
 */
export function clipByNorm(grads: Gradients, limit: number, norm: Tensor = globalNorm(grads)): Record<string, Tensor> {
  requireLimit('clipByNorm', limit);
  const factor = minimum(div(limit, add(norm, 1e-6)), 1);
  return Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, mul(grad, factor)]));
}

/**
 * Limits every element to [-limit, limit], as `torch.nn.utils.clip_grad_value_`.
 *
 * @throws NetwrightError `clip.limit` unless the limit is above 0.
 */
export function clipByValue(grads: Gradients, limit: number): Record<string, Tensor> {
  requireLimit('clipByValue', limit);
  return Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, clamp(grad, -limit, limit)]));
}

function requireLimit(operation: string, limit: number): void {
  if (limit > 0) return;
  throw new NetwrightError({
    code: 'clip.limit',
    operation,
    expected: 'a limit above 0',
    received: String(limit),
    hint: 'leave clipping out for no limit',
  });
}
