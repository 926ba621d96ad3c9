// Collects everything wrong with an operation's operands, so that one error lists all reasons.

import { NetwrightError } from './errors.ts';
import { formatType, type TensorType } from './tensor-type.ts';

/** Collects everything that is wrong with an operation's operands, for one error. */
export class ShapeCheck {
  private readonly reasons: string[] = [];
  private readonly operation: string;
  private readonly inputs: readonly TensorType[];
  private readonly scope: string | undefined;

  /** @param scope - where the operation is built; shape rules of primitives leave it to `applyPrimitive`. */
  constructor(operation: string, inputs: readonly TensorType[], scope?: string) {
    this.operation = operation;
    this.inputs = inputs;
    this.scope = scope;
  }

  /** Throws at once unless there are `count` operands: all other checks read them. */
  operands(count: number): void {
    if (this.inputs.length === count) return;
    throw new NetwrightError({
      code: `${this.operation}.operands`,
      operation: this.operation,
      ...(this.scope === undefined ? {} : { scope: this.scope }),
      expected: count === 1 ? '1 operand' : `${String(count)} operands`,
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
      ...(this.scope === undefined ? {} : { scope: this.scope }),
      expected,
      ...(this.inputs.length === 0 ? {} : { received: this.inputs.map(formatType).join(', ') }),
      reasons: this.reasons,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
