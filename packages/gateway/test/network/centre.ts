/** A message centre of an operator, played: it answers by a script, and says what it likes about what it was given. */
import type { PduInput, PduOf, TlvInput } from '@chappe/protocol';
import {
  DEFERRED,
  memoryPair,
  type ResponseInput,
  type Session,
  SmppServer,
  type Transport,
} from '@chappe/smpp';
import type { SimulatedClock } from '../rig.ts';

/**
 * What a centre does with a submission. `id`: default the next of its own; `status`: refuses with it; `delayMs`: answers
 * so much later. hang: never answers; cut: closes the connection instead of answering.
 */
export type Reaction =
  | { readonly id?: string; readonly status?: number; readonly delayMs?: number }
  | 'hang'
  | 'cut';

type Submission = PduOf<'submit_sm'> | PduOf<'data_sm'>;

/** A submission as it came. */
export interface Submitted {
  readonly pdu: Submission;
  /** One character an octet, without user data header. */
  readonly text: string;
  readonly to: string;
  /** Monotonic. */
  readonly atMs: number;
  readonly session: Session;
  /** What it was called in the response; '' when it was not taken. */
  readonly id: string;
}

/** What a receipt says; what is left out is usual. */
export interface ReceiptWords {
  readonly stat?: string;
  readonly err?: string;
  /** How the receipt calls the message; default as the response did. */
  readonly id?: string;
  /** TLVs beside the text; `only`: the text says nothing. Default `none`. */
  readonly tlvs?: 'none' | 'both' | 'only';
  /** message_state of the TLV. */
  readonly state?: number;
  /** Its done date; default 2026-07-20 12:01. */
  readonly done?: string;
  /** More TLVs. */
  readonly more?: readonly TlvInput[];
  readonly esmClass?: number;
  readonly command?: 'deliver_sm' | 'data_sm';
  readonly on?: Session;
}

/** One centre. */
export class Centre {
  readonly name: string;
  readonly submitted: Submitted[] = [];
  /** What it does with each submission, its place in all submissions told. */
  react: (pdu: Submission, at: number) => Reaction = () => ({});
  /** How it writes the number of a message. */
  idOf: (count: number) => string = (count) => `${this.name}-${count}`;
  /** No connection can be made. */
  isDown = false;
  binds = 0;
  server!: SmppServer;
  readonly #clock: SimulatedClock;
  readonly #bound: Session[] = [];
  #count = 0;

  constructor(name: string, clock: SimulatedClock) {
    this.name = name;
    this.#clock = clock;
  }

  static async open(name: string, clock: SimulatedClock): Promise<Centre> {
    const centre = new Centre(name, clock);
    centre.server = await SmppServer.listen({
      systemId: name,
      port: 0,
      clock,
      authenticate: () => ({ accept: true }),
      limits: { window: 5_000, outgoingWindow: 5_000 },
      operations: {
        submit_sm: (pdu, session) => centre.#take(pdu, session),
        data_sm: (pdu, session) => centre.#take(pdu, session),
      },
      onBound: (session) => {
        centre.binds += 1;
        centre.#bound.push(session);
      },
      onClosed: (session) => void centre.#bound.splice(centre.#bound.indexOf(session), 1),
    });
    return centre;
  }

  /** A connection to it. Throws when it is down. */
  connect(): Transport {
    if (this.isDown) throw new Error(`${this.name} is down`);
    const [ours, theirs] = memoryPair();
    this.server.accept(theirs);
    return ours;
  }

  /** Bound sessions, the eldest first. */
  get sessions(): readonly Session[] {
    return this.#bound;
  }

  /** Texts of the submissions, in their order. */
  get texts(): string[] {
    return this.submitted.map(({ text }) => text);
  }

  /** Destinations of the submissions, in their order. */
  get destinations(): string[] {
    return this.submitted.map(({ to }) => to);
  }

  /** The last submission. */
  get last(): Submitted {
    const last = this.submitted.at(-1);
    if (last === undefined) throw new Error(`${this.name} was given nothing`);
    return last;
  }

  /** Ends all connections without a word; `isDown`: and takes no new ones. */
  cut(isDown = true): void {
    this.isDown = isDown;
    for (const session of [...this.#bound]) session.destroy();
  }

  /** Tells the end of a submission; settles with the gateway's answer. */
  receipt(about: Submitted, words: ReceiptWords = {}): Promise<number> {
    const { stat = 'DELIVRD', err = '000', tlvs = 'none', id = about.id, done = '2607201201' } = words;
    const { pdu } = about;
    const text =
      tlvs === 'only'
        ? ''
        : `id:${id} sub:001 dlvrd:001 submit date:2607201200 done date:${done} stat:${stat} err:${err} text:`;
    const told: TlvInput[] =
      tlvs === 'none'
        ? []
        : [
            { name: 'receipted_message_id', value: id },
            { name: 'message_state', value: words.state ?? 2 },
          ];
    return this.deliver({
      source_addr: pdu.destination_addr,
      source_addr_ton: pdu.dest_addr_ton,
      source_addr_npi: pdu.dest_addr_npi,
      destination_addr: pdu.source_addr,
      esm_class: words.esmClass ?? 4,
      text,
      tlvs: [...told, ...(words.more ?? [])],
      command: words.command,
      on: words.on,
    });
  }

  /** Sends a message or receipt; settles with the status of its answer. */
  async deliver(fields: {
    readonly source_addr: string;
    readonly source_addr_ton?: number;
    readonly source_addr_npi?: number;
    readonly destination_addr: string;
    readonly esm_class?: number;
    readonly data_coding?: number;
    readonly registered_delivery?: number;
    readonly text: string | Uint8Array;
    readonly tlvs?: readonly TlvInput[];
    readonly command?: 'deliver_sm' | 'data_sm' | undefined;
    readonly on?: Session | undefined;
  }): Promise<number> {
    const { text, on, command = 'deliver_sm', tlvs = [], ...rest } = fields;
    const octets = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    const session = on ?? this.#bound.find(({ kind }) => kind !== 'transmitter');
    if (session === undefined) throw new Error(`nobody receives at ${this.name}`);
    const pdu: PduInput =
      command === 'deliver_sm'
        ? { command, ...rest, short_message: octets, tlvs }
        : { command, ...rest, tlvs: [{ name: 'message_payload', value: octets }, ...tlvs] };
    return (await session.request(pdu as PduInput<'deliver_sm'>)).command_status;
  }

  close(): Promise<void> {
    return this.server.close({ drainMs: 0 });
  }

  #take(pdu: Submission, session: Session): ResponseInput<'submit_sm'> | typeof DEFERRED {
    const reaction = this.react(pdu, this.submitted.length);
    const isTaken = typeof reaction === 'object' && (reaction.status ?? 0) === 0;
    if (isTaken) this.#count += 1;
    const id = isTaken ? (reaction.id ?? this.idOf(this.#count)) : '';
    const copy = copyOf(pdu);
    this.submitted.push({
      pdu: copy,
      text: textOf(copy),
      to: pdu.destination_addr,
      atMs: this.#clock.monotonicMs(),
      session,
      id,
    });
    if (reaction === 'hang') return DEFERRED;
    if (reaction === 'cut') {
      session.destroy();
      return DEFERRED;
    }
    const response = { command_status: reaction.status ?? 0, message_id: id };
    if (reaction.delayMs === undefined) return response;
    const answerable = { command: pdu.command, sequence_number: pdu.sequence_number };
    this.#clock.setTimer(() => session.respond(answerable, response), reaction.delayMs);
    return DEFERRED;
  }
}

/** PDUs are views of the chunk they came in. */
function copyOf<P extends Submission>(pdu: P): P {
  const tlvs = pdu.tlvs.map((item) =>
    item.value instanceof Uint8Array ? { ...item, value: new Uint8Array(item.value) } : item,
  );
  const short = 'short_message' in pdu ? { short_message: new Uint8Array(pdu.short_message) } : {};
  return { ...pdu, ...short, tlvs } as P;
}

function textOf(pdu: Submission): string {
  const payload = pdu.tlvs.find(({ name }) => name === 'message_payload')?.value as Uint8Array | undefined;
  const octets = payload ?? ('short_message' in pdu ? pdu.short_message : new Uint8Array(0));
  const header = (pdu.esm_class & 0x40) === 0 ? 0 : (octets[0] ?? 0) + 1;
  return Buffer.from(octets.subarray(header)).toString('latin1');
}
