// Collects everything wrong with an operation's operands, so that one error lists all reasons.

import { NetwrightError } from './errors.ts';
import { formatType, type TensorType } from './tensor-type.ts';

export class ShapeCheck {
  private readonly reasons: string[] = [];
  private readonly operation: string;
  private readonly inputs: readonly TensorType[];

  constructor(operation: string, inputs: readonly TensorType[]) {
    this.operation = operation;
    this.inputs = inputs;
  }

  /** Throws at once unless there are `count` operands: all other checks read them. */
  operands(count: number): void {
    if (this.inputs.length === count) return;
    throw new NetwrightError({
      code: `${this.operation}.operands`,
      operation: this.operation,
      expected: `${String(count)} operands`,
      received: `${String(this.inputs.length)} of types [${this.inputs.map(formatType).join(', ')}]`,
    });
  }

  /** Adds `reason` unless `holds`; returns `holds` so that later checks can depend on it. */
  require(holds: boolean, reason: string | (() => string)): boolean {
    if (!holds) this.reasons.push(typeof reason === 'string' ? reason : reason());
    return holds;
  }

  /** Throws `<operation>.operands` with all reasons, if there are any. */
  done(expected: string, hint?: string): void {
    if (this.reasons.length === 0) return;
    throw new NetwrightError({
      code: `${this.operation}.operands`,
      operation: this.operation,
      expected,
      received: this.inputs.map(formatType).join(', '),
      reasons: this.reasons,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
