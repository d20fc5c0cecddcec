/** What was sent, for whom, by whom and for how much: one record for each stored message of a span of time. */
import { type Center, CenterError, type Message, type MessageState } from '@chappe/center';
import { formatAmount } from '@chappe/policy';
import { operatorIdOf } from '../message/operator-id.ts';
import { trailOf } from '../message/trail.ts';

/** One message as an invoice wants it. Without text: what it said is nobody's affair there. */
export interface BillingRecord {
  /** As the customer knows it. The segments that a text was cut into have ids of their own and are records of their own. */
  readonly id: string;
  readonly kind: 'mt' | 'mo';
  readonly account: string;
  readonly from: string;
  readonly to: string;
  /** The rule that took it; empty where there was none. */
  readonly route: string;
  /** The connector that took it last; empty where none did. */
  readonly connector: string;
  /** What the operator calls it; empty where it did not say. */
  readonly operatorId: string;
  readonly state: MessageState;
  readonly error: number;
  /** Short messages on the air. */
  readonly segments: number;
  /** A decimal, in the currency of the price lists. */
  readonly price: string;
  /** Whether it was charged; undefined: it has not ended, or costs nothing. */
  readonly charged: boolean | undefined;
  readonly attempts: number;
  readonly clientReference: string;
  readonly acceptedMs: number;
  /** When an operator took it last; undefined: none has. */
  readonly sentMs: number | undefined;
  /** When it ended; undefined: it has not. */
  readonly doneMs: number | undefined;
}

/** Which messages. */
export interface RecordQuery {
  /** Accepted at or after, epoch milliseconds. */
  readonly fromMs: number;
  /** Accepted before. */
  readonly untilMs: number;
  /** Only of this account. */
  readonly account?: string | undefined;
}

const pageMessages = 1_000;

/**
 * The records, newest first, a page of the store at a time: only one is in memory. Rejects with a CenterError when a day of
 * the span cannot be read: an invoice without it would be wrong.
 */
export async function* billingRecords(
  center: Center,
  query: RecordQuery,
): AsyncGenerator<readonly BillingRecord[]> {
  const { fromMs, untilMs, account } = query;
  const search = {
    account,
    kinds: ['mt', 'mo'],
    afterMs: fromMs,
    beforeMs: untilMs,
    limit: pageMessages,
  } as const;
  let beforeId: number | undefined;
  do {
    const page = await center.search({ ...search, beforeId });
    if (page.aside !== undefined) throw asideError(page.aside);
    if (page.messages.length > 0) yield page.messages.map(recordOf);
    beforeId = page.nextBeforeId;
  } while (beforeId !== undefined);
}

function asideError(days: readonly string[]): CenterError {
  const text = `the file of ${days.join(', ')} is damaged and set aside: what was sent then is not known`;
  return new CenterError('CHAPPE_STORE_ASIDE', text);
}

function recordOf(message: Message): BillingRecord {
  const { memo, doneMs } = message;
  return {
    id: message.publicId,
    kind: message.kind === 'mo' ? 'mo' : 'mt',
    account: message.account,
    from: message.source.digits,
    to: message.destination.digits,
    route: trailOf(memo).route,
    connector: trailOf(memo).tried.at(-1) ?? message.group ?? '',
    operatorId: operatorIdOf(message),
    state: message.state,
    error: message.error,
    segments: message.segments,
    price: formatAmount(message.price),
    charged: message.charged,
    attempts: message.attempts,
    clientReference: message.clientReference ?? '',
    acceptedMs: message.acceptedMs,
    sentMs: message.sentMs === 0 ? undefined : message.sentMs,
    doneMs: doneMs === 0 ? undefined : doneMs,
  };
}
