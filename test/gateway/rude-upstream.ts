import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import smpp, { type Pdu, type Session } from 'smpp';
import { wire } from '../peers/wire.ts';

/** How an upstream behaves. Delays in milliseconds. */
export interface Manners {
  /** Its ids in responses and in receipts; default decimal with zeros before it in both. */
  readonly ids?: 'same' | 'hex-dec' | 'dec-hex' | 'upper-lower' | undefined;
  /** Default 0: in the same breath. */
  readonly responseAfterMs?: number | undefined;
  /** Default 0: right after the response. Below `responseAfterMs`: before it. */
  readonly receiptAfterMs?: number | undefined;
  /** Every receipt comes again after so long. */
  readonly againAfterMs?: number | undefined;
  /** Receipts go before responses that are due at the same time. */
  readonly isHasty?: boolean | undefined;
}

interface Receipt {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

const names: Readonly<
  Record<NonNullable<Manners['ids']>, readonly [(n: number) => string, (n: number) => string]>
> = {
  same: [padded, padded],
  'hex-dec': [hex, String],
  'dec-hex': [String, hex],
  'upper-lower': [(n) => hex(n + 0xabcdef0).toUpperCase(), (n) => hex(n + 0xabcdef0)],
};

/**
 * A message centre on npm's `smpp` with bad manners, but an honest one: a receipt that was not answered is sent again
 * to whoever binds next.
 */
export class RudeUpstream {
  readonly port: number;
  /** Every destination that it took, once for each time. */
  readonly taken: string[] = [];
  /** command_status of the answers to receipts that were not ESME_ROK. */
  readonly refusals: number[] = [];
  /** Receipts that were answered, repeats included. */
  answered = 0;
  readonly #manners: Manners;
  readonly #server: ReturnType<typeof smpp.createServer>;
  readonly #sessions: Set<Session> = new Set();
  readonly #open: Set<Receipt> = new Set();
  readonly #timers: Set<NodeJS.Timeout> = new Set();
  // Small numbers: then 16 in decimal is 10 in hexadecimal, and 10 is an id as well.
  #count = 15;

  private constructor(manners: Manners, server: ReturnType<typeof smpp.createServer>, port: number) {
    this.#manners = manners;
    this.#server = server;
    this.port = port;
  }

  /** Listens on a free port of loopback. */
  static async listen(manners: Manners): Promise<RudeUpstream> {
    const server = smpp.createServer((session) => self.#accept(session));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const self: RudeUpstream = new RudeUpstream(manners, server, (server.address() as AddressInfo).port);
    return self;
  }

  /** Receipts without answer, and what is still to be said. */
  get unanswered(): number {
    return this.#open.size + this.#timers.size;
  }

  /** Stops listening and cuts what is left. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const timer of this.#timers) clearTimeout(timer);
    for (const session of this.#sessions) session.destroy();
    await closed;
  }

  #accept(session: Session): void {
    this.#sessions.add(session);
    session.on('close', () => this.#sessions.delete(session));
    // A gateway that is killed resets its connections.
    session.on('error', () => undefined);
    session.on('pdu', (pdu: Pdu) => {
      if (pdu.isResponse()) return;
      if (pdu.command === 'submit_sm') return this.#take(pdu, session);
      session.send(pdu.response({ system_id: 'rude' }));
      if (pdu.command.startsWith('bind_')) for (const receipt of this.#open) this.#send(receipt);
    });
  }

  #take(pdu: Pdu, session: Session): void {
    const { ids = 'same', responseAfterMs = 0, receiptAfterMs = 0, againAfterMs, isHasty } = this.#manners;
    const [inResponse, inReceipt] = names[ids];
    const number = ++this.#count;
    const to = String(pdu.destination_addr);
    this.taken.push(to);
    const receipt = { id: inReceipt(number), from: to, to: String(pdu.source_addr) };
    const respond = (): void => void session.send(pdu.response({ message_id: inResponse(number) }));
    const say = (): void => {
      this.#open.add(receipt);
      this.#send(receipt);
      if (againAfterMs !== undefined) this.#after(againAfterMs, () => this.#send({ ...receipt }));
    };
    if (isHasty === true) this.#after(receiptAfterMs, say);
    this.#after(responseAfterMs, respond);
    if (isHasty !== true) this.#after(receiptAfterMs, say);
  }

  #send(receipt: Receipt): void {
    const session = [...this.#sessions].at(-1);
    const dates = 'submit date:2611261504 done date:2611261505';
    const short_message = Buffer.from(
      `id:${receipt.id} sub:001 dlvrd:001 ${dates} stat:DELIVRD err:000 text:`,
    );
    const fields = {
      esm_class: wire.receiptType,
      source_addr: receipt.from,
      destination_addr: receipt.to,
      short_message,
    };
    session?.deliver_sm(fields, (answer) => {
      if (answer.command_status !== 0) this.refusals.push(answer.command_status);
      this.#open.delete(receipt);
      this.answered += 1;
    });
  }

  #after(delayMs: number, work: () => void): void {
    if (delayMs === 0) {
      work();
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delayMs);
    this.#timers.add(timer);
  }
}

function padded(n: number): string {
  return String(n).padStart(10, '0');
}

function hex(n: number): string {
  return n.toString(16);
}
