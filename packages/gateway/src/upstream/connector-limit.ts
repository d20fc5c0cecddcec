/** Why an upstream is not faster: one word and a sentence with the figures and the remedy. */
import type { HoldShares } from '../observation/hold-times.ts';

/** What keeps an upstream from taking more messages. `none`: nothing does; `idle`: there is nothing to send. */
export type ConnectorLimit = 'window' | 'rate' | 'breaker' | 'binds' | 'upstream' | 'none' | 'idle';

/** What the answer depends on. */
export interface LimitFacts {
  readonly name: string;
  readonly mode: 'running' | 'paused' | 'draining' | 'stopped';
  /** Bound sessions that can send, and how many of those are wanted. */
  readonly sending: number;
  readonly sendingWanted: number;
  readonly lastError: string | undefined;
  readonly breaker: 'closed' | 'open' | 'probing';
  readonly breakerPauseMs: number;
  /** Messages ready to go: in memory, in the lanes that lead there. */
  readonly ready: number;
  readonly inFlight: number;
  readonly window: number;
  /** 0: not known yet. */
  readonly rttMs: number;
  /** What the settings allow, and what the upstream's "slow down" has left of it; Infinity: no limit. */
  readonly setPerSecond: number;
  readonly perSecond: number;
  readonly throttled: number;
  /** Where the time of the last seconds went. */
  readonly shares: HoldShares;
}

/** The answer. */
export interface LimitAnswer {
  readonly limit: ConnectorLimit;
  readonly limitText: string;
}

// Of an upstream that takes so long a larger window only makes the pile higher.
const slowMs = 1_000;
// A hold that takes less of the time costs less than a tenth of the rate.
const tellingShare = 0.1;

/** Decides. The first of: stopped by hand, no bind, breaker, nothing to send, and then what took most of the time. */
export function limitOf(facts: LimitFacts): LimitAnswer {
  const { name, mode, breaker, sending } = facts;
  if (mode === 'stopped')
    return answer('idle', `stopped: no binds are made until connector ${name} is started`);
  if (mode === 'paused') return answer('idle', `paused: nothing is sent until connector ${name} is resumed`);
  if (mode === 'draining')
    return answer(
      'idle',
      `draining: ${count(facts.inFlight, 'request')} still without response, no new ones`,
    );
  if (sending === 0) return unbound(facts);
  if (breaker !== 'closed') return broken(facts);
  if (facts.ready === 0) {
    if (facts.inFlight === 0) return answer('idle', 'idle: there is nothing to send');
    return answer('none', `none: nothing waits; ${count(facts.inFlight, 'request')} under way`);
  }
  return held(facts);
}

function unbound({ sendingWanted, lastError, ready }: LimitFacts): LimitAnswer {
  const why = lastError === undefined ? 'the first bind is under way' : `the last try failed: ${lastError}`;
  const more = ready === 0 ? '' : `; ${waiting(ready)}`;
  if (sendingWanted === 0)
    return answer('binds', `binds: only receiving binds are set up, nothing can be sent${more}`);
  return answer('binds', `binds: none of ${sendingWanted} stands, ${why}${more}`);
}

function broken({ name, breaker, breakerPauseMs }: LimitFacts): LimitAnswer {
  const remedy = `see connectors.${name}.breaker, and at the operator why requests fail`;
  if (breaker === 'probing')
    return answer('breaker', `breaker: one message tries whether requests go well again; ${remedy}`);
  return answer(
    'breaker',
    `breaker: too many requests failed in a row, nothing is sent for ${seconds(breakerPauseMs)} each time; ${remedy}`,
  );
}

/** Something waits and nothing is broken: what took most of the time. */
function held(facts: LimitFacts): LimitAnswer {
  const { shares } = facts;
  const most = Math.max(shares.window, shares.rate, shares.disk);
  if (most < tellingShare) return answer('none', `none: ${waiting(facts.ready)}, but there is room`);
  if (shares.rate === most) return paced(facts);
  return shares.disk === most ? unsaved(facts) : full(facts);
}

function paced({ name, perSecond, setPerSecond, throttled, shares }: LimitFacts): LimitAnswer {
  const share = percent(shares.rate);
  if (perSecond < setPerSecond || setPerSecond === Number.POSITIVE_INFINITY) {
    return answer(
      'upstream',
      `upstream: it said "slow down" to ${count(throttled, 'request')}, so ${figure(perSecond)}/s leave now; that held messages back for ${share} of the time: ask the operator for more`,
    );
  }
  return answer(
    'rate',
    `rate: ${figure(setPerSecond)}/s are allowed, which held messages back for ${share} of the time: raise connectors.${name}.throughput`,
  );
}

function full(facts: LimitFacts): LimitAnswer {
  const { name, inFlight, window, rttMs, sending, sendingWanted } = facts;
  const used = `${figure(inFlight)} of ${figure(window)} requests await a response`;
  if (rttMs === 0) {
    return answer('upstream', `upstream: ${used}, and none has come yet: it is slow or hangs`);
  }
  const allowed = `that allows about ${figure((window * 1_000) / rttMs)}/s`;
  if (rttMs >= slowMs) {
    return answer(
      'upstream',
      `upstream: ${used} of ${seconds(rttMs)} each; ${allowed}: ask the operator why it is slow`,
    );
  }
  if (sending < sendingWanted) {
    return answer(
      'binds',
      `binds: ${sending} of ${sendingWanted} stand, and ${used} of ${millis(rttMs)} each; ${allowed}: mend the missing binds`,
    );
  }
  return answer(
    'window',
    `window: ${used} of ${millis(rttMs)} each; ${allowed}: raise connectors.${name}.window`,
  );
}

function unsaved({ name, window, shares }: LimitFacts): LimitAnswer {
  return answer(
    'window',
    `window: its ${figure(window)} requests are answered, but until that is on disk their places stay taken, for ${percent(shares.disk)} of the time: raise connectors.${name}.window, or give the data folder a faster disk`,
  );
}

function answer(limit: ConnectorLimit, limitText: string): LimitAnswer {
  return { limit, limitText };
}

/** Three figures are all that is meant: 1923 is "1,920". */
function figure(value: number): string {
  if (!Number.isFinite(value)) return 'any number';
  if (value < 10 && !Number.isInteger(value)) return value.toFixed(1);
  const scale = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, value))) - 2);
  return (Math.round(value / scale) * scale).toLocaleString('en-US');
}

function count(value: number, word: string): string {
  return `${figure(value)} ${word}${value === 1 ? '' : 's'}`;
}

function waiting(messages: number): string {
  return `${count(messages, 'message')} ${messages === 1 ? 'waits' : 'wait'}`;
}

function millis(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

function seconds(ms: number): string {
  const value = ms / 1_000;
  return `${Number.isInteger(value) ? value : value.toFixed(1)} s`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
