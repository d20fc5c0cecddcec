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

/** What an entry is called. */
export type ControlName = Pick<ControlChange, 'kind' | 'key'>;

/** What a write has changed. What an entry is now is to be read. */
export interface ControlNews {
  /** Of the write; each has a higher one than those before it, whoever makes it. */
  readonly revision: number;
  /**
   * The entries that it has put or taken away, each once. Undefined: which those are, and those of the writes before it, is
   * not known any more; all is to be read anew.
   */
  readonly changed: readonly ControlName[] | undefined;
}

/** Hears of writes. What it throws is lost, and hits no other. */
export type ControlListener = (news: ControlNews) => void;

/** Of how many writes it is known what they changed: a listener that was away for longer reads all anew. */
export const defaultKnownWrites: number = 10_000;

/** Durable entries. All methods reject with a CenterError, but for `watch`, which never fails. */
export interface ControlStore {
  get(kind: string, key: string): Promise<string | undefined>;
  /** In the order of the keys (code points), or the other way round. */
  list(kind: string, range?: ControlRange): Promise<readonly ControlEntry[]>;
  /** All or nothing; durable when it settles. */
  write(changes: readonly ControlChange[]): Promise<void>;
  /** That of the last write; 0: there was none. To go on from with `watch` after having read what is there. */
  revision(): Promise<number>;
  /**
   * Tells of every write after that of revision `after` (default: after those until now), in their order, each once and when
   * it is durable. Writes of one's own are told like those of others: who goes on from a revision cannot know whose they were.
   * Nothing is told before this returns, nor after what it returns has been called, or after `close`.
   */
  watch(listener: ControlListener, after?: number): () => void;
  /** See `Store.look`. */
  look?(): Promise<StoreLook>;
  close(): Promise<void>;
}
