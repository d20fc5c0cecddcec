/** What a hostile or broken peer does is told in a sentence that says what, who and what was done about it. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { MemoryStore } from '@chappe/center';
import { encode } from '@chappe/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { Gateway, type PeerFault } from '../src/index.ts';

async function given(): Promise<{ readonly socket: Socket; readonly next: () => Promise<PeerFault> }> {
  const faults: PeerFault[] = [];
  const waiting: ((fault: PeerFault) => void)[] = [];
  const gateway = await Gateway.start({
    store: new MemoryStore(),
    smpp: { port: 0 },
    onPeerFault: (fault) => {
      const taker = waiting.shift();
      if (taker === undefined) faults.push(fault);
      else taker(fault);
    },
  });
  onTestFinished(() => gateway.stop({ drainMs: 0 }));
  const socket = connect({ port: gateway.smppPort, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const next = (): Promise<PeerFault> =>
    new Promise((settle) => {
      const fault = faults.shift();
      if (fault === undefined) waiting.push(settle);
      else settle(fault);
    });
  return { socket, next };
}

const bind = encode({
  command: 'bind_transceiver',
  sequence_number: 1,
  system_id: 'acme',
  password: 'secret',
  interface_version: 0x34,
});

test('octets that are no SMPP, with a hint', async () => {
  const { socket, next } = await given();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const { peer, what } = await next();
  expect(peer).toBe('127.0.0.1');
  expect(what).toContain('it speaks HTTP');
  expect(what).toContain('the connection was closed');
});

test('a request in the wrong state', async () => {
  const { socket, next } = await given();
  socket.write(encode({ command: 'submit_sm', sequence_number: 7, destination_addr: '1' }));
  expect((await next()).what).toBe('submit_sm has no place here (open): answered ESME_RINVBNDSTS');
});

test('a TLV of a wrong length is named', async () => {
  const { socket, next } = await given();
  socket.write(bind);
  await once(socket, 'data');
  const tlvs = [{ tag: 0x0204, value: new Uint8Array(3) }];
  socket.write(encode({ command: 'submit_sm', sequence_number: 2, destination_addr: '447700900123', tlvs }));
  expect((await next()).what).toBe(
    'submit_sm has TLVs of a wrong length (tlv_len:user_message_reference:3!=2): answered ESME_RINVTLVLEN',
  );
});

test('an unreadable PDU and an unknown command of a bound peer: named, and the session goes on', async () => {
  const { socket, next } = await given();
  socket.write(bind);
  await once(socket, 'data');
  const good = encode({ command: 'submit_sm', sequence_number: 2, destination_addr: '447700900123' });
  const cut = Buffer.from(good.subarray(0, 25));
  cut.writeUInt32BE(25, 0);
  socket.write(cut);
  const malformed = await next();
  expect(malformed.peer).toBe('acme 127.0.0.1');
  expect(malformed.what).toMatch(
    /^submit_sm cannot be read \(.*offset \d+.*\): answered ESME_R\w+, the session goes on$/,
  );
  expect(malformed.what).not.toContain('secret');

  socket.write(Buffer.from('00000010000001100000000000000009', 'hex'));
  expect((await next()).what).toBe(
    'command_id 0x00000110 is not known: answered ESME_RINVCMDID, the session goes on',
  );
});
