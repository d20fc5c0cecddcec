/** Which fields of an entry are secrets, and how they are stored. Hashes of accounts are none: they open nothing. */
import type { EntryKind, Sealing } from '@chappe/policy';

/** Ways to the secrets of each kind. */
const secretPaths: { readonly [K in EntryKind]: readonly (readonly string[])[] } = {
  account: [],
  connector: [['password'], ['outbind', 'password'], ['tls', 'key']],
  route: [],
  mo: [],
  webhook: [['secret'], ['previousSecrets']],
};

/** An object of JSON. */
type Plain = Readonly<Record<string, unknown>>;

/** The settings with their secrets sealed. */
export function sealedEntry(kind: EntryKind, name: string, settings: object, sealing: Sealing): Plain {
  return changed(kind, settings as Plain, (text, path) => sealing.seal(text, placeOf(kind, name, path)));
}

/** The settings as they were. Throws a RangeError that names the entry when a secret does not open. */
export function openedEntry(kind: EntryKind, name: string, stored: Plain, sealing: Sealing): Plain {
  return changed(kind, stored, (text, path) => {
    const opened = sealing.open(text, placeOf(kind, name, path));
    if (opened !== undefined) return opened;
    throw new RangeError(
      `stored ${kind} "${name}": ${path.join('.')} does not open: the key file is another one; put the one back that ` +
        'belongs to this data folder',
    );
  });
}

function placeOf(kind: EntryKind, name: string, path: readonly string[]): string {
  return `${kind}/${name}/${path.join('.')}`;
}

function changed(
  kind: EntryKind,
  settings: Plain,
  change: (text: string, path: readonly string[]) => string,
): Plain {
  let result = settings;
  for (const path of secretPaths[kind]) result = changedAt(result, path, (text) => change(text, path));
  return result;
}

function changedAt(settings: Plain, path: readonly string[], change: (text: string) => string): Plain {
  const [first = '', ...rest] = path;
  const value = settings[first];
  if (rest.length > 0) {
    if (typeof value !== 'object' || value === null) return settings;
    return { ...settings, [first]: changedAt(value as Plain, rest, change) };
  }
  if (Array.isArray(value)) return { ...settings, [first]: value.map((one) => change(String(one))) };
  return typeof value === 'string' && value !== '' ? { ...settings, [first]: change(value) } : settings;
}
