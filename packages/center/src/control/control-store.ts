/**
 * The port to what is durable beside the messages and small: entries made at run time, opt-outs, ledger entries, what
 * was learned of upstreams. Text values under (kind, key). Not for the message path: its users keep what they need in
 * memory and write here when it changes.
 */

import type { StoreLook } from '../store.ts';

/** One entry. */
export interface ControlEntry {
  readonly key: string;
  readonly value: string;
}

/** One change: a new value, or `undefined` to take the entry away. */
export interface ControlChange {
  readonly kind: string;
  readonly key: string;
  readonly value: string | undefined;
}

/** Which entries of a kind are listed. */
export interface ControlRange {
  /** Only keys that begin so. */
  readonly prefix?: string | undefined;
  /** Only keys after this one. */
  readonly after?: string | undefined;
  /** Only keys before this one. */
  readonly before?: string | undefined;
  /** The last keys first. Default false. */
  readonly isDescending?: boolean | undefined;
  /** At most, default all. */
  readonly limit?: number | undefined;
}

/** Durable entries. All methods reject with a CenterError. */
export interface ControlStore {
  get(kind: string, key: string): Promise<string | undefined>;
  /** In the order of the keys (code points), or the other way round. */
  list(kind: string, range?: ControlRange): Promise<readonly ControlEntry[]>;
  /** All or nothing; durable when it settles. */
  write(changes: readonly ControlChange[]): Promise<void>;
  /** See `Store.look`. */
  look?(): Promise<StoreLook>;
  close(): Promise<void>;
}
