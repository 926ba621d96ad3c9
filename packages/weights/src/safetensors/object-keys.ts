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
  let string = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{' || char === '[') open.push(new Set());
    else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const end = stringEnd(text, at);
      string = text.slice(at, end);
      at = end - 1;
    } else if (char === ':') {
      const key = String(JSON.parse(string));
      const seen = open[open.length - 1];
      if (seen.has(key)) duplicates.push(key);
      else if (open.length === 1) keys.push(key);
      seen.add(key);
    }
  }
  return { keys, duplicates };
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
