import { binary, constant, unary } from '../kernels/expression.ts';
import type { Lowering } from './lowering.ts';

export const templateName: Lowering<'templateName'> = ({ read, at }) => {
  const x = read(0, at);
  return binary('div', x, binary('add', unary('abs', x), constant(1)));
};
