/** A sandbox begins anew: for test suites that share one and must not see each other's messages. */
import type { Center, MessageKind, MessageState } from '@chappe/center';
import type { Clock } from '@chappe/smpp';
import type { Handsets } from './handsets.ts';

/** What is looked at of a gateway. */
export interface ForgetfulGateway {
  readonly center: Pick<Center, 'search' | 'cancel'>;
  readonly messages: { forget(atMs: number): void };
  readonly refusals: { forget(): void };
}

const unfinished: readonly MessageState[] = ['scheduled', 'enroute'];
const pageMessages = 1_000;
// As many pages as fill the queue of a busy test; whoever has more starts another sandbox.
const maxPages = 200;

/**
 * What waits is cancelled, receipts and messages for binds that are not there too; what was accepted before is found by
 * nobody any more, and no handset shows it. Settles when whatever is accepted from then on counts. Gives how many were
 * cancelled. The store keeps its rows until their time is up.
 */
export async function forgetMessages(
  gateway: ForgetfulGateway,
  handsets: Pick<Handsets, 'forget'>,
  clock: Clock,
): Promise<number> {
  // Messages first: a receipt about their end waits after them, and goes too.
  const ofCustomers = await cancelWaiting(gateway.center, ['mt']);
  const forBinds = await cancelWaiting(gateway.center, ['mo', 'receipt', 'notice']);
  const atMs = Math.floor(clock.nowMs()) + 1;
  gateway.messages.forget(atMs);
  handsets.forget(atMs);
  gateway.refusals.forget();
  const { promise, resolve } = Promise.withResolvers<void>();
  const wait = (): void => {
    if (clock.nowMs() >= atMs) resolve();
    else clock.setTimer(wait, 1);
  };
  wait();
  await promise;
  return ofCustomers + forBinds;
}

async function cancelWaiting(
  center: ForgetfulGateway['center'],
  kinds: readonly MessageKind[],
): Promise<number> {
  let cancelled = 0;
  let beforeId: number | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const { messages, nextBeforeId } = await center.search({
      kinds,
      states: unfinished,
      limit: pageMessages,
      beforeId,
    });
    for (const { id } of messages) if ((await center.cancel({ id })) === 'cancelled') cancelled += 1;
    beforeId = nextBeforeId;
    if (beforeId === undefined) break;
  }
  return cancelled;
}
