import type { EncodeError, PduInput, PduOf } from '@chappe/protocol';
import { type SegmentOutcome, SmppAbortError, SmppError, SmppStatusError, sendFailure } from '../errors.ts';
import type { RequestOptions } from '../session/request-options.ts';
import type { Done, RequestResult } from '../session/request-queue.ts';

/** Whom a message tells how it goes. */
export interface SendingListener {
  /** The peer has taken a segment; the id may be empty. */
  onTaken(segment: number, id: string): void;
  /** No segment is under way any more, be the message sent or not. */
  onOver(): void;
}

/** Where its segments leave. */
export interface Outlet {
  /** Sends a request as soon as there is room, and calls `done` once with its end. Returns what `cancel` takes. */
  submit(pdu: PduInput, done: Done, timeoutMs: number | undefined): unknown;
  /** Takes back a request that still waits; false when it has been sent or has ended. `done` is not called then. */
  cancel(submission: unknown): boolean;
}

/**
 * One message on its way: its segments are one request each, all on one bind, and one thing to its sender. When one
 * fails, those that have not left are taken back: nobody can read a part.
 */
export class Sending {
  readonly #outlet: Outlet;
  readonly #listener: SendingListener;
  readonly #submissions: unknown[] = [];
  readonly #outcomes: (SegmentOutcome | undefined)[];
  #open: number;
  #first: SmppError | EncodeError | undefined;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(outlet: Outlet, segments: number, listener: SendingListener) {
    this.#outlet = outlet;
    this.#listener = listener;
    this.#outcomes = new Array<undefined>(segments).fill(undefined);
    this.#open = segments;
  }

  /** Sends all segments. Settles once all are taken; rejects with what `SmppClient.send` says. */
  run(pdus: readonly PduInput[], { timeoutMs, signal }: RequestOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => this.#abort(signal!);
      this.#resolve = resolve;
      this.#reject = reject;
      signal?.addEventListener('abort', abort, { once: true });
      pdus.forEach((pdu, segment) => {
        const done = (result: RequestResult): void => {
          this.#ended(segment, result);
          if (this.#open === 0) signal?.removeEventListener('abort', abort);
        };
        this.#submissions.push(this.#outlet.submit(pdu, done, timeoutMs));
      });
    });
  }

  #ended(segment: number, result: RequestResult): void {
    if (result instanceof Error) this.#failed(segment, result);
    else if (result.command_status !== 0) {
      this.#failed(segment, new SmppStatusError(result.command, result.command_status));
    } else {
      // A deliver_sm_resp has none.
      const id = (result as Partial<PduOf<'submit_sm_resp'>>).message_id ?? '';
      this.#outcomes[segment] = { id, error: undefined };
      this.#open--;
      this.#listener.onTaken(segment, id);
    }
    if (this.#open === 0) this.#over();
  }

  #failed(segment: number, error: SmppError | EncodeError): void {
    this.#outcomes[segment] = { id: undefined, error };
    this.#open--;
    if (this.#first !== undefined) return;
    this.#first = error;
    const cause = { cause: error };
    this.#takeBack(
      new SmppError('CHAPPE_SMPP_ABORTED', 'not sent: another segment of its message failed', cause),
    );
  }

  #takeBack(error: SmppError): void {
    this.#submissions.forEach((submission, segment) => {
      if (this.#outcomes[segment] !== undefined || !this.#outlet.cancel(submission)) return;
      this.#outcomes[segment] = { id: undefined, error };
      this.#open--;
    });
  }

  #over(): void {
    this.#listener.onOver();
    if (this.#first === undefined) this.#resolve();
    else if (this.#outcomes.length === 1) this.#reject(this.#first);
    else this.#reject(sendFailure(this.#first, this.#outcomes as SegmentOutcome[]));
  }

  /** Ends the wait. What has left is heard of all the same, for the sake of its receipts. */
  #abort(signal: AbortSignal): void {
    this.#takeBack(new SmppAbortError(signal, false));
    const unknown = { id: undefined, error: new SmppAbortError(signal, true) };
    const segments = this.#outcomes.map((outcome) => outcome ?? unknown);
    const maybeSent = segments.some(({ id, error }) => id !== undefined || error === unknown.error);
    this.#reject(new SmppAbortError(signal, maybeSent, segments.length > 1 ? segments : undefined));
    if (this.#open === 0) this.#listener.onOver();
  }
}
