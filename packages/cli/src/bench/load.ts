/** The load itself: messages as fast as the windows, or as the clock, allow. */
import type { Pdu, PduInput } from '@chappe/protocol';
import { status, statusName } from '@chappe/protocol';
import type { SmppClient } from '@chappe/smpp';
import { Latencies } from './latencies.ts';
import type { ReceiptBook } from './receipt-book.ts';

/** What messages are given to. */
export type Submitter = Pick<SmppClient, 'submit'>;

/** What is sent, and how. */
export interface LoadOptions {
  /** Requests that may be open at once, over all binds. */
  readonly inFlight: number;
  /** Messages per second; undefined for as many as the windows allow. */
  readonly perSecond: number | undefined;
  /** Ends by count, warm-up included, or by time. */
  readonly messages: number | undefined;
  readonly durationMs: number;
  readonly warmUpMs: number;
  /** The message of that number. */
  readonly message: (index: number) => PduInput<'submit_sm'>;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  readonly setTimer: (run: () => void, delayMs: number) => () => void;
  readonly signal: AbortSignal;
}

/** What came of it. Everything but `sent` leaves the warm-up out. */
export interface LoadCounts {
  sent: number;
  submitted: number;
  accepted: number;
  /** Responses with an error, and requests without response. */
  errors: number;
  timeouts: number;
  /** Errors by name. */
  readonly reasons: Map<string, number>;
}

// Ticks of a paced run: short enough that a burst is small, long enough that timers cost nothing.
const tickMs = 1;
// Names of errors kept apart; a peer that invents statuses must not fill the memory.
const maxReasons = 50;

/** One run. */
export class Load {
  readonly latencies: Latencies = new Latencies();
  readonly counts: LoadCounts = {
    sent: 0,
    submitted: 0,
    accepted: 0,
    errors: 0,
    timeouts: 0,
    reasons: new Map(),
  };
  /** When measuring began and ended. */
  measuredFromMs = 0;
  measuredToMs = 0;
  readonly #client: Submitter;
  readonly #options: LoadOptions;
  readonly #book: ReceiptBook | undefined;
  readonly #onReceipt: (sentMs: number, cameMs: number) => void;
  #open = 0;
  #hasEnded = false;
  #startMs = 0;
  #cancelTick: (() => void) | undefined;
  #finish: () => void = () => undefined;

  constructor(
    client: Submitter,
    options: LoadOptions,
    book: ReceiptBook | undefined,
    onReceipt: (sentMs: number, cameMs: number) => void,
  ) {
    this.#client = client;
    this.#options = options;
    this.#book = book;
    this.#onReceipt = onReceipt;
  }

  /** Requests without response so far. */
  get open(): number {
    return this.#open;
  }

  /** Whether a message sent then counts. */
  isMeasured(sentMs: number): boolean {
    return sentMs >= this.measuredFromMs;
  }

  /** Sends; settles when all that was sent has been answered, or has failed. */
  run(): Promise<void> {
    const { nowMs, warmUpMs, signal, durationMs, setTimer } = this.#options;
    this.#startMs = nowMs();
    this.measuredFromMs = this.#startMs + warmUpMs;
    return new Promise((resolve) => {
      const cancelEnd = setTimer(() => this.#end(), warmUpMs + durationMs);
      const stop = (): void => this.#end();
      signal.addEventListener('abort', stop, { once: true });
      this.#finish = () => {
        cancelEnd();
        signal.removeEventListener('abort', stop);
        resolve();
      };
      this.#fill();
      if (this.#options.perSecond !== undefined) this.#tick();
    });
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#cancelTick?.();
    this.measuredToMs = this.#options.nowMs();
    if (this.#open === 0) this.#finish();
  }

  #tick(): void {
    this.#cancelTick = this.#options.setTimer(() => {
      this.#fill();
      if (!this.#hasEnded) this.#tick();
    }, tickMs);
  }

  /** Sends what may be sent now. */
  #fill(): void {
    const { inFlight, messages, nowMs } = this.#options;
    const counts = this.counts;
    while (!this.#hasEnded && this.#open < inFlight) {
      if (messages !== undefined && counts.sent >= messages) {
        this.#end();
        return;
      }
      const dueMs = this.#dueMs(counts.sent);
      if (dueMs > nowMs()) return;
      this.#send(dueMs);
    }
  }

  /**
   * When the message of that number should leave. Its latency counts from then, so that a stalled server is not
   * measured more kindly because the load waited for it.
   */
  #dueMs(index: number): number {
    const { perSecond, nowMs } = this.#options;
    return perSecond === undefined ? nowMs() : this.#startMs + (index * 1000) / perSecond;
  }

  #send(sentMs: number): void {
    const isMeasured = this.isMeasured(sentMs);
    if (isMeasured) this.counts.submitted++;
    this.#open++;
    const message = this.#options.message(this.counts.sent++);
    this.#client.submit(message, (result) => {
      this.#open--;
      if ('command' in result) this.#answered(result, sentMs, isMeasured);
      else if (isMeasured) this.#failed('code' in result ? String(result.code) : 'error', true);
      if (!this.#hasEnded) this.#fill();
      else if (this.#open === 0) this.#finish();
    });
  }

  #answered(response: Pdu, sentMs: number, isMeasured: boolean): void {
    const nowMs = this.#options.nowMs();
    if (isMeasured) this.latencies.record(nowMs - sentMs);
    if (response.command_status !== status.ESME_ROK) {
      if (isMeasured)
        this.#failed(
          statusName(response.command_status) ?? `0x${response.command_status.toString(16)}`,
          false,
        );
      return;
    }
    if (isMeasured) this.counts.accepted++;
    if (this.#book === undefined || response.command !== 'submit_sm_resp') return;
    const cameMs = this.#book.accepted(response.message_id, sentMs);
    if (cameMs !== undefined) this.#onReceipt(sentMs, cameMs);
  }

  #failed(reason: string, isTimeout: boolean): void {
    const { counts } = this;
    counts.errors++;
    if (isTimeout && reason === 'CHAPPE_SMPP_TIMEOUT') counts.timeouts++;
    const known = counts.reasons.get(reason);
    if (known !== undefined || counts.reasons.size < maxReasons) counts.reasons.set(reason, (known ?? 0) + 1);
  }
}
