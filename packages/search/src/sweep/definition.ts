// What a sweep is: configurations, and a function that runs one of them.

import type { Backend } from '@netwright/compiler';
import { NetwrightError, type JsonValue } from '@netwright/ir';
import type { Space } from '../spaces/space.ts';

/** What a configuration or a result is: it survives JSON, so that it can be recorded and sent. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

/** What a sweep's function is given. */
export interface TrialContext {
  readonly configuration: JsonObject;
  /** Decided by the configuration alone. */
  readonly seed: number;
  readonly backend: Backend;
  /** Aborted when the worker is told to stop. */
  readonly signal: AbortSignal;
}

/** The default export of a sweep file, or what that function returns. */
export interface SweepDefinition {
  readonly name: string;
  /** All configurations, the same ones in the same order each time: plain data, each once. Repetitions differ by a field of their own. */
  trials(): readonly JsonObject[];
  /** Makes the backend that every worker uses, with its target and threads. */
  backend(): Backend;
  /** Runs one trial; what it returns is its result, and what it throws is recorded. A pure function of configuration and seed. */
  run(context: TrialContext): Promise<JsonObject>;
  /** For `netwright nas`: the space whose points are configurations, and what a result is worth. */
  readonly search?: { readonly space: Space; reward(result: JsonObject): number };
}

/** Values of `--set`, passed to a sweep file that exports a function. */
export type SweepOptions = Readonly<Record<string, string | number | boolean>>;

/** What a sweep file exports as default. */
export type SweepModule = SweepDefinition | ((options: SweepOptions) => SweepDefinition | Promise<SweepDefinition>);

/** Types a sweep file: `export default defineSweep({ name, trials, backend, run })`. */
export function defineSweep<T extends SweepModule>(sweep: T): T {
  return sweep;
}

/** A configuration with its identity and its seed. */
export interface Trial {
  /** Place among the sweep's trials. */
  readonly index: number;
  /** Of the configuration: 16 hexadecimal digits. */
  readonly key: string;
  readonly configuration: JsonObject;
  readonly seed: number;
}

/** How a trial ended. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: JsonObject }
  /** `code` of the error; `outOfMemory`, `lost` (its workers died) or `error` otherwise. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** What is kept of a trial. `attempts`, `seconds` and `worker` depend on circumstances, the rest on the sweep alone. */
export interface TrialRecord {
  readonly trial: Trial;
  readonly outcome: Outcome;
  /** Workers that started it. */
  readonly attempts: number;
  readonly seconds: number;
  readonly worker: string;
}

/**
 * The default export of a module as a sweep.
 *
 * @throws NetwrightError `sweep.file` for anything else.
 */
export async function sweepOf(module: unknown, file: string, options: SweepOptions): Promise<SweepDefinition> {
  const exported: unknown =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  const made: unknown =
    typeof exported === 'function' ? await (exported as (options: SweepOptions) => unknown)(options) : exported;
  const reasons = problemsOf(made);
  if (reasons.length === 0) {
    if (typeof exported !== 'function' && Object.keys(options).length > 0)
      throw badFile(
        file,
        `options ${Object.keys(options).join(', ')}, and a default export that is no function of options`,
      );
    return made as SweepDefinition;
  }
  throw badFile(file, made === undefined ? 'no default export' : `a default export of type ${typeof made}`, reasons);
}

function problemsOf(made: unknown): readonly string[] {
  if (typeof made !== 'object' || made === null) return ['it is no object'];
  const record = made as Readonly<Record<string, unknown>>;
  return [
    ...(typeof record.name === 'string' && record.name !== '' ? [] : ['name is no text']),
    ...['trials', 'backend', 'run'].flatMap((key) =>
      typeof record[key] === 'function' ? [] : [`${key} is no function`],
    ),
  ];
}

function badFile(file: string, received: string, reasons: readonly string[] = []): NetwrightError {
  return new NetwrightError({
    code: 'sweep.file',
    operation: 'loadSweep',
    scope: file,
    expected:
      'a module with a default export from defineSweep({ name, trials, backend, run }), or a function of options that gives one',
    received,
    reasons,
  });
}
