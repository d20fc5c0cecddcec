/** Lines of one caller as messages: some hundred at a time go to the inlet, and wait while there is no room for them. */
import type { SubmitRequest, Submitted } from '@chappe/gateway';
import { type Caller, callerKey } from './auth/caller.ts';
import { checkShape, plainShape } from './body-shape.ts';
import type { Context } from './context.ts';
import type { Line } from './line-reader.ts';
import { Patience } from './patience.ts';
import { Problem } from './problem.ts';
import type { LineResultBody } from './schemas/batch.ts';
import { singleSubmission } from './schemas/submission.ts';
import { outcomeOf, refusedMessage, requestOf, takenBody } from './submissions.ts';
import { check } from './validation.ts';

/** A line, as far as it has come. */
export interface LineItem {
  readonly line: number;
  /** As far as it could be read. */
  readonly given: unknown;
  readonly request: SubmitRequest | undefined;
  /** Undefined: not known yet. */
  outcome: Submitted | Problem | undefined;
}

type Asked = LineItem & { readonly request: SubmitRequest };

/** Sends lines of one caller. */
export class LineGroups {
  readonly #context: Pick<Context, 'gateway' | 'clock' | 'sending'>;
  readonly #caller: Caller;
  readonly #signal: AbortSignal;
  readonly #patience: Patience;

  /** `signal`: nothing is waited for any more. `patienceMs`: of waiting for room that is of no use. */
  constructor(
    context: Pick<Context, 'gateway' | 'clock' | 'sending'>,
    caller: Caller,
    signal: AbortSignal,
    patienceMs: number,
  ) {
    this.#context = context;
    this.#caller = caller;
    this.#signal = signal;
    this.#patience = new Patience(patienceMs);
  }

  /** Reads a line. `maxOctets`: what it says of one that is too long. */
  itemOf({ number, text, flaw }: Line, maxOctets: number): LineItem {
    let given: unknown;
    try {
      if (flaw === 'long') throw new Problem('body_too_large', `a line has at most ${maxOctets} octets`);
      if (text === undefined) throw new Problem('malformed_json', 'the line is not in UTF-8');
      given = parsed(text);
      checkShape(given, plainShape);
      const body = check(singleSubmission, given, 'body');
      const request = requestOf(body, this.#caller, this.#context.clock.nowMs());
      return { line: number, given: { to: body.to }, request, outcome: undefined };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { line: number, given, request: undefined, outcome: error };
    }
  }

  /** Sends what can be sent. Settles when each has its outcome. */
  async send(items: readonly LineItem[]): Promise<void> {
    let waiting = items.filter((item): item is Asked => item.request !== undefined);
    for (let isFirst = true; waiting.length > 0; isFirst = false) {
      await this.#submit(waiting);
      const later = waiting.filter(({ outcome }) => outcome instanceof Problem && isForLater(outcome));
      if (isFirst && later.length === 0) this.#patience.wasNotNeeded();
      if (!isFirst && later.length < waiting.length) this.#patience.wasOfUse();
      const waitMs = later.length === 0 || this.#signal.aborted ? undefined : this.#patience.next();
      if (waitMs === undefined) return;
      await this.#pause(waitMs);
      waiting = later;
    }
  }

  async #submit(items: readonly Asked[]): Promise<void> {
    const { sending, gateway } = this.#context;
    try {
      const turn = await sending.take(callerKey(this.#caller), this.#signal);
      try {
        const results = await gateway.inlet.submit(items.map(({ request }) => request));
        for (const [at, result] of results.entries()) {
          const item = items[at];
          if (item !== undefined) item.outcome = outcomeOf(result);
        }
      } finally {
        turn.over();
      }
    } catch (error) {
      // The turn was not to be had.
      if (!(error instanceof Problem)) throw error;
      for (const item of items) item.outcome = error;
    }
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    const disarm = this.#context.clock.setTimer(wake, ms);
    this.#signal.addEventListener('abort', wake);
    return promise.finally(() => {
      disarm();
      this.#signal.removeEventListener('abort', wake);
    });
  }
}

/** What is answered of a line that has its outcome. */
export function lineResultOf({ line, given, outcome, request }: LineItem): LineResultBody {
  if (outcome instanceof Problem) return refusedMessage(given, outcome, { line });
  if (outcome === undefined || request === undefined) throw new Error('a line without an outcome');
  return { line, ...takenBody(request.to, outcome) };
}

function isForLater({ code }: Problem): boolean {
  return code === 'full' || code === 'throttled';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('malformed_json', (error as SyntaxError).message);
  }
}
