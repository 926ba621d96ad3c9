import { defineLowering } from '@netwright/compiler';
import {
  addIndices,
  binary,
  constant,
  guarded,
  reduce,
  scaleIndex,
  shiftIndex,
  unary,
  type Extents,
} from '@netwright/compiler/kernels';
import type { Expr } from '@netwright/compiler';
import {
  avgPool2d,
  cos,
  defineFunction,
  exp,
  mul,
  neg,
  sin,
  stopGradient,
  sum,
  tensorType,
  type FunctionRecord,
  type Tensor,
} from '@netwright/ir';
import { opSuite, type OpCase } from '../../src/op/test-op.ts';
import type { Suite } from '../../src/suite/suite.ts';
import type { Mutant, MutatedKind } from './mutant.ts';

type None = Record<string, never>;
type Record1 = FunctionRecord<None>;

/** sin(x) e^y, with a gradient of its own. */
const DAMPED: OpCase<None> = {
  name: 'vectors',
  attrs: {},
  inputs: [
    { type: tensorType('f32', ['N', 3]), fill: { kind: 'normal' } },
    { type: tensorType('f32', ['N', 3]), fill: { kind: 'normal' } },
  ],
  dims: { N: 4 },
};

function damped(gradient: Record1['gradient'], more: Partial<Record1> = {}): Suite {
  const record = defineFunction<None>({ name: 'damped', expand: ([x, y]) => [mul(sin(x), exp(y))], gradient, ...more });
  return opSuite(record, [DAMPED]);
}

type Context = Parameters<NonNullable<Record1['gradient']>>[0];
const byX = ({ inputs: [x, y], grads: [g] }: Context): Tensor => mul(g, mul(cos(x), exp(y)));
const byY = ({ outputs: [z], grads: [g] }: Context): Tensor => mul(g, z);

const OWN = 'vectors > has the derivatives of its expansion';
const DIFFERENCES = 'vectors > has the first and second derivative of finite differences';

/** Average of a padded 3 x 3 window with stride 2, with kernels of its own. */
interface Window {
  readonly shift?: number;
  readonly taps?: number;
  readonly divisor?: number;
  readonly fill?: number;
  readonly unguarded?: boolean;
  readonly sample?: 'first';
  readonly change?: (value: Expr) => Expr;
}

const NO_EXTENTS: Extents = new Map();

function smooth({
  shift = 0,
  taps = 3,
  divisor = 9,
  fill = 0,
  unguarded = false,
  sample,
  change = (x) => x,
}: Window): Suite {
  const record = defineFunction<None>({
    name: 'smooth',
    expand: ([x]) => [avgPool2d(x, { kernel: 3, stride: 2, padding: 1 })],
    lower: defineLowering(({ read, at: [n, c, y, x], reductionAxis }) => {
      const [rows, columns] = [reductionAxis(taps), reductionAxis(taps)];
      const row = shiftIndex(addIndices(scaleIndex(y, 2), rows.index), shift - 1);
      const column = shiftIndex(addIndices(scaleIndex(x, 2), columns.index), -1);
      const guards = [row, column].map((index) => ({ index, lower: 0, upper: 5 }));
      const pixel = read(0, [sample === 'first' ? shiftIndex(scaleIndex(n, 0), 0) : n, c, row, column]);
      const kept = unguarded ? pixel : guarded(guards, pixel, constant(fill), NO_EXTENTS);
      return change(binary('div', reduce('sum', [rows.id, columns.id], kept), constant(divisor)));
    }),
  });
  return opSuite(record, [
    {
      name: 'an image',
      attrs: {},
      inputs: [{ type: tensorType('f32', ['N', 2, 5, 5]), fill: { kind: 'normal' } }],
      dims: { N: 2 },
    },
  ]);
}

const KERNELS = ['an image > has kernels that give what its expansion gives'];
const VALUE = /^NetwrightError: smooth > an image > has kernels .* \(output y0\): expected \S+ within \S+, received/;

const mutants: readonly Mutant[] = [
  {
    fault: 'a gradient of the wrong sign',
    suite: () => damped((context) => [neg(byX(context)), byY(context)]),
    fails: [DIFFERENCES, OWN],
    says: /\(first derivative by x0, along a random direction\): expected \S+ within \S+, received \S+; the difference is/,
  },
  {
    fault: 'a missing gradient',
    suite: () => damped((context) => [byX(context), undefined]),
    fails: [DIFFERENCES, OWN],
    says: /\(first derivative by x1, along a random direction\): expected \S+ within \S+, received 0;/,
  },
  {
    fault: 'a gradient that is a millionth too large',
    suite: () => damped((context) => [byX(context), mul(byY(context), 1 + 1e-6)]),
    fails: [DIFFERENCES, OWN],
    says: /\(first derivative by x1/,
  },
  {
    fault: 'a gradient of the wrong shape',
    suite: () => damped((context) => [byX(context), sum(byY(context))]),
    fails: [DIFFERENCES, 'vectors > runs from a saved graph, without its code', OWN],
    says: /received NetwrightError: damped: .*gradient: the gradient of operand 1, f32\[N, 3\], is f32\[\]/,
  },
  {
    fault: 'a gradient without a gradient of its own',
    suite: () =>
      damped(({ inputs: [x, y], outputs: [z], grads: [g] }) => [mul(g, stopGradient(mul(cos(x), exp(y)))), mul(g, z)]),
    fails: [DIFFERENCES, OWN],
    says: /\(second derivative by x0/,
  },
  {
    fault: 'a gradient for another attribute of the rule',
    suite: () =>
      damped(({ inputs: [x, y], outputs: [z], grads: [g] }) => [mul(g, mul(cos(x), exp(mul(y, 2)))), mul(g, z)]),
    fails: [DIFFERENCES, OWN],
    says: /\(first derivative by x0/,
  },
  {
    fault: 'an inference form that is another function',
    suite: () => damped(undefined, { inference: ([x]) => [sum(x)] }),
    fails: /^vectors > /,
    says: /inference: it gives f32\[\] and expand f32\[N, 3\]/,
  },
  {
    fault: 'a lowering that ignores padding',
    suite: () => smooth({ unguarded: true }),
    fails: KERNELS,
    says: /a load of b0: .*axis 2 has length 5/,
  },
  { fault: 'padding of ones', suite: () => smooth({ fill: 1 }), fails: KERNELS, says: VALUE },
  { fault: 'an off-by-one in pooling', suite: () => smooth({ shift: 1 }), fails: KERNELS, says: VALUE },
  { fault: 'a window that is one tap too small', suite: () => smooth({ taps: 2 }), fails: KERNELS, says: VALUE },
  { fault: 'a divisor without the padding', suite: () => smooth({ divisor: 8 }), fails: KERNELS, says: VALUE },
  {
    fault: 'kernels that read the first sample for all',
    suite: () => smooth({ sample: 'first' }),
    fails: KERNELS,
    says: VALUE,
  },
  {
    fault: 'kernels of the wrong sign',
    suite: () => smooth({ change: (value) => unary('neg', value) }),
    fails: KERNELS,
    says: VALUE,
  },
  {
    fault: 'kernels that are another function for negative values',
    suite: () => smooth({ change: (value) => binary('max', value, constant(0)) }),
    fails: KERNELS,
    says: VALUE,
  },
];

export const ops: MutatedKind = {
  kind: 'op',
  right: () => {
    const [first, second] = [damped((context) => [byX(context), byY(context)]), smooth({})];
    return { name: 'right', tests: [...first.tests, ...second.tests] };
  },
  mutants,
};
