import { equalShapes, formatShape } from '../dim.ts';
import { add } from '../ops/add.ts';
import { mul } from '../ops/mul.ts';
import { ShapeCheck } from '../shape-check.ts';
import type { Tensor } from '../tensor.ts';
import { normalize } from './normalize.ts';

/** The axes that are normalized together, with their scale and shift. */
export interface LayerNormOptions {
  /** Lengths of the last axes, over which each sample is normalized. */
  readonly normalizedShape: readonly number[];
  /** Of `normalizedShape`; default none. */
  readonly weight?: Tensor | undefined;
  /** Of `normalizedShape`; default none. */
  readonly bias?: Tensor | undefined;
  /** Default 1e-5. */
  readonly eps?: number;
}

/** Layer normalization over the last axes, with the biased variance. arXiv:1607.06450. Errors: `layerNorm.operands`. */
export function layerNorm(x: Tensor, { normalizedShape, weight, bias, eps = 1e-5 }: LayerNormOptions): Tensor {
  checkOperands(x, normalizedShape, weight, bias);
  const first = x.shape.length - normalizedShape.length;
  const axes = normalizedShape.map((_, at) => first + at);
  const y = normalize(x, axes, eps);
  const scaled = weight === undefined ? y : mul(y, weight);
  return bias === undefined ? scaled : add(scaled, bias);
}

function checkOperands(
  x: Tensor,
  normalizedShape: readonly number[],
  weight: Tensor | undefined,
  bias: Tensor | undefined,
): void {
  const operands = [x, weight, bias].filter((operand) => operand !== undefined);
  const check = new ShapeCheck(
    'layerNorm',
    operands.map(({ type }) => type),
    x.builder.scope,
  );
  const expected = formatShape(normalizedShape);
  for (const { dtype } of operands) check.require(dtype === 'f32', `element type ${dtype} is not f32`);
  check.require(normalizedShape.length > 0, 'normalizedShape names no axis');
  check.require(
    equalShapes(x.shape.slice(Math.max(x.shape.length - normalizedShape.length, 0)), normalizedShape),
    () => `the last axes of x are not ${expected}`,
  );
  for (const [name, operand] of Object.entries({ weight, bias })) {
    check.require(
      operand === undefined || equalShapes(operand.shape, normalizedShape),
      () => `the ${name} is not ${expected}`,
    );
  }
  check.done(`x whose last axes are ${expected}, and weight and bias of that shape`);
}
