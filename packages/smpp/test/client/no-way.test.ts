/** Requests that find no way out: each cause has an error of its own. */
import { status } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import type { ClientOptions } from '../../src/client/options.ts';
import { type SmppError, SmppNotBoundError, SmppTimeoutError } from '../../src/errors.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { polite, RawCentre, type Script } from '../support/raw-centre.ts';
import { closeLater } from '../support/servers.ts';

const submit = { command: 'submit_sm', source_addr: '1', destination_addr: '2' } as const;

async function world(script: Script, options: ClientOptions = {}) {
  const clock = new SimulatedClock();
  const centre = new RawCentre(script);
  const client = closeLater(
    SmppClient.open('smpp://a:b@memory', {
      clock,
      transport: () => centre.connect(),
      reconnect: { minMs: 1_000, maxMs: 60_000, jitter: 0 },
      ...options,
    }),
  );
  await settle();
  return { clock, client, centre };
}

const failing = (promise: Promise<unknown>): Promise<SmppError> =>
  promise.then(
    () => {
      throw new Error('it was sent');
    },
    (error: SmppError) => error,
  );

describe('no bind in time', () => {
  test('nobody listens: told so, with the last error of connecting as the cause', async () => {
    const clock = new SimulatedClock();
    const client = closeLater(
      SmppClient.open('smpp://a:b@127.0.0.1:1', {
        clock,
        responseTimeoutMs: 5_000,
        reconnect: { jitter: 0 },
      }),
    );
    const sending = failing(client.send({ to: '1', text: 'x' }));
    const failed = new Promise<void>((resolve) => {
      const look = (): void => void (clock.armed > 1 ? resolve() : setImmediate(look));
      look();
    });
    await failed;
    await clock.advance(5_000);
    const error = await sending;
    expect(error).toBeInstanceOf(SmppNotBoundError);
    expect(error).toMatchObject({ code: 'CHAPPE_SMPP_NOT_BOUND', maybeSent: false });
    expect(error.cause).toMatchObject({ code: 'CHAPPE_SMPP_CONNECT', cause: { code: 'ECONNREFUSED' } });
    expect(error.message).toContain('ECONNREFUSED');
    client.destroy();
  });

  test.each<[string, Script, object]>([
    [
      'refused',
      (pdu, connection) => connection.answer(pdu, status.ESME_RALYBND),
      { code: 'CHAPPE_SMPP_BIND', status: status.ESME_RALYBND },
    ],
    ['not answered', () => undefined, { code: 'CHAPPE_SMPP_TIMEOUT', kind: 'bind' }],
    [
      'accepted and closed',
      (pdu, connection) => {
        polite(pdu, connection);
        connection.end();
      },
      { code: 'CHAPPE_SMPP_CLOSED', reason: 'connection_lost' },
    ],
  ])('the bind is %s', async (_what, script, cause) => {
    const reconnect = { minMs: 60_000, maxMs: 60_000, jitter: 0 };
    const { clock, client } = await world(script, { responseTimeoutMs: 15_000, reconnect });
    const sending = failing(client.request(submit));
    await clock.advance(15_000);
    const error = await sending;
    expect(error).toMatchObject({ code: 'CHAPPE_SMPP_NOT_BOUND', maybeSent: false });
    expect(error.cause).toMatchObject(cause);
  });

  test('each request has an error of its own', async () => {
    const { clock, client } = await world(() => undefined, { responseTimeoutMs: 1_000 });
    const errors = Promise.all([1, 2, 3].map(() => failing(client.request(submit))));
    await clock.advance(1_000);
    expect(new Set(await errors).size).toBe(3);
  });
});

test('a slow peer: told so, with how much it has yet to answer', async () => {
  const { clock, client } = await world(
    (pdu, connection) => {
      if (pdu.command !== 'submit_sm') polite(pdu, connection);
    },
    { window: 3, responseTimeoutMs: 60_000 },
  );
  for (let i = 0; i < 3; i++) client.submit(submit, () => undefined);
  const sending = failing(client.request(submit, { timeoutMs: 1_000 }));
  await clock.advance(1_000);
  const error = await sending;
  expect(error).toBeInstanceOf(SmppTimeoutError);
  expect(error).toMatchObject({ kind: 'window', maybeSent: false });
  expect(error.message).toMatch(/3 requests/);
});

test('a rate that is too low: told so', async () => {
  const { clock, client } = await world(polite, { rate: { perSecond: 0.1, burst: 1 } });
  client.submit(submit, () => undefined);
  const sending = failing(client.request(submit, { timeoutMs: 1_000 }));
  await clock.advance(1_000);
  expect(await sending).toMatchObject({ code: 'CHAPPE_SMPP_TIMEOUT', kind: 'rate', maybeSent: false });
});

test('a peer that throttles for as long as it is tried: its status', async () => {
  const { clock, client } = await world(
    (pdu, connection) => {
      if (pdu.command === 'submit_sm') connection.answer(pdu, status.ESME_RTHROTTLED);
      else polite(pdu, connection);
    },
    { responseTimeoutMs: 20_000 },
  );
  const sending = client.request(submit);
  await clock.advance(25_000);
  expect(await sending).toMatchObject({ command_status: status.ESME_RTHROTTLED });
});

describe('a receiver', () => {
  test.each(['bound', 'not yet bound'])('%s: a submission is refused at once', async (when) => {
    const { client, centre } = await world(polite, { bind: 'receiver' });
    if (when === 'not yet bound') centre.last.reset();
    await settle();
    for (const request of [
      client.send({ to: '1', text: 'x' }),
      client.request(submit),
      client.request({ command: 'query_sm', message_id: '1' } as never),
    ]) {
      expect(await failing(request)).toMatchObject({ code: 'CHAPPE_SMPP_STATE', maybeSent: false });
    }
    expect(centre.all('submit_sm')).toEqual([]);
  });

  test('may send what a receiver may', async () => {
    const { client } = await world(polite, { bind: 'receiver' });
    expect(await client.request({ command: 'enquire_link' })).toMatchObject({ command_status: 0 });
  });

  test('by the word of the URL, too', async () => {
    const client = closeLater(SmppClient.open('smpp://a:b@127.0.0.1:1?bind=rx', { reconnect: false }));
    expect(await failing(client.send({ to: '1', text: 'x' }))).toMatchObject({ code: 'CHAPPE_SMPP_STATE' });
  });
});

describe('a bind that the peer knows no more', () => {
  const statuses = (
    [
      'ESME_RINVBNDSTS',
      'ESME_RALYBND',
      'ESME_RBINDFAIL',
      'ESME_RINVPASWD',
      'ESME_RINVSYSID',
      'ESME_RINVSYSTYP',
    ] as const
  ).map((name) => [name, status[name]] as const);

  test.each(statuses)(
    'answers %s: a new bind, and the messages are sent on it',
    async (_name, commandStatus) => {
      const { clock, client, centre } = await world((pdu, connection) => {
        if (pdu.command === 'submit_sm' && connection.number === 1) connection.answer(pdu, commandStatus);
        else polite(pdu, connection);
      });
      const sending = Promise.all([1, 2, 3].map(() => client.send({ to: '1', text: 'x'.repeat(200) })));
      await clock.advance(5_000);
      for (const { ids } of await sending) expect(ids.every((id) => id.startsWith('raw-2-'))).toBe(true);
      expect(
        centre.connections.map(({ commands }) => commands.filter((command) => command === 'unbind')),
      ).toEqual([['unbind'], []]);
    },
  );

  test('another bind that stands takes them at once', async () => {
    const { clock, client, centre } = await world(
      (pdu, connection) => {
        if (pdu.command === 'submit_sm' && connection.number === 1) {
          connection.answer(pdu, status.ESME_RINVBNDSTS);
        } else polite(pdu, connection);
      },
      { binds: 2 },
    );
    const sending = Promise.all(Array.from({ length: 6 }, () => client.request(submit)));
    await clock.advance(1);
    for (const response of await sending) expect(response).toMatchObject({ command_status: 0 });
    expect(centre.connections).toHaveLength(2);
  });

  test('the new ones say the same: longer waits, and its status is the end of the message', async () => {
    const { clock, client, centre } = await world(
      (pdu, connection) => {
        if (pdu.command === 'submit_sm') connection.answer(pdu, status.ESME_RINVBNDSTS);
        else polite(pdu, connection);
      },
      { responseTimeoutMs: 40_000 },
    );
    const sending = client.request(submit);
    await clock.advance(40_000);
    expect(await sending).toMatchObject({ command_status: status.ESME_RINVBNDSTS });
    // After 1, 2, 4, 8, 16 s.
    expect(centre.connections).toHaveLength(6);
  });

  test('where a lost bind stays lost, or results are to be reported: the status', async () => {
    for (const options of [{ reconnect: false }, { onThrottled: 'report' }] as const) {
      const { client } = await world((pdu, connection) => {
        if (pdu.command === 'submit_sm') connection.answer(pdu, status.ESME_RINVBNDSTS);
        else polite(pdu, connection);
      }, options);
      expect(await client.request(submit)).toMatchObject({ command_status: status.ESME_RINVBNDSTS });
    }
  });
});
