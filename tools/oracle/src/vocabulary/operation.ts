// How an operation of the oracle's vocabulary is built.

import type { Tensor } from '@netwright/ir';

/** Attributes as the files have them. */
export type Attributes = Readonly<Record<string, unknown>>;

export interface Operands {
  /** Operands in their order. */
  readonly inputs: readonly Tensor[];
  /** Parameters (and running statistics) by role. */
  readonly params: Readonly<Record<string, Tensor>>;
  readonly attrs: Attributes;
}

/** Gives the results by name; the first is `y`. */
export type Operation = (operands: Operands) => readonly Tensor[];

export function numberOf(attrs: Attributes, name: string): number {
  const value = attrs[name];
  if (typeof value === 'number') return value;
  throw new RangeError(`attribute ${name} is not a number: ${JSON.stringify(value)}`);
}

export function listOf(attrs: Attributes, name: string): readonly number[] {
  const value = attrs[name];
  if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value;
  throw new RangeError(`attribute ${name} is not a list of numbers: ${JSON.stringify(value)}`);
}

export function pairOf(attrs: Attributes, name: string): readonly [number, number] {
  const [first, second] = listOf(attrs, name);
  return [first, second];
}

/** `[top, left, bottom, right]`. */
export function sidesOf(attrs: Attributes, name: string): readonly [number, number, number, number] {
  const [top, left, bottom, right] = listOf(attrs, name);
  return [top, left, bottom, right];
}
