// What the parent tells a child, and what the child answers: lines of JSON.

import type { Layers } from './networks/layers.ts';
import type { STEP, Work } from './work.ts';

export interface Job {
  readonly engine: string;
  readonly work: Work;
  /** Hyper-parameters of a training step. */
  readonly step: typeof STEP;
  readonly threads: number;
  /** Of this project's backend, e.g. `cpu:target=wasm,precision=high`. */
  readonly backend: string;
  /** Folder of the engines' packages. */
  readonly peers: string;
  /** Safetensors: weights and inputs by name. */
  readonly tensors: string;
  /** The network, for engines that have to build it themselves; absent for convolutions. */
  readonly layers?: Layers;
  /** ONNX model, where one is written. */
  readonly onnx?: string;
  /** Where the child writes the results of its first run, as safetensors. */
  readonly results: string;
  /** For how long a turn goes on at least. */
  readonly turnMilliseconds: number;
}

/** A child reads these as lines on its standard input; a turn is runs one after the other. */
export type Command = 'run' | 'turn' | 'results' | 'memory';

/** Of one run. */
export interface Time {
  readonly milliseconds: number;
  /** Of all threads. */
  readonly cpuMilliseconds: number;
}

/** A child writes them as lines that begin with {@link MARK}; other lines are the engine's own and are kept for error messages. */
export type Answer =
  | { readonly kind: 'ready'; readonly version: string; readonly loadMilliseconds: number }
  | { readonly kind: 'unavailable'; readonly reason: string }
  | ({ readonly kind: 'time' } & Time)
  | { readonly kind: 'times'; readonly times: readonly Time[] }
  | { readonly kind: 'results' }
  | { readonly kind: 'memory'; readonly peakBytes: number }
  | { readonly kind: 'failed'; readonly reason: string };

export const MARK = '@bench ';
