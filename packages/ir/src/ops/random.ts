import type { GraphBuilder } from '../builder.ts';
import { bindDim, dimSymbols, divideDims, formatShape, isDim, numel, type Dim, type Shape } from '../dim.ts';
import type { Primitive } from '../primitive.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { formatType, tensorType } from '../tensor-type.ts';
import { applyPrimitive } from './apply.ts';
import { randomKeys, uniformOf } from './random-uniform.ts';
import { elementCount } from './row-major.ts';

/**
 * Uniform f32 values in [0, 1), multiples of 2^-24: a function of the run's seed, the step, this operation's stream and
 * the element's position in the whole batch (see `randomUniform`). The stream comes from the builder's scope.
 *
 * @param shape - a symbolic batch must be its first axis, alone or times numbers. Errors: `random.operands`.
 */
export function random(builder: GraphBuilder, shape: Shape): Tensor {
  const { seed, step, offset } = builder.randomKey();
  return applyPrimitive(randomPrimitive, [seed, step, offset], { shape, stream: builder.randomStream() });
}

/** Elements of each sample, by which `offset` is multiplied; 0 where the leading axis is not symbolic. */
export function elementsPerSample(shape: Shape): Dim {
  const [batch] = dimSymbols(shape.slice(0, 1));
  return batch === undefined ? 0 : (divideDims(numel(shape), batch) ?? 0);
}

/** (seed, step, offset), i32 scalars. */
export const randomPrimitive: Primitive<'random'> = {
  name: 'random',
  traits: { family: 'leaf' },
  infer: (inputs, { shape, stream }) => {
    const check = new ShapeCheck('random', inputs);
    check.operands(3);
    for (const input of inputs) {
      check.require(
        input.dtype === 'i32' && input.shape.length === 0,
        () => `${formatType(input)} is not an i32 scalar`,
      );
    }
    check.require(
      Number.isInteger(stream) && stream >= 0 && stream < 2 ** 32,
      `stream ${String(stream)} is not a 32-bit word`,
    );
    if (check.require(shape.every(isDim), () => `${formatShape(shape)} is not a shape`)) {
      check.require(
        dimSymbols(shape).length === 0 || /^(\d+\*)?[A-Za-z_]\w*$/.test(String(shape[0])),
        () => `${formatShape(shape)} does not begin with its symbolic batch axis`,
      );
    }
    check.done('seed, step and offset, and a shape that begins with the batch');
    return tensorType('f32', shape);
  },
  macs: () => 0,
  evaluate: ({ inputs: [seed, step, offset], attrs, shape, dims }) => {
    const keys = randomKeys(seed.data[0], step.data[0], attrs.stream);
    const first = Math.imul(offset.data[0], bindDim(elementsPerSample(attrs.shape), dims));
    return Float64Array.from({ length: elementCount(shape) }, (_, i) => uniformOf(keys, first + i));
  },
};
