/** Whether two settings are the same by value. A field that is undefined is a field that is not there. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  return differingFields(a, b).length === 0;
}

/** Names of the fields that differ by value, in the order in which they stand. */
export function differingFields(a: object, b: object): string[] {
  if (a === b) return [];
  const left = new Map<string, unknown>(Object.entries(a));
  const right = new Map<string, unknown>(Object.entries(b));
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names].filter((name) => !sameValue(left.get(name), right.get(name)));
}
