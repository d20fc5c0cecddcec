/** The life of a bind that is lost again and again. */
import { status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { polite, RawCentre, type RawConnection, type Script } from '../support/raw-centre.ts';
import { closeLater } from '../support/servers.ts';

const submit = { command: 'submit_sm', source_addr: '1', destination_addr: '2' } as const;

interface Life {
  readonly client: SmppClient;
  readonly clock: SimulatedClock;
  readonly centre: RawCentre;
  /** Whether each lost bind had held. */
  readonly held: boolean[];
  /** When each connection was made, milliseconds. */
  readonly times: number[];
}

async function live(script: Script, options: ClientOptions = {}): Promise<Life> {
  const clock = new SimulatedClock();
  const centre = new RawCentre(script);
  const held: boolean[] = [];
  const times: number[] = [];
  const client = closeLater(
    SmppClient.open('smpp://a:b@memory', {
      clock,
      reconnect: { minMs: 1_000, maxMs: 60_000, jitter: 0 },
      transport: () => {
        times.push(clock.monotonicMs());
        return centre.connect();
      },
      onDisconnected: (_session, _reason, loss) => held.push(loss.hasHeld),
      ...options,
    }),
  );
  await settle();
  return { client, clock, centre, held, times };
}

/** Waits between connections. */
function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, at) => Math.round((time - times[at]!) / 1_000));
}

const ends: readonly (readonly [string, (connection: RawConnection) => void])[] = [
  ['FIN', (connection) => connection.end()],
  ['RST', (connection) => void setImmediate(() => connection.reset())],
  ['unbind', (connection) => connection.send({ command: 'unbind', sequence_number: 7 })],
  [
    'enquire_link and FIN',
    (connection) => {
      connection.send({ command: 'enquire_link', sequence_number: 7 });
      connection.end();
    },
  ],
  [
    'an alert and FIN',
    (connection) => {
      connection.send({ command: 'alert_notification', sequence_number: 7 });
      connection.end();
    },
  ],
];

describe.each(ends)('a bind that is accepted, then closed by %s', (_, end) => {
  test('is made again with growing waits', async () => {
    const { clock, times, held, centre } = await live((pdu, connection) => {
      polite(pdu, connection);
      if (pdu.command.startsWith('bind_')) end(connection);
    });
    await clock.advance(200_000);
    expect(gaps(times)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(held).toEqual(centre.connections.map(() => false));
  });

  test('of several, each by itself', async () => {
    const { clock, times } = await live(
      (pdu, connection) => {
        polite(pdu, connection);
        if (pdu.command.startsWith('bind_')) end(connection);
      },
      { binds: 3 },
    );
    await clock.advance(31_000);
    expect(times).toHaveLength(3 * 6);
  });
});

test('a bind whose first enquire_link is not answered has not held', async () => {
  const { clock, times } = await live(
    (pdu, connection) => {
      if (pdu.command.startsWith('bind_')) polite(pdu, connection);
    },
    { enquireLinkMs: 5_000, enquireLinkResponseMs: 2_000 },
  );
  await clock.advance(60_000);
  expect(gaps(times)).toEqual([8, 9, 11, 15]);
});

test('a bind that is closed at the first request has not held; one on which requests were answered has', async () => {
  let isGood = false;
  const { client, clock, times, held, centre } = await live((pdu, connection) => {
    if (pdu.command === 'submit_sm' && !isGood) connection.reset();
    else polite(pdu, connection);
  });
  const ask = () => client.request(submit).catch(() => undefined);
  for (let second = 0; second < 16; second += 1) {
    void ask();
    await clock.advance(1_000);
  }
  expect(gaps(times)).toEqual([1, 2, 4, 8]);
  isGood = true;
  void ask();
  await clock.advance(16_000);
  // Those that waited meanwhile have been answered; it has stood for as long as it was waited for.
  await clock.advance(16_000);
  centre.last.reset();
  await settle();
  expect(held).toEqual([false, false, false, false, false, true]);
  await clock.advance(1_000);
  expect(gaps(times)).toEqual([1, 2, 4, 8, 16, 18]);
  expect(client.state).toBe('bound');
});

test('a bind without any traffic has held once a dead peer would have been found out', async () => {
  const { clock, centre, held } = await live(polite, { enquireLinkMs: 5_000, enquireLinkResponseMs: 2_000 });
  await clock.advance(14_000);
  centre.last.reset();
  await clock.advance(1_000);
  await clock.advance(13_000);
  centre.last.reset();
  await settle();
  expect(held).toEqual([true, false]);
});

describe('a bind that is made anew by intention', () => {
  test('is unbound in order, what is open is answered, and the next is made at once', async () => {
    const answers: (() => void)[] = [];
    const { client, centre, clock, times, held } = await live((pdu, connection) => {
      if (pdu.command === 'submit_sm') answers.push(() => polite(pdu, connection));
      else polite(pdu, connection);
    });
    const [session] = client.sessions;
    const open = client.request(submit);
    await settle();
    expect(client.renew(session!, 'planned')).toBe(true);
    await settle();
    expect(centre.last.commands).toEqual(['bind_transceiver', 'submit_sm']);
    answers[0]!();
    expect(await open).toMatchObject({ command_status: 0 });
    await clock.advance(0);
    await clock.advance(0);
    expect(centre.connections.map(({ commands }) => commands)).toEqual([
      ['bind_transceiver', 'submit_sm', 'unbind'],
      ['bind_transceiver'],
    ]);
    expect([gaps(times), held]).toEqual([[0], [true]]);
    expect(client.renew(session!, 'planned')).toBe(false);
  });

  test('and that the peer honours no more, waits longer each time', async () => {
    const script: Script = (pdu, connection) => {
      if (pdu.command === 'submit_sm') connection.answer(pdu, status.ESME_RINVBNDSTS);
      else polite(pdu, connection);
    };
    const { client, clock, times, centre } = await live(script, { onThrottled: 'report' });
    for (let second = 0; second < 31; second += 1) {
      if (client.state === 'bound') {
        expect(await client.request(submit)).toMatchObject({ command_status: status.ESME_RINVBNDSTS });
      }
      await clock.advance(1_000);
    }
    expect(gaps(times)).toEqual([1, 2, 4, 8, 16]);
    for (const { commands } of centre.connections.slice(0, -1))
      expect(commands).toEqual(['bind_transceiver', 'submit_sm', 'unbind']);
  });

  test('is not made anew when the client is closed meanwhile', async () => {
    const { client, clock, centre } = await live((pdu, connection) => {
      if (pdu.command !== 'submit_sm') polite(pdu, connection);
    });
    const [session] = client.sessions;
    const open = client.request(submit).catch((error: unknown) => error);
    await settle();
    client.renew(session!, 'planned', { drainMs: 5_000 });
    const closed = client.close({ drainMs: 1_000 });
    await clock.advance(60_000);
    await closed;
    expect(await open).toMatchObject({ code: 'CHAPPE_SMPP_CLOSED', maybeSent: true });
    expect(centre.connections).toHaveLength(1);
  });
});
