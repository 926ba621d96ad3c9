// Data in messages: numbers as they are, and where two values differ first.

/** One line for any data; -0 and NaN are told from 0 and each other. */
export function dataText(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (isList(value)) return `[${Array.from(value, dataText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? String(value);
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return `{ ${entries.map(([key, entry]) => `${key}: ${dataText(entry)}`).join(', ')} }`;
}

export interface Difference {
  /** Such as `[3].shape`; empty for the values themselves. */
  readonly path: string;
  readonly expected: string;
  readonly received: string;
}

/** The first place where the data differs, or undefined; the order of keys does not count. */
export function firstDifference(expected: unknown, received: unknown, path = ''): Difference | undefined {
  if (Object.is(expected, received)) return undefined;
  if (isList(expected) && isList(received)) {
    const differ = expected.length !== received.length;
    if (differ && dataText(expected).length + dataText(received).length <= 200)
      return difference(path, expected, received);
    for (let i = 0; i < Math.min(expected.length, received.length); i++) {
      const inner = firstDifference(expected[i], received[i], `${path}[${i}]`);
      if (inner !== undefined) return inner;
    }
    return differ ? difference(`${path}.length`, expected.length, received.length) : undefined;
  }
  if (isPlain(expected) && isPlain(received)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(received)])) {
      const inner = firstDifference(expected[key], received[key], `${path}.${key}`);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  return difference(path, expected, received);
}

function difference(path: string, expected: unknown, received: unknown): Difference {
  return { path, expected: shortText(expected), received: shortText(received) };
}

function shortText(value: unknown): string {
  const text = dataText(value);
  return text.length <= 300 ? text : `${text.slice(0, 300)} ... (${text.length} characters)`;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !isList(value);
}
