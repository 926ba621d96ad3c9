// Lowerings of values without operands.

import { bindDim } from '@netwright/ir';
import { constant, indexValue } from '../kernels/expression.ts';
import { kernelDType, type Lowering } from './lowering.ts';

/** One number everywhere; a table of numbers is a buffer, not an expression. */
export const constantValue: Lowering<'constant'> = ({ attrs: { values }, output }) => {
  if (values.length === 1) return constant(values[0], kernelDType(output));
  throw new RangeError(`a table of ${String(values.length)} numbers has no expression`);
};

export const dimSize: Lowering<'dimSize'> = ({ attrs: { dim }, dims }) => constant(bindDim(dim, dims));

export const iota: Lowering<'iota'> = ({ at, attrs: { axis } }) => indexValue(at[axis]);
