// What a pool and its child processes say to each other.

import type { Outcome, SweepOptions, Trial } from '../sweep/definition.ts';
import type { SweepHash } from './load-sweep.ts';

/** A sweep file as a worker is told of it. */
export interface SweepReference {
  /** Absolute path. */
  readonly file: string;
  readonly options: SweepOptions;
  readonly hash: SweepHash;
  /** Backend and target that the sweep pins; empty before any worker has stated its own. */
  readonly target: string;
}

/** What a child is told: the sweep first, then one trial after another. */
export type ToWorker =
  | { readonly kind: 'load'; readonly sweep: SweepReference }
  | { readonly kind: 'run'; readonly trial: Trial }
  | { readonly kind: 'stop' };

/** What a child answers. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly target: string }
  /** It cannot run trials of this sweep at all. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'finished'; readonly key: string; readonly outcome: Outcome; readonly seconds: number };
