// What each primitive's attributes look like, for graphs that come from outside. Shape rules check what the values mean.

import { isDim, type Dim, type Shape } from '../dim.ts';
import { isRecord } from '../plain-data.ts';
import { BYTES_PER_ELEMENT, type DType } from '../tensor-type.ts';
import type { Padding, Pair, PrimitiveAttrs, PrimitiveName } from './attributes.ts';

interface AttributeTypes {
  readonly number: number;
  readonly numbers: readonly number[];
  readonly pair: Pair;
  readonly padding: Padding;
  readonly boolean: boolean;
  readonly dtype: DType;
  readonly dim: Dim;
  readonly shape: Shape;
}

export type AttributeKind = keyof AttributeTypes;

/** The kind whose type is exactly `T`. */
type KindOf<T> = {
  [K in AttributeKind]: [T, AttributeTypes[K]] extends [AttributeTypes[K], T] ? K : never;
}[AttributeKind];

type KindsOf<A> = string extends keyof A ? Readonly<Record<string, never>> : { readonly [N in keyof A]: KindOf<A[N]> };

const WINDOW = { kernel: 'pair', stride: 'pair', padding: 'padding', ceilMode: 'boolean' } as const;
const MAX_POOL = { ...WINDOW, dilation: 'pair' } as const;
const AVG_POOL = { ...WINDOW, countIncludePad: 'boolean' } as const;
const CONV = { stride: 'pair', padding: 'padding', dilation: 'pair', groups: 'number' } as const;
const REDUCTION = { axes: 'numbers', keepDims: 'boolean' } as const;
const NONE = {} as const;

export const attributeKinds: { readonly [K in PrimitiveName]: KindsOf<PrimitiveAttrs[K]> } = {
  constant: { values: 'numbers', dtype: 'dtype', shape: 'shape' },
  dimSize: { dim: 'dim' },
  iota: { shape: 'shape', axis: 'number' },
  random: { shape: 'shape', stream: 'number' },
  neg: NONE,
  abs: NONE,
  sign: NONE,
  floor: NONE,
  exp: NONE,
  log: NONE,
  sqrt: NONE,
  sin: NONE,
  cos: NONE,
  tanh: NONE,
  erf: NONE,
  isFinite: NONE,
  not: NONE,
  cast: { dtype: 'dtype' },
  add: NONE,
  sub: NONE,
  mul: NONE,
  div: NONE,
  pow: NONE,
  maximum: NONE,
  minimum: NONE,
  eq: NONE,
  lt: NONE,
  le: NONE,
  and: NONE,
  or: NONE,
  where: NONE,
  sum: REDUCTION,
  amax: REDUCTION,
  argmax: { axis: 'number' },
  reshape: { shape: 'shape' },
  transpose: { perm: 'numbers' },
  broadcastTo: { shape: 'shape' },
  slice: { starts: 'numbers', ends: 'shape', steps: 'numbers' },
  pad: { before: 'numbers', after: 'numbers', interior: 'numbers', value: 'number' },
  concat: { axis: 'number' },
  gather: { axis: 'number' },
  gatherAdjoint: { axis: 'number', size: 'dim' },
  matmul: NONE,
  conv2d: CONV,
  conv2dInputGrad: { ...CONV, inputSize: 'pair' },
  conv2dWeightGrad: { ...CONV, kernel: 'pair' },
  maxPool2d: MAX_POOL,
  maxPool2dIndices: MAX_POOL,
  maxPool2dSelect: MAX_POOL,
  maxPool2dScatter: { ...MAX_POOL, inputSize: 'pair' },
  avgPool2d: AVG_POOL,
  avgPool2dAdjoint: { ...AVG_POOL, inputSize: 'pair' },
};

/** What is wrong with the attributes of a primitive: missing, unknown or of another kind. */
export function attributeProblems(op: PrimitiveName, attrs: unknown): readonly string[] {
  if (!isRecord(attrs)) return ['its attributes are not an object'];
  const kinds: Readonly<Record<string, AttributeKind>> = attributeKinds[op];
  return [
    ...Object.entries(kinds).flatMap(([name, kind]) => {
      if (!Object.hasOwn(attrs, name)) return [`it lacks the attribute ${name}`];
      return isOfKind(kind, attrs[name]) ? [] : [`its attribute ${name} is not a ${KIND_WORDS[kind]}`];
    }),
    ...Object.keys(attrs).flatMap((name) => (Object.hasOwn(kinds, name) ? [] : [`it has no attribute ${name}`])),
  ];
}

const KIND_WORDS: Readonly<Record<AttributeKind, string>> = {
  number: 'number',
  numbers: 'list of numbers',
  pair: 'list of two numbers',
  padding: 'list of four numbers',
  boolean: 'boolean',
  dtype: 'element type',
  dim: 'dimension',
  shape: 'shape',
};

export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(BYTES_PER_ELEMENT, value);
}

function isOfKind(kind: AttributeKind, value: unknown): boolean {
  switch (kind) {
    case 'number':
      return typeof value === 'number';
    case 'numbers':
      return isNumbers(value);
    case 'pair':
      return isNumbers(value) && value.length === 2;
    case 'padding':
      return isNumbers(value) && value.length === 4;
    case 'boolean':
      return typeof value === 'boolean';
    case 'dtype':
      return isDType(value);
    case 'dim':
      return isDim(value);
    case 'shape':
      return Array.isArray(value) && value.every(isDim);
  }
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number');
}
