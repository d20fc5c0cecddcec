/** Where every account stands, added up from what is durable. */

import type { Tally } from '@chappe/center';
import { CenterError, type ControlStore } from '@chappe/center';
import type { CreditOpening } from './account-credit.ts';
import { closingKey, closingKind, closingOf, entriesAfter, entryKind, entryOf } from './ledger-entry.ts';

/** Sums of one account in millionths: of all time, so they may be beyond what a number holds. */
export interface Standing {
  /** Of credit entries. */
  entered: bigint;
  reserved: bigint;
  /** Of all days, forgotten ones included. */
  settled: bigint;
  /** Reserved and settled on the day, in the month asked for. */
  spentDay: bigint;
  spentMonth: bigint;
}

const monthCharacters = 7;
const dayMs = 86_400_000;

/**
 * Adds up entries, closings and the tallies of the days that are kept; the day and month are those of `nowMs` (UTC).
 * A day with a tally is not forgotten yet, whatever was carried forward of it: only its tally counts.
 */
export async function readStandings(
  control: ControlStore,
  tallies: readonly Tally[],
  nowMs: number,
): Promise<Map<string, Standing>> {
  const standings = new Map<string, Standing>();
  const today = dayOf(nowMs);
  const kept = new Set<string>();
  for (const tally of tallies) {
    kept.add(closingKey(tally.day, tally.account));
    if (tally.accepted !== 0) addTally(standingOf(standings, tally.account), tally, today);
  }
  for await (const stored of entriesAfter(control, closingKind, undefined)) {
    if (kept.has(stored.key)) continue;
    const closing = closingOf(stored);
    addTally(standingOf(standings, closing.account), closing, today);
  }
  for await (const stored of entriesAfter(control, entryKind, undefined)) {
    const entry = entryOf(stored);
    standingOf(standings, entry.account).entered += BigInt(entry.amount);
  }
  return standings;
}

/** What is left: entered, less reserved and settled. */
export function balanceOf(standing: Standing): bigint {
  return standing.entered - standing.reserved - standing.settled;
}

/** The standing as the running side takes it. Throws a CenterError when it is beyond what a number holds exactly. */
export function openingOf(account: string, standing: Standing, nowMs: number): CreditOpening {
  return {
    balance: numberOf(account, balanceOf(standing)),
    reserved: numberOf(account, standing.reserved),
    spentDay: numberOf(account, standing.spentDay),
    spentMonth: numberOf(account, standing.spentMonth),
    nowMs,
  };
}

/** The UTC day of a time, `YYYY-MM-DD`. */
export function dayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}

function addTally(standing: Standing, tally: Tally, today: string): void {
  const spent = BigInt(tally.accepted) - BigInt(tally.released);
  standing.reserved += BigInt(tally.reserved);
  standing.settled += BigInt(tally.settled);
  if (countsToday(tally.day, today)) standing.spentDay += spent;
  if (countsThisMonth(tally.day, today)) standing.spentMonth += spent;
}

/**
 * Whether what was accepted on a day counts against the bounds of today. A clock that was ahead for a moment leaves the
 * messages of the rest of the day in the next one, since ids never go back: they were sent today all the same.
 */
export function countsToday(day: string, today: string): boolean {
  return day === today || day === dayOf(Date.parse(`${today}T00:00:00Z`) + dayMs);
}

/** The same for the bounds of this month. */
export function countsThisMonth(day: string, today: string): boolean {
  return day.startsWith(today.slice(0, monthCharacters)) || countsToday(day, today);
}

function standingOf(standings: Map<string, Standing>, account: string): Standing {
  let standing = standings.get(account);
  if (standing === undefined) {
    standing = { entered: 0n, reserved: 0n, settled: 0n, spentDay: 0n, spentMonth: 0n };
    standings.set(account, standing);
  }
  return standing;
}

function numberOf(account: string, sum: bigint): number {
  const number = Number(sum);
  if (Number.isSafeInteger(number)) return number;
  throw new CenterError(
    'CHAPPE_STORE_DAMAGED',
    `the ledger of account ${account} adds up to ${sum} millionths, more than can be kept exactly: ` +
      'put a backup of control.db in its place',
  );
}
