// Reads pickles without running anything: calls become plain records. Opcodes as in Python's `pickletools`.

import { NetwrightError } from '@netwright/ir';
import { fileError } from './errors.ts';

/** A name that the pickle would import. */
export interface Global {
  readonly kind: 'global';
  readonly name: string;
}

/** A call that the pickle asks for, not carried out. */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly PickleValue[];
}

/** What stands in for data kept elsewhere. */
export interface PersistentId {
  readonly kind: 'persistent';
  readonly id: PickleValue;
}

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Global
  | Call
  | PersistentId;

const MARK = Symbol('mark');
type StackEntry = PickleValue | typeof MARK;

/** The value of one pickle, and where the bytes after it begin. Errors: `torch.pickle` for an opcode that such files do not have, `torch.file`. */
export function unpickle(bytes: Uint8Array, start = 0): { readonly value: PickleValue; readonly end: number } {
  return new Unpickler(bytes, start).run();
}

class Unpickler {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at: number;
  private readonly stack: StackEntry[] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = start;
  }

  run(): { readonly value: PickleValue; readonly end: number } {
    for (;;) {
      const opcode = String.fromCharCode(this.byte());
      if (opcode === '.') return { value: this.pop(), end: this.at };
      this.step(opcode);
    }
  }

  private step(opcode: string): void {
    switch (opcode) {
      case '\x80':
        this.take(1);
        return;
      case '\x95':
        this.take(8);
        return;
      case '(':
        this.stack.push(MARK);
        return;
      case '0':
        this.stack.pop();
        return;
      case 'N':
        this.push(null);
        return;
      case '\x88':
        this.push(true);
        return;
      case '\x89':
        this.push(false);
        return;
      case 'J':
        this.push(this.view.getInt32(this.take(4), true));
        return;
      case 'K':
        this.push(this.byte());
        return;
      case 'M':
        this.push(this.view.getUint16(this.take(2), true));
        return;
      case '\x8a':
        this.push(this.long(this.byte()));
        return;
      case 'G':
        this.push(this.view.getFloat64(this.take(8), false));
        return;
      case 'X':
      case 'T':
        this.push(this.text(this.length32()));
        return;
      case '\x8c':
      case 'U':
        this.push(this.text(this.byte()));
        return;
      case 'B':
        this.push(this.slice(this.length32()));
        return;
      case 'C':
        this.push(this.slice(this.byte()));
        return;
      case ']':
        this.push([]);
        return;
      case '}':
        this.push(new Map());
        return;
      case ')':
        this.push([]);
        return;
      case 't':
        this.push(this.popToMark());
        return;
      case '\x85':
        this.push([this.pop()]);
        return;
      case '\x86':
      case '\x87': {
        const last = opcode === '\x87' ? [this.pop()] : [];
        const [second, first] = [this.pop(), this.pop()];
        this.push([first, second, ...last]);
        return;
      }
      case 'q':
        this.remember(this.byte());
        return;
      case 'r':
        this.remember(this.length32());
        return;
      case '\x94':
        this.remember(this.memo.size);
        return;
      case 'h':
        this.recall(this.byte());
        return;
      case 'j':
        this.recall(this.length32());
        return;
      case 'a':
        this.extend([this.pop()]);
        return;
      case 'e':
        this.extend(this.popToMark());
        return;
      case 's': {
        const [value, key] = [this.pop(), this.pop()];
        this.setItems([key, value]);
        return;
      }
      case 'u':
        this.setItems(this.popToMark());
        return;
      case 'c':
        this.push({ kind: 'global', name: `${this.line()}.${this.line()}` });
        return;
      case '\x93': {
        const [name, module] = [this.pop(), this.pop()];
        if (typeof module !== 'string' || typeof name !== 'string')
          throw fileError('a pickle with a name that is no text');
        this.push({ kind: 'global', name: `${module}.${name}` });
        return;
      }
      case 'Q':
        this.push({ kind: 'persistent', id: this.pop() });
        return;
      case 'R':
      case '\x81':
        this.call();
        return;
      case 'b':
        // The state of an object: only metadata of dictionaries in these files.
        this.pop();
        return;
      default:
        throw new NetwrightError({
          code: 'torch.pickle',
          operation: 'readTorchStateDict',
          expected: 'a pickle of tensors, numbers, texts, lists and dictionaries',
          received: `opcode 0x${opcode.charCodeAt(0).toString(16)} at byte ${String(this.at - 1)}`,
          hint: 'save model.state_dict() instead of the model',
        });
    }
  }

  private call(): void {
    const [args, target] = [this.pop(), this.pop()];
    const isGlobal = typeof target === 'object' && target !== null && 'kind' in target && target.kind === 'global';
    if (!isGlobal || !Array.isArray(args)) throw fileError('a pickle that calls what is not a name');
    if (target.name === 'collections.OrderedDict' || target.name === 'builtins.dict') {
      const [pairs] = args;
      const entries = Array.isArray(pairs) ? pairs : [];
      const isPair = (entry: PickleValue): entry is [PickleValue, PickleValue] => Array.isArray(entry);
      this.push(new Map(entries.filter(isPair)));
      return;
    }
    this.push({ kind: 'call', name: target.name, args });
  }

  private extend(values: readonly PickleValue[]): void {
    const list = this.stack.at(-1);
    if (!Array.isArray(list)) throw fileError('a pickle that appends to what is not a list');
    list.push(...values);
  }

  private setItems(values: readonly PickleValue[]): void {
    const target = this.stack.at(-1);
    if (!(target instanceof Map)) throw fileError('a pickle that sets an entry of what is not a dictionary');
    for (let i = 0; i + 1 < values.length; i += 2) target.set(values[i], values[i + 1]);
  }

  private remember(key: number): void {
    const value = this.pop();
    this.memo.set(key, value);
    this.push(value);
  }

  private recall(key: number): void {
    const value = this.memo.get(key);
    if (value === undefined) throw fileError('a pickle that recalls what it has not seen');
    this.push(value);
  }

  private push(value: PickleValue): void {
    this.stack.push(value);
  }

  private pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) throw fileError('a pickle whose stack is empty');
    return value;
  }

  private popToMark(): PickleValue[] {
    const at = this.stack.lastIndexOf(MARK);
    if (at < 0) throw fileError('a pickle without a mark');
    const values = this.stack.splice(at).filter((entry) => entry !== MARK);
    return values;
  }

  private take(length: number): number {
    const from = this.at;
    if (from + length > this.bytes.length) throw fileError('a pickle that is cut off');
    this.at += length;
    return from;
  }

  private byte(): number {
    return this.bytes[this.take(1)];
  }

  private length32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  private slice(length: number): Uint8Array {
    const from = this.take(length);
    return this.bytes.subarray(from, from + length);
  }

  private text(length: number): string {
    return new TextDecoder().decode(this.slice(length));
  }

  private line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw fileError('a pickle that is cut off');
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  /** Two's complement, little-endian; a number where it is exact. */
  private long(length: number): number | bigint {
    const digits = this.slice(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]);
    if (length > 0 && digits[length - 1] >= 0x80) value -= 1n << BigInt(8 * length);
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }
}
