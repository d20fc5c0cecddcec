/** What an account was credited and what its days cost, in order of time. */
import type { ControlStore, Tally } from '@chappe/center';
import {
  closingKey,
  closingKind,
  closingOf,
  entriesAfter,
  entryKind,
  entryOf,
  type LedgerEntry,
} from './ledger-entry.ts';

/**
 * Which part of a statement. `after` and `before` are days (`2026-03-01`), times (`2026-03-01T12:00:00.000Z`, with
 * milliseconds) or places of lines, compared as text: `after: '2026-03-01', before: '2026-04-01'` is March.
 */
export interface StatementRange {
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  /** Lines, 1 to 1,000; default 100. */
  readonly limit?: number | undefined;
}

/** One line. `at` is its place; that of a day is its end, as `2026-03-01T24`. */
export type StatementLine =
  | { readonly kind: 'entry'; readonly at: string; readonly entry: LedgerEntry }
  /** `closed`: its messages are forgotten. */
  | { readonly kind: 'day'; readonly at: string; readonly day: Tally; readonly closed: boolean };

/** Lines in order of time. `next`: there may be more, go on with `after: next`; undefined: that was all. */
export interface StatementPage {
  readonly lines: readonly StatementLine[];
  readonly next: string | undefined;
}

const defaultLines = 100;
const maxLines = 1_000;
const dayCharacters = 10;

/** Puts a statement together; `tallies` are those of the days that are kept. Throws a RangeError for a bad limit. */
export async function statementOf(
  control: ControlStore,
  tallies: readonly Tally[],
  account: string,
  range: StatementRange,
): Promise<StatementPage> {
  const { after = '', before, limit = defaultLines } = range;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxLines)
    throw new RangeError(`limit ${limit} is not a number of lines: use 1 to ${maxLines}`);
  const kept = tallies.filter((tally) => tally.account === account && tally.accepted !== 0);
  const lines: StatementLine[] = kept.map((tally) => dayLine(tally, false));
  lines.push(...(await closedDays(control, account, range, limit, new Set(tallies.map(keyOf)))));
  lines.push(...(await entryLines(control, account, range, limit)));
  const found = lines
    .filter(({ at }) => at > after && (before === undefined || at < before))
    .sort((one, other) => (one.at < other.at ? -1 : 1));
  const page = found.slice(0, limit);
  return { lines: page, next: page.length === limit ? page.at(-1)?.at : undefined };
}

function keyOf({ day, account }: Tally): string {
  return closingKey(day, account);
}

function dayLine(day: Tally, closed: boolean): StatementLine {
  return { kind: 'day', at: `${day.day}T24`, day, closed };
}

async function closedDays(
  control: ControlStore,
  account: string,
  { after = '', before }: StatementRange,
  limit: number,
  kept: ReadonlySet<string>,
): Promise<StatementLine[]> {
  const lines: StatementLine[] = [];
  // The days of all accounts: those of one are few among them, but a statement is asked for by a person.
  for await (const stored of entriesAfter(control, closingKind, after.slice(0, dayCharacters))) {
    if (lines.length === limit || (before !== undefined && stored.key >= before)) break;
    if (stored.key.slice(dayCharacters + 1) !== account || kept.has(stored.key)) continue;
    const line = dayLine(closingOf(stored), true);
    if (line.at > after) lines.push(line);
  }
  return lines;
}

async function entryLines(
  control: ControlStore,
  account: string,
  { after, before }: StatementRange,
  limit: number,
): Promise<StatementLine[]> {
  const lines: StatementLine[] = [];
  for await (const stored of entriesAfter(control, entryKind, after)) {
    if (lines.length === limit || (before !== undefined && stored.key >= before)) break;
    const entry = entryOf(stored);
    if (entry.account === account) lines.push({ kind: 'entry', at: entry.at, entry });
  }
  return lines;
}
