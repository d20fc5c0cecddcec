/** The keys of the HTTP API as the configuration has them now. */
import { isDeepStrictEqual } from 'node:util';
import type { NamedKey, ServerSettings } from '@chappe/config';

type HttpKeys = Pick<ServerSettings['http'], 'adminKeyHashes' | 'keys' | 'rate'>;

/** What a reload did to a key. */
export interface KeyChange {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  readonly fields: readonly string[];
}

/** Keys that a reload changes. */
export class Keyring {
  #keys: readonly NamedKey[];
  #rate: number | undefined;

  constructor(http: HttpKeys) {
    this.#keys = allOf(http);
    this.#rate = http.rate;
  }

  /** Those in force; the same array while they are the same. */
  get keys(): readonly NamedKey[] {
    return this.#keys;
  }

  /** Requests per second of those that have no rate of their own; undefined: as many as they like. */
  get rate(): number | undefined {
    return this.#rate;
  }

  /** Takes others over, and their rates; gives what is different. */
  take(http: HttpKeys): readonly KeyChange[] {
    const before = new Map(this.#keys.map((key) => [key.name, key]));
    const after = new Map(allOf(http).map((key) => [key.name, key]));
    const changes: KeyChange[] = [];
    for (const name of before.keys())
      if (!after.has(name)) changes.push({ name, change: 'removed', fields: [] });
    for (const [name, key] of after) {
      const old = before.get(name);
      if (old === undefined) changes.push({ name, change: 'added', fields: [] });
      else if (!isDeepStrictEqual(old, key))
        changes.push({ name, change: 'changed', fields: fieldsOf(old, key) });
    }
    if (changes.length > 0) this.#keys = [...after.values()];
    this.#rate = http.rate;
    return changes;
  }
}

/** Keys of admins have no names in the file: they are called by their place. */
function allOf({ adminKeyHashes, keys }: HttpKeys): readonly NamedKey[] {
  const admins = adminKeyHashes.map((hash, index): NamedKey => {
    return { name: index === 0 ? 'admin' : `admin-${index + 1}`, role: 'admin', hash };
  });
  return [...admins, ...keys];
}

function fieldsOf(before: NamedKey, after: NamedKey): readonly string[] {
  const fields = (['role', 'account', 'hash', 'rate'] as const).filter(
    (field) => before[field] !== after[field],
  );
  return fields.map((field) => (field === 'hash' ? 'apiKey' : field));
}
