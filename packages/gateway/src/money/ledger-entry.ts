/** What the ledger keeps in the control store: credit entries, and the sums of days whose messages are forgotten. */

import type { Tally } from '@chappe/center';
import { CenterError, type ControlChange, type ControlEntry, type ControlStore } from '@chappe/center';

/** Kind of credit entries; their keys are ISO time and a counter. */
export const entryKind = 'ledger';
/** Kind of closings: sums of days; their keys are day, `/` and account. They count where a day has no tally. */
export const closingKind = 'ledger-day';

const entryKinds = ['top-up', 'adjustment', 'refund', 'correction'] as const;

/** top-up: money came in; refund: charged messages are given back; adjustment, correction: up or down, see the note. */
export type LedgerEntryKind = (typeof entryKinds)[number];

/** An entry to be made. */
export interface CreditRequest {
  /** 1 to 64 characters, as of its system_id. */
  readonly account: string;
  /** Millionths of the currency, not 0; top-ups and refunds are above it. */
  readonly amount: number;
  readonly kind: LedgerEntryKind;
  /** At most 500 characters. */
  readonly note?: string | undefined;
  /** Who made it: 1 to 100 characters. */
  readonly by: string;
}

/** An entry that was made. */
export interface LedgerEntry extends CreditRequest {
  readonly note: string;
  /** Its time and place in the ledger: `2026-03-01T12:00:00.000Z-0000`. */
  readonly at: string;
}

const accountCharacters = 64;
const noteCharacters = 500;
const byCharacters = 100;
/** Read at once: the store reads in the thread of the messages. */
const pageEntries = 500;
const dayCharacters = 10;

/** Throws a RangeError that says what is wrong with an entry and what to do. */
export function checkRequest(request: CreditRequest): void {
  const { account, amount, kind, note = '', by } = request;
  if (account === '' || account.length > accountCharacters)
    throw new RangeError(`account must be a name of 1 to ${accountCharacters} characters`);
  if (!entryKinds.includes(kind))
    throw new RangeError(`kind "${kind}" is not known: use ${entryKinds.join(', ')}`);
  if (!Number.isSafeInteger(amount) || amount === 0)
    throw new RangeError(`amount ${amount} is not a whole number of millionths other than 0`);
  if (amount < 0 && (kind === 'top-up' || kind === 'refund'))
    throw new RangeError(
      `amount of a ${kind} is above 0: to take credit away make an adjustment or correction`,
    );
  if (note.length > noteCharacters)
    throw new RangeError(`note has ${note.length} characters: use at most ${noteCharacters}`);
  if (by === '' || by.length > byCharacters)
    throw new RangeError(`by must name who makes the entry, in 1 to ${byCharacters} characters`);
}

/** What stores an entry. */
export function entryChange(entry: LedgerEntry): ControlChange {
  const { at, account, amount, kind, note, by } = entry;
  return { kind: entryKind, key: at, value: JSON.stringify({ account, amount, kind, note, by }) };
}

/** Reads an entry back. Throws a CenterError when it is none. */
export function entryOf({ key, value }: ControlEntry): LedgerEntry {
  const { account, amount, kind, note, by } = recordOf(entryKind, key, value);
  const known = entryKinds.find((one) => one === kind);
  if (typeof account !== 'string' || !Number.isSafeInteger(amount) || known === undefined)
    throw damaged(entryKind, key);
  return { at: key, account, amount: amount as number, kind: known, note: String(note), by: String(by) };
}

/** What stores the sums of a day; the same again changes nothing. Nothing is reserved of one that is forgotten. */
export function closingChange(tally: Tally): ControlChange {
  const { day, account, messages, accepted, reserved, settled, released } = tally;
  const open = reserved === 0 ? {} : { reserved };
  const value = JSON.stringify({ messages, accepted, ...open, settled, released });
  return { kind: closingKind, key: closingKey(day, account), value };
}

/** The key of a closing. */
export function closingKey(day: string, account: string): string {
  return `${day}/${account}`;
}

/** Reads the sums of a day back. Throws a CenterError when they are none. */
export function closingOf({ key, value }: ControlEntry): Tally {
  const { messages, accepted, reserved = 0, settled, released } = recordOf(closingKind, key, value);
  const numbers = [messages, accepted, reserved, settled, released];
  if (key[dayCharacters] !== '/' || !numbers.every(Number.isSafeInteger)) throw damaged(closingKind, key);
  return {
    day: key.slice(0, dayCharacters),
    account: key.slice(dayCharacters + 1),
    messages: messages as number,
    accepted: accepted as number,
    reserved: reserved as number,
    settled: settled as number,
    released: released as number,
  };
}

/** All entries of a kind after a key, in order, page by page. */
export async function* entriesAfter(
  control: ControlStore,
  kind: string,
  after: string | undefined,
): AsyncGenerator<ControlEntry, void, undefined> {
  let last = after;
  for (;;) {
    const page = await control.list(kind, { after: last, limit: pageEntries });
    yield* page;
    if (page.length < pageEntries) return;
    last = page.at(-1)?.key;
  }
}

function recordOf(kind: string, key: string, value: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw damaged(kind, key);
}

function damaged(kind: string, key: string): CenterError {
  return new CenterError(
    'CHAPPE_STORE_DAMAGED',
    `the entry ${kind} ${key} of the control store cannot be read, so balances cannot be known: ` +
      'put a backup of control.db in its place',
  );
}
