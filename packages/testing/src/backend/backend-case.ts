// What one conformance case of a backend is.

import type { Program } from '../run/run-program.ts';

export interface BackendCase {
  /** Unique in its group. */
  readonly name: string;
  build(): Program;
  /** Results must have the reference's bits. Default false. */
  readonly exact?: boolean;
}
