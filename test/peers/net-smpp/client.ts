import { fileURLToPath } from 'node:url';
import { LinePeer, type PeerPdu } from '../line-peer.ts';
import { shortMessage, wire } from '../wire.ts';

const script = fileURLToPath(new URL('client.pl', import.meta.url));

/** Octets as they go to the script. */
export interface Octets {
  readonly hex: string;
}
/** Arguments of a method of Net::SMPP. */
export type Arguments = Readonly<Record<string, string | number | Octets | readonly string[]>>;

/** Octets as an argument. */
export const octets = (bytes: Uint8Array): Octets => ({ hex: Buffer.from(bytes).toString('hex') });

/** Kinds of binds. */
export type Bind = 'transmitter' | 'receiver' | 'transceiver';

/** A Net::SMPP client that is bound. */
export class NetSmpp extends LinePeer {
  constructor(port: number, bind: Bind, systemId: string, version: number) {
    super('perl', [script, '127.0.0.1', String(port), bind, systemId, 'secret', String(version)]);
  }

  /** Calls a method of Net::SMPP and gives the response. */
  request(call: string, args: Arguments = {}): Promise<PeerPdu> {
    return this.call(call, (id) => JSON.stringify({ id, call, arguments: args }));
  }

  /** The receipt for this message. */
  receipt(messageId: unknown): Promise<PeerPdu> {
    const wanted = `id:${messageId} `;
    return this.event(
      `receipt for ${messageId}`,
      (pdu) => pdu.esm_class === wire.receiptType && shortMessage(pdu).includes(wanted),
    );
  }

  /** The message from this handset. */
  message(from: string): Promise<PeerPdu> {
    return this.event(
      `message from ${from}`,
      (pdu) => pdu.source_addr === from && pdu.esm_class !== wire.receiptType,
    );
  }
}
