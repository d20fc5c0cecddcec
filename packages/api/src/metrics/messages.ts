/** Metrics of messages, queues and the store. */
import type { LaneDepth } from '@chappe/center';
import type { Gateway, GatewayCounters } from '@chappe/gateway';
import type { Registry } from 'prom-client';
import { readCounter, readGauge } from './readings.ts';

/** Messages and receipts, by what became of them. */
export function addMessages(registry: Registry, gateway: Gateway): void {
  const plain = (name: string, help: string, value: (counters: GatewayCounters) => number): void =>
    readCounter(registry, name, help, [], () => [[{}, value(gateway.counters())]]);
  plain(
    'chappe_messages_accepted_total',
    'Messages stored, one for each segment',
    ({ center }) => center.accepted,
  );
  plain(
    'chappe_messages_rejected_total',
    'Submissions answered with an error',
    ({ ingress }) => ingress.refused,
  );
  plain('chappe_retries_total', 'Attempts that will be repeated', ({ center }) => center.retried);
  plain(
    'chappe_messages_uncertain_total',
    'Attempts of which nobody knows whether they arrived',
    ({ center }) => center.uncertain,
  );
  plain('chappe_dlr_made_total', 'Receipts and notices made', ({ center }) => center.receipts);
  readCounter(registry, 'chappe_messages_final_total', 'Messages that ended, by state', ['state'], () => {
    const { delivered, expired, deleted, failed } = gateway.counters().center;
    return [
      [{ state: 'delivered' }, delivered],
      [{ state: 'expired' }, expired],
      [{ state: 'deleted' }, deleted],
      [{ state: 'failed' }, failed],
    ];
  });
  readCounter(registry, 'chappe_dlr_forwarded_total', 'Receipts and notices that ended', ['result'], () => {
    const { receiptsDelivered, receiptsFailed } = gateway.counters().center;
    return [
      [{ result: 'delivered' }, receiptsDelivered],
      [{ result: 'failed' }, receiptsFailed],
    ];
  });
}

/** What waits, and the store. */
export function addQueues(registry: Registry, gateway: Gateway): void {
  readGauge(registry, 'chappe_queue_depth', 'Unfinished messages, by lane and place', ['lane', 'place'], () =>
    queueRows(gateway.center.depths()),
  );
  readGauge(registry, 'chappe_messages_unfinished', 'Unfinished messages, receipts included', [], () => [
    [{}, gateway.center.unfinished],
  ]);
  readGauge(registry, 'chappe_store_up', '1 while the store takes messages', [], () => [
    [{}, gateway.center.failure === undefined ? 1 : 0],
  ]);
  readCounter(registry, 'chappe_store_commits_total', 'Commits, by what became of them', ['result'], () => {
    const { done, failed } = gateway.center.commits;
    return [
      [{ result: 'done' }, done],
      [{ result: 'failed' }, failed],
    ];
  });
}

/** Lanes of accounts are as many as there are accounts: they are one row. */
function queueRows(
  depths: readonly LaneDepth[],
): (readonly [{ readonly lane: string; readonly place: string }, number])[] {
  const sums = new Map<string, { waiting: number; queued: number; flying: number }>();
  for (const { lane: name, waiting, queued, flying } of depths) {
    const lane = name.startsWith('account:') ? 'accounts' : name;
    const sum = sums.get(lane) ?? { waiting: 0, queued: 0, flying: 0 };
    sum.waiting += waiting;
    sum.queued += queued;
    sum.flying += flying;
    sums.set(lane, sum);
  }
  return [...sums].flatMap(([lane, sum]) =>
    Object.entries(sum).map(([place, count]) => [{ lane, place }, count] as const),
  );
}
