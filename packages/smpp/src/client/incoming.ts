import {
  type DataCoding,
  type DefaultAlphabet,
  type IncompleteSet,
  type MessagePart,
  type PduOf,
  type ReadReceiptOptions,
  Reassembler,
  type ReassemblerOptions,
  type Receipt,
  readConcat,
  readReceipt,
  readText,
  readUserData,
  status,
} from '@chappe/protocol';
import type { Sleeper } from '../session/deadlines.ts';
import type { SessionLoop } from '../session/loop.ts';
import type { ResponseInput } from '../session/responses.ts';
import type { Session } from '../session/session.ts';
import { AwaitedReceipts } from './awaited-receipts.ts';
import type { Address } from './outgoing-message.ts';
import type { SentMessage } from './sent-message.ts';

/** The PDUs that carry messages and receipts to an ESME. */
export type IncomingPdu = PduOf<'deliver_sm' | 'data_sm'>;

/** What all incoming events have. */
interface Delivery {
  readonly from: Address;
  readonly to: Address;
  /** The session it came on. */
  readonly session: Session;
  /** Answers ESME_ROK now, instead of after the loop body. */
  accept(): void;
  /** Answers this command_status, default ESME_RX_T_APPN: the MC tries again. */
  refuse(commandStatus?: number): void;
}

/** A message from a handset, its segments put together. */
export interface IncomingMessage extends Delivery {
  readonly kind: 'message';
  /** One character per octet where the content is no text. */
  readonly text: string;
  /** The content without headers. */
  readonly bytes: Uint8Array;
  readonly dataCoding: DataCoding;
  /** In order; one for a message of one piece. */
  readonly pdus: readonly IncomingPdu[];
}

/** The word of the MC about a message that was sent. */
export interface IncomingReceipt extends Delivery {
  readonly kind: 'receipt';
  readonly receipt: Receipt;
  /** The message, where this client has sent it and asked for receipts. */
  readonly message: SentMessage | undefined;
  readonly pdu: IncomingPdu;
}

/** Segments whose others did not come. They were acknowledged when they came: an MC with a window of one waits for it. */
export interface IncompleteMessage {
  readonly kind: 'incomplete';
  readonly from: Address;
  readonly to: Address;
  readonly reason: IncompleteSet<MessagePart>['reason'];
  readonly pdus: readonly IncomingPdu[];
  readonly missing: readonly number[];
  readonly total: number;
}

/** What comes to a client. */
export type IncomingEvent = IncomingMessage | IncomingReceipt | IncompleteMessage;

/** How incoming messages and receipts are read. */
export interface IncomingSettings extends ReassemblerOptions {
  /** What data_coding 0 means at this MC. Default `gsm7`. */
  readonly defaultAlphabet?: DefaultAlphabet | undefined;
  /** False gives every segment as a message of its own. Default true. */
  readonly reassemble?: boolean | undefined;
  readonly receipts?: ReadReceiptOptions | undefined;
}

interface Part extends MessagePart {
  readonly pdu: IncomingPdu;
}

interface Queued {
  readonly event: IncomingEvent;
  readonly untilMs: number;
}

/** How long an event waits for a loop that is there but busy: half of what MCs wait for a response. */
const PATIENCE_MS = 30_000;
/** And where there is no loop: it may just be starting. */
const PATIENCE_WITHOUT_LOOP_MS = 5_000;
const NEVER = Number.POSITIVE_INFINITY;

function sourceOf(pdu: IncomingPdu): Address {
  return { ton: pdu.source_addr_ton, npi: pdu.source_addr_npi, address: pdu.source_addr };
}

function destinationOf(pdu: IncomingPdu): Address {
  return { ton: pdu.dest_addr_ton, npi: pdu.dest_addr_npi, address: pdu.destination_addr };
}

/** Octet strings are views of the received chunk; a segment that waits must not keep it in memory. */
function kept(pdu: IncomingPdu): IncomingPdu {
  const tlvs = pdu.tlvs.map((tlv) =>
    tlv.value instanceof Uint8Array ? { ...tlv, value: tlv.value.slice() } : tlv,
  );
  const copy = { ...pdu, tlvs } as IncomingPdu;
  return copy.command === 'deliver_sm' ? { ...copy, short_message: copy.short_message.slice() } : copy;
}

/** Turns deliver_sm and data_sm into events, and answers each when its event has been dealt with. */
export class Incoming implements Sleeper {
  wakeAtMs: number = NEVER;
  readonly receipts: AwaitedReceipts = new AwaitedReceipts();
  readonly #settings: IncomingSettings;
  readonly #loop: SessionLoop;
  readonly #reassembler: Reassembler<Part>;
  /** Whether a submit_sm that asked for a receipt awaits its response. */
  readonly #isSending: () => boolean;
  #queue: Queued[] = [];
  #loops = 0;
  #isClosed = false;
  #wake: (() => void)[] = [];

  constructor(settings: IncomingSettings, loop: SessionLoop, isSending: () => boolean) {
    this.#settings = settings;
    this.#loop = loop;
    this.#reassembler = new Reassembler<Part>(settings);
    this.#isSending = isSending;
  }

  /** Takes a request of the MC; it is answered exactly once. */
  take(session: Session, pdu: IncomingPdu): void {
    const nowMs = this.#loop.clock.monotonicMs();
    const { defaultAlphabet, receipts } = this.#settings;
    const receipt = readReceipt(pdu, { defaultAlphabet, ...receipts });
    if (receipt !== undefined) {
      this.#takeReceipt(session, pdu, receipt, nowMs);
      return;
    }
    const data = readUserData(pdu);
    const concat = this.#settings.reassemble === false ? undefined : readConcat(pdu, data);
    if (concat === undefined) {
      this.#pushMessage(session, pdu, [pdu], nowMs);
      return;
    }
    const copy = kept(pdu);
    const source = `${pdu.source_addr_ton}/${pdu.source_addr_npi}/${pdu.source_addr}`;
    const part: Part = {
      ...concat,
      source,
      destination: pdu.destination_addr,
      payload: readUserData(copy).payload,
      pdu: copy,
    };
    const result = this.#reassembler.add(part, nowMs);
    for (const set of result.givenUp) this.#pushIncomplete(set, nowMs);
    if (result.kind === 'complete') {
      this.#pushMessage(
        session,
        pdu,
        result.parts.map((complete) => complete.pdu),
        nowMs,
      );
    } else if (result.kind === 'rejected') this.#pushMessage(session, pdu, [pdu], nowMs);
    else session.respond(pdu, {} as ResponseInput);
    this.#arm();
  }

  /** Events one after the other. Each is answered when the next is asked for; see `SmppClient.incoming`. */
  async *events(signal: AbortSignal | undefined): AsyncGenerator<IncomingEvent, void, undefined> {
    const wakeAll = (): void => this.#wakeAll();
    signal?.addEventListener('abort', wakeAll);
    this.#loops++;
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
    }
  }

  /** No more will come: what waits is refused, segments that wait for others are given out, then loops end. */
  close(): void {
    this.#isClosed = true;
    const nowMs = this.#loop.clock.monotonicMs();
    this.#refuse(this.#queue);
    this.#queue = this.#queue.filter(({ event }) => event.kind === 'incomplete');
    for (const set of this.#reassembler.expire(NEVER)) this.#pushIncomplete(set, nowMs);
    this.receipts.giveUp();
    this.#loop.deadlines.disarm(this);
    this.#wakeAll();
  }

  onWake(nowMs: number): void {
    for (const set of this.#reassembler.expire(nowMs)) this.#pushIncomplete(set, nowMs);
    const late = this.#queue.filter(({ untilMs }) => untilMs <= nowMs);
    if (late.length > 0) {
      this.#queue = this.#queue.filter(({ untilMs }) => untilMs > nowMs);
      this.#refuse(late);
    }
    this.#arm();
  }

  async #next(signal: AbortSignal | undefined): Promise<IncomingEvent | undefined> {
    while (this.#queue.length === 0) {
      if (this.#isClosed || signal?.aborted) return undefined;
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
    return signal?.aborted ? undefined : this.#queue.shift()!.event;
  }

  #takeReceipt(session: Session, pdu: IncomingPdu, receipt: Receipt, nowMs: number): void {
    const message = this.receipts.note(receipt);
    const isEarly = message === undefined && receipt.final && this.#isSending();
    if (isEarly) this.receipts.keepEarly(receipt, nowMs);
    // Its message knows it, or will: nobody else needs to.
    if (this.#loops === 0 && (message !== undefined || isEarly)) {
      session.respond(pdu, {} as ResponseInput);
      return;
    }
    this.#push({ kind: 'receipt', receipt, message, pdu, ...this.#delivery(session, pdu) }, nowMs);
  }

  #pushMessage(session: Session, pdu: IncomingPdu, pdus: readonly IncomingPdu[], nowMs: number): void {
    const { text, bytes, dataCoding } = readText(pdus, { defaultAlphabet: this.#settings.defaultAlphabet });
    this.#push({ kind: 'message', text, bytes, dataCoding, pdus, ...this.#delivery(session, pdu) }, nowMs);
  }

  #pushIncomplete(set: IncompleteSet<Part>, nowMs: number): void {
    const { reason, parts, missing, total } = set;
    const first = parts[0]!.pdu;
    const pdus = parts.map((part) => part.pdu);
    const addresses = { from: sourceOf(first), to: destinationOf(first) };
    this.#push({ kind: 'incomplete', ...addresses, reason, pdus, missing, total }, nowMs);
  }

  #delivery(session: Session, pdu: IncomingPdu): Delivery {
    let isAnswered = false;
    const answer = (commandStatus: number): void => {
      if (isAnswered) return;
      isAnswered = true;
      session.respond(pdu, { command_status: commandStatus } as ResponseInput);
    };
    return {
      from: sourceOf(pdu),
      to: destinationOf(pdu),
      session,
      accept: () => answer(status.ESME_ROK),
      refuse: (commandStatus = status.ESME_RX_T_APPN) => answer(commandStatus),
    };
  }

  #push(event: IncomingEvent, nowMs: number): void {
    const patienceMs = this.#loops > 0 ? PATIENCE_MS : PATIENCE_WITHOUT_LOOP_MS;
    // An incomplete message has no answer to be late with; without a loop it would only pile up.
    const isPatient = event.kind === 'incomplete' && this.#loops > 0;
    this.#queue.push({ event, untilMs: isPatient ? NEVER : nowMs + patienceMs });
    this.#wakeAll();
    this.#arm();
  }

  #refuse(queued: readonly Queued[]): void {
    for (const { event } of queued) if (event.kind !== 'incomplete') event.refuse();
  }

  #arm(): void {
    if (this.#isClosed) return;
    const nextMs = this.#queue.reduce(
      (next, { untilMs }) => Math.min(next, untilMs),
      this.#reassembler.deadline(),
    );
    if (nextMs !== NEVER) this.#loop.deadlines.arm(this, nextMs);
  }

  #wakeAll(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const resolve of waiting) resolve();
  }
}
