/** What happens in the gateway, for live views and for those who wait: nothing is kept, nothing is waited for. */
import type { Message, Step } from '@chappe/center';
import type { BindRefusal, PumpingAlarm } from '@chappe/policy';
import type { EventIds, Moment } from './event-ids.ts';
import { stepType } from './event-steps.ts';
import type { EventTypeOf } from './event-types.ts';
import type { Refusal } from './refusals.ts';
import type { SessionView } from './session-view.ts';

/** One part of a received message. */
export interface InboxSegment {
  /** The id that the submitter was told. */
  readonly publicId: string;
  /** 1 to total. */
  readonly sequence: number;
}

/** A message as the handset shows it: long ones joined. */
export interface InboxMessage {
  /** The id of its first segment. */
  readonly publicId: string;
  readonly from: string;
  /** The account that sent it: where an answer goes. */
  readonly account: string;
  /** What it shows; undefined for binary content. */
  readonly text: string | undefined;
  /** The octets of binary content, without user data header. */
  readonly bytes: Uint8Array | undefined;
  /** When its last segment arrived, epoch milliseconds. */
  readonly receivedMs: number;
  /** One for an ordinary message. Those that did not come in time are missing. */
  readonly segments: readonly InboxSegment[];
  /** Number of segments it should have. */
  readonly total: number;
  /** Class 0: shown at once, not kept (3GPP 23.038 4). */
  readonly flash: boolean;
  /** A message waiting indication: what waits and whether it does. */
  readonly waiting: { readonly indication: string; readonly active: boolean } | undefined;
}

/** What happened, by the type under which it is told: see event-types.ts. */
type Happening =
  /** A message, a receipt or a notice took a step. The message goes on changing: it is to be read at once. */
  | { readonly type: EventTypeOf<'message' | 'receipt'>; readonly step: Step; readonly message: Message }
  | { readonly type: 'session.bound'; readonly session: SessionView }
  | { readonly type: 'session.unbound'; readonly session: SessionView; readonly reason: string }
  | { readonly type: 'session.refused'; readonly refusal: BindRefusal }
  /** A bind to an upstream has come about, was lost, or failed; its circuit breaker has opened or closed. */
  | { readonly type: EventTypeOf<'connector'>; readonly connector: string; readonly detail: string }
  /** How the receiver of a webhook is doing; a test was posted to it. */
  | {
      readonly type: EventTypeOf<'webhook'>;
      readonly webhook: string;
      readonly detail: string;
      readonly failures: number;
      readonly limit: number | undefined;
    }
  /** A submission was not taken. */
  | { readonly type: 'submission.refused'; readonly refusal: Refusal }
  /** An account's messages look made up. */
  | { readonly type: 'pumping.detected'; readonly alarm: PumpingAlarm }
  /** A handset shows a message. */
  | { readonly type: 'handset.received'; readonly msisdn: string; readonly message: InboxMessage };

/** One thing that happened. `eventBodyOf` makes of it what others are told. */
export type GatewayEvent = Happening & Moment;

/** Hears events; must be quick, since messages wait for it. */
export type GatewayListener = (event: GatewayEvent) => void;

// A live view is one listener, however many people watch it; more is a leak.
const maxListeners = 10_000;

/** The gateway's listeners. */
export class GatewayEvents {
  readonly #listeners = new Set<GatewayListener>();
  /** Those that want no steps of messages. */
  readonly #quiet = new Set<GatewayListener>();
  readonly #ids: EventIds;
  readonly #onError: (error: unknown, where: string) => void;

  constructor(ids: EventIds, onError: (error: unknown, where: string) => void) {
    this.#ids = ids;
    this.#onError = onError;
  }

  /** False when nobody listens: then an event need not even be made. */
  get isHeard(): boolean {
    return this.#listeners.size + this.#quiet.size > 0;
  }

  /** The same for steps of messages, of which there are many. */
  get hearsMessages(): boolean {
    return this.#listeners.size > 0;
  }

  /**
   * Adds a listener; returns what removes it. `withMessages` false: for one that wants no steps of messages, so that none
   * need be made for it. Throws a RangeError beyond 10,000.
   */
  subscribe(listener: GatewayListener, withMessages: boolean = true): () => void {
    if (this.#listeners.size + this.#quiet.size >= maxListeners)
      throw new RangeError(`at most ${maxListeners} listeners`);
    const listeners = withMessages ? this.#listeners : this.#quiet;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** A message took a step: told to those who want to hear of that. */
  step(message: Message, step: Step): void {
    if (this.#listeners.size === 0) return;
    const type = stepType(message.kind, step);
    if (type === undefined) return;
    const { number, tag, atMs } = this.#ids.next();
    const event: GatewayEvent = { type, number, tag, atMs, step, message };
    for (const listener of this.#listeners) this.#tell(listener, event);
  }

  /** Now, for an event that is told elsewhere too. */
  moment(): Moment {
    return this.#ids.next();
  }

  /** Tells all listeners; one that throws disturbs nobody. `moment`: where the event has one already. */
  emit(happening: Exclude<Happening, { readonly step: Step }>, moment?: Moment): void {
    if (!this.isHeard) return;
    const event: GatewayEvent = { ...happening, ...(moment ?? this.#ids.next()) };
    for (const listener of this.#listeners) this.#tell(listener, event);
    for (const listener of this.#quiet) this.#tell(listener, event);
  }

  #tell(listener: GatewayListener, event: GatewayEvent): void {
    try {
      listener(event);
    } catch (error) {
      this.#onError(error, 'listener');
    }
  }
}
