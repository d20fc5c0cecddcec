/** Properties 3 to 9 of the field survey: requests and their ends, timers, windows, rates, reconnection. */
import { status } from '@chappe/protocol';
import { expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import { Pace } from '../../src/client/pace.ts';
import { sessionDefaults } from '../../src/core/options.ts';
import { SmppTimeoutError } from '../../src/errors.ts';
import { serverLimits } from '../../src/server/limits.ts';
import { DEFERRED } from '../../src/session/operations.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { memoryPair } from '../../src/transport/memory.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { closeLater, startServer } from '../support/servers.ts';
import { SessionPair } from '../support/session-pair.ts';

const submit = { command: 'submit_sm', source_addr: '1', destination_addr: '2' } as const;

test('property 3: a request settles within the response timeout when the MC never answers, and on close', async () => {
  const clock = new SimulatedClock();
  const server = await startServer({ operations: { submit_sm: () => DEFERRED } });
  const transport = () => {
    const [ours, theirs] = memoryPair();
    server.accept(theirs);
    return ours;
  };
  const client = closeLater(await SmppClient.connect('smpp://a:b@memory', { clock, transport, window: 2 }));
  const ends: unknown[] = [];
  for (let i = 0; i < 4; i++) client.submit(submit, (result) => ends.push(result));
  await clock.advance(60_000);
  expect(ends).toHaveLength(4);
  for (let i = 0; i < 2; i++) client.submit(submit, (result) => ends.push(result));
  client.destroy();
  await settle();
  expect(ends).toHaveLength(6);
  expect(ends.every((end) => end instanceof Error)).toBe(true);
});

test('property 4: a peer that stops reading ends the session by the write timer, and frees its window', async () => {
  const pair = await new SessionPair(
    { enquireLinkMs: 0, responseTimeoutMs: 0 },
    { writeStallMs: 60_000 },
  ).bind();
  pair.transports[0].pause();
  const end = pair.mc.request({ command: 'deliver_sm' }).catch((error: unknown) => error);
  await pair.clock.advance(60_000);
  expect(await end).toMatchObject({ reason: 'write_stall', maybeSent: true });
  expect(pair.mc.outstanding).toBe(0);
});

test('property 5: nobody waits less than 30 s for a response by default, and a timeout says that it may have arrived', async () => {
  expect(sessionDefaults.responseTimeoutMs).toBeGreaterThanOrEqual(30_000);
  expect(serverLimits.responseTimeoutMs).toBeGreaterThanOrEqual(30_000);
  const pair = await new SessionPair().bind();
  const end = pair.esme.request(submit).catch((error: unknown) => error);
  await pair.clock.advance(sessionDefaults.responseTimeoutMs);
  expect(await end).toBeInstanceOf(SmppTimeoutError);
  expect(await end).toMatchObject({ kind: 'response', maybeSent: true });
});

test('property 6: responses and enquire_links are dealt with while handlers block, and any PDU keeps alive', async () => {
  const server = await startServer({
    limits: { window: 5 },
    operations: { submit_sm: () => new Promise(() => undefined) },
  });
  const peer = await RawPeer.bound(server.port);
  for (let sequence_number = 2; sequence_number < 7; sequence_number++)
    peer.write({ ...submit, sequence_number });
  const session = [...server.sessions][0]!;
  const answered = session.request({ command: 'deliver_sm' });
  expect(await peer.next()).toMatchObject({ command: 'deliver_sm' });
  peer.write({ command: 'deliver_sm_resp', sequence_number: 1 });
  expect(await answered).toMatchObject({ command: 'deliver_sm_resp' });
  expect(await peer.ask({ command: 'enquire_link', sequence_number: 9 })).toMatchObject({
    sequence_number: 9,
  });
  expect(session.counters.requestsOpen).toBe(5);
  peer.destroy();
});

test('property 7: the window is bounded, slots are given in order, and waiting can be aborted', async () => {
  const pair = await new SessionPair({ window: 3 }).bind();
  const order: number[] = [];
  const aborts = Array.from({ length: 10 }, () => new AbortController());
  const ends = aborts.map(({ signal }, i) =>
    pair.esme
      .request({ ...submit, destination_addr: String(i) }, { signal })
      .then(() => order.push(i))
      .catch(() => -1),
  );
  aborts[5]!.abort();
  let most = 0;
  while (order.length < 9) {
    await settle(2);
    most = Math.max(most, pair.esme.outstanding);
    for (const pdu of pair.mcOwner.requests.splice(0)) pair.mc.respond(pdu, { message_id: 'm' });
  }
  await Promise.all(ends);
  expect(most).toBe(3);
  expect(order).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9]);
});

test('property 8: the rate is kept over a reconnect, and bends when the MC throttles', async () => {
  const clock = new SimulatedClock();
  const server = await startServer();
  const transport = () => {
    const [ours, theirs] = memoryPair();
    server.accept(theirs);
    return ours;
  };
  const rate = { perSecond: 10, burst: 1 };
  const reconnect = { minMs: 100, jitter: 0 };
  const client = closeLater(
    await SmppClient.connect('smpp://a:b@memory', { clock, transport, rate, reconnect, window: 100 }),
  );
  for (let i = 0; i < 60; i++) client.submit(submit, () => undefined);
  await clock.advance(1_000);
  [...server.sessions][0]?.destroy();
  await clock.advance(2_000);
  expect(server.counters.bindsAccepted).toBe(2);
  expect(server.counters.requestsIn).toBeLessThanOrEqual(31);
  expect(server.counters.requestsIn).toBeGreaterThan(20);
  const pace = new Pace(rate, 0);
  pace.slowDown(0);
  expect(pace.perSecond).toBeLessThanOrEqual(5);
  expect(pace.take(0)).toBeGreaterThan(0);
});

test('property 9: the client unbinds before it closes, and ESME_RALYBND after a loss is tried again', async () => {
  const clock = new SimulatedClock();
  const seen: string[] = [];
  let refusals = 0;
  const server = await startServer({
    onPdu: (_session, direction, pdu) => {
      if (direction === 'in') seen.push(pdu.command);
    },
    authenticate: () => (refusals-- > 0 ? { accept: false, status: status.ESME_RALYBND } : { accept: true }),
  });
  const transport = () => {
    const [ours, theirs] = memoryPair();
    server.accept(theirs);
    return ours;
  };
  const client = await SmppClient.connect('smpp://a:b@memory', {
    clock,
    transport,
    reconnect: { jitter: 0 },
  });
  refusals = 2;
  [...server.sessions][0]?.destroy();
  await clock.advance(1_000 + 2_000 + 4_000);
  expect(client.state).toBe('bound');
  expect(seen.filter((command) => command.startsWith('bind'))).toHaveLength(4);
  await client.close();
  expect(seen.at(-1)).toBe('unbind');
});
