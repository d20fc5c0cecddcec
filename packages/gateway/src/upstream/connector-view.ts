/** An upstream as people look at it: what it does now, and what keeps it from doing more. */
import type { Center } from '@chappe/center';
import { endsOf } from '@chappe/policy';
import { planOfLane } from '../lanes/plan.ts';
import { type ConnectorLimit, limitOf } from './connector-limit.ts';
import type { Upstream } from './upstream.ts';
import { newUpstreamCounters } from './upstream-counters.ts';
import { strandedText, type Upstreams } from './upstreams.ts';

/** What a connector does. `bound`: at least one bind stands. `removed`: it is in the settings no more, but messages wait. */
export type ConnectorState = 'bound' | 'connecting' | 'paused' | 'stopped' | 'draining' | 'removed';

/** Plain integers of a connector since its start. */
export interface ConnectorCounts {
  /** Requests that left, repeats included. */
  readonly submitted: number;
  readonly taken: number;
  readonly refused: number;
  readonly throttled: number;
  /** Answers that mean: again later. */
  readonly postponed: number;
  readonly unanswered: number;
  /** Messages that cannot be said to it. */
  readonly unfit: number;
  /** Taken, with a receipt asked for. */
  readonly receiptsAsked: number;
  readonly receipts: number;
  readonly receiptsUnmatched: number;
  readonly receiptsRepeated: number;
  /** Messages from handsets. */
  readonly mo: number;
  readonly bindFailures: number;
  /** How often its circuit breaker has opened. */
  readonly breakerOpened: number;
}

/** One upstream at one moment. Where its entry comes from (`origin`) is known to those who keep the settings. */
export interface ConnectorView {
  readonly name: string;
  /** Whose receipts it shares; its own name when it stands alone. */
  readonly group: string;
  readonly state: ConnectorState;
  readonly binds: { readonly bound: number; readonly wanted: number };
  /** Requests that await a response, and how many may. */
  readonly inFlight: number;
  readonly window: number;
  /** Messages in the lanes that lead to it, those that other connectors of these lanes will take included. */
  readonly queued: number;
  /** Messages per second that it lets out now; undefined: as many as the window allows. */
  readonly ratePerSecond: number | undefined;
  readonly breaker: 'closed' | 'open' | 'trying';
  /** Time to a response, milliseconds, smoothed; undefined before the first. */
  readonly rttMs: number | undefined;
  /** Why it is not faster. */
  readonly limit: ConnectorLimit;
  /** `limit` as a sentence with its figures and the remedy. */
  readonly limitText: string;
  /** Why the last bind failed; undefined once one succeeded. */
  readonly lastError: string | undefined;
  readonly counters: ConnectorCounts;
}

/** What waits in the lanes that lead to a connector. */
interface Backlog {
  /** In memory and on disk, due or not. */
  readonly queued: number;
  /** In memory: could leave now. */
  readonly ready: number;
}

const nothing: Backlog = { queued: 0, ready: 0 };

/** The view of one upstream. For a list of them `connectorViews` reads the lanes once. */
export function connectorView(upstream: Upstream, center: Center): ConnectorView {
  return viewOf(upstream, backlogs(center).get(upstream.name) ?? nothing);
}

/** The views of several upstreams, in their order. */
export function connectorViews(upstreams: readonly Upstream[], center: Center): readonly ConnectorView[] {
  const waiting = backlogs(center);
  return upstreams.map((upstream) => viewOf(upstream, waiting.get(upstream.name) ?? nothing));
}

/** The views of connectors that are in the settings no more, but whose messages wait. */
export function removedViews(upstreams: Upstreams): readonly ConnectorView[] {
  return [...upstreams.stranded()].map(([name, queued]): ConnectorView => {
    const { statuses: _statuses, receiptStates: _states, ...counters } = newUpstreamCounters();
    return {
      name,
      group: name,
      state: 'removed',
      binds: { bound: 0, wanted: 0 },
      inFlight: 0,
      window: 0,
      queued,
      ratePerSecond: undefined,
      breaker: 'closed',
      rttMs: undefined,
      limit: 'binds',
      limitText: `removed from the settings: ${strandedText(queued)}`,
      lastError: undefined,
      counters: { ...counters, breakerOpened: 0 },
    };
  });
}

function viewOf(upstream: Upstream, { queued, ready }: Backlog): ConnectorView {
  const { name, binds, mode, settings, responseMs, perSecond, counters } = upstream;
  const state = upstream.breaker;
  const wanted = wantedBinds(settings.bind, (settings.binds ?? 1) * endsOf(settings).length);
  const { limit, limitText } = limitOf({
    name,
    mode,
    sending: binds.sending.length,
    sendingWanted: wanted.sending,
    lastError: binds.lastError,
    breaker: state,
    breakerPauseMs: upstream.breakerPauseMs,
    ready,
    inFlight: upstream.outstanding,
    window: upstream.window,
    rttMs: responseMs,
    setPerSecond: settings.perSecond ?? Number.POSITIVE_INFINITY,
    perSecond,
    throttled: counters.throttled,
    shares: upstream.holdShares(),
  });
  return {
    name,
    group: upstream.group.name,
    state: stateOf(upstream),
    binds: { bound: binds.sessions.size, wanted: wanted.all },
    inFlight: upstream.outstanding,
    window: upstream.window,
    queued,
    ratePerSecond: Number.isFinite(perSecond) ? perSecond : undefined,
    breaker: state === 'probing' ? 'trying' : state,
    rttMs: responseMs === 0 ? undefined : responseMs,
    limit,
    limitText,
    lastError: binds.lastError,
    counters: countsOf(upstream),
  };
}

function stateOf({ mode, binds }: Upstream): ConnectorState {
  if (mode !== 'running') return mode;
  return binds.sessions.size > 0 ? 'bound' : 'connecting';
}

/** A receiving bind sends nothing; `transmitter+receiver` makes so many of each. */
function wantedBinds(
  bind: Upstream['settings']['bind'],
  binds: number,
): { readonly all: number; readonly sending: number } {
  if (bind === 'transmitter+receiver') return { all: 2 * binds, sending: binds };
  return { all: binds, sending: bind === 'receiver' ? 0 : binds };
}

function countsOf(upstream: Upstream): ConnectorCounts {
  const { statuses: _statuses, receiptStates: _states, ...counts } = upstream.counters;
  return { ...counts, breakerOpened: upstream.breakerOpened };
}

/** What leads where, by connector. */
function backlogs(center: Center): ReadonlyMap<string, Backlog> {
  const waiting = new Map<string, Backlog>();
  for (const depth of center.depths()) {
    const plan = planOfLane(depth.lane);
    if (plan === undefined) continue;
    for (const name of new Set(plan.groups.flat().map(({ connector }) => connector))) {
      const { queued, ready } = waiting.get(name) ?? nothing;
      waiting.set(name, {
        queued: queued + depth.queued + depth.waiting,
        ready: ready + depth.queued,
      });
    }
  }
  return waiting;
}
