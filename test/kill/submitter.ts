import { connect, type Socket } from 'node:net';
import { decode, Framer, type Pdu, PduWriter, parseReceiptText } from '@chappe/protocol';

/** What the submitter knows for certain, over all the lives of the centre. */
export interface Ledger {
  /** Ids the centre answered ESME_ROK for: it must never lose one of them. */
  readonly accepted: Set<string>;
  /** Ids it answered ESME_ROK with more than once: two messages under one id. */
  readonly reused: string[];
  /** How often the receipt of each id came. */
  readonly receipts: Map<string, number>;
  submitted: number;
}

/** Requests that may await their answer at once. */
export const WINDOW = 200;

/**
 * A transceiver on a bare socket that submits as fast as its window lets it, answers every deliver_sm and writes down
 * what it was told. It is no ESME client of ours on purpose: it must not share a mistake with the code under test.
 */
export class Submitter {
  readonly #ledger: Ledger;
  readonly #socket: Socket;
  readonly #writer = new PduWriter();
  readonly #framer = new Framer();
  #sequence = 1;
  #open = 0;
  #submitting = false;
  readonly closed: Promise<void>;
  #bound: () => void = () => undefined;
  #firstAnswer: () => void = () => undefined;
  /** Settles when the bind was answered with ESME_ROK. */
  readonly bound: Promise<void>;
  /** Settles when the first submit_sm of this connection was answered. */
  readonly firstAnswer: Promise<void>;

  constructor(port: number, ledger: Ledger) {
    this.#ledger = ledger;
    this.bound = new Promise((settle) => {
      this.#bound = settle;
    });
    this.firstAnswer = new Promise((settle) => {
      this.#firstAnswer = settle;
    });
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.closed = new Promise((settle) => this.#socket.once('close', () => settle()));
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.once('connect', () => {
      this.#writer.write({
        command: 'bind_transceiver',
        sequence_number: this.#sequence++,
        system_id: 'kill',
        password: 'kill',
        interface_version: 0x34,
      });
      this.#flush();
    });
  }

  start(): void {
    this.#submitting = true;
    this.#fill();
    this.#flush();
  }

  stop(): void {
    this.#submitting = false;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#framer.push(chunk);
    for (let frame = this.#framer.next(); frame !== undefined; frame = this.#framer.next()) {
      if (!(frame instanceof Uint8Array))
        throw new Error(`the centre sent no SMPP: ${JSON.stringify(frame)}`);
      const pdu = decode(frame);
      if (pdu.command === 'malformed' || pdu.command === 'unknown') throw new Error(JSON.stringify(pdu));
      this.#take(pdu);
    }
    this.#fill();
    this.#flush();
  }

  #take(pdu: Pdu): void {
    if (pdu.command === 'bind_transceiver_resp') this.#bound();
    if (pdu.command === 'submit_sm_resp') {
      this.#open -= 1;
      if (pdu.command_status === 0) this.#accepted(pdu.message_id);
      this.#firstAnswer();
    }
    if (pdu.command === 'enquire_link') {
      this.#writer.write({ command: 'enquire_link_resp', sequence_number: pdu.sequence_number });
    }
    if (pdu.command === 'deliver_sm') {
      const id = parseReceiptText(Buffer.from(pdu.short_message).toString('latin1'))?.id ?? 'none';
      this.#ledger.receipts.set(id, (this.#ledger.receipts.get(id) ?? 0) + 1);
      this.#writer.write({ command: 'deliver_sm_resp', sequence_number: pdu.sequence_number });
    }
  }

  #accepted(id: string): void {
    if (this.#ledger.accepted.has(id)) this.#ledger.reused.push(id);
    this.#ledger.accepted.add(id);
  }

  #fill(): void {
    while (this.#submitting && this.#open < WINDOW) {
      this.#ledger.submitted += 1;
      this.#open += 1;
      this.#writer.write({
        command: 'submit_sm',
        sequence_number: this.#sequence++,
        source_addr: 'KILL',
        source_addr_ton: 5,
        destination_addr: `44${String(1_000_000 + this.#ledger.submitted)}`,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        registered_delivery: 1,
        short_message: Buffer.from(`message ${this.#ledger.submitted}`),
      });
    }
  }

  #flush(): void {
    if (this.#writer.length > 0) this.#socket.write(this.#writer.take());
  }
}
