import {
  type DecodedPdu,
  type DecodeOptions,
  decode,
  encode,
  fieldsOf,
  type PduInput,
  PduWriter,
  type Version,
  type Writer,
} from '@chappe/protocol';

/** How a session reads and writes PDUs: the codec of the protocol, or one of `createCodec` with vendor definitions. */
export interface SessionCodec {
  decode(bytes: Uint8Array, options?: DecodeOptions): DecodedPdu;
  encode(pdu: PduInput): Uint8Array;
  writer(): Writer;
  /** The fields of a PDU's body by their names: with it, a field that a PDU does not have is refused, not left out. */
  fieldsOf?(command: string): ReadonlySet<string> | undefined;
}

/**
 * Room that a writer starts with: the answers to one window of 1,000 requests. Sessions borrow writers, so there
 * are only as many as sessions write in one turn.
 */
const writerOctets = 64 * 1024;

/** The codec of SMPP 3.3, 3.4 and 5.0. */
export const standardCodec: SessionCodec = {
  decode,
  encode,
  writer: () => new PduWriter(writerOctets),
  fieldsOf,
};

/** Writers to borrow. An idle session holds none: 10,000 of them are 10,000 buffers otherwise. */
export class WriterPool {
  readonly #make: () => Writer;
  readonly #free: Writer[] = [];

  constructor(codec: SessionCodec) {
    this.#make = () => codec.writer();
  }

  /** An empty writer. */
  borrow(): Writer {
    return this.#free.pop() ?? this.#make();
  }

  /** Takes back a writer of which everything was taken. Keeps 16: more are not written to in one turn often. */
  giveBack(writer: Writer): void {
    if (this.#free.length < 16) this.#free.push(writer);
  }
}

/** Called with every PDU; `bytes` is the PDU on the wire. A bind comes with its password masked, in both. */
export type PduTap = (direction: 'in' | 'out', pdu: DecodedPdu | PduInput, bytes: Uint8Array) => void;

/** The rules of one session. Milliseconds; 0 turns a timer off. One object serves all sessions of a server. */
export interface SessionOptions {
  /** The newest version that we speak. */
  readonly version: Version;
  /** ESME: what a missing sc_interface_version means. */
  readonly assumeVersion: Version;
  /** Our requests that may await a response. */
  readonly window: number;
  /** The peer's requests that may await our response; beyond, they are answered with ESME_RTHROTTLED. */
  readonly peerWindow: number;
  readonly maxPduOctets: number;
  readonly maxPduOctetsBeforeBind: number;
  readonly sessionInitMs: number;
  readonly pduReadMs: number;
  readonly inactivityMs: number;
  readonly enquireLinkMs: number;
  readonly enquireLinkResponseMs: number;
  readonly responseTimeoutMs: number;
  /** From unbind, sent or answered, to the end of the connection. */
  readonly unbindMs: number;
  /** How long the answer to unbind waits for the answers to earlier requests. */
  readonly unbindAnswerMs: number;
  readonly decodeOptions: DecodeOptions | undefined;
  readonly codec: SessionCodec;
  readonly writers: WriterPool;
  readonly tap: PduTap | undefined;
  /** MC: how congested we are, 0 (idle) to 100; told to 5.0 peers in every response (SMPP 5.0 4.8.4.18). Never throws. */
  readonly congestion: (() => number | undefined) | undefined;
}

/**
 * Defaults next to their reasons. Timers as the field runs them (Kannel, smppex and Jasmin: 30 s between
 * enquire_links, 60 s for a response); a short response timer sends messages twice.
 */
export const sessionDefaults: Omit<SessionOptions, 'codec' | 'writers'> = {
  version: 0x34,
  assumeVersion: 0x34,
  // SMPP 3.4 2.9 recommends at most 10.
  window: 10,
  peerWindow: 1000,
  // The largest legal PDU is about 72 KB.
  maxPduOctets: 128 * 1024,
  // A bind has at most 93 octets of fields; peers overrun them.
  maxPduOctetsBeforeBind: 1024,
  sessionInitMs: 10_000,
  pduReadMs: 10_000,
  inactivityMs: 0,
  enquireLinkMs: 30_000,
  enquireLinkResponseMs: 10_000,
  responseTimeoutMs: 60_000,
  unbindMs: 5_000,
  unbindAnswerMs: 1_000,
  decodeOptions: undefined,
  tap: undefined,
  congestion: undefined,
};
