/** Metrics of routes, of messages from handsets, of webhooks, of accounts and their money. */
import type { Gateway, WebhookConnector } from '@chappe/gateway';
import type { Registry } from 'prom-client';
import { boundedLabels, maxAccountLabels, maxNameLabels, Sums } from './labels.ts';
import { readCounter, readGauge } from './readings.ts';

const millionthsPerUnit = 1e6;

/** Which routes messages take. */
export function addRoutes(registry: Registry, gateway: Gateway): void {
  const each = (value: 'hits' | 'whenFailures') => (): ReturnType<Sums<'route'>['rows']> => {
    const sums = new Sums<'route'>();
    const label = boundedLabels(maxNameLabels);
    for (const hits of gateway.network.router?.hits() ?? [])
      sums.add({ route: label(hits.route) }, hits[value]);
    return sums.rows();
  };
  readCounter(registry, 'chappe_route_hits_total', 'Messages that took a route', ['route'], each('hits'));
  readCounter(
    registry,
    'chappe_route_when_failures_total',
    'Messages for which the expression of a route failed, so that it did not match',
    ['route'],
    each('whenFailures'),
  );
  readCounter(registry, 'chappe_messages_unrouted_total', 'Messages that no route took', [], () => [
    [{}, gateway.network.router?.unrouted ?? 0],
  ]);
  readCounter(
    registry,
    'chappe_messages_refused_total',
    'Messages of customers that were not taken, by why',
    ['reason'],
    () => Object.entries(gateway.counters().refusals).map(([reason, count]) => [{ reason }, count] as const),
  );
  readCounter(
    registry,
    'chappe_pumping_alarms_total',
    'Alarms about messages that look made up',
    ['kind'],
    () => Object.entries(gateway.network.pumping.alarms).map(([kind, count]) => [{ kind }, count] as const),
  );
  readGauge(
    registry,
    'chappe_pumping_stops',
    'Prefixes that accounts may not send to, as they look made up',
    [],
    () => [[{}, gateway.network.pumping.stops().length]],
  );
}

const moResults = {
  received: 'received',
  refused: 'refused',
  dropped: 'dropped',
  optedOut: 'opted_out',
  optedIn: 'opted_in',
  unclaimed: 'unclaimed',
  joined: 'joined',
  incomplete: 'incomplete',
  repeated: 'repeated',
} as const;

/** Messages from handsets, and webhooks. */
export function addIncoming(registry: Registry, gateway: Gateway): void {
  readCounter(
    registry,
    'chappe_mo_total',
    'PDUs with messages from handsets that were received, and what became of some of them',
    ['what'],
    () =>
      Object.entries(moResults).map(
        ([counter, what]) =>
          [{ what }, gateway.network.mo.counters[counter as keyof typeof moResults]] as const,
      ),
  );
  readCounter(
    registry,
    'chappe_webhook_deliveries_total',
    'Posts to webhooks, by what became of them',
    ['webhook', 'result'],
    () => {
      const sums = new Sums<'webhook' | 'result'>();
      const label = boundedLabels(maxNameLabels);
      for (const { name, counters } of gateway.network.webhooks) {
        const webhook = label(name);
        for (const [result, count] of Object.entries(counters)) sums.add({ webhook, result }, count);
      }
      return sums.rows();
    },
  );
  readGauge(registry, 'chappe_webhook_pending', 'Messages that wait for a webhook', ['webhook'], () => {
    const sums = new Sums<'webhook'>();
    const label = boundedLabels(maxNameLabels);
    const depths = new Map(gateway.center.depths().map((depth) => [depth.lane, depth]));
    for (const { name } of gateway.network.webhooks) {
      const depth = depths.get(`webhook:${name}`);
      const pending = depth === undefined ? 0 : depth.waiting + depth.queued + depth.flying;
      sums.add({ webhook: label(name) }, pending);
    }
    return sums.rows();
  });
  const hooks = (valueIn: (webhook: WebhookConnector) => number) => () => {
    const sums = new Sums<'webhook'>();
    const label = boundedLabels(maxNameLabels);
    for (const webhook of gateway.network.webhooks)
      sums.add({ webhook: label(webhook.name) }, valueIn(webhook));
    return sums.rows();
  };
  readGauge(
    registry,
    'chappe_webhook_disabled',
    'Whether nothing is posted to a webhook any more: it said 410, or failed too often',
    ['webhook'],
    hooks(({ health }) => (health.offBecause === undefined ? 0 : 1)),
  );
  readGauge(
    registry,
    'chappe_webhook_failures',
    'Posts to a webhook in a row that nobody has taken',
    ['webhook'],
    hooks(({ health }) => health.failures),
  );
}

/** What accounts have submitted, what was refused, and what they have left. */
export function addAccounts(registry: Registry, gateway: Gateway, nowMs: () => number): void {
  readCounter(
    registry,
    'chappe_account_messages_total',
    'Messages of an account, one for each segment: stored, and ended',
    ['account', 'what'],
    () =>
      [...gateway.messageCounts.accounts].flatMap(([account, { accepted, delivered, failed }]) =>
        Object.entries({ accepted, delivered, failed }).map(
          ([what, count]) => [{ account, what }, count] as const,
        ),
      ),
  );
  readCounter(
    registry,
    'chappe_account_refusals_total',
    'Submissions of an account that were not taken, by why; shaped: taken, but answered later',
    ['account', 'reason'],
    () => {
      const sums = new Sums<'account' | 'reason'>();
      const label = boundedLabels(maxAccountLabels);
      for (const name of gateway.accounts.names()) {
        const shaped = gateway.accounts.get(name)?.policy.counters.shaped;
        if (shaped !== undefined) sums.add({ account: label(name), reason: 'shaped' }, shaped);
      }
      for (const [account, { refused }] of gateway.messageCounts.accounts) {
        for (const [reason, count] of refused) sums.add({ account: label(account), reason }, count);
      }
      return sums.rows();
    },
  );
  readGauge(
    registry,
    'chappe_account_segments',
    'Segments that count against the quota of an account, of this day and this month (UTC)',
    ['account', 'period'],
    () => {
      const sums = new Sums<'account' | 'period'>();
      const label = boundedLabels(maxAccountLabels);
      for (const name of gateway.accounts.names()) {
        const used = gateway.accounts.get(name)?.policy.quota.used(nowMs());
        for (const [period, count] of Object.entries(used ?? {}))
          sums.add({ account: label(name), period }, count);
      }
      return sums.rows();
    },
  );
  // Balances of several accounts added up would say nothing: only those with a row of their own are shown.
  const paying = (): readonly string[] =>
    gateway.settings.accounts
      .filter(({ credit }) => credit !== undefined)
      .slice(0, maxAccountLabels)
      .map(({ systemId }) => systemId);
  readGauge(
    registry,
    'chappe_account_balance',
    'What an account with credit settings has left, in its currency; below zero: owed',
    ['account'],
    () => paying().map((account) => [{ account }, gateway.ledger.balance(account) / millionthsPerUnit]),
  );
  readGauge(
    registry,
    'chappe_account_reserved',
    'What is set aside for messages of an account that have not ended, in its currency',
    ['account'],
    () =>
      paying().map((account) => [{ account }, gateway.ledger.account(account).reserved / millionthsPerUnit]),
  );
}

/** Receipts that wait for accounts. */
export function addReceiptBacklog(registry: Registry, gateway: Gateway): void {
  const backlog = (of: 'waiting' | 'dropped') => (): ReturnType<Sums<'account'>['rows']> => {
    const sums = new Sums<'account'>();
    const label = boundedLabels(maxAccountLabels);
    const counts = gateway.messageCounts.backlog[of];
    const names = new Set([...gateway.accounts.names(), ...counts.keys()]);
    // The largest have rows of their own.
    const rows = [...names]
      .map((name) => [name, counts.get(name) ?? 0] as const)
      .sort(([, a], [, b]) => b - a);
    for (const [account, count] of rows) sums.add({ account: label(account) }, count);
    return sums.rows();
  };
  readGauge(
    registry,
    'chappe_account_receipts_waiting',
    'Receipts and notices that have not been delivered to their account yet',
    ['account'],
    backlog('waiting'),
  );
  readCounter(
    registry,
    'chappe_account_receipts_dropped_total',
    'Receipts that were not made, as too many waited for their account',
    ['account'],
    backlog('dropped'),
  );
}
