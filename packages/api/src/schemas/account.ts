/** Accounts as the API shows them. */
import { exportEntry } from '@chappe/config';
import type { Gateway } from '@chappe/gateway';
import { type Account, formatAmount, type Origin } from '@chappe/policy';
import { z } from 'zod';
import { type EntryBody, entryBody, originField } from './entry.ts';

/** One account of a list. */
export interface AccountBody {
  readonly name: string;
  readonly origin: Origin | null;
  readonly suspended: boolean;
  readonly tags: readonly string[];
  readonly sessions: number;
  readonly balance: string | null;
  readonly usedToday: number;
  readonly usedThisMonth: number;
  readonly receiptsWaiting: number;
}

/** One account with its settings. */
export interface AccountDetailBody extends AccountBody {
  readonly settings: EntryBody;
}

const fields = {
  name: z.string(),
  origin: originField,
  suspended: z.boolean().describe('By its settings or at run time'),
  tags: z.array(z.string()),
  sessions: z.int().describe('Bound now'),
  balance: z.string().nullable().describe('What is left; null: it is neither prepaid nor postpaid'),
  usedToday: z.int().describe('Segments submitted since 00:00 UTC'),
  usedThisMonth: z.int().describe('Segments submitted this month, UTC'),
  receiptsWaiting: z.int().describe('Receipts and notices that have not been delivered to it yet'),
};

/** Schema of `AccountBody`. */
export const accountBody: z.ZodType<AccountBody> = z.object(fields).describe('An account');

/** Schema of `AccountDetailBody`. */
export const accountDetailBody: z.ZodType<AccountDetailBody> = z
  .object({ ...fields, settings: entryBody })
  .describe('An account with its settings');

/** How many sessions each account has bound. */
export function sessionCounts(gateway: Gateway): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { account } of gateway.sessions()) counts.set(account, (counts.get(account) ?? 0) + 1);
  return counts;
}

/** An account for a list. */
export function accountOfList(
  gateway: Gateway,
  { name, suspended, policy, settings }: Account,
  sessions: ReadonlyMap<string, number>,
  originOf: (name: string) => Origin | undefined,
  nowMs: number,
): AccountBody {
  const { day, month } = policy.quota.used(nowMs);
  return {
    name,
    origin: originOf(name) ?? null,
    suspended,
    tags: policy.tags,
    sessions: sessions.get(name) ?? 0,
    balance: settings.credit === undefined ? null : formatAmount(gateway.ledger.balance(name)),
    usedToday: day,
    usedThisMonth: month,
    receiptsWaiting: gateway.messageCounts.backlog.of(name),
  };
}

/** An account with all that is shown of it. */
export function accountDetailOf(gateway: Gateway, account: Account, nowMs: number): AccountDetailBody {
  const originOf = (name: string): Origin | undefined => gateway.entries.originOf('account', name);
  const body = accountOfList(gateway, account, sessionCounts(gateway), originOf, nowMs);
  return { ...body, settings: exportEntry('account', account.settings) };
}
