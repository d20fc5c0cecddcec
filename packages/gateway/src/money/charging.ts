/** What is charged when a message ends, and what was taken before a start. */
import type { Center, FinalState, Message } from '@chappe/center';
import type { AccountSettings, Accounts } from '@chappe/policy';
import { broadcastLane } from '../lanes/lanes.ts';
import { trailOf } from '../message/trail.ts';
import { countsThisMonth, countsToday, dayOf } from './standing.ts';

/**
 * Whether a message is charged. `accepted`: somebody has taken it, whatever became of it then; one that every upstream
 * refused, or that never left, costs nothing. `delivered`: only when it arrived.
 */
export function chargedAtEnd(
  message: Message,
  state: FinalState,
  settings: AccountSettings | undefined,
): boolean {
  // A broadcast that was taken back has gone out before, as often as it was tried.
  if (state === 'delivered' || (message.lane === broadcastLane && message.attempts > 0)) return true;
  if (settings?.credit?.charge === 'delivered') return false;
  // An upstream that has taken it stands there until it is tried elsewhere.
  return state === 'accepted' || message.group !== undefined || trailOf(message.memo).isTaken;
}

/** Counts what accounts with quotas have sent today and this month (UTC), before anything is taken. */
export async function restoreQuotas(accounts: Accounts, center: Center, nowMs: number): Promise<void> {
  const limited = accounts.names().filter((name) => accounts.get(name)?.settings.quota !== undefined);
  if (limited.length === 0) return;
  const today = dayOf(nowMs);
  const counts = (await center.counts()).filter(({ day }) => countsThisMonth(day, today));
  for (const name of limited) {
    const own = counts.filter(({ account }) => account === name);
    const sum = (days: typeof own): number => days.reduce((total, { segments }) => total + segments, 0);
    accounts
      .get(name)
      ?.policy.quota.restore(sum(own.filter(({ day }) => countsToday(day, today))), sum(own), nowMs);
  }
}
