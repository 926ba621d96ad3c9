// Plain data: what attributes and initializers are made of, so that graphs survive JSON exactly.

export type PlainData =
  null | boolean | number | string | readonly PlainData[] | { readonly [key: string]: PlainData | undefined };

/** The path of the first part of `value` that is not plain data, such as `.stride[0]`, or undefined. Entries that are undefined count as absent. */
export function strayPath(value: unknown, path = ''): string | undefined {
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) return undefined;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const stray = strayPath(value[i], `${path}[${String(i)}]`);
      if (stray !== undefined) return stray;
    }
    return undefined;
  }
  if (!isRecord(value)) return path;
  for (const [key, entry] of Object.entries(value)) {
    const stray = entry === undefined ? undefined : strayPath(entry, `${path}.${key}`);
    if (stray !== undefined) return stray;
  }
  return undefined;
}

/** Whether `value` is an object literal, of this realm or another. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether two values of plain data are the same; NaN equals itself, 0 and -0 differ, the order of keys does not matter. */
export function equalData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((entry, i) => equalData(entry, b[i]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = definedKeys(a);
  return (
    keys.length === definedKeys(b).length && keys.every((key) => Object.hasOwn(b, key) && equalData(a[key], b[key]))
  );
}

/** Keys with a value, sorted. */
export function definedKeys(record: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(record)
    .filter((key) => record[key] !== undefined)
    .sort();
}

const NUMBER = '$number';
const ESCAPED = '$escaped';

/**
 * Plain data as JSON can hold it: a number that is not finite, and -0, becomes `{ "$number": "NaN" }`. An object that looks like one of these is
 * wrapped in `$escaped`.
 */
export function encodeData(value: unknown): PlainData {
  if (typeof value === 'number') {
    if (Number.isFinite(value) && !Object.is(value, -0)) return value;
    return { [NUMBER]: Object.is(value, -0) ? '-0' : String(value) };
  }
  if (Array.isArray(value)) return value.map(encodeData);
  if (!isRecord(value)) return value as PlainData;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  const encoded = Object.fromEntries(entries.map(([key, entry]) => [key, encodeData(entry)]));
  return Object.hasOwn(value, NUMBER) || Object.hasOwn(value, ESCAPED) ? { [ESCAPED]: encoded } : encoded;
}

/** The inverse of {@link encodeData}. An unknown `$number` is left as it is, for the reader to reject. */
export function decodeData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decodeData);
  if (!isRecord(value)) return value;
  if (Object.hasOwn(value, NUMBER)) {
    const { [NUMBER]: text } = value;
    return typeof text === 'string' && ['NaN', 'Infinity', '-Infinity', '-0'].includes(text) ? Number(text) : value;
  }
  const { [ESCAPED]: escaped } = value;
  const source = isRecord(escaped) ? escaped : value;
  return Object.fromEntries(Object.entries(source).map(([key, entry]) => [key, decodeData(entry)]));
}

/** A text that is the same for equal data only. */
export function dataText(data: unknown): string {
  if (typeof data === 'number') return Object.is(data, -0) ? '-0' : String(data);
  if (Array.isArray(data)) return `[${data.map(dataText).join(',')}]`;
  if (!isRecord(data)) return JSON.stringify(data);
  return `{${definedKeys(data)
    .map((key) => `${JSON.stringify(key)}:${dataText(data[key])}`)
    .join(',')}}`;
}
