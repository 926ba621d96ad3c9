// Expressions over one vector of a tile: each node leaves its lanes on the stack; bool values are lane masks.

import type { BinaryOp, KernelDType, UnaryOp } from '@netwright/compiler';

import type { VectorInstruction } from './assembler.ts';
import type { EmitContext, Point } from './emit-context.ts';
import { pushCondition, pushIndexVector, tileOffset, variesAcrossLanes } from './emit-index.ts';
import { linearIndexKey, type LinearIndex } from './linear-index.ts';
import { pushLoad } from './emit-memory.ts';
import type { Node } from './lowered.ts';
import { emitExp, emitLog, emitMaximum } from './vector-math.ts';

/** Leaves the node's value at a point on the stack, computed at most once in each scope. */
export function pushValue(context: EmitContext, node: Node, point: Point): void {
  if (node.kind === 'const') {
    pushConstant(context, node.dtype, node.value);
    return;
  }
  const { fb } = context;
  const key = context.key(node, point);
  const known = context.recall(key);
  if (known !== undefined) {
    fb.get(known);
    return;
  }
  const address = node.kind === 'load' ? addressKey(context, node, point) : undefined;
  const sameAddress = address === undefined ? undefined : context.recall(address);
  if (sameAddress !== undefined) {
    fb.get(sameAddress);
    return;
  }
  emitNode(context, node, point);
  if (address === undefined && !context.isShared(node)) return;
  const local = fb.local('v128');
  fb.tee(local);
  context.remember(key, local);
  if (address !== undefined) context.remember(address, local);
}

/** Computes the node now, so that later uses in this scope and inner ones only read it. */
export function precompute(context: EmitContext, node: Node, point: Point): void {
  const key = context.key(node, point);
  if (node.kind === 'const' || context.recall(key) !== undefined) return;
  pushValue(context, node, point);
  const known = context.recall(key);
  if (known !== undefined) {
    context.fb.op('drop');
    return;
  }
  const local = context.fb.local('v128');
  context.fb.set(local);
  context.remember(key, local);
}

/** Equal for loads of the same memory under the same conditions, as the taps of a sliding window are; only where a reduction axis is unrolled. */
function addressKey(context: EmitContext, node: Node, point: Point): string | undefined {
  if (node.kind !== 'load' || node.address.rest.length > 0) return undefined;
  if (!context.kernel.reductionAxes.some((axis) => axis !== context.plan.lane && context.plan.tile.has(axis)))
    return undefined;
  const guards = context.guardsOf(node);
  if (guards.some(({ index }) => index.rest.length > 0)) return undefined;
  const at = (index: LinearIndex): number => index.offset + tileOffset(context, index, point, 0);
  const conditions = guards.map(
    ({ index, lower, upper }) => `${linearIndexKey({ ...index, offset: at(index) })}:${lower}:${upper}?${node.fill}`,
  );
  return [`s${context.table.of(node)}:${at(node.address)}:${node.dtype}`, ...conditions].join();
}

export function pushConstant({ fb }: EmitContext, dtype: KernelDType, value: number): void {
  if (dtype === 'f32') fb.f32x4(value);
  else fb.i32x4(dtype === 'bool' ? (value === 0 ? 0 : -1) : value);
}

function emitNode(context: EmitContext, node: Node, point: Point): void {
  const { fb } = context;
  const push = (operand: Node, at: Point = point): void => pushValue(context, operand, at);
  switch (node.kind) {
    case 'const':
      pushConstant(context, node.dtype, node.value);
      return;
    case 'index':
      pushIndexVector(context, push, node.index, point);
      return;
    case 'inside':
      node.guards.forEach(({ index, lower, upper }, i) => {
        pushIndexVector(context, push, index, point);
        fb.i32x4(lower);
        fb.op('i32x4.sub');
        fb.i32x4(upper - lower);
        fb.op('i32x4.lt_u');
        if (i > 0) fb.op('v128.and');
      });
      return;
    case 'load':
      pushLoad(context, push, node, point);
      return;
    case 'unary':
      push(node.x);
      emitUnary(context, node.op, node.x.dtype, point);
      return;
    case 'binary':
      emitBinary(context, node, point);
      return;
    case 'select':
      push(node.a);
      push(node.b);
      push(node.condition);
      fb.op('v128.bitselect');
      return;
    case 'cast':
      push(node.x);
      emitCast(context, node.x.dtype, node.dtype);
      return;
    case 'guarded':
      if (node.guards.some(({ index }) => variesAcrossLanes(context, index)))
        throw new RangeError(`kernel ${context.kernel.name} branches inside a vector`);
      pushCondition(context, push, node.guards, point, 0);
      fb.if(
        () => context.scoped(() => push(node.a)),
        () => context.scoped(() => push(node.b)),
        'v128',
      );
      return;
    case 'reduce':
      throw new RangeError(`kernel ${context.kernel.name} reads a reduction before it is computed`);
  }
}

const floatUnary: Partial<Record<UnaryOp, VectorInstruction>> = {
  neg: 'f32x4.neg',
  abs: 'f32x4.abs',
  floor: 'f32x4.floor',
  sqrt: 'f32x4.sqrt',
};

function emitUnary(context: EmitContext, op: UnaryOp, dtype: KernelDType, point: Point): void {
  const { fb } = context;
  if (op === 'not') {
    fb.op('v128.not');
    return;
  }
  if (op === 'sign') {
    emitSign(context, dtype);
    return;
  }
  if (dtype !== 'f32') {
    if (op === 'neg') fb.op('i32x4.neg');
    else if (op === 'abs') fb.op('i32x4.abs');
    else if (op !== 'floor') throw new RangeError(`${op} of ${dtype} has no meaning`);
    return;
  }
  const simple = floatUnary[op];
  if (simple !== undefined) fb.op(simple);
  else if (op === 'exp') emitExp(fb);
  else if (op === 'log') emitLog(fb);
  else emitByLane(context, op === 'sin' ? context.imports.sin : context.imports.cos, 1, point.lanes);
}

/** -1, 0 or 1; NaN and zeros are kept. */
function emitSign({ fb }: EmitContext, dtype: KernelDType): void {
  const x = fb.local('v128');
  fb.set(x);
  if (dtype === 'f32') {
    fb.get(x);
    fb.i32x4(-(2 ** 31));
    fb.op('v128.and');
    fb.f32x4(1);
    fb.op('v128.or');
    fb.get(x);
    fb.get(x);
    fb.f32x4(0);
    fb.op('f32x4.lt');
    fb.get(x);
    fb.f32x4(0);
    fb.op('f32x4.gt');
    fb.op('v128.or');
    fb.op('v128.bitselect');
  } else {
    fb.get(x);
    fb.i32x4(1);
    fb.op('i32x4.min_s');
    fb.i32x4(-1);
    fb.op('i32x4.max_s');
  }
  fb.release(x);
}

/** Applies an imported f64 function to each lane of one or two vectors on the stack. */
function emitByLane({ fb }: EmitContext, callee: number, operands: number, lanes: number): void {
  const locals = Array.from({ length: operands }, () => fb.local('v128')).reverse();
  for (const local of locals) fb.set(local);
  fb.f32x4(0);
  for (let lane = 0; lane < lanes; lane += 1) {
    for (const local of [...locals].reverse()) {
      fb.get(local);
      fb.lane('f32x4.extract_lane', lane);
      fb.op('f64.promote_f32');
    }
    fb.call(callee);
    fb.op('f32.demote_f64');
    fb.lane('f32x4.replace_lane', lane);
  }
  for (const local of locals) fb.release(local);
}

/** As in C: 1 to any power is 1, and so is -1 to an infinite one, where JavaScript gives NaN. */
function emitPower(context: EmitContext, pushBase: () => void, pushExponent: () => void, lanes: number): void {
  const { fb } = context;
  const base = fb.local('v128');
  const exponent = fb.local('v128');
  pushBase();
  fb.set(base);
  pushExponent();
  fb.set(exponent);
  fb.f32x4(1);
  fb.get(base);
  fb.get(exponent);
  emitByLane(context, context.imports.pow, 2, lanes);
  fb.get(base);
  fb.f32x4(1);
  fb.op('f32x4.eq');
  fb.get(base);
  fb.op('f32x4.abs');
  fb.f32x4(1);
  fb.op('f32x4.eq');
  fb.get(exponent);
  fb.op('f32x4.abs');
  fb.f32x4(Infinity);
  fb.op('f32x4.eq');
  fb.op('v128.and');
  fb.op('v128.or');
  fb.op('v128.bitselect');
  fb.release(base);
  fb.release(exponent);
}

type BinaryOpcodes = Partial<Record<BinaryOp, VectorInstruction>>;

const maskOpcodes: BinaryOpcodes = { and: 'v128.and', or: 'v128.or', xor: 'v128.xor' };
const binaryOpcodes: Readonly<Record<KernelDType, BinaryOpcodes>> = {
  f32: {
    add: 'f32x4.add',
    sub: 'f32x4.sub',
    mul: 'f32x4.mul',
    div: 'f32x4.div',
    eq: 'f32x4.eq',
    lt: 'f32x4.lt',
    le: 'f32x4.le',
  },
  i32: {
    add: 'i32x4.add',
    sub: 'i32x4.sub',
    mul: 'i32x4.mul',
    min: 'i32x4.min_s',
    max: 'i32x4.max_s',
    eq: 'i32x4.eq',
    lt: 'i32x4.lt_s',
    le: 'i32x4.le_s',
    ...maskOpcodes,
  },
  u32: {
    add: 'i32x4.add',
    sub: 'i32x4.sub',
    mul: 'i32x4.mul',
    min: 'i32x4.min_u',
    max: 'i32x4.max_u',
    eq: 'i32x4.eq',
    lt: 'i32x4.lt_u',
    le: 'i32x4.le_u',
    ...maskOpcodes,
  },
  bool: { eq: 'i32x4.eq', ...maskOpcodes },
};

function emitBinary(context: EmitContext, node: Node & { readonly kind: 'binary' }, point: Point): void {
  const { fb } = context;
  const { op, a, b } = node;
  const push = (operand: Node): void => pushValue(context, operand, point);
  if (op === 'shr') {
    if (b.kind !== 'const') throw new RangeError('shr needs a constant distance');
    push(a);
    fb.i32(b.value);
    fb.op('i32x4.shr_u');
    return;
  }
  if (a.dtype === 'f32' && (op === 'max' || op === 'min')) {
    emitExtremum(context, op === 'min', a, b, push);
    return;
  }
  if (op === 'pow') {
    emitPower(
      context,
      () => push(a),
      () => push(b),
      point.lanes,
    );
    return;
  }
  push(a);
  push(b);
  const opcode = binaryOpcodes[a.dtype][op];
  if (opcode === undefined) throw new RangeError(`${op} of ${a.dtype} has no meaning`);
  fb.op(opcode);
}

/** With a constant that is a number, one pseudo-minimum keeps the NaN of the other operand. */
function emitExtremum({ fb }: EmitContext, smaller: boolean, a: Node, b: Node, push: (node: Node) => void): void {
  const isNumber = (node: Node): boolean => node.kind === 'const' && !Number.isNaN(node.value);
  const [first, second] = isNumber(a) ? [b, a] : [a, b];
  push(first);
  push(second);
  if (isNumber(second)) fb.op(smaller ? 'f32x4.pmin' : 'f32x4.pmax');
  else emitMaximum(fb, smaller);
}

function emitCast({ fb }: EmitContext, from: KernelDType, to: KernelDType): void {
  if (from === to) return;
  const ops: Partial<Record<`${KernelDType}>${KernelDType}`, readonly VectorInstruction[]>> = {
    'f32>i32': ['i32x4.trunc_sat_f32x4_s'],
    'f32>u32': ['i32x4.trunc_sat_f32x4_u'],
    'i32>f32': ['f32x4.convert_i32x4_s'],
    'u32>f32': ['f32x4.convert_i32x4_u'],
    'i32>u32': [],
    'u32>i32': [],
  };
  if (from === 'bool') {
    if (to === 'f32') fb.f32x4(1);
    else fb.i32x4(1);
    fb.op('v128.and');
    return;
  }
  if (to === 'bool') {
    if (from === 'f32') fb.f32x4(0);
    else fb.i32x4(0);
    fb.op(from === 'f32' ? 'f32x4.ne' : 'i32x4.ne');
    return;
  }
  for (const op of ops[`${from}>${to}`] ?? []) fb.op(op);
}
