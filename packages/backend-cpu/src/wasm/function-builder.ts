// Builds the body of one WebAssembly function, instruction by instruction.

import type { Assembler, Local, ValueType } from '../generate/assembler.ts';
import { float32Bytes, int32Bytes, joinBytes, pushSigned32, pushSigned64, pushUnsigned } from './encoding.ts';
import {
  laneMemoryOpcodes,
  laneOpcodes,
  memoryOpcodes,
  plainOpcodes,
  vectorOpcodes,
  type LaneMemoryOpcode,
  type LaneOpcode,
  type MemoryOpcode,
  type PlainOpcode,
  type VectorOpcode,
} from './opcodes.ts';

export const valueTypeCodes: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  pointer: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

const emptyBlock = 0x40;

export class FunctionBuilder implements Assembler {
  readonly lanes = 4;
  readonly type: FunctionType;
  readonly params: readonly Local[];
  readonly #locals: ValueType[] = [];
  readonly #code: number[] = [];
  readonly #free: Record<ValueType, Local[]> = { i32: [], i64: [], f32: [], f64: [], v128: [], pointer: [] };
  #depth = 0;

  constructor(type: FunctionType) {
    this.type = type;
    this.params = type.params.map((param, index) => ({ type: param, index }));
  }

  local(type: ValueType): Local {
    const reused = this.#free[type].pop();
    if (reused !== undefined) return reused;
    this.#locals.push(type);
    return { type, index: this.params.length + this.#locals.length - 1 };
  }

  release(local: Local): void {
    this.#free[local.type].push(local);
  }

  op(name: PlainOpcode | VectorOpcode): void {
    if (name in plainOpcodes) {
      this.#code.push(plainOpcodes[name as PlainOpcode]);
      return;
    }
    this.#code.push(0xfd);
    pushUnsigned(this.#code, vectorOpcodes[name as VectorOpcode]);
  }

  lane(name: LaneOpcode, lane: number): void {
    this.#code.push(0xfd);
    pushUnsigned(this.#code, laneOpcodes[name]);
    this.#code.push(lane);
  }

  memory(name: MemoryOpcode, offset = 0): void {
    const [opcode, align] = memoryOpcodes[name];
    this.#code.push(...opcode);
    this.#memoryImmediate(name.includes('atomic') ? align : Math.min(align, 2), offset);
  }

  laneMemory(name: LaneMemoryOpcode, lane: number, offset = 0): void {
    const [opcode, align] = laneMemoryOpcodes[name];
    this.#code.push(0xfd, opcode);
    this.#memoryImmediate(Math.min(align, 2), offset);
    this.#code.push(lane);
  }

  #memoryImmediate(align: number, offset: number): void {
    pushUnsigned(this.#code, align);
    pushUnsigned(this.#code, offset);
  }

  loadBytes(offset: number): void {
    this.memory('v128.load32_zero', offset);
    this.op('i16x8.extend_low_i8x16_u');
    this.op('i32x4.extend_low_i16x8_u');
  }

  storeUncached(offset: number): void {
    this.memory('v128.store', offset);
  }

  prefetch(): void {
    this.op('drop');
  }

  storeBytes(offset: number): void {
    const value = this.local('v128');
    this.tee(value);
    this.get(value);
    this.op('i16x8.narrow_i32x4_u');
    this.get(value);
    this.op('i8x16.narrow_i16x8_u');
    this.laneMemory('v128.store32_lane', 0, offset);
    this.release(value);
  }

  exchange(distance: number): void {
    const value = this.local('v128');
    this.tee(value);
    this.get(value);
    const bytes = [0, 1, 2, 3].flatMap((lane) => [0, 1, 2, 3].map((byte) => (lane ^ distance) * 4 + byte));
    this.#code.push(0xfd, 13, ...bytes);
    this.release(value);
  }

  addToPointer(): void {
    this.op('i32.add');
  }

  indexPointer(bytes: number): void {
    this.i32(bytes);
    this.op('i32.mul');
    this.op('i32.add');
  }

  pointersDiffer(): void {
    this.op('i32.ne');
  }

  pointsAt(address: number): void {
    this.i32(address);
    this.op('i32.eq');
  }

  get(local: Local): void {
    this.#code.push(0x20);
    pushUnsigned(this.#code, local.index);
  }

  set(local: Local): void {
    this.#code.push(0x21);
    pushUnsigned(this.#code, local.index);
  }

  tee(local: Local): void {
    this.#code.push(0x22);
    pushUnsigned(this.#code, local.index);
  }

  i32(value: number): void {
    this.#code.push(0x41);
    pushSigned32(this.#code, value);
  }

  i64(value: bigint): void {
    this.#code.push(0x42);
    pushSigned64(this.#code, value);
  }

  f32x4(value: number): void {
    const bytes = float32Bytes(value);
    this.#code.push(0xfd, 12, ...bytes, ...bytes, ...bytes, ...bytes);
  }

  i32x4(value: number | ((lane: number) => number)): void {
    const at = (lane: number): number => (typeof value === 'number' ? value : value(lane));
    this.#code.push(0xfd, 12, ...[0, 1, 2, 3].flatMap((lane) => int32Bytes(at(lane))));
  }

  call(functionIndex: number): void {
    this.#code.push(0x10);
    pushUnsigned(this.#code, functionIndex);
  }

  block(body: (label: number) => void): void {
    this.#structured(0x02, emptyBlock, body);
  }

  loop(body: (label: number) => void): void {
    this.#structured(0x03, emptyBlock, body);
  }

  if(then: () => void, otherwise?: () => void, result?: ValueType): void {
    this.#structured(0x04, result === undefined ? emptyBlock : valueTypeCodes[result], () => {
      then();
      if (otherwise !== undefined) {
        this.op('else');
        otherwise();
      }
    });
  }

  br(label: number): void {
    this.#code.push(0x0c);
    pushUnsigned(this.#code, this.#depth - label);
  }

  brIf(label: number): void {
    this.#code.push(0x0d);
    pushUnsigned(this.#code, this.#depth - label);
  }

  /** Takes an i32 from the stack and branches to the label at that position. */
  brTable(labels: readonly number[]): void {
    const depths = labels.map((label) => this.#depth - label);
    const [first = 0, ...others] = depths;
    this.#code.push(0x0e);
    pushUnsigned(this.#code, others.length + 1);
    for (const depth of [first, ...others, first]) pushUnsigned(this.#code, depth);
  }

  /** A block without a callback, for nesting deeper than calls may: `endBlock` closes the last one. */
  beginBlock(): number {
    this.#code.push(0x02, emptyBlock);
    this.#depth += 1;
    return this.#depth;
  }

  endBlock(): void {
    this.#depth -= 1;
    this.op('end');
  }

  #structured(opcode: number, type: number, body: (label: number) => void): void {
    this.#code.push(opcode, type);
    this.#depth += 1;
    body(this.#depth);
    this.#depth -= 1;
    this.op('end');
  }

  /** The function's entry of the code section, without its size. */
  finish(): Uint8Array {
    const head: number[] = [];
    pushUnsigned(head, this.#locals.length);
    for (const type of this.#locals) head.push(1, valueTypeCodes[type]);
    return joinBytes([head, this.#code, [plainOpcodes.end]]);
  }
}
