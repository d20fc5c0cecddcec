import {
  type DefaultAlphabet,
  type IncompleteSet,
  type ReadReceiptOptions,
  type ReassemblerOptions,
  type Receipt,
  readReceipt,
  readText,
  status,
} from '@chappe/protocol';
import { destinationOf, sourceOf } from '../messages/address.ts';
import { LongMessages, type Part, readPart, type Whole } from '../messages/long-messages.ts';
import { type Check, whole } from '../option-checks.ts';
import type { Sleeper } from '../session/deadlines.ts';
import type { SessionLoop } from '../session/loop.ts';
import type { ResponseInput } from '../session/responses.ts';
import type { Session } from '../session/session.ts';
import { AwaitedReceipts, type ReceiptMatching } from './awaited-receipts.ts';
import type {
  Delivery,
  IncomingEvent,
  IncomingMessage,
  IncomingPdu,
  IncomingReceipt,
  IncompleteMessage,
} from './incoming-event.ts';

/** How incoming messages and receipts are read. */
export interface IncomingSettings extends ReassemblerOptions {
  /** What data_coding 0 means at this MC. Default `gsm7`. */
  readonly defaultAlphabet?: DefaultAlphabet | undefined;
  /** False gives every segment as a message of its own. Default true. */
  readonly reassemble?: boolean | undefined;
  /** How receipts are read, and find their messages. */
  readonly receipts?: ReceiptSettings | undefined;
  /**
   * What becomes of messages, and of receipts that no sent message awaits, while no loop runs. `wait`, the default: they
   * wait 5 s for one, then they are refused with ESME_RX_T_APPN, so that the MC keeps them. `refuse`: that at once, for a
   * client that will never have a loop; only a receipt that comes again within a second, and so keeps others from coming,
   * is accepted then. `accept`: ESME_ROK at once; they are lost.
   */
  readonly unclaimed?: 'wait' | 'refuse' | 'accept' | undefined;
}

/** How the receipts of an MC are read, and find their messages. */
export interface ReceiptSettings extends ReadReceiptOptions, ReceiptMatching {}

interface Queued {
  readonly event: IncomingMessage | IncomingReceipt;
  readonly untilMs: number;
}

interface Held {
  readonly session: Session;
  readonly pdu: IncomingPdu;
  readonly untilMs: number;
}

/** How long an event waits for a loop that is there but busy: half of what MCs wait for a response. */
const PATIENCE_MS = 30_000;
/** And where there is no loop: it may just be starting. */
const PATIENCE_WITHOUT_LOOP_MS = 5_000;
/** A receipt that comes again so soon keeps others from coming; and how many are remembered, more than MCs' windows. */
const AGAIN_MS = 1_000;
const REFUSED_MAX = 1_000;
/** Incomplete messages that wait for a loop, and their payload: the eldest leave, nobody waits for their answer. */
const INCOMPLETE_MAX = 1_000;
const INCOMPLETE_MAX_OCTETS = 4 * 1024 * 1024;
const NEVER = Number.POSITIVE_INFINITY;

/** Turns deliver_sm and data_sm into events, and answers each when its event has been dealt with. */
export class Incoming implements Sleeper {
  wakeAtMs: number = NEVER;
  readonly receipts: AwaitedReceipts;
  readonly #settings: IncomingSettings;
  readonly #loop: SessionLoop;
  readonly #long: LongMessages<IncomingPdu>;
  /** What came while no loop was there: it is looked at once one begins, so that nothing is acknowledged for nobody. */
  #held: Held[] = [];
  #queue: Queued[] = [];
  #incomplete: { readonly event: IncompleteMessage; readonly octets: number }[] = [];
  #incompleteOctets = 0;
  /** Receipts of strangers, and when they were refused last. */
  readonly #refused = new Map<string, number>();
  #loops = 0;
  #isClosing = false;
  #isClosed = false;
  #wake: (() => void)[] = [];
  #onIdle: (() => void)[] = [];
  readonly #givenUp = (set: IncompleteSet<Part<IncomingPdu>>): void => this.#pushIncomplete(set);

  constructor(settings: IncomingSettings, loop: SessionLoop) {
    this.#settings = settings;
    this.#loop = loop;
    this.#long = new LongMessages(settings, {
      refusal: status.ESME_RX_T_APPN,
      answer: (arrival, _, commandStatus) => answer(arrival.session, arrival.pdu, commandStatus),
    });
    this.receipts = new AwaitedReceipts(settings.receipts ?? {}, loop.clock);
  }

  /** Takes a request of the MC; it is answered exactly once. */
  take(session: Session, pdu: IncomingPdu): void {
    const { defaultAlphabet, receipts } = this.#settings;
    const receipt = readReceipt(pdu, { defaultAlphabet, interfaceVersion: session.version, ...receipts });
    if (receipt !== undefined) this.#takeReceipt(session, pdu, receipt);
    else if (this.#loops === 0) this.#unclaimed(session, pdu, undefined);
    else if (this.#isClosing) refuse(session, pdu);
    else this.#takeMessage(session, pdu);
  }

  /** Events one after the other. Each is answered when the next is asked for; see `SmppClient.incoming`. */
  async *events(signal: AbortSignal | undefined): AsyncGenerator<IncomingEvent, void, undefined> {
    const wakeAll = (): void => this.#wakeAll();
    signal?.addEventListener('abort', wakeAll);
    this.#loops++;
    this.#release();
    try {
      for (;;) {
        const event = await this.#next(signal);
        if (event === undefined) return;
        let isDone = false;
        try {
          yield event;
          isDone = true;
        } finally {
          if (event.kind !== 'incomplete') {
            // Left by `break` or an error: whether it was dealt with is not known, so the MC shall try again.
            if (isDone) event.accept();
            else event.refuse();
          }
        }
      }
    } finally {
      this.#loops--;
      signal?.removeEventListener('abort', wakeAll);
      this.#tellIdle();
    }
  }

  /** No new message is taken any more. Settles when the loops have had what waits, or none is there. */
  drained(): Promise<void> {
    this.#isClosing = true;
    this.#refuseHeld(NEVER);
    return this.#isIdle ? Promise.resolve() : new Promise((resolve) => this.#onIdle.push(resolve));
  }

  /** No more will come: what waits is refused, segments that wait for others are given out, then loops end. */
  close(): void {
    this.#isClosing = true;
    this.#isClosed = true;
    this.#refuseHeld(NEVER);
    this.#refuseQueued(NEVER);
    this.#long.expire(NEVER, this.#givenUp);
    this.receipts.giveUp();
    this.#loop.deadlines.disarm(this);
    this.#wakeAll();
    this.#tellIdle();
  }

  onWake(nowMs: number): void {
    this.#long.expire(nowMs, this.#givenUp);
    this.#refuseHeld(nowMs);
    this.#refuseQueued(nowMs);
    this.#tellIdle();
    const firstMs = (waiting: readonly { readonly untilMs: number }[]): number =>
      waiting.reduce((next, { untilMs }) => Math.min(next, untilMs), NEVER);
    this.#arm(Math.min(firstMs(this.#held), firstMs(this.#queue), this.#long.deadline()));
  }

  get #isIdle(): boolean {
    return this.#loops === 0 || this.#queue.length === 0;
  }

  async #next(signal: AbortSignal | undefined): Promise<IncomingEvent | undefined> {
    for (;;) {
      if (signal?.aborted) return undefined;
      const event = this.#queue.shift()?.event ?? this.#shiftIncomplete();
      if (event !== undefined || this.#isClosed) {
        this.#tellIdle();
        return event;
      }
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  #shiftIncomplete(): IncompleteMessage | undefined {
    const first = this.#incomplete.shift();
    this.#incompleteOctets -= first?.octets ?? 0;
    return first?.event;
  }

  /** No loop is there to take it. */
  #unclaimed(session: Session, pdu: IncomingPdu, receipt: Receipt | undefined): void {
    const { unclaimed = 'wait' } = this.#settings;
    const isInTheWay = unclaimed === 'refuse' && receipt !== undefined && this.#isRefusedAgain(pdu, receipt);
    if (unclaimed === 'accept' || isInTheWay) session.respond(pdu, {} as ResponseInput);
    else if (unclaimed === 'refuse' || this.#isClosing) refuse(session, pdu);
    else this.#hold(session, pdu);
  }

  /** Whether a receipt was refused a moment ago: some MCs send nothing else until it is taken. */
  #isRefusedAgain(pdu: IncomingPdu, receipt: Receipt): boolean {
    const key = JSON.stringify([receipt.ids[0], pdu.source_addr]);
    const refusedAtMs = this.#refused.get(key) ?? Number.NEGATIVE_INFINITY;
    this.#refused.delete(key);
    if (this.#nowMs() - refusedAtMs < AGAIN_MS) return true;
    this.#refused.set(key, this.#nowMs());
    const [eldest] = this.#refused.keys();
    if (this.#refused.size > REFUSED_MAX && eldest !== undefined) this.#refused.delete(eldest);
    return false;
  }

  #hold(session: Session, pdu: IncomingPdu): void {
    const untilMs = this.#nowMs() + PATIENCE_WITHOUT_LOOP_MS;
    this.#held.push({ session, pdu, untilMs });
    this.#arm(untilMs);
  }

  /** A loop has begun. */
  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const { session, pdu } of held) this.take(session, pdu);
  }

  #takeReceipt(session: Session, pdu: IncomingPdu, receipt: Receipt): void {
    const found = this.receipts.note({ receipt, from: pdu.source_addr, to: pdu.destination_addr });
    const message = typeof found === 'object' ? found : undefined;
    if (this.#loops > 0) {
      this.#push({ kind: 'receipt', receipt, message, pdu, ...this.#delivery(session, pdu) });
    } else if (found === 'stranger') this.#unclaimed(session, pdu, receipt);
    // Its message knows it, or will: nobody else needs to.
    else session.respond(pdu, {} as ResponseInput);
  }

  #takeMessage(session: Session, pdu: IncomingPdu): void {
    const part = this.#settings.reassemble === false ? undefined : readPart(pdu, '');
    if (part === undefined) {
      this.#pushMessage([pdu], this.#delivery(session, pdu));
      return;
    }
    const arrival = { session, pdu, atMs: this.#nowMs() };
    const step = this.#long.take(arrival, part, this.#givenUp);
    if (step.kind === 'whole') this.#pushWhole(session, pdu, step.whole);
    else if (step.kind === 'alone') this.#pushMessage([pdu], this.#delivery(session, pdu));
    else if (step.kind === 'full') refuse(session, pdu);
    else if (step.kind === 'acknowledge') session.respond(pdu, {} as ResponseInput);
    this.#arm(this.#long.deadline());
  }

  #pushWhole(session: Session, pdu: IncomingPdu, whole: Whole<IncomingPdu>): void {
    const answer = (commandStatus: number): void => {
      this.#long.settle(whole, commandStatus, this.#nowMs());
      if (this.#isClosed) this.#long.expire(NEVER, this.#givenUp);
      else this.#arm(this.#long.deadline());
    };
    this.#pushMessage(
      whole.parts.map((part) => part.pdu),
      this.#delivery(session, pdu, answer),
    );
  }

  #pushMessage(pdus: readonly IncomingPdu[], delivery: Delivery): void {
    const { text, bytes, dataCoding } = readText(pdus, { defaultAlphabet: this.#settings.defaultAlphabet });
    this.#push({ kind: 'message', text, bytes, dataCoding, pdus, ...delivery });
  }

  #pushIncomplete({ reason, parts, missing, total }: IncompleteSet<Part<IncomingPdu>>): void {
    const first = parts[0]!.pdu;
    const pdus = parts.map((part) => part.pdu);
    const addresses = { from: sourceOf(first), to: destinationOf(first) };
    const event: IncompleteMessage = { kind: 'incomplete', ...addresses, reason, pdus, missing, total };
    const octets = parts.reduce((sum, { payload }) => sum + payload.length, 0);
    this.#incomplete.push({ event, octets });
    this.#incompleteOctets += octets;
    while (this.#incomplete.length > INCOMPLETE_MAX || this.#incompleteOctets > INCOMPLETE_MAX_OCTETS) {
      this.#shiftIncomplete();
    }
    this.#wakeAll();
  }

  #delivery(
    session: Session,
    pdu: IncomingPdu,
    respond = (commandStatus: number): void => answer(session, pdu, commandStatus),
  ): Delivery {
    let isAnswered = false;
    const answerOnce = (commandStatus: number): void => {
      if (isAnswered) return;
      isAnswered = true;
      respond(commandStatus);
    };
    return {
      from: sourceOf(pdu),
      to: destinationOf(pdu),
      session,
      accept: () => answerOnce(status.ESME_ROK),
      refuse: (commandStatus = status.ESME_RX_T_APPN) => {
        checkRefusal(commandStatus, 'commandStatus');
        answerOnce(commandStatus);
      },
    };
  }

  #push(event: IncomingMessage | IncomingReceipt): void {
    const untilMs = this.#nowMs() + PATIENCE_MS;
    this.#queue.push({ event, untilMs });
    this.#wakeAll();
    this.#arm(untilMs);
  }

  #refuseHeld(nowMs: number): void {
    const late = this.#held.filter(({ untilMs }) => untilMs <= nowMs);
    if (late.length === 0) return;
    this.#held = this.#held.filter(({ untilMs }) => untilMs > nowMs);
    for (const { session, pdu } of late) refuse(session, pdu);
  }

  #refuseQueued(nowMs: number): void {
    const late = this.#queue.filter(({ untilMs }) => untilMs <= nowMs);
    if (late.length === 0) return;
    this.#queue = this.#queue.filter(({ untilMs }) => untilMs > nowMs);
    for (const { event } of late) event.refuse();
  }

  #nowMs(): number {
    return this.#loop.clock.monotonicMs();
  }

  #arm(atMs: number): void {
    if (!this.#isClosed && atMs !== NEVER) this.#loop.deadlines.arm(this, atMs);
  }

  #wakeAll(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const resolve of waiting) resolve();
  }

  #tellIdle(): void {
    if (!this.#isIdle) return;
    const waiting = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiting) resolve();
  }
}

/** What no answer can say would be ESME_RSYSERR on the wire, and something else to the message that it is about. */
const checkRefusal: Check = whole(1, 0xffff_ffff);

function answer(session: Session, pdu: IncomingPdu, commandStatus: number): void {
  session.respond(pdu, { command_status: commandStatus } as ResponseInput);
}

function refuse(session: Session, pdu: IncomingPdu): void {
  answer(session, pdu, status.ESME_RX_T_APPN);
}
