// Assembles imports, functions and exports into the bytes of a WebAssembly module.

import { joinBytes, pushName, pushSized, pushUnsigned } from './encoding.ts';
import { valueTypeCodes, type FunctionBuilder, type FunctionType } from './function-builder.ts';

export interface MemoryImport {
  readonly module: string;
  readonly name: string;
  /** Pages of 64 KiB. */
  readonly minimum: number;
  readonly maximum: number;
  readonly shared: boolean;
}

const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export class ModuleBuilder {
  readonly #types: string[] = [];
  readonly #typeBytes: number[][] = [];
  readonly #imports: { readonly module: string; readonly name: string; readonly type: number }[] = [];
  readonly #functions: { readonly type: number; readonly body: Uint8Array }[] = [];
  readonly #exports: { readonly name: string; readonly index: number }[] = [];
  readonly #memory: MemoryImport;

  constructor(memory: MemoryImport) {
    this.#memory = memory;
  }

  /** All imports come before the first function. */
  importFunction(module: string, name: string, type: FunctionType): number {
    this.#imports.push({ module, name, type: this.#type(type) });
    return this.#imports.length - 1;
  }

  addFunction(builder: FunctionBuilder, exportName?: string): number {
    this.#functions.push({ type: this.#type(builder.type), body: builder.finish() });
    const index = this.#imports.length + this.#functions.length - 1;
    if (exportName !== undefined) this.#exports.push({ name: exportName, index });
    return index;
  }

  #type({ params, results }: FunctionType): number {
    const key = `${params.join()}:${results.join()}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    const bytes = [0x60];
    pushSized(
      bytes,
      params.map((type) => valueTypeCodes[type]),
    );
    pushSized(
      bytes,
      results.map((type) => valueTypeCodes[type]),
    );
    this.#typeBytes.push(bytes);
    return this.#types.push(key) - 1;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const bodies = this.#functions.flatMap(({ body }) => [unsigned(body.length), body]);
    return joinBytes([
      magic,
      ...section(1, this.#typeBytes.length, this.#typeBytes),
      ...section(2, this.#imports.length + 1, [
        this.#memoryEntry(),
        ...this.#imports.map(({ module, name, type }) => importEntry(module, name, 0x00, [type])),
      ]),
      ...section(
        3,
        this.#functions.length,
        this.#functions.map(({ type }) => unsigned(type)),
      ),
      ...section(
        7,
        this.#exports.length,
        this.#exports.map(({ name, index }) => exportEntry(name, index)),
      ),
      ...section(10, this.#functions.length, bodies),
    ]);
  }

  #memoryEntry(): number[] {
    const { module, name, minimum, maximum, shared } = this.#memory;
    return importEntry(module, name, 0x02, [shared ? 0x03 : 0x01, ...unsigned(minimum), ...unsigned(maximum)]);
  }
}

/** The parts of a section of `count` entries. */
function section(id: number, count: number, parts: readonly ArrayLike<number>[]): readonly ArrayLike<number>[] {
  const length = unsigned(count);
  const size = parts.reduce((sum, part) => sum + part.length, length.length);
  return [[id], unsigned(size), length, ...parts];
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  pushUnsigned(bytes, value);
  return bytes;
}

function importEntry(module: string, name: string, kind: number, description: readonly number[]): number[] {
  const bytes: number[] = [];
  pushName(bytes, module);
  pushName(bytes, name);
  bytes.push(kind, ...description);
  return bytes;
}

function exportEntry(name: string, index: number): number[] {
  const bytes: number[] = [];
  pushName(bytes, name);
  bytes.push(0x00);
  pushUnsigned(bytes, index);
  return bytes;
}
