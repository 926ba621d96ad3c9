// Runs kernel programs on the host, slowly and literally: what schedules and generated code are compared with.

import { NetwrightError } from '@netwright/ir';
import type { BufferDecl, KernelProgram } from '../kernels/kernel.ts';
import { allocate, readBuffer, sizeOf, writeBuffer, type Memory, type Precision } from './memory.ts';
import { runKernel } from './run-kernel.ts';

/** The precision of f32 values. */
export interface InterpretOptions {
  /** Default `f64`. */
  readonly precision?: Precision;
}

/** What a program left behind. */
export interface Interpretation {
  /** Row-major outputs by name. */
  readonly outputs: Readonly<Record<string, Float64Array>>;
  /** Row-major persistent entries by name, after the run. */
  readonly persistent: Readonly<Record<string, Float64Array>>;
  readonly memory: Memory;
}

/**
 * Runs a program once.
 *
 * @param values - row-major inputs and persistent entries by name.
 * @throws NetwrightError `interpret.values` for values that are missing or of another size; RangeError for an index outside its buffer.
 */
export function interpret(
  program: KernelProgram,
  values: Readonly<Record<string, ArrayLike<number>>>,
  { precision = 'f64' }: InterpretOptions = {},
): Interpretation {
  checkValues(program, values);
  const memory = allocate(program, precision);
  for (const buffer of program.buffers) {
    const name = nameOf(buffer);
    if (name !== undefined) writeBuffer(buffer, memory[buffer.id], values[name]);
  }
  for (const kernel of program.kernels) runKernel({ kernel, buffers: program.buffers, memory, precision });
  const outputs: Record<string, Float64Array> = {};
  const persistent: Record<string, Float64Array> = {};
  for (const buffer of program.buffers) {
    const { role } = buffer;
    if (role.kind === 'output') for (const name of role.names) outputs[name] = readBuffer(buffer, memory[buffer.id]);
    if (role.kind === 'persistent') persistent[role.name] = readBuffer(buffer, memory[buffer.id]);
  }
  return { outputs, persistent, memory };
}

function nameOf({ role }: BufferDecl): string | undefined {
  return role.kind === 'input' || role.kind === 'persistent' ? role.name : undefined;
}

function checkValues({ buffers }: KernelProgram, values: Readonly<Record<string, ArrayLike<number>>>): void {
  const reasons = buffers.flatMap((buffer) => {
    const name = nameOf(buffer);
    if (name === undefined) return [];
    if (!Object.hasOwn(values, name)) return [`${name} is missing`];
    const [given, size] = [values[name].length, sizeOf(buffer)];
    return given === size ? [] : [`${name} has ${String(given)} elements, not ${String(size)}`];
  });
  if (reasons.length === 0) return;
  throw new NetwrightError({
    code: 'interpret.values',
    operation: 'interpret',
    expected: 'values of every input and persistent entry',
    received: Object.keys(values).join(', '),
    reasons,
  });
}
