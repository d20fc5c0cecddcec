/**
 * The simulated handsets: every number exists. What a number does with a message is decided here, from its state,
 * its magic digits and the configured weights; when and how that is reported is the connector's affair.
 */
import type { Message } from '@chappe/center';
import type { Alert, InboxMessage } from '@chappe/gateway';
import { numberKey } from '@chappe/protocol';
import { type HandsetState, Inboxes, messageOf, type Shown } from './handset.ts';
import { magicOf, offThenOnAttempts, offThenOnPauseMs } from './magic.ts';
import { Receiver } from './receiver.ts';

/** How the handsets behave. */
export interface HandsetOptions {
  /** Shortest and longest time to delivery, default [50, 500]. */
  readonly delayMs?: readonly [number, number];
  /** Makes delays and outcomes repeatable; without it the gateway's random source is used. */
  readonly seed?: number;
  /** Messages under way to handsets at once, default 20,000; the rest waits in the store. */
  readonly capacity?: number;
  /** Messages kept in all inboxes together, default 10,000. */
  readonly inboxMessages?: number;
  /** Relative weights of outcomes of ordinary numbers; default: all are delivered. */
  readonly outcomes?: OutcomeWeights;
}

/** Relative weights, any unit: `{ delivered: 90, undeliverable: 10 }`. */
export type OutcomeWeights = Readonly<
  Partial<Record<'delivered' | 'undeliverable' | 'expired' | 'rejected', number>>
>;

/** What a handset does with one attempt. */
export type HandsetAnswer =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'retry';
      readonly errorClass: 'unreachable' | 'busy' | 'full';
      readonly error: number;
      readonly afterMs?: number;
      readonly detail: string;
    }
  | {
      readonly kind: 'failed';
      readonly state: 'undeliverable' | 'expired' | 'rejected';
      readonly error: number;
      readonly detail: string;
    };

/** One line of the list of handsets. */
export interface HandsetSummary {
  readonly msisdn: string;
  readonly state: HandsetState;
  readonly messages: number;
}

// Error codes of MAP (3GPP 29.002 17.6.6): absent subscriber, subscriber busy, memory capacity exceeded.
const answers: Readonly<Record<Exclude<HandsetState, 'on'>, HandsetAnswer>> = {
  off: { kind: 'retry', errorClass: 'unreachable', error: 27, detail: 'handset is off' },
  busy: { kind: 'retry', errorClass: 'busy', error: 31, detail: 'handset is busy' },
  full: { kind: 'retry', errorClass: 'full', error: 32, detail: 'handset memory is full' },
};
const delivered: HandsetAnswer = { kind: 'delivered' };
const undelivered: HandsetAnswer = {
  kind: 'failed',
  state: 'undeliverable',
  error: 1,
  detail: 'magic number: undelivered',
};
const expired: HandsetAnswer = {
  kind: 'failed',
  state: 'expired',
  error: 2,
  detail: 'magic number: expired',
};
const rejected: HandsetAnswer = {
  kind: 'failed',
  state: 'rejected',
  error: 3,
  detail: 'magic number: rejected',
};
const offAtFirst: HandsetAnswer = {
  kind: 'retry',
  errorClass: 'unreachable',
  error: 27,
  afterMs: offThenOnPauseMs,
  detail: 'magic number: off, then on',
};

// Switched handsets are remembered until they are switched on; more than this is a load test, not a person.
const maxSwitched = 100_000;
// Alerts wanted, over all handsets (bounded because only a switched-off handset collects them).
const maxAlerts = 10_000;

/** The model of all handsets. */
export class Handsets {
  readonly #states = new Map<string, HandsetState>();
  readonly #alerts = new Map<string, Alert>();
  readonly #inboxes: Inboxes;
  readonly #receiver: Receiver;
  readonly #random: () => number;
  #sinceMs = 0;
  readonly #delayMs: readonly [number, number];
  readonly #outcomes: readonly { readonly upTo: number; readonly answer: HandsetAnswer }[];

  /** Called when a handset is switched on, so that what waits for it is tried at once. */
  onReachable: ((msisdn: string, alerts: readonly Alert[]) => void) | undefined;
  /** Called for each message that a handset shows. */
  onReceived: ((msisdn: string, message: () => InboxMessage) => void) | undefined;

  constructor(options: HandsetOptions, random: () => number) {
    this.#random = options.seed === undefined ? random : seeded(options.seed);
    this.#delayMs = options.delayMs ?? [50, 500];
    this.#inboxes = new Inboxes(options.inboxMessages);
    this.#receiver = new Receiver((shown) => this.#keep(shown));
    this.#outcomes = ladder(options.outcomes);
  }

  /** The state of a number's handset; `on` unless somebody switched it. */
  state(msisdn: string): HandsetState {
    return this.#states.get(numberKey(msisdn)) ?? 'on';
  }

  /** Switches a handset. Switching it on lets waiting messages through at once. */
  setState(msisdn: string, state: HandsetState): void {
    const number = numberKey(msisdn);
    if (state !== 'on') {
      if (this.#states.size >= maxSwitched && !this.#states.has(number)) {
        throw new RangeError(`at most ${maxSwitched} handsets can be off, busy or full at once`);
      }
      this.#states.set(number, state);
      return;
    }
    if (!this.#states.delete(number)) return;
    this.onReachable?.(number, this.#takeAlerts(number));
  }

  /** Messages that a handset shows, eldest first. */
  inbox(msisdn: string): readonly InboxMessage[] {
    return this.#inboxes.of(numberKey(msisdn));
  }

  /** Empties the inbox of one handset. */
  clearInbox(msisdn: string): void {
    this.#inboxes.clear(numberKey(msisdn));
  }

  /** All inboxes are empty, and what was accepted before then is not shown any more. `atMs`: epoch milliseconds. */
  forget(atMs: number): void {
    this.#sinceMs = atMs;
    this.#inboxes.clearAll();
  }

  /** All handsets are on again. */
  switchAllOn(): void {
    for (const msisdn of [...this.#states.keys()]) this.setState(msisdn, 'on');
  }

  /** Handsets that were switched or have messages, at most `limit`, latest first. */
  list(limit = 100): HandsetSummary[] {
    const counts = this.#inboxes.counts();
    const numbers = new Set([...this.#states.keys(), ...[...counts.keys()].reverse()]);
    return [...numbers].slice(0, limit).map((msisdn) => ({
      msisdn,
      state: this.state(msisdn),
      messages: counts.get(msisdn) ?? 0,
    }));
  }

  /** Numbers with messages, the one that got one last at the end: those that a broadcast reaches. */
  known(): string[] {
    return [...this.#inboxes.counts().keys()];
  }

  /** The account that last wrote to this handset from that sender. */
  lastWriter(msisdn: string, from: string): string | undefined {
    const inbox = this.inbox(msisdn);
    const wanted = numberKey(from);
    return inbox.findLast((message) => numberKey(message.from) === wanted)?.account;
  }

  /**
   * How exactly delays need to be kept: a fiftieth of their spread, 1 to 10 ms. What is answered together is committed
   * together, and commits are what costs.
   */
  get tickMs(): number {
    const [shortest, longest] = this.#delayMs;
    return Math.min(Math.max(Math.round((longest - shortest) / 50), 1), 10);
  }

  /** Time until the handset answers an attempt. */
  delayMs(): number {
    const [shortest, longest] = this.#delayMs;
    return shortest + this.#random() * (longest - shortest);
  }

  /** What the handset does with this attempt. Puts a delivered message into the inbox. */
  attempt(message: Message, wallMs: number): HandsetAnswer {
    const { digits } = message.destination;
    const answer = this.#answer(message, digits);
    if (answer.kind === 'delivered') this.show(digits, message, wallMs);
    return answer;
  }

  /** Puts a message into a handset's inbox, whatever the handset's state. */
  show(msisdn: string, message: Message, wallMs: number): void {
    if (message.acceptedMs >= this.#sinceMs) this.#receiver.receive(numberKey(msisdn), message, wallMs);
  }

  /** Gives up long messages whose missing segments did not come: they are shown as far as they came. */
  expire(wallMs: number): void {
    this.#receiver.expire(wallMs);
  }

  /** Remembers that a sender wants an alert_notification when this handset is back. */
  wantAlert(message: Message): void {
    if (this.#alerts.size >= maxAlerts) return;
    const number = numberKey(message.destination.digits);
    const { account, source, destination } = message;
    this.#alerts.set(`${number} ${account} ${source.digits}`, { account, source, destination });
  }

  #keep(shown: Shown): void {
    this.#inboxes.add(shown);
    // A listener is rare; putting the message together for nobody would be for nothing.
    if (this.onReceived !== undefined) this.onReceived(shown.number, () => messageOf(shown));
  }

  #answer(message: Message, digits: string): HandsetAnswer {
    if (this.#states.size !== 0) {
      const state = this.state(digits);
      if (state !== 'on') return answers[state];
    }
    switch (magicOf(digits)) {
      case 'undelivered':
        return undelivered;
      case 'expired':
        return expired;
      case 'rejected':
        return rejected;
      case 'off-then-on':
        return attemptsBefore(message) < offThenOnAttempts ? offAtFirst : delivered;
      case undefined:
        return this.#outcomes.length === 0 ? delivered : this.#drawn();
      default:
        return delivered;
    }
  }

  #drawn(): HandsetAnswer {
    const drawn = this.#random();
    return this.#outcomes.find(({ upTo }) => drawn < upTo)?.answer ?? delivered;
  }

  #takeAlerts(number: string): Alert[] {
    const taken: Alert[] = [];
    for (const [key, alert] of this.#alerts) {
      if (!key.startsWith(`${number} `)) continue;
      taken.push(alert);
      this.#alerts.delete(key);
    }
    return taken;
  }
}

/** Attempts that were made before the present one. */
function attemptsBefore(message: Message): number {
  return Math.max(message.attempts, 0);
}

function ladder(weights: OutcomeWeights | undefined): { upTo: number; answer: HandsetAnswer }[] {
  if (weights === undefined) return [];
  const rows: [number, HandsetAnswer][] = [
    [weights.delivered ?? 0, delivered],
    [weights.undeliverable ?? 0, { ...undelivered, detail: 'drawn by weight' } as HandsetAnswer],
    [weights.expired ?? 0, { ...expired, detail: 'drawn by weight' } as HandsetAnswer],
    [weights.rejected ?? 0, { ...rejected, detail: 'drawn by weight' } as HandsetAnswer],
  ];
  const sum = rows.reduce((total, [weight]) => total + weight, 0);
  if (!(sum > 0) || rows.some(([weight]) => weight < 0)) {
    throw new RangeError('outcome weights must not be negative, and one must be above 0');
  }
  let reached = 0;
  return rows.map(([weight, answer]) => {
    reached += weight / sum;
    return { upTo: reached, answer };
  });
}

/** Repeatable random numbers from 0 (inclusive) to 1 (exclusive): mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
