// The one error type of all Netwright packages.

/** The parts of a {@link NetwrightError}; its message is made of them. */
export interface ErrorDetails {
  /** Stable identifier that tests and callers match on, e.g. `conv2d.channels`. */
  readonly code: string;
  /** What was being done: an op's name, `readSafetensors`, `train`, ... */
  readonly operation: string;
  /** Where: the node's scope (`layer3.0.conv1`), a file, an option. */
  readonly scope?: string;
  readonly expected?: string;
  readonly received?: string;
  /** Every reason found, when there is more than one. */
  readonly reasons?: readonly string[];
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Carries its parts as fields; recognise it with {@link isNetwrightError}, which works across installed copies. */
export class NetwrightError extends Error {
  override readonly name = 'NetwrightError';
  readonly code: string;
  readonly operation: string;
  readonly scope: string | undefined;
  readonly expected: string | undefined;
  readonly received: string | undefined;
  readonly reasons: readonly string[];
  readonly hint: string | undefined;

  constructor(details: ErrorDetails) {
    super(formatMessage(details), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.operation = details.operation;
    this.scope = details.scope;
    this.expected = details.expected;
    this.received = details.received;
    this.reasons = details.reasons ?? [];
    this.hint = details.hint;
  }
}

/** Whether `error` is a NetwrightError of any installed copy, optionally with the given code. */
export function isNetwrightError(error: unknown, code?: string): error is NetwrightError {
  return (
    error instanceof Error &&
    error.name === 'NetwrightError' &&
    'code' in error &&
    (code === undefined || error.code === code)
  );
}

/** Runs `build`; a NetwrightError without a scope that leaves it gets `scope`. */
export function withErrorScope<T>(scope: string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    const placed = isNetwrightError(error) && error.scope !== undefined && error.scope !== '';
    if (scope === '' || !isNetwrightError(error) || placed) throw error;
    const { code, operation, expected, received, reasons, hint } = error;
    throw new NetwrightError({ code, operation, scope, expected, received, reasons, hint, cause: error });
  }
}

function formatMessage(details: ErrorDetails): string {
  const place =
    details.scope === undefined || details.scope === '' ? details.operation : `${details.operation} (${details.scope})`;
  const parts: string[] = [];
  if (details.expected !== undefined) parts.push(`expected ${details.expected}`);
  if (details.received !== undefined) parts.push(`received ${details.received}`);
  const sentences = [parts.join(', '), ...(details.reasons ?? [])].filter((part) => part !== '');
  const hint = details.hint === undefined ? '' : ` Hint: ${details.hint}`;
  return `${place}: ${sentences.join('; ')}.${hint} [${details.code}]`;
}
