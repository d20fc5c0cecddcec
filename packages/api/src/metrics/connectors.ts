/** Metrics of the upstreams: what they do, what holds them back, what they answer. */
import {
  type ConnectorView,
  connectorViews,
  type Gateway,
  holds,
  removedViews,
  timeBoundsMs,
} from '@chappe/gateway';
import { statusName } from '@chappe/protocol';
import type { Registry } from 'prom-client';
import { boundedLabels, maxNameLabels, otherLabel, Sums } from './labels.ts';
import { type CountedTimes, type Rows, readCounter, readGauge, readTimes } from './readings.ts';

type Upstream = ReturnType<Gateway['network']['upstreams']['list']>[number];

const millisecondsPerSecond = 1_000;
const results = ['taken', 'refused', 'throttled', 'postponed', 'unanswered', 'unfit'] as const;

/** One counter for all upstreams; `read` gives the other labels and values of one. */
function perUpstream<L extends string>(
  gateway: Gateway,
  read: (upstream: Upstream) => Rows<L>,
): () => Rows<L | 'connector'> {
  return () => {
    const sums = new Sums<L | 'connector'>();
    const label = boundedLabels(maxNameLabels);
    for (const upstream of gateway.network.upstreams.list()) {
      const connector = label(upstream.name);
      for (const [labels, value] of read(upstream))
        sums.add({ connector, ...labels } as Partial<Record<L | 'connector', string>>, value);
    }
    return sums.rows();
  };
}

/** What becomes of messages at each upstream, and what it says. */
export function addConnectorCounters(registry: Registry, gateway: Gateway): void {
  readCounter(
    registry,
    'chappe_connector_requests_total',
    'Messages given to an upstream, by what it made of them; unfit: they could not be said to it',
    ['connector', 'result'],
    perUpstream(gateway, ({ counters }) => results.map((result) => [{ result }, counters[result]])),
  );
  readCounter(
    registry,
    'chappe_smpp_responses_total',
    'Responses of upstreams to our messages, by command_status',
    ['connector', 'status'],
    perUpstream(gateway, ({ counters }) => [
      [{ status: 'ESME_ROK' }, counters.taken],
      ...[...counters.statuses].map(
        ([status, count]) => [{ status: statusName(status) ?? hex(status) }, count] as const,
      ),
    ]),
  );
  readCounter(
    registry,
    'chappe_connector_held_seconds_total',
    'Time for which an upstream could take nothing more: its window was full, its rate used up, or its answers not on disk yet',
    ['connector', 'reason'],
    perUpstream(gateway, (upstream) =>
      holds.map((reason) => [{ reason }, upstream.heldMs(reason) / millisecondsPerSecond]),
    ),
  );
  readCounter(
    registry,
    'chappe_connector_breaker_opened_total',
    'How often the circuit breaker of an upstream has opened',
    ['connector'],
    perUpstream(gateway, ({ breakerOpened }) => [[{}, breakerOpened]]),
  );
  readTimes(
    registry,
    {
      name: 'chappe_smpp_response_seconds',
      help: 'Time to the response of an upstream, of one request in sixteen',
      boundsMs: timeBoundsMs,
    },
    () => gateway.network.upstreams.list().slice(0, maxNameLabels).map(responseTimes),
  );
}

function responseTimes({
  name,
  responseTimes: times,
}: Upstream): readonly [{ readonly connector: string }, CountedTimes] {
  return [{ connector: name }, times];
}

/** How the upstreams stand now. */
export function addConnectorGauges(registry: Registry, gateway: Gateway): void {
  const { upstreams } = gateway.network;
  const views = (): readonly ConnectorView[] =>
    [...connectorViews(upstreams.list(), gateway.center), ...removedViews(upstreams)].slice(0, maxNameLabels);
  const gauge = (name: string, help: string, value: (view: ConnectorView) => number | undefined): void =>
    readGauge(registry, name, help, ['connector'], () =>
      views().flatMap((view) => {
        const now = value(view);
        return now === undefined ? [] : [[{ connector: view.name }, now] as const];
      }),
    );
  gauge(
    'chappe_connector_up',
    '1 while an upstream has a bind; no row while it is stopped by hand, or removed',
    (view) =>
      view.state === 'stopped' || view.state === 'removed' ? undefined : Number(view.binds.bound > 0),
  );
  gauge('chappe_connector_binds', 'Binds to an upstream that stand', ({ binds }) => binds.bound);
  gauge('chappe_connector_binds_wanted', 'Binds to an upstream that are set up', ({ binds }) => binds.wanted);
  gauge(
    'chappe_connector_inflight',
    'Requests that await a response of an upstream',
    (view) => view.inFlight,
  );
  gauge(
    'chappe_connector_window',
    'Requests that may await a response of an upstream',
    (view) => view.window,
  );
  gauge('chappe_connector_queued', 'Messages in lanes that lead to an upstream', ({ queued }) => queued);
  gauge(
    'chappe_connector_rate_limit',
    'Messages per second that may leave for an upstream now; no row without a limit',
    (view) => view.ratePerSecond,
  );
  gauge(
    'chappe_connector_breaker_open',
    '1 while the circuit breaker lets nothing or one message pass',
    (view) => Number(view.breaker !== 'closed'),
  );
  readGauge(
    registry,
    'chappe_connector_limit',
    'Why an upstream is not faster: 1 at the reason of now',
    ['connector', 'limit'],
    () => views().map(({ name, limit }) => [{ connector: name, limit }, 1]),
  );
}

/** Receipts of upstreams. */
export function addReceipts(registry: Registry, gateway: Gateway): void {
  readCounter(
    registry,
    'chappe_dlr_asked_total',
    'Messages that an upstream has taken, with a receipt asked for',
    ['connector'],
    perUpstream(gateway, ({ counters }) => [[{}, counters.receiptsAsked]]),
  );
  readCounter(
    registry,
    'chappe_dlr_received_total',
    'Receipts of upstreams, by what they say',
    ['connector', 'state'],
    perUpstream(gateway, ({ counters }) =>
      [...counters.receiptStates].map(([state, count]) => [{ state: state.toLowerCase() }, count] as const),
    ),
  );
  readCounter(
    registry,
    'chappe_dlr_unmatched_total',
    'Receipts of upstreams that found no message',
    ['connector'],
    perUpstream(gateway, ({ counters }) => [[{}, counters.receiptsUnmatched]]),
  );
  readCounter(
    registry,
    'chappe_dlr_repeated_total',
    'Receipts of upstreams about messages that had ended',
    ['connector'],
    perUpstream(gateway, ({ counters }) => [[{}, counters.receiptsRepeated]]),
  );
  readGauge(
    registry,
    'chappe_dlr_unmatched_kept',
    'Receipts without message that are kept for looking and rematching',
    ['group'],
    () => {
      const kept = new Map<string, number>();
      for (const { group } of gateway.network.upstreams.list().slice(0, maxNameLabels))
        kept.set(group.name, group.receipts.unmatched.count);
      return [...kept].map(([group, count]) => [{ group }, count] as const);
    },
  );
}

function hex(value: number): string {
  // The gateway counts statuses beyond its limit under a number that is none.
  if (value < 0) return otherLabel;
  return `0x${value.toString(16).padStart(8, '0')}`;
}
