import type { Backend } from '@netwright/compiler';

/** A case that needs more than one run: stores, errors, training. */
export interface BehaviourCase {
  /** Unique in its group. */
  readonly name: string;
  check(backend: Backend): Promise<void>;
}
