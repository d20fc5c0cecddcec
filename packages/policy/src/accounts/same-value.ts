/** Whether two settings are the same by value. A field that is undefined is a field that is not there. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    // Lists may have some hundred thousand entries.
    return isList(a) && isList(b) && a.length === b.length && a.every((one, at) => sameValue(one, b[at]));
  }
  return differingFields(a, b).length === 0;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Names of the fields that differ by value, in the order in which they stand. */
export function differingFields(a: object, b: object): string[] {
  if (a === b) return [];
  const left = new Map<string, unknown>(Object.entries(a));
  const right = new Map<string, unknown>(Object.entries(b));
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names].filter((name) => !sameValue(left.get(name), right.get(name)));
}
