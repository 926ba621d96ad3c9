// Writes a kernel as one C function over the vectors of GCC and Clang; `prelude.ts` has the functions that it calls.

import type {
  Assembler,
  LaneInstruction,
  LaneMemoryInstruction,
  Local,
  MemoryInstruction,
  ScalarInstruction,
  ValueType,
  VectorInstruction,
} from '../generate/assembler.ts';

interface Operand {
  readonly code: string;
  readonly type: ValueType;
  /** Nothing that is written later can change it. */
  readonly settled: boolean;
  readonly depth: number;
}

type Written = (...operands: readonly string[]) => string;

interface Instruction {
  readonly operands: number;
  readonly result: ValueType;
  readonly write: Written;
}

/** Compilers limit the nesting of parentheses. */
const deepestNesting = 30;

const typeNames: Readonly<Record<ValueType, string>> = {
  i32: 'int',
  i64: 'long long',
  f32: 'float',
  f64: 'double',
  v128: 'vf',
  pointer: 'char *',
};

const prefixes: Readonly<Record<ValueType, string>> = {
  i32: 'i',
  i64: 'l',
  f32: 's',
  f64: 'd',
  v128: 'v',
  pointer: 'p',
};

const scalar = (operands: number, result: ValueType, write: Written): Instruction => ({ operands, result, write });
const signed = (operator: string): Instruction => scalar(2, 'i32', (a, b) => `(${a} ${operator} ${b})`);
const unsigned = (operator: string): Instruction =>
  scalar(2, 'i32', (a, b) => `(int)((unsigned)${a} ${operator} (unsigned)${b})`);
const vector = (operands: number, write: Written): Instruction => ({ operands, result: 'v128', write });
const floats = (operator: string): Instruction => vector(2, (a, b) => `(${a} ${operator} ${b})`);
const floatTest = (operator: string): Instruction => vector(2, (a, b) => `(vf)(${a} ${operator} ${b})`);
const integers = (operator: string): Instruction => vector(2, (a, b) => `(vf)((vi)${a} ${operator} (vi)${b})`);
const naturals = (operator: string): Instruction => vector(2, (a, b) => `(vf)((vu)${a} ${operator} (vu)${b})`);
const called = (name: string, operands: number): Instruction =>
  vector(operands, (...all) => `${name}(${all.join(', ')})`);

const instructions: Readonly<Record<Exclude<ScalarInstruction, 'drop'> | VectorInstruction, Instruction>> = {
  'i32.add': signed('+'),
  'i32.sub': signed('-'),
  'i32.mul': signed('*'),
  'i32.div_s': signed('/'),
  'i32.rem_s': signed('%'),
  'i32.shr_s': signed('>>'),
  'i32.and': signed('&'),
  'i32.eq': signed('=='),
  'i32.div_u': unsigned('/'),
  'i32.rem_u': unsigned('%'),
  'i32.lt_u': unsigned('<'),
  'i32.ge_u': unsigned('>='),
  'i32.eqz': scalar(1, 'i32', (a) => `(${a} == 0)`),
  select: scalar(3, 'i32', (a, b, condition) => `(${condition} ? ${a} : ${b})`),
  'f32.demote_f64': scalar(1, 'f32', (a) => `(float)${a}`),
  'f64.promote_f32': scalar(1, 'f64', (a) => `(double)${a}`),
  'f32x4.add': floats('+'),
  'f32x4.sub': floats('-'),
  'f32x4.mul': floats('*'),
  'f32x4.div': floats('/'),
  'f32x4.eq': floatTest('=='),
  'f32x4.ne': floatTest('!='),
  'f32x4.lt': floatTest('<'),
  'f32x4.gt': floatTest('>'),
  'f32x4.le': floatTest('<='),
  'f32x4.ge': floatTest('>='),
  'f32x4.abs': called('vf_abs', 1),
  'f32x4.neg': vector(1, (a) => `(-${a})`),
  'f32x4.sqrt': called('vf_sqrt', 1),
  'f32x4.floor': called('vf_floor', 1),
  'f32x4.nearest': called('vf_nearest', 1),
  'f32x4.pmin': called('vf_pmin', 2),
  'f32x4.pmax': called('vf_pmax', 2),
  'f32x4.convert_i32x4_s': vector(1, (a) => `__builtin_convertvector((vi)${a}, vf)`),
  'f32x4.convert_i32x4_u': vector(1, (a) => `__builtin_convertvector((vu)${a}, vf)`),
  'i32x4.trunc_sat_f32x4_s': called('vf_trunc_s', 1),
  'i32x4.trunc_sat_f32x4_u': called('vf_trunc_u', 1),
  'i32x4.splat': called('vi_splat', 1),
  'i32x4.add': naturals('+'),
  'i32x4.sub': naturals('-'),
  'i32x4.mul': naturals('*'),
  'i32x4.neg': vector(1, (a) => `(vf)(-(vu)${a})`),
  'i32x4.abs': called('vi_abs', 1),
  'i32x4.shl': vector(2, (a, b) => `(vf)((vu)${a} << ${b})`),
  'i32x4.shr_u': vector(2, (a, b) => `(vf)((vu)${a} >> ${b})`),
  'i32x4.shr_s': vector(2, (a, b) => `(vf)((vi)${a} >> ${b})`),
  'i32x4.eq': integers('=='),
  'i32x4.ne': integers('!='),
  'i32x4.lt_s': integers('<'),
  'i32x4.gt_s': integers('>'),
  'i32x4.le_s': integers('<='),
  'i32x4.lt_u': naturals('<'),
  'i32x4.le_u': naturals('<='),
  'i32x4.min_s': called('vi_min', 2),
  'i32x4.max_s': called('vi_max', 2),
  'i32x4.min_u': called('vu_min', 2),
  'i32x4.max_u': called('vu_max', 2),
  'v128.and': integers('&'),
  'v128.or': integers('|'),
  'v128.xor': integers('^'),
  'v128.not': vector(1, (a) => `(vf)(~(vi)${a})`),
  'v128.bitselect': called('v_select', 3),
};

export class CAssembler implements Assembler {
  readonly lanes: number;
  readonly params: readonly Local[];
  readonly #callees: readonly string[];
  readonly #lines: string[] = [];
  readonly #types: ValueType[];
  readonly #free = new Map<ValueType, Local[]>();
  readonly #targets = new Map<number, string>();
  #stack: Operand[] = [];
  #temporaries = 0;
  #labels = 0;
  #storesUncached = false;

  /** `callees` are the names of the C functions, double to double, that `call` knows by position. */
  constructor(params: readonly ValueType[], lanes: number, callees: readonly string[]) {
    this.lanes = lanes;
    this.params = params.map((type, index) => ({ type, index }));
    this.#types = [...params];
    this.#callees = callees;
  }

  local(type: ValueType): Local {
    const reused = this.#free.get(type)?.pop();
    if (reused !== undefined) return reused;
    return { type, index: this.#types.push(type) - 1 };
  }

  release(local: Local): void {
    const free = this.#free.get(local.type);
    if (free === undefined) this.#free.set(local.type, [local]);
    else free.push(local);
  }

  get(local: Local): void {
    this.#stack.push({ code: nameOf(local), type: local.type, settled: false, depth: 0 });
  }

  set(local: Local): void {
    const { code } = this.#pop();
    this.#write(`${nameOf(local)} = ${code};`);
  }

  tee(local: Local): void {
    this.set(local);
    this.get(local);
  }

  op(name: ScalarInstruction | VectorInstruction): void {
    if (name === 'drop') {
      this.#pop();
      return;
    }
    const { operands, result, write } = instructions[name];
    this.#apply(operands, result, write);
  }

  lane(name: LaneInstruction, lane: number): void {
    if (name === 'i32x4.extract_lane') this.#apply(1, 'i32', (v) => `vi_lane(${v}, ${String(lane)})`);
    else if (name === 'f32x4.extract_lane') this.#apply(1, 'f32', (v) => `vf_lane(${v}, ${String(lane)})`);
    else {
      const insert = name === 'i32x4.replace_lane' ? 'vi_insert' : 'vf_insert';
      this.#apply(2, 'v128', (v, x) => `${insert}(${v}, ${String(lane)}, ${x})`);
    }
  }

  memory(name: MemoryInstruction, offset = 0): void {
    if (name === 'i32.load8_u') this.#apply(1, 'i32', (at) => `byte_load(${plus(at, offset)})`);
    else if (name === 'v128.load') this.#apply(1, 'v128', (at) => `v_load(${plus(at, offset)})`);
    else if (name === 'v128.load32_splat') this.#apply(1, 'v128', (at) => `vf_splat(f_load(${plus(at, offset)}))`);
    else if (name === 'v128.load32_zero') this.#apply(1, 'v128', (at) => `vf_first(f_load(${plus(at, offset)}))`);
    else {
      const value = this.#pop();
      const at = plus(this.#pop().code, offset);
      this.#write(name === 'v128.store' ? `v_store(${at}, ${value.code});` : `byte_store(${at}, ${value.code});`);
    }
  }

  laneMemory(name: LaneMemoryInstruction, lane: number, offset = 0): void {
    if (name === 'v128.load32_lane') {
      this.#apply(2, 'v128', (at, v) => `vf_insert(${v}, ${String(lane)}, f_load(${plus(at, offset)}))`);
      return;
    }
    const value = this.#pop();
    const at = plus(this.#pop().code, offset);
    const store = name === 'v128.store32_lane' ? 'v_store1' : 'v_store2';
    this.#write(`${store}(${at}, ${value.code}, ${String(lane)});`);
  }

  loadBytes(offset: number): void {
    this.#apply(1, 'v128', (at) => `bytes_load(${plus(at, offset)})`);
  }

  storeBytes(offset: number): void {
    const value = this.#pop();
    const at = plus(this.#pop().code, offset);
    this.#write(`bytes_store(${at}, ${value.code});`);
  }

  storeUncached(offset: number): void {
    const value = this.#pop();
    const at = plus(this.#pop().code, offset);
    this.#write(`v_store_uncached(${at}, ${value.code});`);
    this.#storesUncached = true;
  }

  prefetch(offset: number): void {
    this.#write(`__builtin_prefetch(${plus(this.#pop().code, offset)});`);
  }

  exchange(distance: number): void {
    this.#apply(1, 'v128', (v) => `v_exchange${String(distance)}(${v})`);
  }

  addToPointer(): void {
    this.#apply(2, 'pointer', (pointer, by) => `(${pointer} + ${by})`);
  }

  indexPointer(bytes: number): void {
    this.#apply(2, 'pointer', (pointer, index) => `(${pointer} + (long long)${index} * ${literal(bytes)})`);
  }

  pointersDiffer(): void {
    this.#apply(2, 'i32', (a, b) => `(${a} != ${b})`);
  }

  pointsAt(address: number): void {
    this.#apply(1, 'i32', (pointer) => `(${pointer} == (char *)${literal(address)})`);
  }

  i32(value: number): void {
    this.#stack.push({ code: literal(value), type: 'i32', settled: true, depth: 0 });
  }

  f32x4(value: number): void {
    const bits = new DataView(new ArrayBuffer(4));
    bits.setFloat32(0, value);
    this.i32x4(bits.getInt32(0));
  }

  i32x4(value: number | ((lane: number) => number)): void {
    const code =
      typeof value === 'number'
        ? `vi_splat(${literal(value)})`
        : `(vf)(vi){${Array.from({ length: this.lanes }, (_, lane) => literal(value(lane))).join(', ')}}`;
    this.#stack.push({ code, type: 'v128', settled: true, depth: 1 });
  }

  call(callee: number): void {
    const name = this.#callees[callee] ?? '';
    this.#apply(name === 'pow' ? 2 : 1, 'f64', (...all) => `${name}(${all.join(', ')})`);
  }

  block(body: (label: number) => void): void {
    const label = this.#label('e');
    this.#write('{');
    body(label);
    this.#write(`} ${this.#target(label)}:;`);
  }

  loop(body: (label: number) => void): void {
    const label = this.#label('l');
    this.#write(`${this.#target(label)}:; {`);
    body(label);
    this.#write('}');
  }

  if(then: () => void, otherwise?: () => void, result?: ValueType): void {
    const condition = this.#pop().code;
    const target = result === undefined ? undefined : this.#temporary();
    if (result !== undefined && target !== undefined) this.#write(`${typeNames[result]} ${target};`);
    this.#write(`if (${condition}) {`);
    for (const branch of otherwise === undefined ? [then] : [then, otherwise]) {
      if (branch === otherwise) this.#write('} else {');
      branch();
      if (target !== undefined) this.#write(`${target} = ${this.#pop().code};`);
    }
    this.#write('}');
    if (result !== undefined && target !== undefined)
      this.#stack.push({ code: target, type: result, settled: true, depth: 0 });
  }

  br(label: number): void {
    this.#write(`goto ${this.#target(label)};`);
  }

  brIf(label: number): void {
    const condition = this.#pop().code;
    this.#write(`if (${condition}) goto ${this.#target(label)};`);
  }

  /** The whole function: `void name(char *const *slots, int begin, int end)`. */
  finish(name: string): string {
    const slots = this.params.filter(({ type }) => type === 'pointer');
    const [begin, end] = this.params.slice(slots.length);
    if (begin === undefined || end === undefined) throw new RangeError('a kernel has a range of iterations');
    const declarations = slots.map((slot) => `char *${nameOf(slot)} = slots[${String(slot.index)}];`);
    for (const type of new Set(this.#types.slice(this.params.length))) {
      const names = this.#types.flatMap((other, index) =>
        other === type && index >= this.params.length ? [nameOf({ type, index })] : [],
      );
      declarations.push(type === 'pointer' ? `char *${names.join(', *')};` : `${typeNames[type]} ${names.join(', ')};`);
    }
    return [
      `void ${name}(char *const *slots, int ${nameOf(begin)}, int ${nameOf(end)}) {`,
      ...declarations,
      ...this.#lines,
      ...(this.#storesUncached ? ['uncached_end();'] : []),
      '}',
      '',
    ].join('\n');
  }

  #pop(): Operand {
    const operand = this.#stack.pop();
    if (operand === undefined) throw new RangeError('the stack is empty');
    return operand;
  }

  #apply(count: number, result: ValueType, write: Written): void {
    const operands = Array.from({ length: count }, () => this.#pop()).reverse();
    const depth = Math.max(...operands.map((operand) => operand.depth)) + 1;
    this.#stack.push({
      code: write(...operands.map(({ code }) => code)),
      type: result,
      settled: operands.every(({ settled }) => settled) && result === 'i32',
      depth,
    });
    if (depth >= deepestNesting) this.#settle();
  }

  /** Statements end what is being evaluated: a value on the stack must not see what they change. */
  #write(line: string): void {
    this.#settle();
    this.#lines.push(line);
  }

  #settle(): void {
    this.#stack = this.#stack.map((operand) => {
      if (operand.settled && operand.depth < deepestNesting) return operand;
      const name = this.#temporary();
      this.#lines.push(`const ${typeNames[operand.type]} ${name} = ${operand.code};`);
      return { code: name, type: operand.type, settled: true, depth: 0 };
    });
  }

  #temporary(): string {
    this.#temporaries += 1;
    return `t${String(this.#temporaries)}`;
  }

  #label(prefix: string): number {
    this.#labels += 1;
    this.#targets.set(this.#labels, `${prefix}${String(this.#labels)}`);
    return this.#labels;
  }

  #target(label: number): string {
    return this.#targets.get(label) ?? '';
  }
}

function nameOf({ type, index }: Local): string {
  return `${prefixes[type]}${String(index)}`;
}

/** The most negative integer has no literal of its own. */
function literal(value: number): string {
  const integer = value | 0;
  if (integer === -(2 ** 31)) return '(-2147483647 - 1)';
  return integer < 0 ? `(${String(integer)})` : String(integer);
}

function plus(pointer: string, offset: number): string {
  return offset === 0 ? pointer : `${pointer} + ${String(offset)}`;
}
