import { describe, expect, it } from 'vitest';
import {
  add,
  amax,
  and,
  applyPrimitive,
  broadcastTo,
  buildGraph,
  cast,
  concat,
  constant,
  constantTensor,
  div,
  eq,
  exp,
  FOLD_LIMIT,
  foldConstants,
  gather,
  gt,
  iota,
  log,
  maximum,
  minimum,
  mul,
  neg,
  not,
  or,
  pad,
  primitives,
  printGraph,
  reshape,
  slice,
  sqrt,
  sub,
  sum,
  tensorType,
  transpose,
  where,
  type Graph,
  type GraphBuilder,
  type Tensor,
} from '../../src/index.ts';
import { identityNames } from '../../src/rewrites/identities.ts';
import { checkPass } from '../check-pass.ts';

const matrix = tensorType('f32', ['N', 3]);

function graphOf(build: (x: Tensor, builder: GraphBuilder) => Tensor): Graph<'x', 'y'> {
  return buildGraph({ x: matrix }, ({ x }, builder) => ({ y: build(x, builder) }));
}

/** Operations that are left, in order. */
function operations({ nodes }: Graph): readonly string[] {
  return nodes.filter(({ op }) => op !== 'input').map(({ op }) => op);
}

const bool = (x: Tensor): Tensor => gt(x, 0.25);

describe('identities', () => {
  it.each<[string, (x: Tensor, builder: GraphBuilder) => Tensor, readonly string[]]>([
    ['x + 0', (x) => add(x, 0), []],
    ['x + 0', (x) => add(0, x), []],
    ['x - 0', (x) => sub(x, 0), []],
    ['x * 1', (x) => mul(x, 1), []],
    ['x * 1', (x) => mul(1, x), []],
    ['x / 1', (x) => div(x, 1), []],
    ['x and true', (x, builder) => cast(and(bool(x), constant(builder, 1, 'bool')), 'f32'), ['constant', 'lt', 'cast']],
    ['x or false', (x, builder) => cast(or(bool(x), constant(builder, 0, 'bool')), 'f32'), ['constant', 'lt', 'cast']],
    ['f(f(x)) = x', (x) => neg(neg(x)), []],
    ['f(f(x)) = x', (x) => cast(not(not(bool(x))), 'f32'), ['constant', 'lt', 'cast']],
    ['f(x, x) = x', (x) => maximum(x, minimum(x, x)), []],
    ['where of one branch', (x) => where(bool(x), x, x), []],
    ['where of one branch', (x, builder) => where(constant(builder, 0, 'bool'), exp(x), x), []],
    ['where of one branch', (x, builder) => where(constant(builder, 1, 'bool'), x, exp(x)), []],
    ['cast to the same element type', (x) => applyPrimitive(primitives.cast, [x], { dtype: 'f32' }), []],
    [
      'reduction of nothing',
      (x) => sum(amax(reshape(x, ['N', 3, 1]), { axes: [2] }), { axes: [], keepDims: true }),
      [],
    ],
    ['reduction of nothing', (x) => applyPrimitive(primitives.sum, [x], { axes: [], keepDims: false }), []],
    ['reshape of a reshape', (x) => exp(reshape(reshape(x, [3, 'N']), ['3*N'])), ['reshape', 'exp']],
    ['reshape of a reshape', (x) => reshape(reshape(x, ['3*N']), ['N', 3]), []],
    ['reshape of a reshape', (x) => applyPrimitive(primitives.reshape, [x], { shape: ['N', 3] }), []],
    ['transpose of a transpose', (x) => transpose(transpose(x)), []],
    [
      'transpose of a transpose',
      (x) => transpose(transpose(reshape(x, ['N', 3, 1]), [1, 2, 0]), [1, 2, 0]),
      ['reshape', 'transpose'],
    ],
    ['transpose of a transpose', (x) => applyPrimitive(primitives.transpose, [x], { perm: [0, 1] }), []],
    [
      'broadcast of a broadcast',
      (x) => broadcastTo(broadcastTo(reshape(x, ['N', 1, 3]), ['N', 2, 3]), [4, 'N', 2, 3]),
      ['reshape', 'broadcastTo'],
    ],
    ['broadcast of a broadcast', (x) => applyPrimitive(primitives.broadcastTo, [x], { shape: ['N', 3] }), []],
    [
      'slice of everything',
      (x) => applyPrimitive(primitives.slice, [x], { starts: [0, 0], ends: ['N', 3], steps: [1, 1] }),
      [],
    ],
    [
      'padding by nothing',
      (x) => applyPrimitive(primitives.pad, [x], { before: [0, 0], after: [0, 0], interior: [0, 0], value: 7 }),
      [],
    ],
    ['concat of one', (x) => applyPrimitive(primitives.concat, [x], { axis: 1 }), []],
  ])('%s, case %#', (_, build, left) => {
    const after = checkPass(foldConstants, graphOf(build));
    expect(operations(after)).toEqual(left);
  });

  it('are all tried above', () => {
    expect(identityNames()).toMatchInlineSnapshot(`
      [
        "x + 0",
        "x - 0",
        "x * 1",
        "x / 1",
        "x and true",
        "x or false",
        "f(f(x)) = x",
        "f(x, x) = x",
        "where of one branch",
        "cast to the same element type",
        "reduction of nothing",
        "reshape of a reshape",
        "transpose of a transpose",
        "broadcast of a broadcast",
        "slice of everything",
        "padding by nothing",
        "concat of one",
      ]
    `);
  });

  it.each<[string, (x: Tensor, builder: GraphBuilder) => Tensor]>([
    ['x * 0, which is NaN for an infinite x', (x) => mul(x, 0)],
    ['x - x', (x) => sub(x, x)],
    ['x / x', (x) => div(x, x)],
    ['0 - x, which is 0 and not -0 for x = 0', (x) => sub(0, x)],
    ['1 / x', (x) => div(1, x)],
    ['1 - x', (x) => sub(1, x)],
    ['x = x', (x) => cast(eq(x, x), 'f32')],
    ['a sum over a longer axis', (x) => sum(x, { axes: [1] })],
    ['a slice in steps', (x) => slice(x, { axes: [1], steps: [2] })],
    ['padding of one', (x) => pad(x, { axes: [1], after: [1] })],
    ['concat of two', (x) => concat([x, x], 1)],
  ])('do not touch %s', (_, build) => {
    const graph = graphOf(build);
    const data = { x: [NaN, Infinity, -Infinity, 0, -0, 1] };
    const after = checkPass(foldConstants, graph, { data });
    const nodes = (version: Graph): readonly string[] => operations(version).filter((op) => op !== 'broadcastTo');
    expect(nodes(after)).toEqual(nodes(graph));
  });
});

describe('fold-constants', () => {
  it('computes what depends on constants only', () => {
    const graph = graphOf((x, builder) => {
      const table = transpose(reshape(constantTensor(builder, [1, 2, 3, 4, 5, 6], [6]), [2, 3]));
      const row = sum(mul(table, 2), { axes: [1] });
      const scale = sqrt(add(constant(builder, 3), 1));
      return div(mul(x, row), broadcastTo(scale, x.shape));
    });
    const after = checkPass(foldConstants, graph);
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "graph v1 {
        input x: f32[N, 3] = %0
        output y = %15 {prediction}
        %0: f32[N, 3] = input x
        %1: f32[6] = constant() {values=[1, 2, 3, 4, 5, 6]}
        %2: f32[2, 3] = reshape(%1) {shape=[2, 3]}
        %3: f32[3, 2] = transpose(%2) {perm=[1, 0]}
        %4: f32[] = constant() {values=[2]}
        %5: f32[3, 2] = broadcastTo(%4) {shape=[3, 2]}
        %6: f32[3, 2] = mul(%3, %5)
        %7: f32[3] = sum(%6) {axes=[1], keepDims=false}
        %8: f32[] = constant() {values=[3]}
        %9: f32[] = constant() {values=[1]}
        %10: f32[] = add(%8, %9)
        %11: f32[] = sqrt(%10)
        %12: f32[N, 3] = broadcastTo(%7) {shape=[N, 3]}
        %13: f32[N, 3] = mul(%0, %12)
        %14: f32[N, 3] = broadcastTo(%11) {shape=[N, 3]}
        %15: f32[N, 3] = div(%13, %14)
      }
      "
    `);
    expect(printGraph(after)).toMatchInlineSnapshot(`
      "graph v1 {
        input x: f32[N, 3] = %0
        output y = %5 {prediction}
        %0: f32[N, 3] = input x
        %1: f32[3] = constant() {values=[10, 14, 18]}
        %2: f32[N, 3] = broadcastTo(%1) {shape=[N, 3]}
        %3: f32[N, 3] = mul(%0, %2)
        %4: f32[N, 3] = constant() {values=[2]}
        %5: f32[N, 3] = div(%3, %4)
      }
      "
    `);
  });

  it.each<[string, (builder: GraphBuilder) => Tensor, readonly number[]]>([
    ['integers, which wrap', (b) => mul(constantTensor(b, [2 ** 30, 3], [2], 'i32'), 4), [0, 12]],
    ['comparisons', (b) => gt(constantTensor(b, [1, 2, 3], [3]), 2), [0, 0, 1]],
    ['logic', (b) => not(and(constantTensor(b, [0, 1], [2], 'bool'), constant(b, 1, 'bool'))), [1, 0]],
    ['selection', (b) => where(constantTensor(b, [0, 1], [2], 'bool'), 5, constantTensor(b, [7, 8], [2])), [7, 5]],
    ['conversion', (b) => cast(constantTensor(b, [1.75, -1.75, 300], [3]), 'i32'), [1, -1, 300]],
    ['reading', (b) => gather(constantTensor(b, [5, 6, 7], [3]), constantTensor(b, [2, 0], [2], 'i32')), [7, 5]],
    ['padding', (b) => pad(constant(b, 1), { before: [], after: [] }), [1]],
    ['padding with another value', (b) => pad(constantTensor(b, [4], [1]), { after: [2], value: 9 }), [4, 9, 9]],
    ['padding with the same value', (b) => pad(constantTensor(b, [9], [1]), { after: [2], value: 9 }), [9]],
    ['infinity', (b) => log(constant(b, 0)), [-Infinity]],
    ['NaN', (b) => mul(constant(b, Infinity), 0), [NaN]],
  ])('folds %s', (_, build, values) => {
    const after = checkPass(
      foldConstants,
      buildGraph({}, (__, builder) => ({ y: build(builder) })),
    );
    expect(after.nodes).toMatchObject([{ op: 'constant', attrs: { values } }]);
  });

  it('keeps one value for a shape of any size, with symbols too', () => {
    const graph = graphOf((x, builder) => exp(broadcastTo(reshape(constant(builder, 0), [1, 1]), [...x.shape, 1000])));
    const after = checkPass(foldConstants, graph);
    expect(after.nodes).toMatchObject([
      { op: 'input' },
      { op: 'constant', attrs: { values: [1], shape: ['N', 3, 1000] } },
    ]);
  });

  it.each<[string, (builder: GraphBuilder) => Tensor]>([
    ['overflows single precision', (b) => div(mul(constant(b, 1e30), 1e30), 1e30)],
    ['underflows single precision', (b) => div(1, mul(constant(b, 1e-30), 1e-30))],
    ['compares differently in single precision', (b) => eq(constant(b, 0.1), constant(b, Math.fround(0.1)))],
    ['has many elements', (b) => exp(constantTensor(b, Array<number>(FOLD_LIMIT + 1).fill(1), [FOLD_LIMIT + 1]))],
    ['is not of constants', (b) => exp(cast(iota(b, [3], 0), 'f32'))],
  ])('leaves alone what %s', (_, build) => {
    const graph = buildGraph({}, (__, builder) => ({ y: build(builder) }));
    const [first] = operations(graph).filter((op) => op !== 'constant');
    expect(operations(checkPass(foldConstants, graph))).toContain(first);
  });
});
