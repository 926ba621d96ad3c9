/** `find`, once for each object: objects of a program never change, so what is found in one is kept as long as it lives. */
export function remembered<T extends object, V>(find: (key: T) => V): (key: T) => V {
  const found = new WeakMap<T, V>();
  return (key) => {
    const known = found.get(key);
    if (known !== undefined) return known;
    const value = find(key);
    found.set(key, value);
    return value;
  };
}
