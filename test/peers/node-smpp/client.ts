import { once } from 'node:events';
import smpp, { type DecodedMessage, type Pdu, type PduFields, type Session } from 'smpp';
import { Inbox } from '../../support/inbox.ts';
import { wire } from '../wire.ts';

type RequestName =
  | 'bind_transceiver'
  | 'bind_transmitter'
  | 'submit_sm'
  | 'query_sm'
  | 'cancel_sm'
  | 'enquire_link'
  | 'unbind';

/** An ESME on npm's `smpp` that answers what comes in and keeps it. */
export class NodeSmppClient {
  /** Every deliver_sm that came. */
  readonly delivered: Inbox<Pdu> = new Inbox();
  /** Errors the session raised; empty in a good run. */
  readonly errors: unknown[] = [];
  readonly #session: Session;
  readonly #closed: Promise<void>;

  private constructor(session: Session) {
    this.#session = session;
    this.#closed = new Promise((settle) => session.once('close', () => settle()));
    session.on('error', (error) => this.errors.push(error));
    session.on('deliver_sm', (pdu: Pdu) => {
      session.send(pdu.response());
      this.delivered.push(pdu);
    });
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()));
  }

  /** Connects; `url` is smpp:// or ssmpp:// (TLS, any certificate). */
  static async connect(url: string): Promise<NodeSmppClient> {
    const session = smpp.connect({ url, rejectUnauthorized: false });
    const client = new NodeSmppClient(session);
    await once(session, url.startsWith('ssmpp') ? 'secureConnect' : 'connect');
    return client;
  }

  /** Sends a request and gives its response. */
  request(command: RequestName, fields: PduFields = {}): Promise<Pdu> {
    return new Promise((settle, reject) => {
      if (!this.#session[command](fields, settle))
        reject(new Error(`${command}: the socket is not writable`));
    });
  }

  /** The receipt for this message. */
  receipt(messageId: unknown): Promise<Pdu> {
    return this.delivered.next(
      `receipt for ${messageId}`,
      (pdu) => pdu.esm_class === wire.receiptType && pdu.receipted_message_id === messageId,
    );
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    this.#session.destroy();
    await this.#closed;
  }
}

/** The text of a message as npm's `smpp` decoded it. */
export function decodedText(pdu: Pdu): string {
  const { message } = pdu.short_message as DecodedMessage;
  return typeof message === 'string' ? message : message.toString('hex');
}
