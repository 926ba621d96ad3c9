// Second derivatives of a loss by parameters that are joined to one vector: reverse over reverse, exact.

import {
  concat,
  constantTensor,
  formatType,
  gradients,
  NetwrightError,
  numel,
  reshape,
  slice,
  stack,
  type Tensor,
} from '@netwright/ir';
import { operandError } from './linear-algebra/size-of-system.ts';

/** What a second-order rule may ask for; both build graph operations when called. */
export interface Curvature {
  /** The Hessian of the loss, f32 [k, k]: k backward passes. */
  hessian(): Tensor;
  /** Its product with a vector [k], without the matrix: one backward pass over the gradient's graph. */
  hvp(v: Tensor): Tensor;
}

/** One vector [k] with the elements of all tensors in order. */
export function joinTensors(tensors: readonly Tensor[]): Tensor {
  return concat(
    tensors.map((tensor) => reshape(tensor, [elementsOf(tensor)])),
    0,
  );
}

/** The inverse of {@link joinTensors}: consecutive parts of `vector`, in the shapes of `like`. */
export function splitVector(vector: Tensor, like: readonly Tensor[]): readonly Tensor[] {
  let end = 0;
  return like.map((tensor) => {
    const start = end;
    end += elementsOf(tensor);
    return reshape(slice(vector, { axes: [0], starts: [start], ends: [end] }), tensor.shape);
  });
}

/**
 * The curvature of a scalar loss at `params`, which are joined in this order.
 *
 * @throws NetwrightError `hvp.operands` from `hvp` for a vector of another type; those of `gradients`.
 */
export function curvatureOf(loss: Tensor, params: readonly Tensor[]): Curvature {
  let grads: readonly Tensor[] | undefined;
  let joined: Tensor | undefined;
  const first = (): readonly Tensor[] => (grads ??= gradients(loss, params));
  return {
    hessian: () =>
      stack(
        params.flatMap((param, at) => {
          const size = elementsOf(param);
          return Array.from({ length: size }, (_, element) => {
            const unit = Array.from({ length: size }, (__, index) => (index === element ? 1 : 0));
            const seed = constantTensor(loss.builder, unit, param.shape);
            return joinTensors(gradients(first()[at], params, seed));
          });
        }),
      ),
    hvp: (v) => {
      joined ??= joinTensors(first());
      if (formatType(v.type) !== formatType(joined.type)) throw operandError('hvp', formatType(joined.type), v);
      return joinTensors(gradients(joined, params, v));
    },
  };
}

/** Number of elements; parameters have no symbolic axes. */
export function elementsOf({ type, builder }: Tensor): number {
  const count = numel(type.shape);
  if (typeof count === 'number') return count;
  throw new NetwrightError({
    code: 'curvature.shape',
    operation: 'curvature',
    scope: builder.scope,
    expected: 'parameters of known size',
    received: formatType(type),
  });
}
