/** Whether the money adds up: the tallies against the messages, the closings, and the running balances against both. */
import type { ControlStore, Tally } from '@chappe/center';
import { closingKey, closingKind, closingOf } from './ledger-entry.ts';
import { balanceOf, type Standing } from './standing.ts';

/** Two numbers that should be one. Amounts in millionths. */
export interface Discrepancy {
  readonly account: string;
  /** Undefined: of the account over all days. */
  readonly day: string | undefined;
  /**
   * tally: the tally of a day is not the sum of its messages; sum: reserved, settled and released are not what was
   * accepted; closing: what was carried forward of a forgotten day is not what its messages were; running: what the
   * account is held to have is not what ledger and messages say.
   */
  readonly where: 'tally' | 'sum' | 'closing' | 'running';
  readonly field: 'messages' | 'accepted' | 'reserved' | 'settled' | 'released' | 'balance';
  /** What the messages say. */
  readonly expected: number;
  readonly found: number;
}

/** What an account is held to have. */
export interface Running {
  readonly balance: number;
  readonly reserved: number;
}

/** One look at everything: the tallies before and after the messages were added up. */
export interface Look {
  readonly before: readonly Tally[];
  readonly rows: readonly Tally[];
  readonly after: readonly Tally[];
}

/** Numbers of a day that only grow: an honest count lies between the tallies before and after it, under load too. */
const growing = ['messages', 'accepted', 'settled', 'released'] as const;

/** Compares day by day. */
export async function compareDays(control: ControlStore, look: Look): Promise<Discrepancy[]> {
  const before = byDay(look.before);
  const rows = byDay(look.rows);
  const after = byDay(look.after);
  const found: Discrepancy[] = [];
  for (const tally of [...rows.values(), ...after.values()]) checkSum(tally, found);
  for (const [key, tally] of new Map([...before, ...rows, ...after])) {
    const counted = rows.get(key) ?? nothing(tally);
    const closing = after.has(key) ? undefined : await control.get(closingKind, key);
    if (closing === undefined) {
      checkBetween(before.get(key) ?? nothing(tally), counted, after.get(key) ?? nothing(tally), found);
    } else {
      // Forgotten while we looked: what was carried forward is what was last known.
      checkClosing(closingOf({ key, value: closing }), rows.get(key) ?? tally, found);
    }
  }
  // A sum that is wrong in tally and messages alike is told once.
  return [...new Map(found.map((one) => [nameOf(one), one])).values()];
}

/**
 * Compares what accounts are held to have with what is durable: for each, entries = balance + reserved + settled.
 * Accounts that moved during the look are left out: they have messages between memory and disk.
 */
export function compareRunning(
  standings: ReadonlyMap<string, Standing>,
  was: ReadonlyMap<string, Running>,
  is: ReadonlyMap<string, Running>,
): Discrepancy[] {
  const found: Discrepancy[] = [];
  for (const account of new Set([...standings.keys(), ...is.keys()])) {
    const held = is.get(account) ?? { balance: 0, reserved: 0 };
    const held0 = was.get(account) ?? { balance: 0, reserved: 0 };
    if (held.balance !== held0.balance || held.reserved !== held0.reserved) continue;
    const standing = standings.get(account);
    const balance = standing === undefined ? 0 : Number(balanceOf(standing));
    const reserved = standing === undefined ? 0 : Number(standing.reserved);
    const common = { account, day: undefined, where: 'running' } as const;
    if (held.balance !== balance)
      found.push({ ...common, field: 'balance', expected: balance, found: held.balance });
    if (held.reserved !== reserved)
      found.push({ ...common, field: 'reserved', expected: reserved, found: held.reserved });
  }
  return found;
}

/** Names a discrepancy with its numbers, so that one seen twice is known again. */
export function nameOf({ account, day, where, field, expected, found }: Discrepancy): string {
  return `${day ?? ''}/${account}/${where}/${field}/${expected}/${found}`;
}

function byDay(tallies: readonly Tally[]): Map<string, Tally> {
  return new Map(tallies.map((tally) => [closingKey(tally.day, tally.account), tally]));
}

function nothing({ day, account }: Tally): Tally {
  return { day, account, messages: 0, accepted: 0, reserved: 0, settled: 0, released: 0 };
}

function checkSum(tally: Tally, found: Discrepancy[]): void {
  const { account, day, accepted, reserved, settled, released } = tally;
  const sum = reserved + settled + released;
  if (sum !== accepted)
    found.push({ account, day, where: 'sum', field: 'accepted', expected: sum, found: accepted });
}

function checkBetween(before: Tally, counted: Tally, after: Tally, found: Discrepancy[]): void {
  const { account, day } = counted;
  for (const field of growing) {
    const expected = counted[field];
    const wrong =
      expected < before[field] ? before[field] : expected > after[field] ? after[field] : undefined;
    if (wrong !== undefined) found.push({ account, day, where: 'tally', field, expected, found: wrong });
  }
}

function checkClosing(closing: Tally, counted: Tally, found: Discrepancy[]): void {
  const { account, day } = counted;
  for (const field of growing) {
    if (closing[field] !== counted[field])
      found.push({ account, day, where: 'closing', field, expected: counted[field], found: closing[field] });
  }
}
