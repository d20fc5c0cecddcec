/** Connections that only connect, over loopback by a PROXY protocol that gives each an address of its own. */
import { connect, type Socket } from 'node:net';
import { MemoryStore } from '@chappe/center';
import { decode, encode, type PduInput } from '@chappe/protocol';
import { expect, onTestFinished, test } from 'vitest';
import { Gateway } from '../../src/index.ts';
import { account, settingsOf } from './world.ts';

const bind = encode({
  command: 'bind_transceiver',
  sequence_number: 1,
  system_id: 'acme',
  password: 'secret',
  interface_version: 0x34,
} as PduInput);

async function arrive(port: number, address: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(`PROXY TCP6 ${address} 2001:db8::2775 1 2775\r\n`);
  return socket;
}

/** The status of the answer to a bind; undefined when the connection was closed. */
function bound(socket: Socket): Promise<number | undefined> {
  if (socket.destroyed) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    socket.once('close', () => resolve(undefined));
    socket.once('data', (octets: Buffer) =>
      resolve((decode(octets) as { command_status: number }).command_status),
    );
    socket.write(bind);
  });
}

test.each([
  ['in allowFrom', '2001:db8:7::1', ['2001:db8:7::/48'], 0],
  ['in no allowFrom', '2001:db8:8::1', undefined, undefined],
])('an address %s, among strangers of as many addresses', async (_what, address, allowFrom, status) => {
  const gateway = await Gateway.start({
    store: new MemoryStore(),
    smpp: {
      port: 0,
      limits: { connections: 8, perAddress: 8 },
      proxyProtocol: { trusted: ['127.0.0.1'] },
    },
    settings: settingsOf({ connectors: [], accounts: [account('acme', { allowFrom })] }),
  });
  onTestFinished(() => gateway.stop({ drainMs: 0 }));
  const owner = await arrive(gateway.smppPort, address);
  const strangers: Socket[] = [];
  for (let network = 0; network < 40; network += 1)
    strangers.push(await arrive(gateway.smppPort, `2001:db8:9:${network.toString(16)}::1`));
  // Only so many have a place: the gateway has seen them all when the others are closed.
  while (strangers.filter(({ destroyed }) => destroyed).length < 32)
    await new Promise((resolve) => setImmediate(resolve));
  expect(await bound(owner)).toBe(status);
});
