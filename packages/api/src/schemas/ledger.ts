/** Money as the API shows it: exact decimals. */

import type { Gateway, LedgerEntry, StatementLine } from '@chappe/gateway';
import { formatAmount } from '@chappe/policy';
import { z } from 'zod';

/** What an account has, and may spend. */
export interface LedgerBody {
  readonly account: string;
  readonly balance: string;
  readonly reserved: string;
  readonly available: string | null;
  readonly mode: 'prepaid' | 'postpaid' | null;
  readonly limit: string | null;
  readonly perDay: string | null;
  readonly perMonth: string | null;
  readonly spentToday: string;
  readonly spentThisMonth: string;
}

/** Schema of `LedgerBody`. */
export const ledgerBody: z.ZodType<LedgerBody> = z
  .object({
    account: z.string(),
    balance: z.string().describe('Credited, less spent, less reserved; below zero: owed'),
    reserved: z.string().describe('Set aside for messages that have not ended'),
    available: z.string().nullable().describe('What may still be spent, caps aside; null: no bound'),
    mode: z.enum(['prepaid', 'postpaid']).nullable().describe('null: its settings have no credit'),
    limit: z.string().nullable().describe('postpaid: how far below zero'),
    perDay: z.string().nullable().describe('Cap of a day (UTC)'),
    perMonth: z.string().nullable(),
    spentToday: z.string().describe('Since 00:00 UTC, reserved included'),
    spentThisMonth: z.string(),
  })
  .describe('The money of an account');

/** The money of an account at a time. */
export function ledgerOf(gateway: Gateway, name: string, nowMs: number): LedgerBody {
  const credit = gateway.ledger.account(name);
  const settings = gateway.accounts.get(name)?.settings.credit;
  const floor = settings?.mode === 'prepaid' ? 0 : settings?.limit;
  return {
    account: name,
    balance: formatAmount(credit.balance),
    reserved: formatAmount(credit.reserved),
    available: floor === undefined ? null : formatAmount(credit.balance + floor),
    mode: settings?.mode ?? null,
    limit: maybe(settings?.limit),
    perDay: maybe(settings?.perDay),
    perMonth: maybe(settings?.perMonth),
    spentToday: formatAmount(credit.spentDay(nowMs)),
    spentThisMonth: formatAmount(credit.spentMonth(nowMs)),
  };
}

/** A credit entry. */
export interface CreditBody {
  readonly at: string;
  readonly account: string;
  readonly amount: string;
  readonly kind: LedgerEntry['kind'];
  readonly note: string;
  readonly by: string;
}

const creditFields = {
  at: z.string().describe('Its time and place in the ledger'),
  account: z.string(),
  amount: z.string(),
  kind: z.enum(['top-up', 'adjustment', 'refund', 'correction']),
  note: z.string(),
  by: z.string(),
};

/** Schema of `CreditBody`. */
export const creditBody: z.ZodType<CreditBody> = z.object(creditFields);

/** A credit entry for the answer. */
export function creditOf({ at, account, amount, kind, note, by }: LedgerEntry): CreditBody {
  return { at, account, amount: formatAmount(amount), kind, note, by };
}

/** One line of a statement. */
export type LineBody =
  | { readonly kind: 'entry'; readonly at: string; readonly entry: CreditBody }
  | {
      readonly kind: 'day';
      readonly at: string;
      readonly day: string;
      readonly messages: number;
      readonly accepted: string;
      readonly reserved: string;
      readonly settled: string;
      readonly released: string;
      readonly closed: boolean;
    };

/** Schema of `LineBody`. */
export const lineBody: z.ZodType<LineBody> = z.union([
  z.object({ kind: z.literal('entry'), at: z.string(), entry: creditBody }),
  z.object({
    kind: z.literal('day'),
    at: z.string().describe('The end of the day'),
    day: z.string(),
    messages: z.int().describe('Segments accepted on that day'),
    accepted: z.string().describe('What they would cost'),
    reserved: z.string().describe('Of those that have not ended'),
    settled: z.string().describe('Spent'),
    released: z.string().describe('Given back'),
    closed: z.boolean().describe('Its messages are forgotten'),
  }),
]);

/** A line for the answer. */
export function lineOf(line: StatementLine): LineBody {
  if (line.kind === 'entry') return { kind: 'entry', at: line.at, entry: creditOf(line.entry) };
  const { day, messages, accepted, reserved, settled, released } = line.day;
  return {
    kind: 'day',
    at: line.at,
    day,
    messages,
    accepted: formatAmount(accepted),
    reserved: formatAmount(reserved),
    settled: formatAmount(settled),
    released: formatAmount(released),
    closed: line.closed,
  };
}

function maybe(amount: number | undefined): string | null {
  return amount === undefined ? null : formatAmount(amount);
}
