/** Names that callers give to credits, so that one that is sent again is made once. */
import type { ControlChange, ControlStore } from '@chappe/center';
import { type CreditRequest, entryKind, entryOf, type LedgerEntry } from './ledger-entry.ts';

/** Their keys are account, a space and reference; their values the place of the entry. */
const referenceKind = 'ledger-reference';
const maxCharacters = 128;

/** Throws a RangeError for a reference that cannot be. */
export function checkReference(reference: string): void {
  if (reference !== '' && reference.length <= maxCharacters && !/\p{Cc}/u.test(reference)) return;
  throw new RangeError(
    `reference must be a text of 1 to ${maxCharacters} characters without control characters`,
  );
}

/** The entry that was made under a reference. Rejects with a RangeError when it is not what is asked for now. */
export async function knownEntry(
  control: ControlStore,
  { account, amount }: CreditRequest,
  reference: string,
): Promise<LedgerEntry | undefined> {
  const at = await control.get(referenceKind, keyOf(account, reference));
  const value = at === undefined ? undefined : await control.get(entryKind, at);
  if (at === undefined || value === undefined) return undefined;
  const entry = entryOf({ key: at, value });
  if (entry.amount === amount) return entry;
  throw new RangeError(`reference "${reference}" came with another amount before: give each credit its own`);
}

/** What stores a reference, in the same write as its entry. */
export function referenceChange({ account, at }: LedgerEntry, reference: string): ControlChange {
  return { kind: referenceKind, key: keyOf(account, reference), value: at };
}

function keyOf(account: string, reference: string): string {
  return `${account} ${reference}`;
}
