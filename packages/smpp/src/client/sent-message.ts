import type { MessageState, Receipt, TextCoding, UnmappableCharacter } from '@chappe/protocol';
import { withCaller } from '../caller.ts';
import type { Clock } from '../clock.ts';
import { SmppAbortError, type SmppError, SmppTimeoutError } from '../errors.ts';
import { checkWaitOptions } from '../session/request-options.ts';

/** The last word about a message: of all its segments together. */
export interface ReceiptResult {
  /** `DELIVERED` only when every segment is; else the state of the first segment that is not. */
  readonly state: MessageState;
  readonly delivered: boolean;
  /** The final receipt of each segment, in order. */
  readonly receipts: readonly Receipt[];
}

/** How long `receipt` waits. */
export interface ReceiptOptions {
  /** Milliseconds; default: as long as the client is open and remembers the message. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Waiter {
  readonly resolve: (result: ReceiptResult) => void;
  readonly reject: (error: SmppError) => void;
}

/** What a sent message is made with. */
export interface SentMessageOptions {
  readonly segments: number;
  readonly coding: TextCoding | undefined;
  readonly replaced: readonly UnmappableCharacter[];
  /** Why no receipt will come; undefined where one may. */
  readonly noReceipt: string | undefined;
  readonly clock: Clock;
}

/** A message that the MC has taken. */
export class SentMessage {
  /** message_id of each segment, in order. */
  readonly ids: readonly string[];
  /** How its text was coded; undefined for octets. */
  readonly coding: TextCoding | undefined;
  /** The characters that the coding does not hold, and `replacement` stands for; empty when the text survived whole. */
  readonly replaced: readonly UnmappableCharacter[];
  /** Number of segments. */
  readonly segments: number;
  readonly #clock: Clock;
  readonly #noReceipt: string | undefined;
  readonly #ids: string[] = [];
  readonly #receipts: (Receipt | undefined)[];
  readonly #waiters = new Set<Waiter>();
  #result: ReceiptResult | undefined;
  #failure: (() => SmppError) | undefined;

  /** @internal */
  constructor({ segments, coding, replaced, noReceipt, clock }: SentMessageOptions) {
    this.ids = this.#ids;
    this.coding = coding;
    this.replaced = replaced;
    this.segments = segments;
    this.#clock = clock;
    this.#noReceipt = noReceipt;
    this.#receipts = new Array<undefined>(segments).fill(undefined);
  }

  /** @internal The MC has taken a segment. */
  took(segment: number, id: string): void {
    this.#ids[segment] = id;
  }

  /**
   * Settles with the final state of all segments. Rejects with `SmppTimeoutError` (`receipt`), at once where none can
   * come: none was asked for by `receipt` of the message, the MC gave no message_id, or `operations.deliver_sm` takes them; with `SmppAbortError`; with `SmppClosedError` when the client was closed.
   */
  async receipt(options: ReceiptOptions = {}): Promise<ReceiptResult> {
    checkWaitOptions(options);
    if (this.#result !== undefined) return this.#result;
    const refusal = this.#refusal(options.signal);
    if (refusal !== undefined) throw refusal;
    try {
      return await this.#awaitReceipt(options);
    } catch (error) {
      throw withCaller(error);
    }
  }

  /** Why there is nothing to wait for. */
  #refusal(signal: AbortSignal | undefined): SmppError | undefined {
    if (this.#failure !== undefined) return this.#failure();
    if (signal?.aborted) return new SmppAbortError(signal, true);
    return this.#noReceipt === undefined ? undefined : new SmppTimeoutError('receipt', this.#noReceipt);
  }

  #awaitReceipt({ timeoutMs, signal }: ReceiptOptions): Promise<ReceiptResult> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiters.delete(waiter);
        cancel?.();
        signal?.removeEventListener('abort', abort);
      };
      const waiter: Waiter = {
        resolve: (result) => {
          stop();
          resolve(result);
        },
        reject: (error) => {
          stop();
          reject(error);
        },
      };
      const abort = (): void => waiter.reject(new SmppAbortError(signal!, true));
      const expire = (): void =>
        waiter.reject(
          new SmppTimeoutError('receipt', `no final receipt in ${timeoutMs} ms`, { maybeSent: true }),
        );
      const cancel = timeoutMs === undefined ? undefined : this.#clock.setTimer(expire, timeoutMs);
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /** @internal Notes the final receipt of a segment. The first counts, repeats are ignored. */
  note(segment: number, receipt: Receipt): void {
    this.#receipts[segment] ??= receipt;
    if (this.#result !== undefined || this.#receipts.some((known) => known === undefined)) return;
    const receipts = this.#receipts as Receipt[];
    const state = receipts.find((known) => known.state !== 'DELIVERED')?.state ?? 'DELIVERED';
    this.#result = { state, delivered: state === 'DELIVERED', receipts };
    for (const waiter of this.#waiters) waiter.resolve(this.#result);
  }

  /** @internal Whether all its segments have had their receipts. */
  get isSettled(): boolean {
    return this.#result !== undefined;
  }

  /** @internal No receipt will be noted any more; whoever waits is told why by an error of its own. */
  giveUp(why: () => SmppError): void {
    if (this.#result !== undefined) return;
    this.#failure = why;
    for (const waiter of this.#waiters) waiter.reject(why());
  }
}
