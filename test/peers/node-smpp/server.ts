import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import smpp, { type DecodedMessage, type Pdu, type PduFields, type Session } from 'smpp';
import { Inbox } from '../../support/inbox.ts';
import { wire } from '../wire.ts';

/** How the server answers a submit_sm: a status, or nothing for ESME_ROK. */
export type SubmitAnswer = (submit: Pdu) => number | undefined;

const password = 'secret';
const invalidPassword = 0x0e;
const binds = ['bind_transmitter', 'bind_receiver', 'bind_transceiver'];

/** A message centre on npm's `smpp`: takes binds with the password `secret`, accepts messages, delivers receipts. */
export class NodeSmppServer {
  /** Every request that came, in order. */
  readonly requests: Inbox<Pdu> = new Inbox();
  /** Every response to what this server sent. */
  readonly responses: Inbox<Pdu> = new Inbox();
  /** Errors of the sessions; a connection cut on purpose leaves none. */
  readonly errors: unknown[] = [];
  readonly port: number;
  /** May be replaced to refuse. */
  answer: SubmitAnswer = () => undefined;
  readonly #server: ReturnType<typeof smpp.createServer>;
  readonly #sessions = new Set<Session>();
  #messages = 0;

  private constructor(server: ReturnType<typeof smpp.createServer>, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Listens on a free port of loopback. */
  static async listen(): Promise<NodeSmppServer> {
    const server = smpp.createServer((session) => self.#accept(session));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const self: NodeSmppServer = new NodeSmppServer(server, (server.address() as AddressInfo).port);
    return self;
  }

  /** Sends a request to the session that was bound last and gives its response. */
  request(command: 'deliver_sm' | 'enquire_link' | 'unbind', fields: PduFields = {}): Promise<Pdu> {
    const session = [...this.#sessions].at(-1);
    return new Promise((settle, reject) => {
      if (!session?.[command](fields, settle)) reject(new Error(`${command}: nobody is bound`));
    });
  }

  /** Delivers the receipt for a message. */
  async receipt(submit: Pdu, messageId: string, stat: 'DELIVRD' | 'UNDELIV'): Promise<Pdu> {
    const delivered = stat === 'DELIVRD';
    const dates = 'submit date:2601021504 done date:2601021505';
    const counts = `sub:001 dlvrd:00${delivered ? 1 : 0}`;
    return await this.request('deliver_sm', {
      esm_class: wire.receiptType,
      source_addr: submit.destination_addr,
      destination_addr: submit.source_addr,
      short_message: Buffer.from(`id:${messageId} ${counts} ${dates} stat:${stat} err:000 text:`),
      receipted_message_id: messageId,
      message_state: delivered ? wire.delivered : wire.undeliverable,
    });
  }

  /** Cuts every connection without a word. */
  cut(): void {
    for (const session of this.#sessions) session.destroy();
  }

  /** Stops listening and cuts what is left. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  #accept(session: Session): void {
    this.#sessions.add(session);
    session.on('close', () => this.#sessions.delete(session));
    session.on('error', (error) => this.errors.push(error));
    session.on('pdu', (pdu: Pdu) => {
      if (pdu.isResponse()) return this.responses.push(pdu);
      session.send(this.#respond(pdu));
      this.requests.push(pdu);
    });
  }

  #respond(pdu: Pdu): Pdu {
    if (binds.includes(pdu.command)) {
      return pdu.response(
        pdu.password === password ? { system_id: 'node-smpp' } : { command_status: invalidPassword },
      );
    }
    if (pdu.command !== 'submit_sm') return pdu.response();
    const status = this.answer(pdu);
    if (status) return pdu.response({ command_status: status });
    const id = `npm-${++this.#messages}`;
    // SMPP 3.4 5.2.17: bits 1 and 0; Kannel sets bit 4, too.
    if ((Number(pdu.registered_delivery) & 3) === wire.finalReceipt) {
      const text = pdu.short_message as DecodedMessage;
      const stat = text.message.includes('undelivered') ? 'UNDELIV' : 'DELIVRD';
      setImmediate(() => this.receipt(pdu, id, stat).catch((error: unknown) => this.errors.push(error)));
    }
    return pdu.response({ message_id: id });
  }
}
