import { formatType, NetwrightError, type Tensor } from '@netwright/ir';

/** Number of rows of a square f32 matrix; throws `<operation>.operands` for anything else. */
export function sizeOfSystem(operation: string, matrix: Tensor): number {
  const [rows, columns] = matrix.shape;
  if (matrix.shape.length === 2 && typeof rows === 'number' && rows === columns && matrix.dtype === 'f32') return rows;
  throw operandError(operation, 'a square f32 matrix [k, k]', matrix);
}

/** Length of an f32 vector; throws `<operation>.operands` for anything else. */
export function sizeOfVector(operation: string, vector: Tensor): number {
  const [length] = vector.shape;
  if (vector.shape.length === 1 && typeof length === 'number' && vector.dtype === 'f32') return length;
  throw operandError(operation, 'an f32 vector [k]', vector);
}

export function operandError(operation: string, expected: string, received: Tensor): NetwrightError {
  return new NetwrightError({
    code: `${operation}.operands`,
    operation,
    scope: received.builder.scope,
    expected,
    received: formatType(received.type),
  });
}
