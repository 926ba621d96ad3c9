// Keys of the objects in a JSON text, as they are written: JSON.parse keeps only the last of equal ones and moves numbers to the front.

export interface ObjectKeys {
  /** Keys of the outermost object, in order. */
  readonly keys: readonly string[];
  /** Keys that occur twice in one object, of whatever depth. */
  readonly duplicates: readonly string[];
}

/** @param text - valid JSON. */
export function objectKeys(text: string): ObjectKeys {
  const keys: string[] = [];
  const duplicates: string[] = [];
  const open: Set<string>[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;
  let string = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ':') string = token;
    else {
      const key = String(JSON.parse(string));
      const seen = open[open.length - 1];
      if (seen.has(key)) duplicates.push(key);
      else if (open.length === 1) keys.push(key);
      seen.add(key);
    }
  }
  return { keys, duplicates };
}
