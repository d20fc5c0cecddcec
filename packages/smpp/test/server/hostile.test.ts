/** Peers that mean no good, by socket: what they can reach, and what their neighbours notice. */
import { encode, type PduInput, status } from '@chappe/protocol';
import { expect, test } from 'vitest';
import { commandRules, type OpeningCommand, type SessionState, verdictOn } from '../../src/core/states.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { bindPdu } from '../support/core-pair.ts';
import { groupBy } from '../support/older-node.ts';
import { hex, RawPeer } from '../support/raw-peer.ts';
import { startServer } from '../support/servers.ts';

const submit = { command: 'submit_sm', source_addr: '1', destination_addr: '2' } as const;

test('every command in every state, by socket: the status of the table, and the session goes on', async () => {
  const server = await startServer({ operations: {} });
  const states: readonly (readonly [SessionState, string | undefined])[] = [
    ['open', undefined],
    ['bound_tx', 'transmitter'],
    ['bound_rx', 'receiver'],
    ['bound_trx', 'transceiver'],
  ];
  for (const [state, kind] of states) {
    for (const command of Object.keys(commandRules) as OpeningCommand[]) {
      const verdict = verdictOn('mc', 0x34, state, command);
      const isSession = command === 'enquire_link' || command === 'unbind' || command.startsWith('bind_');
      if (verdict === 0 && isSession) continue;
      const peer =
        kind === undefined ? await RawPeer.connect(server.port) : await RawPeer.bound(server.port, kind);
      const more = command === 'submit_multi' ? { dest_address: [{ dest_flag: 2, dl_name: 'x' }] } : {};
      peer.write({ command, sequence_number: 77, ...more } as PduInput, {
        command: 'enquire_link',
        sequence_number: 78,
      });
      const first = await peer.next();
      if (verdict === 'drop')
        expect(first).toMatchObject({ command: 'enquire_link_resp', sequence_number: 78 });
      else {
        // Where it is in place there is no handler: a feature that we do not have.
        const expected = verdict === 0 ? status.ESME_RINVCMDID : verdict;
        const answer = { command: `${command}_resp`, sequence_number: 77, command_status: expected };
        expect([state, first]).toEqual([state, expect.objectContaining(answer)]);
        expect(await peer.next()).toMatchObject({ command: 'enquire_link_resp', sequence_number: 78 });
      }
      peer.destroy();
    }
  }
});

test('a peer that sends and never reads is not read from any more, and is cut off in the end', async () => {
  const clock = new SimulatedClock();
  const limits = { writeBufferOctets: 64 * 1024, writeStallMs: 60_000, window: 1_000_000, enquireLinkMs: 0 };
  const server = await startServer({
    clock,
    limits,
    operations: { submit_sm: () => ({ message_id: 'x'.repeat(60) }) },
  });
  const peer = await RawPeer.bound(server.port);
  const neighbour = await RawPeer.bound(server.port);
  peer.socket.pause();
  const batch = Buffer.concat(
    Array.from({ length: 1_000 }, (_, i) => encode({ ...submit, sequence_number: i + 1 })),
  );
  const total = 3_000 * batch.length;
  const feed = (): void => {
    while (peer.socket.writableLength < 4 * batch.length && peer.socket.bytesWritten < total)
      peer.socket.write(batch);
  };
  peer.socket.on('drain', feed);
  feed();
  // Until nothing moves any more: the kernel's buffers are full in both directions.
  let before = -1;
  for (let still = 0; still < 20; ) {
    await settle(20);
    const now = server.counters.bytesIn;
    still = now === before ? still + 1 : 0;
    before = now;
  }
  expect(before).toBeLessThan(total / 2);
  expect(await neighbour.ask({ command: 'enquire_link', sequence_number: 2 })).toMatchObject({
    sequence_number: 2,
  });
  await clock.advance(60_000);
  while (server.counters.connectionsOpen > 1) await settle(1);
  expect(server.counters.sessionsBound).toBe(1);
  for (const each of [peer, neighbour]) each.destroy();
});

test('a bomb of command_length: refused from its first octets, however much follows', async () => {
  const server = await startServer();
  for (const start of ['ffffffff 00000004 00000000 00000001', '0000000f', '00000000', '7fffffff 80000004']) {
    const peer = await RawPeer.bound(server.port);
    // Of this thread: others run other tests meanwhile.
    const before = process.memoryUsage().arrayBuffers;
    peer.write(hex(start), Buffer.alloc(4 * 1024 * 1024));
    expect(await peer.next()).toMatchObject({
      command: 'generic_nack',
      command_status: status.ESME_RINVCMDLEN,
    });
    await peer.closed();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  }
});

test('5,000 requests without waiting: all are answered, those beyond the window with ESME_RTHROTTLED', async () => {
  const server = await startServer({
    limits: { window: 100 },
    operations: {
      submit_sm: () => new Promise((resolve) => setImmediate(() => resolve({ message_id: 'm' }))),
    },
  });
  const peer = await RawPeer.bound(server.port);
  peer.write(
    Buffer.concat(Array.from({ length: 5_000 }, (_, i) => encode({ ...submit, sequence_number: i + 2 }))),
  );
  await peer.until(() => peer.received.length >= 5_001);
  const statuses = peer.received.slice(1).map((pdu) => (pdu as { command_status: number }).command_status);
  const counts = groupBy(statuses, (value) => value);
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual([0, status.ESME_RTHROTTLED]);
  expect(counts.get(0)!.length).toBeGreaterThanOrEqual(100);
  expect(new Set(peer.received.map((pdu) => pdu.sequence_number)).size).toBe(5_001);
  expect(server.counters.throttled).toBe(counts.get(status.ESME_RTHROTTLED)!.length);
  peer.destroy();
});

test('300 connections that come and go at random leave nothing behind', async () => {
  const server = await startServer();
  const bind = { ...bindPdu(), sequence_number: 1 } as PduInput;
  await Promise.all(
    Array.from({ length: 300 }, async (_, i) => {
      const peer = await RawPeer.connect(server.port);
      if (i % 3 > 0) await peer.ask(bind);
      if (i % 3 === 1) peer.destroy();
      else peer.socket.resetAndDestroy();
    }),
  );
  while (server.counters.connectionsOpen > 0) await settle(1);
  expect(server.counters).toMatchObject({ sessionsBound: 0, connectionsTaken: 300, bindsAccepted: 200 });
});
