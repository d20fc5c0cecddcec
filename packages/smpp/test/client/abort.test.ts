/** The signal of a client ends connecting, wherever that stands. */
import { describe, expect, test } from 'vitest';
import { SmppClient } from '../../src/client/client.ts';
import { SimulatedClock, settle } from '../../src/simulated-clock.ts';
import { polite, RawCentre, type Script } from '../support/raw-centre.ts';
import { closeLater, startServer } from '../support/servers.ts';

const submit = { command: 'submit_sm', source_addr: '1', destination_addr: '2' } as const;

function world(script: Script) {
  const clock = new SimulatedClock();
  const centre = new RawCentre(script);
  const aborting = new AbortController();
  const failures: unknown[] = [];
  const options = {
    clock,
    signal: aborting.signal,
    transport: () => centre.connect(),
    reconnect: { minMs: 1_000, jitter: 0 },
    onConnectFailed: (error: { code: string }, retryInMs: number | undefined) =>
      failures.push([error.code, retryInMs]),
  };
  return { clock, centre, aborting, failures, options };
}

const code = (error: { code: string }) => error.code;

describe('connect is aborted', () => {
  test('while it dials', async () => {
    const server = await startServer();
    const aborting = new AbortController();
    const url = `smpp://a:b@127.0.0.1:${server.port}`;
    const connecting = SmppClient.connect(url, { signal: aborting.signal }).catch(code);
    aborting.abort();
    expect(await connecting).toBe('CHAPPE_SMPP_ABORTED');
  });

  test('while a transport of the user is made, which takes no notice and is closed then', async () => {
    const at = world(polite);
    let give: () => void = () => undefined;
    const made = new Promise<void>((resolve) => (give = resolve));
    const transport = async () => {
      await made;
      return at.centre.connect();
    };
    const connecting = SmppClient.connect('smpp://a:b@memory', { ...at.options, transport }).catch(code);
    at.aborting.abort();
    give();
    expect(await connecting).toBe('CHAPPE_SMPP_ABORTED');
    await settle();
    expect(at.centre.last.isOpen).toBe(false);
  });

  test('while the bind is not answered', async () => {
    const at = world(() => undefined);
    const connecting = SmppClient.connect('smpp://a:b@memory', at.options).catch(code);
    await settle();
    at.aborting.abort(new Error('enough'));
    expect(await connecting).toBe('CHAPPE_SMPP_ABORTED');
    await settle();
    expect(at.centre.last.isOpen).toBe(false);
    expect(at.clock.armed).toBe(0);
  });
});

test('open is aborted between two tries: there is no other, and what waited hears why', async () => {
  const at = world((_pdu, connection) => connection.reset());
  const client = closeLater(SmppClient.open('smpp://a:b@memory', at.options));
  const waiting = client.request(submit).catch(code);
  await at.clock.advance(500);
  at.aborting.abort();
  expect(await waiting).toBe('CHAPPE_SMPP_ABORTED');
  expect(client.state).toBe('closed');
  await at.clock.advance(120_000);
  expect(at.centre.connections).toHaveLength(1);
  expect(at.failures.at(-1)).toEqual(['CHAPPE_SMPP_ABORTED', undefined]);
});

test('a bind that stands goes on; lost later, it is not made again', async () => {
  const at = world(polite);
  const client = closeLater(await SmppClient.connect('smpp://a:b@memory', at.options));
  at.aborting.abort();
  expect(await client.request(submit)).toMatchObject({ command_status: 0 });
  at.centre.last.reset();
  await at.clock.advance(120_000);
  expect(client.state).toBe('closed');
  expect(at.centre.connections).toHaveLength(1);
});

test('a client that was closed no longer listens to the signal', async () => {
  const at = world(polite);
  let listeners = 0;
  const { signal } = at.aborting;
  const counted = {
    get aborted() {
      return signal.aborted;
    },
    addEventListener: () => listeners++,
    removeEventListener: () => listeners--,
  };
  const client = await SmppClient.connect('smpp://a:b@memory', { ...at.options, signal: counted as never });
  await client.close();
  expect(listeners).toBe(0);
});

describe('a transport of the user that never comes', () => {
  const never = (): Promise<never> => new Promise(() => undefined);

  test('is given up after the time to connect, and tried again', async () => {
    const { clock, options, failures } = world(polite);
    let calls = 0;
    const transport = () => {
      calls += 1;
      return never();
    };
    const client = closeLater(
      SmppClient.open('smpp://a:b@memory', { ...options, transport, connectTimeoutMs: 2_000 }),
    );
    await clock.advance(2_000);
    expect(failures).toEqual([['CHAPPE_SMPP_TIMEOUT', 1_000]]);
    await clock.advance(1_000);
    expect(calls).toBe(2);
    expect(client.state).toBe('connecting');
  });

  test.each(['signal', 'close', 'destroy'] as const)('ends by %s, and what waits with it', async (how) => {
    const { clock, options, aborting } = world(polite);
    const client = closeLater(SmppClient.open('smpp://a:b@memory', { ...options, transport: never }));
    const sent = client.request(submit).catch(code);
    await settle();
    if (how === 'signal') aborting.abort();
    else void client[how]();
    await clock.advance(500);
    expect(await sent).toMatch(/^CHAPPE_SMPP_(CLOSED|ABORTED)$/);
    expect(client.state).toBe('closed');
  });

  test('comes after its time, and is destroyed', async () => {
    const { clock, options, centre } = world(polite);
    let give: () => void = () => undefined;
    let isDestroyed = false;
    const transport = async () => {
      await new Promise<void>((resolve) => (give = resolve));
      const late = centre.connect();
      const destroy = late.destroy.bind(late);
      late.destroy = () => {
        isDestroyed = true;
        destroy();
      };
      return late;
    };
    const connecting = SmppClient.connect('smpp://a:b@memory', {
      ...options,
      transport,
      connectTimeoutMs: 1_000,
      reconnect: false,
    }).catch(code);
    await clock.advance(1_000);
    expect(await connecting).toBe('CHAPPE_SMPP_TIMEOUT');
    give();
    await settle();
    expect(isDestroyed).toBe(true);
  });
});
