/** Refused submissions as the API shows them. */
import type { Refusal } from '@chappe/gateway';
import { statusName } from '@chappe/protocol';
import { z } from 'zod';
import { isoOf } from '../times.ts';

/** One of them. */
export interface RefusalBody {
  readonly number: number;
  readonly at: string;
  readonly account: string;
  readonly command: string;
  readonly session: number | null;
  readonly from: string;
  readonly to: string;
  readonly status: string;
  readonly reason: string;
  readonly rule: string;
}

/** Schema of `RefusalBody`. */
export const refusalBody: z.ZodType<RefusalBody> = z
  .object({
    number: z.int().describe('Counts up'),
    at: z.string().describe('ISO 8601'),
    account: z.string(),
    command: z.string().describe('submit_sm, submit_multi, data_sm, broadcast_sm or http'),
    session: z.int().nullable().describe('Of SMPP; null for HTTP'),
    from: z.string().describe('As it was sent'),
    to: z.string().describe('As it was sent'),
    status: z.string().describe('command_status by name'),
    reason: z
      .string()
      .describe(
        'sender, destination, throughput, quota, filter, pumping, loop, route, unrouted, credit or length: what is counted; ' +
          'form: the request was wrong; store: it could not be stored',
      ),
    rule: z.string().describe('Which route or setting decided; empty for customers'),
  })
  .describe('A submission that was not taken');

/** The body of one. Which rules there are is no affair of customers. */
export function refusalOf(refusal: Refusal, isCustomer: boolean): RefusalBody {
  const { number, atMs, account, command, session = null, from, to, status, reason, rule } = refusal;
  return {
    number,
    at: isoOf(atMs),
    account,
    command,
    session,
    from,
    to,
    status: statusName(status) ?? `0x${status.toString(16).padStart(8, '0')}`,
    reason,
    rule: isCustomer ? '' : rule,
  };
}
