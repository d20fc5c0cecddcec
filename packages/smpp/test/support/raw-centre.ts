/** A message centre without an SMPP library: what it says and when it closes is the test's affair alone. */
import { decode, encode, Framer, type Pdu, type PduInput } from '@chappe/protocol';
import { memoryPair } from '../../src/transport/memory.ts';
import type { Transport } from '../../src/transport/transport.ts';

/** One connection of a client. */
export class RawConnection {
  /** 1 is the first. */
  readonly number: number;
  /** All that came over it. */
  readonly received: Pdu[] = [];
  isOpen = true;
  readonly #transport: Transport;

  constructor(number: number, transport: Transport) {
    this.number = number;
    this.#transport = transport;
  }

  send(pdu: PduInput): void {
    this.write(encode(pdu));
  }

  /** Whatever octets. */
  write(octets: Uint8Array): void {
    this.#transport.write(octets);
  }

  /** Answers a request; the fields of the response beside the header may be given. */
  answer(request: Pdu, commandStatus = 0, fields: object = {}): void {
    const response = {
      command: `${request.command}_resp`,
      sequence_number: request.sequence_number,
      command_status: commandStatus,
      ...fields,
    };
    this.send(response as unknown as PduInput);
  }

  /** Closes after what was sent: FIN. */
  end(): void {
    this.isOpen = false;
    this.#transport.end();
  }

  /** Closes at once: RST. */
  reset(): void {
    this.isOpen = false;
    this.#transport.destroy();
  }

  /** Commands that came, in their order. */
  get commands(): string[] {
    return this.received.map(({ command }) => command);
  }
}

/** What it does with each PDU. */
export type Script = (pdu: Pdu, connection: RawConnection) => void;

/** One centre. */
export class RawCentre {
  readonly connections: RawConnection[] = [];
  script: Script;

  constructor(script: Script = polite) {
    this.script = script;
  }

  /** A connection to it. */
  connect(): Transport {
    const [ours, theirs] = memoryPair();
    const connection = new RawConnection(this.connections.length + 1, theirs);
    this.connections.push(connection);
    const framer = new Framer();
    theirs.start({
      onBytes: (bytes) => {
        framer.push(bytes);
        for (let frame = framer.next(); frame instanceof Uint8Array; frame = framer.next()) {
          const pdu = decode(frame) as Pdu;
          connection.received.push(pdu);
          if (connection.isOpen) this.script(pdu, connection);
        }
      },
      onDrain: () => undefined,
      onEnd: () => {
        connection.isOpen = false;
      },
    });
    return ours;
  }

  /** PDUs of that command over all connections. */
  all<C extends Pdu['command']>(command: C): Extract<Pdu, { readonly command: C }>[] {
    return this.connections
      .flatMap(({ received }) => received)
      .filter((pdu): pdu is Extract<Pdu, { readonly command: C }> => pdu.command === command);
  }

  get last(): RawConnection {
    const last = this.connections.at(-1);
    if (last === undefined) throw new Error('nobody has connected');
    return last;
  }
}

/** Answers every request with ESME_ROK, submissions with an id, and closes after an unbind of either side. */
export function polite(pdu: Pdu, connection: RawConnection): void {
  if (pdu.command === 'unbind_resp') connection.end();
  if (pdu.command.endsWith('_resp') || pdu.command === 'generic_nack') return;
  const isMessage = pdu.command === 'submit_sm' || pdu.command === 'data_sm';
  connection.answer(
    pdu,
    0,
    isMessage ? { message_id: `raw-${connection.number}-${pdu.sequence_number}` } : {},
  );
  if (pdu.command === 'unbind') connection.end();
}
