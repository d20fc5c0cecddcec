/**
 * Entries made at run time: accounts, connectors, routes and webhooks that no file has. They live in the control store,
 * one value each, and are merged with the settings of the file: the file wins where both have a name.
 */
import type { ControlChange, ControlStore } from '@chappe/center';
import type { GatewaySettings, Origin, Sealing } from '@chappe/policy';
import {
  type AnyEntry,
  type EntryKind,
  type EntrySettings,
  entriesOfKind,
  entryKinds,
  listOfKind,
  nameOfEntry,
} from '@chappe/policy';
import { openedEntry, sealedEntry } from './secrets.ts';

/** A stored entry that has no effect, since the file has one of that name. */
export interface ShadowedEntry {
  readonly kind: EntryKind;
  readonly name: string;
}

/** A change that has been thought through, but not made. */
export interface EntryChange {
  readonly changes: readonly ControlChange[];
  readonly next: StoredEntries;
}

/** Entries by kind, in their order. */
type StoredEntries = { readonly [K in EntryKind]: readonly EntrySettings[K][] };

const nothing: StoredEntries = { account: [], connector: [], route: [], mo: [], webhook: [] };
/** Of the names of routes, in order. */
const orderKind = 'entry-order';
/** Routes are looked at in order, so theirs is kept. */
const orderedKinds: readonly EntryKind[] = ['route', 'mo'];
// A table that is written over HTTP one by one; larger ones belong into a file.
const maxEntries = 10_000;

/** The entries of one data folder. */
export class Entries {
  readonly #control: ControlStore;
  readonly #sealing: Sealing;
  #stored: StoredEntries;

  private constructor(control: ControlStore, sealing: Sealing, stored: StoredEntries) {
    this.#control = control;
    this.#sealing = sealing;
    this.#stored = stored;
  }

  /** Reads them. Rejects with a RangeError for a secret that does not open or an entry that cannot be read. */
  static async load(control: ControlStore, sealing: Sealing): Promise<Entries> {
    const stored: Record<EntryKind, readonly AnyEntry[]> = { ...nothing };
    for (const kind of entryKinds) {
      const listed = await control.list(storeKind(kind));
      const entries = listed.map(({ key, value }) =>
        openedEntry(kind, key, parsed(kind, key, value), sealing),
      ) as unknown as AnyEntry[];
      stored[kind] = inOrder(entries, await orderOf(control, kind));
    }
    return new Entries(control, sealing, stored as StoredEntries);
  }

  /** The stored entry of that name, whether the file has one too or not. */
  get<K extends EntryKind>(kind: K, name: string): EntrySettings[K] | undefined {
    return (this.#stored[kind] as readonly EntrySettings[K][]).find((entry) => nameOfEntry(entry) === name);
  }

  /** The settings in force: those of the file, and the stored entries it does not shadow; stored routes come first. */
  merge(file: GatewaySettings): GatewaySettings {
    return merged(file, this.#stored);
  }

  /** The settings that would be in force after a change. */
  mergeAfter(change: EntryChange, file: GatewaySettings): GatewaySettings {
    return merged(file, change.next);
  }

  /** Where the entry in force comes from; undefined when there is none. */
  originOf(kind: EntryKind, name: string, file: GatewaySettings): Origin | undefined {
    if (hasName(entriesOfKind(file, kind), name)) return 'file';
    return this.get(kind, name) === undefined ? undefined : 'store';
  }

  /** The same for a whole list: to be asked for each of its names. */
  originsOf(kind: EntryKind, file: GatewaySettings): (name: string) => Origin | undefined {
    const ofFile = new Set(entriesOfKind(file, kind).map(nameOfEntry));
    const ofStore = new Set(this.#stored[kind].map(nameOfEntry));
    return (name) => (ofFile.has(name) ? 'file' : ofStore.has(name) ? 'store' : undefined);
  }

  /** Stored entries without effect. */
  shadowed(file: GatewaySettings): readonly ShadowedEntry[] {
    return entryKinds.flatMap((kind) => {
      const names = new Set(entriesOfKind(file, kind).map(nameOfEntry));
      return this.#stored[kind]
        .map(nameOfEntry)
        .filter((name) => names.has(name))
        .map((name) => ({ kind, name }));
    });
  }

  /**
   * What making or replacing an entry would change. `before`: routes only, the stored route that it comes before; else
   * a new one comes last of the stored ones, and one that is replaced stays in its place. Throws a RangeError.
   */
  putting<K extends EntryKind>(kind: K, settings: EntrySettings[K], before?: string): EntryChange {
    const name = nameOfEntry(settings);
    const list = this.#stored[kind] as readonly EntrySettings[K][];
    const at = list.findIndex((entry) => nameOfEntry(entry) === name);
    if (at < 0 && list.length >= maxEntries) {
      throw new RangeError(`there are ${maxEntries} stored entries of this kind; put more into the file`);
    }
    const others = list.filter((_, index) => index !== at);
    const place = before === undefined ? (at < 0 ? others.length : at) : placeOf(others, kind, before);
    const entries = [...others.slice(0, place), settings, ...others.slice(place)];
    const value = JSON.stringify(sealedEntry(kind, name, settings, this.#sealing), unbounded);
    return this.#changeOf(kind, entries, { kind: storeKind(kind), key: name, value });
  }

  /** What taking an entry away would change; undefined when none is stored under that name. */
  removing(kind: EntryKind, name: string): EntryChange | undefined {
    if (this.get(kind, name) === undefined) return undefined;
    const entries = (this.#stored[kind] as readonly AnyEntry[]).filter(
      (entry) => nameOfEntry(entry) !== name,
    );
    return this.#changeOf(kind, entries, { kind: storeKind(kind), key: name, value: undefined });
  }

  /** Makes a change durable, and what goes with it: then it is to be taken. Rejects as the store does. */
  async write(change: EntryChange, more: readonly ControlChange[] = []): Promise<void> {
    await this.#control.write([...change.changes, ...more]);
  }

  /** A change that is durable counts from now on. */
  take({ next }: EntryChange): void {
    this.#stored = next;
  }

  #changeOf(kind: EntryKind, entries: readonly AnyEntry[], change: ControlChange): EntryChange {
    const order = orderedKinds.includes(kind)
      ? [{ kind: orderKind, key: kind, value: JSON.stringify(entries.map(nameOfEntry)) }]
      : [];
    return { changes: [change, ...order], next: { ...this.#stored, [kind]: entries } as StoredEntries };
  }
}

function storeKind(kind: EntryKind): string {
  return `entry-${kind}`;
}

function hasName(entries: readonly AnyEntry[], name: string): boolean {
  return entries.some((entry) => nameOfEntry(entry) === name);
}

function placeOf(entries: readonly AnyEntry[], kind: EntryKind, before: string): number {
  if (!orderedKinds.includes(kind)) throw new RangeError('before: only routes have an order');
  const place = entries.findIndex((entry) => nameOfEntry(entry) === before);
  if (place >= 0) return place;
  throw new RangeError(
    `before: there is no stored route "${before}"; name one of the stored ones, or leave it out`,
  );
}

function merged(file: GatewaySettings, stored: StoredEntries): GatewaySettings {
  const rest = <K extends EntryKind>(kind: K): readonly EntrySettings[K][] => {
    const entries = stored[kind] as readonly EntrySettings[K][];
    if (entries.length === 0) return entries;
    const names = new Set(file[listOfKind[kind]].map(nameOfEntry));
    return entries.filter((entry) => !names.has(nameOfEntry(entry)));
  };
  return {
    ...file,
    accounts: [...file.accounts, ...rest('account')],
    connectors: [...file.connectors, ...rest('connector')],
    // Whoever makes a route at run time wants it to count now.
    routes: [...rest('route'), ...file.routes],
    mo: [...rest('mo'), ...file.mo],
    webhooks: [...file.webhooks, ...rest('webhook')],
  };
}

function inOrder(entries: readonly AnyEntry[], order: readonly string[]): readonly AnyEntry[] {
  const places = new Map(order.map((name, index) => [name, index]));
  const placeOfEntry = (entry: AnyEntry): number => places.get(nameOfEntry(entry)) ?? order.length;
  return [...entries].sort((a, b) => placeOfEntry(a) - placeOfEntry(b));
}

async function orderOf(control: ControlStore, kind: EntryKind): Promise<readonly string[]> {
  const value = await control.get(orderKind, kind);
  if (value === undefined) return [];
  const order: unknown = JSON.parse(value);
  return Array.isArray(order) ? order.filter((name) => typeof name === 'string') : [];
}

/** JSON has no infinity, which is how attempts without end are written. */
function unbounded(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? { unlimited: true } : value;
}

function bounded(_key: string, value: unknown): unknown {
  const isMark =
    typeof value === 'object' && value !== null && 'unlimited' in value && value.unlimited === true;
  return isMark ? Number.POSITIVE_INFINITY : value;
}

function parsed(kind: EntryKind, name: string, value: string): Readonly<Record<string, unknown>> {
  try {
    const entry: unknown = JSON.parse(value, bounded);
    if (typeof entry === 'object' && entry !== null) return entry as Readonly<Record<string, unknown>>;
  } catch {
    // Told below.
  }
  throw new RangeError(`stored ${kind} "${name}" cannot be read; put a backup of control.db in its place`);
}
