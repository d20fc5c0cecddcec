/** Metrics of messages, queues and the store. */
import type { LaneDepth } from '@chappe/center';
import { type Gateway, type GatewayCounters, timeBoundsMs } from '@chappe/gateway';
import type { Registry } from 'prom-client';
import { boundedLabels, maxNameLabels, Sums } from './labels.ts';
import { readCounter, readGauge, readTimes } from './readings.ts';

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

/** How messages of customers ended at each group of connectors, and how long they took. */
export function addEnds(registry: Registry, gateway: Gateway): void {
  readCounter(
    registry,
    'chappe_connector_messages_total',
    'Messages of customers that ended, by the group of connectors that had them',
    ['connector', 'state'],
    () =>
      [...gateway.messageCounts.connectors].flatMap(([connector, { states }]) =>
        [...states].map(([state, count]) => [{ connector, state }, count] as const),
      ),
  );
  readTimes(
    registry,
    {
      name: 'chappe_message_delivery_seconds',
      help: 'From acceptance to delivery of messages of customers',
      boundsMs: timeBoundsMs,
    },
    () =>
      [...gateway.messageCounts.connectors].map(([connector, { times }]) => [{ connector }, times] as const),
  );
}

/** What waits, and the store. */
export function addQueues(registry: Registry, gateway: Gateway): void {
  readGauge(registry, 'chappe_queue_depth', 'Unfinished messages, by lane and place', ['lane', 'place'], () =>
    queueRows(gateway.center.depths()),
  );
  readGauge(
    registry,
    'chappe_queue_oldest_seconds',
    'About how long messages have waited for an upstream: the last that left, and since then without room',
    ['lane'],
    () => oldestRows(gateway),
  );
  readGauge(registry, 'chappe_messages_unfinished', 'Unfinished messages, receipts included', [], () => [
    [{}, gateway.center.unfinished],
  ]);
  readGauge(registry, 'chappe_store_up', '1 while the store takes messages', [], () => [
    [{}, gateway.center.failure === undefined ? 1 : 0],
  ]);
  readGauge(
    registry,
    'chappe_store_wait_seconds',
    'How long the disk has finished nothing although something waits for it',
    [],
    () => [[{}, gateway.center.diskWaitMs / 1_000]],
  );
  readGauge(
    registry,
    'chappe_store_log_bytes',
    'In the journal and the write-ahead logs of the store and not yet in its files',
    [],
    () => [[{}, gateway.center.storeLogOctets]],
  );
  readGauge(registry, 'chappe_store_days_aside', 'Days whose file is damaged and set aside', [], () => [
    [{}, gateway.center.files.aside.length],
  ]);
  const isGone = (): boolean => gateway.center.failure?.code === 'CHAPPE_STORE_GONE';
  readGauge(registry, 'chappe_store_files_gone', '1 while files are gone that cannot be put back', [], () => [
    [{}, isGone() ? 1 : 0],
  ]);
  readCounter(
    registry,
    'chappe_store_files_restored_total',
    'Files that were gone, or replaced, under the program and are back',
    [],
    () => [[{}, gateway.center.files.restored]],
  );
  readCounter(registry, 'chappe_store_commits_total', 'Commits, by what became of them', ['result'], () => {
    const { done, failed } = gateway.center.commits;
    return [
      [{ result: 'done' }, done],
      [{ result: 'failed' }, failed],
    ];
  });
  readGauge(registry, 'chappe_store_pending', 'Changes that wait for a commit', [], () => [
    [{}, gateway.center.commits.pending],
  ]);
  readTimes(
    registry,
    { name: 'chappe_store_commit_seconds', help: 'Time that commits take', boundsMs: timeBoundsMs },
    () => [[{}, gateway.commitTimes]],
  );
}

function oldestRows(gateway: Gateway): (readonly [{ readonly lane: string }, number])[] {
  const depths = new Map(gateway.center.depths().map((depth) => [depth.lane, depth]));
  return gateway.network.upstreams
    .waits()
    .slice(0, maxNameLabels)
    .map(({ lane, waitMs }) => {
      const isWaiting = (depths.get(lane)?.queued ?? 0) > 0;
      return [{ lane }, isWaiting ? waitMs / 1_000 : 0] as const;
    });
}

/** Lanes of accounts are as many as there are accounts: they are one row. */
function queueRows(depths: readonly LaneDepth[]): ReturnType<Sums<'lane' | 'place'>['rows']> {
  const sums = new Sums<'lane' | 'place'>();
  const label = boundedLabels(maxNameLabels);
  for (const { lane: name, waiting, queued, flying } of depths) {
    const lane = label(name.startsWith('account:') ? 'accounts' : name);
    for (const [place, count] of Object.entries({ waiting, queued, flying }))
      sums.add({ lane, place }, count);
  }
  return sums.rows();
}
