import type { EncodeError, PduInput, RequestName, TlvTable } from '@chappe/protocol';
import { withCaller } from '../caller.ts';
import type { SessionEvent } from '../core/events.ts';
import type { SessionCodec } from '../core/options.ts';
import type { SessionCore } from '../core/session-core.ts';
import type { NoTlvs, WithTlvsOf } from '../core/vendor-tlvs.ts';
import {
  type CloseReason,
  requestFailure,
  SmppAbortError,
  SmppClosedError,
  SmppError,
  SmppTimeoutError,
} from '../errors.ts';
import { isThenable } from '../guard.ts';
import type { SessionLoop } from './loop.ts';
import { checkFields, checkPdu, checkWaitOptions, type RequestOptions } from './request-options.ts';
import {
  type Done,
  RequestQueue,
  type RequestResult,
  type Settler,
  settleRequest,
  type Waiting,
} from './request-queue.ts';

/** A request as it is given to be sent. The command tells which response comes back. */
export type RequestInput<C extends RequestName, T extends TlvTable = NoTlvs> = WithTlvsOf<PduInput<C>, T> & {
  readonly command: C;
};

/** What requests need of their session. */
export interface RequestsOwner {
  /** Something was written, or waits: the session is to flush and to look at its deadlines. */
  onRequested(): void;
  /** A callback of the user threw. */
  onError(error: unknown, where: string): void;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Sends a request, and calls back once with how it ended. Returns what takes it back while it waits. */
export type Submit = (pdu: PduInput, done: Done, timeoutMs: number | undefined) => () => boolean;

/** Settles with the response to a request; rejects with why there is none. The signal ends the wait. */
export async function requestPromise(
  submit: Submit,
  pdu: PduInput,
  options: RequestOptions,
  codec: SessionCodec,
): Promise<RequestResult> {
  checkPdu(pdu);
  checkFields(pdu, codec);
  checkWaitOptions(options);
  const { signal, timeoutMs } = options;
  if (signal?.aborted) throw new SmppAbortError(signal, false);
  try {
    return await new Promise((resolve, reject) => {
      let takeBack: (() => boolean) | undefined;
      const abort = (): void => reject(new SmppAbortError(signal!, takeBack?.() !== true));
      signal?.addEventListener('abort', abort, { once: true });
      const settle: Done = (result) => {
        signal?.removeEventListener('abort', abort);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      takeBack = submit(pdu, settle, timeoutMs);
    });
  } catch (error) {
    throw withCaller(error);
  }
}

/** The requests of one session on their way out: at once while the window has slots, then in order of arrival. */
export class Requests {
  readonly #core: SessionCore;
  readonly #loop: SessionLoop;
  readonly #owner: RequestsOwner;
  #queue: RequestQueue | undefined;
  #wasFull = false;
  #endReason: CloseReason = 'closed';

  constructor(core: SessionCore, loop: SessionLoop, owner: RequestsOwner) {
    this.#core = core;
    this.#loop = loop;
    this.#owner = owner;
  }

  /** Requests that wait for a slot. */
  get waiting(): number {
    return this.#queue?.length ?? 0;
  }

  /** Requests that would be sent at once; 0 while others wait. */
  get windowFree(): number {
    return this.waiting === 0 ? this.#core.window.free : 0;
  }

  /** When `expire` has something to do. */
  get deadlineMs(): number {
    return this.#queue?.deadlineMs ?? NEVER;
  }

  /** Sends a request, or has it wait. `done` is called once, never before this returns. */
  submit(pdu: PduInput, done: Done, timeoutMs: number | undefined): () => boolean {
    const isControl =
      pdu.command === 'enquire_link' || pdu.command === 'unbind' || pdu.command.startsWith('bind_');
    if (isControl || this.windowFree > 0) {
      this.transmit(pdu, done, timeoutMs);
      return never;
    }
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      queueMicrotask(() => this.tell(done, refusal));
      return never;
    }
    const waitMs = timeoutMs ?? this.#loop.responseTimeoutMs;
    const untilMs = waitMs > 0 ? this.#loop.turns.nowMs() + waitMs : NEVER;
    const waiting: Waiting = { pdu, done, timeoutMs: waitMs, untilMs };
    this.#queue ??= new RequestQueue();
    this.#queue.push(waiting);
    this.#owner.onRequested();
    return () => this.#queue?.remove(waiting) === true;
  }

  /** As `submit`, with a promise: see `requestPromise`. */
  promise(pdu: PduInput, options: RequestOptions): Promise<RequestResult> {
    const submit: Submit = (request, done, timeoutMs) => this.submit(request, done, timeoutMs);
    return requestPromise(submit, pdu, options, this.#core.codec);
  }

  /** Sends a request past the queue: a bind, or one for which `windowFree` was asked before. */
  transmit(pdu: PduInput, done: Done | Settler, timeoutMs: number | undefined): void {
    try {
      this.#core.request(pdu, this.#loop.turns.nowMs(), done, timeoutMs);
    } catch (error) {
      const isOver = this.#core.state === 'closed';
      const why = isOver ? new SmppClosedError(this.#endReason, false) : (error as SmppError | EncodeError);
      queueMicrotask(() => this.tell(done, why));
      return;
    }
    // Nothing answers it.
    if (pdu.command === 'alert_notification') this.tell(done, undefined as never);
    if (this.#core.window.free === 0) this.#wasFull = true;
    this.#owner.onRequested();
  }

  /** Sends what waited for a slot. */
  pump(): void {
    const queue = this.#queue;
    while (queue !== undefined && queue.length > 0 && this.#core.window.free > 0) {
      const { pdu, done, timeoutMs } = queue.shift()!;
      this.transmit(pdu, done, timeoutMs);
    }
  }

  /** Tells the listener if the window was full and is not any more; asked once per batch of responses. */
  tellFree(listener: () => void): void {
    if (!this.#wasFull || this.windowFree === 0) return;
    this.#wasFull = false;
    try {
      this.#await(listener(), 'onWindowFree');
    } catch (error) {
      this.#owner.onError(error, 'onWindowFree');
    }
  }

  /** Ends the waits whose time is over. */
  expire(nowMs: number): void {
    for (const { done } of this.#queue?.expire(nowMs) ?? []) {
      this.tell(done, new SmppTimeoutError('window', 'no slot of the window became free in time'));
    }
  }

  /** Ends all waits: nothing will be sent any more. */
  fail(reason: CloseReason): void {
    this.#endReason = reason;
    for (const { done } of this.#queue?.clear() ?? []) this.tell(done, new SmppClosedError(reason, false));
  }

  /** A request that was sent has ended. */
  ended(event: Extract<SessionEvent, { readonly token: unknown }>): void {
    const result = event.kind === 'response' ? event.pdu : requestFailure(event.why);
    this.tell(event.token as Done | Settler | undefined, result);
  }

  /** Tells how a request ended; an error of the listener harms nobody else. */
  tell(done: Done | Settler | undefined, result: RequestResult): void {
    try {
      this.#await(settleRequest(done, result), 'done');
    } catch (error) {
      this.#owner.onError(error, 'done');
    }
  }

  /** What a callback has returned: a promise, where it is async. */
  #await(returned: unknown, where: string): void {
    if (returned === undefined || !isThenable(returned)) return;
    returned.then(undefined, (error: unknown) => this.#owner.onError(error, where));
  }

  #refusal(): SmppError | undefined {
    if (this.#core.state === 'closed') return new SmppClosedError(this.#endReason, false);
    if (this.waiting < this.#loop.queueLimit) return undefined;
    return new SmppError('CHAPPE_SMPP_QUEUE_FULL', `${this.waiting} requests wait for a slot of the window`);
  }
}

function never(): boolean {
  return false;
}
