/** A peer that binds, then says nothing more and leaves its connection open: whoever keeps the session notices. */
import { connect, createServer, type Server } from 'node:net';
import { encode } from '@chappe/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import { OutbindListener } from '../../src/client/outbind-listener.ts';
import type { CloseReason } from '../../src/errors.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { deferred } from '../support/older-node.ts';
import { RawPeer } from '../support/raw-peer.ts';
import { closeLater, startServer } from '../support/servers.ts';

interface Side {
  /** Why the session ended; undefined while it is bound. */
  readonly reason: () => CloseReason | undefined;
  readonly peer: RawPeer;
}

interface Timers {
  readonly enquireLinkMs: number;
  readonly enquireLinkResponseMs: number;
}

const listening: Server[] = [];

afterEach(() => {
  for (const server of listening.splice(0)) server.close();
});

/** The sides that keep a session alive, each bound to a peer that will not say a word more. */
const sides: { readonly [side: string]: (timers: Timers, clock: SimulatedClock) => Promise<Side> } = {
  SmppServer: async (timers, clock) => {
    let reason: CloseReason | undefined;
    const server = await startServer({
      clock,
      limits: timers,
      onClosed: (_session, why) => {
        reason = why;
      },
    });
    return { peer: await RawPeer.bound(server.port), reason: () => reason };
  },
  SmppClient: async (timers, clock) => {
    let reason: CloseReason | undefined;
    const peer = deferred<RawPeer>();
    const centre = createServer((socket) => peer.resolve(new RawPeer(socket)));
    listening.push(centre);
    await new Promise<void>((resolve) => centre.listen(0, '127.0.0.1', resolve));
    const { port } = centre.address() as { readonly port: number };
    const client = SmppClient.connect(`smpp://esme:secret@127.0.0.1:${port}`, {
      clock,
      reconnect: false,
      ...timers,
      onDisconnected: (_session, why) => {
        reason = why;
      },
    });
    const mc = await peer.promise;
    const { sequence_number } = await mc.next();
    mc.write({ command: 'bind_transceiver_resp', sequence_number });
    closeLater(await client);
    return { peer: mc, reason: () => reason };
  },
  OutbindListener: async (timers, clock) => {
    let reason: CloseReason | undefined;
    const bound = deferred<void>();
    const listener = closeLater(
      await OutbindListener.listen({
        port: 0,
        systemId: 'esme',
        password: 'secret',
        authenticate: () => true,
        operations: {},
        clock,
        ...timers,
        onBound: () => bound.resolve(),
        onClosed: (_session, why) => {
          reason = why;
        },
      }),
    );
    const peer = new RawPeer(connect(listener.port, '127.0.0.1'));
    const { sequence_number } = await peer.ask(encode({ command: 'outbind', system_id: 'mc' }));
    peer.write({ command: 'bind_receiver_resp', sequence_number });
    await bound.promise;
    return { peer, reason: () => reason };
  },
};

describe.each(Object.keys(sides))('%s', (name) => {
  test.each([
    [30_000, 10_000],
    [10_000, 10_000],
    [5_000, 10_000],
    [1_000, 2_000],
  ])('ends a silent session after %i and %i ms', async (enquireLinkMs, enquireLinkResponseMs) => {
    const clock = new SimulatedClock();
    const { peer, reason } = await sides[name]!({ enquireLinkMs, enquireLinkResponseMs }, clock);
    await clock.advance(enquireLinkMs + enquireLinkResponseMs - 1);
    expect(reason()).toBeUndefined();
    await peer.until(() => peer.received.at(-1)?.command === 'enquire_link');
    expect(peer.received.filter(({ command }) => command === 'enquire_link')).toHaveLength(1);
    await clock.advance(1);
    await peer.closed();
    while (reason() === undefined) await settle(1);
    expect(reason()).toBe('enquire_link_timeout');
  });
});
