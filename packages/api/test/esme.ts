/** The least ESME that binds: the client of @chappe/smpp stands no lower than the API and is not for its tests. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { type DecodedPdu, decode, encode, Framer, type PduOf } from '@chappe/protocol';

/** A bound ESME. */
export interface Esme {
  /** The first deliver_sm, past or future; it has been acknowledged. */
  delivery(): Promise<PduOf<'deliver_sm'>>;
  /** Unbinds and waits for the end of the connection. */
  close(): Promise<void>;
}

/** Binds as a transceiver of version 3.4. */
export async function bind(port: number, systemId: string, addressRange = ''): Promise<Esme> {
  const socket = connect(port, '127.0.0.1');
  const framer = new Framer();
  const bound = Promise.withResolvers<void>();
  const first = Promise.withResolvers<PduOf<'deliver_sm'>>();
  const take = (pdu: DecodedPdu): void => {
    if (pdu.command === 'bind_transceiver_resp') bound.resolve();
    if (pdu.command === 'unbind_resp') socket.end();
    if (pdu.command !== 'deliver_sm') return;
    socket.write(
      encode({ command: 'deliver_sm_resp', sequence_number: pdu.sequence_number, message_id: '' }),
    );
    first.resolve(pdu);
  };
  socket.on('data', (chunk) => {
    framer.push(chunk);
    for (let frame = framer.next(); frame instanceof Uint8Array; frame = framer.next()) {
      take(decode(frame));
    }
  });
  await once(socket, 'connect');
  socket.write(
    encode({
      command: 'bind_transceiver',
      sequence_number: 1,
      system_id: systemId,
      password: 'secret',
      interface_version: 0x34,
      address_range: addressRange,
    }),
  );
  await bound.promise;
  return {
    delivery: () => first.promise,
    close: async () => {
      const closed = once(socket, 'close');
      socket.write(encode({ command: 'unbind', sequence_number: 2 }));
      await closed;
    },
  };
}
