/** The part of npm's `smpp` that the rigs use; the package brings no types of its own. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server as NetServer } from 'node:net';

  export interface PduFields {
    readonly [field: string]: unknown;
  }

  export interface DecodedMessage {
    readonly message: string | Buffer;
    readonly udh?: readonly Buffer[];
  }

  export interface Pdu {
    readonly command: string;
    readonly command_id: number;
    readonly command_status: number;
    readonly sequence_number: number;
    readonly [field: string]: unknown;
    isResponse(): boolean;
    response(fields?: PduFields): Pdu;
    toBuffer(): Buffer;
  }

  type Respond = (response: Pdu) => void;
  type Request = (fields: PduFields, respond?: Respond) => boolean;

  export interface Session extends EventEmitter {
    readonly bind_transceiver: Request;
    readonly bind_receiver: Request;
    readonly bind_transmitter: Request;
    readonly submit_sm: Request;
    readonly submit_multi: Request;
    readonly data_sm: Request;
    readonly deliver_sm: Request;
    readonly query_sm: Request;
    readonly cancel_sm: Request;
    readonly enquire_link: Request;
    readonly unbind: Request;
    send(pdu: Pdu): boolean;
    close(): void;
    destroy(): void;
  }

  /** Reads a PDU from its octets, or makes one of a command and its fields. */
  export const PDU: {
    new (bytes: Buffer): Pdu;
    new (command: string, fields: PduFields): Pdu;
  };
  /** All commands it knows, by name. */
  export const commands: Readonly<Record<string, { readonly id: number }>>;
  /** All TLVs it knows, by name. */
  export const tlvs: Readonly<Record<string, { readonly id: number; readonly filter?: unknown }>>;

  export interface SessionOptions {
    readonly url: string;
    readonly rejectUnauthorized?: boolean;
  }

  export function connect(options: SessionOptions, connected?: () => void): Session;
  export function createServer(session: (session: Session) => void): NetServer;
}
