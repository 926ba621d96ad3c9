// What kernels are written in: a stack machine with WebAssembly's vocabulary, whose vectors have as many lanes as the
// target has. `x4` and `128` in the names of instructions stand for that number.

/** `pointer` is an address of memory; a `v128` has no element type of its own. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'pointer';

/** A parameter or local variable of the function that made it. */
export interface Local {
  readonly type: ValueType;
  readonly index: number;
}

export type ScalarInstruction =
  | 'i32.add'
  | 'i32.and'
  | 'i32.div_s'
  | 'i32.div_u'
  | 'i32.eq'
  | 'i32.eqz'
  | 'i32.ge_u'
  | 'i32.lt_u'
  | 'i32.mul'
  | 'i32.rem_s'
  | 'i32.rem_u'
  | 'i32.shr_s'
  | 'i32.sub'
  | 'f32.demote_f64'
  | 'f64.promote_f32'
  | 'drop'
  | 'select';

export type VectorInstruction =
  | `f32x4.${'abs' | 'add' | 'div' | 'eq' | 'floor' | 'ge' | 'gt' | 'le' | 'lt' | 'mul' | 'ne' | 'nearest' | 'neg' | 'pmax' | 'pmin' | 'sqrt' | 'sub'}`
  | `f32x4.convert_i32x4_${'s' | 'u'}`
  | `i32x4.${'abs' | 'add' | 'eq' | 'gt_s' | 'le_s' | 'le_u' | 'lt_s' | 'lt_u' | 'max_s' | 'max_u' | 'min_s' | 'min_u' | 'mul' | 'ne' | 'neg' | 'shl' | 'shr_s' | 'shr_u' | 'splat' | 'sub'}`
  | `i32x4.trunc_sat_f32x4_${'s' | 'u'}`
  | `v128.${'and' | 'bitselect' | 'not' | 'or' | 'xor'}`;

export type LaneInstruction = `${'f32x4' | 'i32x4'}.${'extract_lane' | 'replace_lane'}`;

export type MemoryInstruction =
  'i32.load8_u' | 'i32.store8' | 'v128.load' | 'v128.load32_splat' | 'v128.load32_zero' | 'v128.store';

export type LaneMemoryInstruction = 'v128.load32_lane' | 'v128.store32_lane' | 'v128.store64_lane';

export interface Assembler {
  /** Elements of a vector: a power of two, at least 4. */
  readonly lanes: number;
  readonly params: readonly Local[];
  /** A fresh or released local; its value is unspecified until it is set. */
  local(type: ValueType): Local;
  /** Gives a local back for reuse; nothing may read it afterwards. */
  release(local: Local): void;
  get(local: Local): void;
  set(local: Local): void;
  tee(local: Local): void;
  op(name: ScalarInstruction | VectorInstruction): void;
  lane(name: LaneInstruction, lane: number): void;
  memory(name: MemoryInstruction, offset?: number): void;
  laneMemory(name: LaneMemoryInstruction, lane: number, offset?: number): void;
  /** [address] -> [one unsigned byte for each lane, as i32]. */
  loadBytes(offset: number): void;
  /** [address, i32 lanes below 256] -> []: one byte for each lane. */
  storeBytes(offset: number): void;
  /** [address, vector] -> []: a store of a whole vector, aligned to its size, that need not stay in the caches. */
  storeUncached(offset: number): void;
  /** [address] -> []: what lies there is read soon; nothing where the target has no way to say so. */
  prefetch(offset: number): void;
  /** Each lane takes the value of the lane whose number differs by `distance`, a power of two. */
  exchange(distance: number): void;
  /** [pointer, i32] -> [pointer]. */
  addToPointer(): void;
  /** [pointer, i32] -> [pointer + i32 * bytes]. */
  indexPointer(bytes: number): void;
  /** [pointer, pointer] -> [i32]. */
  pointersDiffer(): void;
  /** [pointer] -> [i32]: whether it is this address. */
  pointsAt(address: number): void;
  i32(value: number): void;
  /** Equal f32 lanes. */
  f32x4(value: number): void;
  /** i32 lanes. */
  i32x4(value: number | ((lane: number) => number)): void;
  call(callee: number): void;
  /** `body` may leave with `br(label)`. */
  block(body: (label: number) => void): void;
  /** `br(label)` inside `body` continues at its start. */
  loop(body: (label: number) => void): void;
  /** Takes an i32 condition from the stack. */
  if(then: () => void, otherwise?: () => void, result?: ValueType): void;
  br(label: number): void;
  brIf(label: number): void;
}

/** The parameter of the function that is written, by position. */
export function paramOf({ params }: { readonly params: readonly Local[] }, index: number): Local {
  const local = params[index];
  if (local === undefined) throw new RangeError(`function has no parameter ${String(index)}`);
  return local;
}
