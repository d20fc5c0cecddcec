import { request } from 'node:http';
import type { Message } from '@chappe/center';
import { eventBodyOf, type GatewayEvent, type GatewayListener, type SessionView } from '@chappe/gateway';
import type { Handsets } from '@chappe/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../src/auth/caller.ts';
import type { Context } from '../src/context.ts';
import { type EventFilter, isWanted, typesOf } from '../src/event-filter.ts';
import { EventStream } from '../src/event-stream.ts';
import type { Answer } from '../src/route.ts';
import { readerLimits, streamEvents } from '../src/routes/events.ts';
import { bind } from './esme.ts';
import { type Rig, StandingClock, SteppedClock, startRig } from './rig.ts';

interface Told {
  readonly version: number;
  readonly id?: string;
  readonly type: string;
  readonly time: string;
  // biome-ignore lint/suspicious/noExplicitAny: read as a client in plain JavaScript would
  readonly data: any;
}

function read(text: string): Told[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '' && !block.startsWith(':'))
    .map((block) => {
      const match = /^event: (\w+\.\w+)\n(?:id: (\w+)\n)?data: (.+)$/.exec(block);
      if (match === null) throw new Error(`no event: ${block}`);
      const told = JSON.parse(match[3] ?? '');
      expect([told.version, told.type, told.id]).toEqual([1, match[1], match[2]]);
      return told;
    });
}

const anything: EventFilter = {
  types: undefined,
  account: undefined,
  connector: undefined,
  session: undefined,
  isCustomer: false,
};

const message = {
  kind: 'mt',
  publicId: 'a1',
  account: 'acme',
  group: 'op',
  source: { digits: 'ACME' },
  destination: { digits: '447700900001' },
  state: 'enroute',
  error: 0,
  attempts: 1,
  text: 'SECRETTEXT',
  acceptedMs: 0,
  doneMs: 0,
  content: new Uint8Array(9),
  timeline: '1 enroute session=7 submit_sm=2\n2 attempt connector=op-a\n',
} as unknown as Message;
const session = { id: 7, account: 'acme', counters: {} } as unknown as SessionView;

const moment = { number: 1, tag: 2, atMs: 1 };
const step: GatewayEvent = { ...moment, type: 'message.sent', step: 'sent', message };
const receipt: GatewayEvent = {
  ...moment,
  type: 'receipt.delivered',
  step: 'delivered',
  message: { ...message, kind: 'receipt' },
};
const bound: GatewayEvent = { ...moment, type: 'session.bound', session };
const unbound: GatewayEvent = { ...moment, type: 'session.unbound', session, reason: 'peer_closed' };
const lost: GatewayEvent = { ...moment, type: 'connector.unbound', connector: 'op-a', detail: 'reset' };
const pumping: GatewayEvent = {
  ...moment,
  type: 'pumping.detected',
  alarm: { account: 'acme', kind: 'sequential', prefix: '4477', value: 50, atMs: 0, stopped: true },
};
const bindRefused: GatewayEvent = {
  ...moment,
  type: 'session.refused',
  refusal: { account: 'acme', address: '192.0.2.1', reason: 'password', status: 14, text: 'wrong' },
};
const handset: GatewayEvent = {
  ...moment,
  type: 'handset.received',
  msisdn: '1',
  message: { account: 'acme' } as unknown as ReturnType<Handsets['inbox']>[number],
};
const all = { step, receipt, bound, unbound, lost, pumping, bindRefused, handset };

describe('what a reader gets', () => {
  const table: readonly (readonly [string, Partial<EventFilter>, readonly (keyof typeof all)[]])[] = [
    ['everything', {}, ['step', 'receipt', 'bound', 'unbound', 'lost', 'pumping', 'bindRefused', 'handset']],
    ['types', { types: new Set(['receipt.delivered', 'connector.unbound']) }, ['receipt', 'lost']],
    [
      'an account',
      { account: 'acme' },
      ['step', 'receipt', 'bound', 'unbound', 'pumping', 'bindRefused', 'handset'],
    ],
    ['another account', { account: 'acm' }, []],
    ['a connector', { connector: 'op-a' }, ['step', 'receipt', 'lost']],
    ['a group of connectors', { connector: 'op' }, ['step', 'receipt']],
    ['the beginning of a name', { connector: 'op-' }, []],
    ['a session', { session: 7 }, ['step', 'receipt', 'bound', 'unbound']],
    ['another session', { session: 70 }, []],
    ['a customer', { account: 'acme', isCustomer: true }, ['step', 'receipt', 'bound', 'unbound']],
  ];
  it.each(table)('%s', (_name, filter, wanted) => {
    const got = Object.entries(all).filter(([, event]) => isWanted(event, { ...anything, ...filter }));
    expect(got.map(([name]) => name)).toEqual(wanted);
  });

  it('no text unless it is asked for, and no connector for a customer', () => {
    expect(JSON.stringify(eventBodyOf(step))).not.toContain('SECRETTEXT');
    expect(eventBodyOf(step, { shown: (text) => text }).data).toMatchObject({
      content: { text: 'SECRETTEXT' },
      connector: 'op',
    });
    expect(eventBodyOf(step, { isCustomer: true }).data).toMatchObject({ connector: null });
  });

  it('what happened, not what it became afterwards', () => {
    const changing = { ...message };
    const body = eventBodyOf({ ...step, message: changing } as GatewayEvent);
    Object.assign(changing, { state: 'delivered' });
    expect(body).toEqual({
      version: 1,
      id: '0000000000000100000002',
      type: 'message.sent',
      time: '1970-01-01T00:00:00.001Z',
      data: {
        ...{ id: 'a1', kind: 'mt', account: 'acme', connector: 'op', from: 'ACME', to: '447700900001' },
        ...{ state: 'enroute', error: 0, operatorError: null, attempts: 1, doneAt: null },
        acceptedAt: '1970-01-01T00:00:00.000Z',
      },
    });
  });

  it('a word stands for all types of its noun, or for one', () => {
    expect(typesOf('breaker')).toEqual(['breaker.opened', 'breaker.closed']);
    expect(typesOf('message.sent')).toEqual(['message.sent']);
    for (const word of ['messages', 'mess', 'message.', '', 'pdu', 'stream.skipped'])
      expect(typesOf(word)).toBeUndefined();
  });
});

describe('a slow reader', () => {
  const event = (number: number) => () => ({
    version: 1,
    id: '00',
    type: 'message.sent',
    time: '',
    data: { number },
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('gets a thousand events, the number of those left out where they were, and those that follow', async () => {
    const stream = new EventStream(new StandingClock());
    let made = 0;
    const offer = (number: number): void =>
      stream.offer(() => {
        made += 1;
        return event(number)();
      });
    for (let number = 0; number < 5_000; number += 1) offer(number);
    expect(made).toBe(1_000);
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    await turn();
    await turn();
    offer(5_000);
    await turn();
    await turn();
    stream.end();
    await turn();
    const told = read(text);
    expect(told.slice(0, 1_000).map(({ data }) => data.number)).toEqual(
      Array.from({ length: 1_000 }, (_, at) => at),
    );
    expect(told.slice(1_000)).toMatchObject([
      { type: 'stream.skipped', data: { skipped: 4_000 } },
      { data: { number: 5_000 } },
    ]);
    // Who comes back would say that it has read what was left out.
    expect(told[1_000]).not.toHaveProperty('id');
  });

  it('hears that somebody is there every 15 seconds, and is let go when nobody reads', async () => {
    let beat: (() => void) | undefined;
    const clock = new StandingClock();
    clock.setTimer = ((run: () => void, delayMs: number) => {
      expect(delayMs).toBe(15_000);
      beat = run;
      return () => {
        beat = undefined;
      };
    }) as never;
    const stream = new EventStream(clock);
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    await turn();
    beat?.();
    await turn();
    expect(text).toBe(': listening\n\n: still here\n\n');
    stream.destroy();
    await turn();
    expect(beat).toBeUndefined();

    const head = new EventStream(clock);
    head.resume();
    await turn();
    beat?.();
    expect(head.destroyed).toBe(true);
  });
});

describe('GET /api/v1/events', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());

  /** Begins to read; what it returns goes on until `enough`, then goes away. */
  async function reader(query: string): Promise<(enough: (told: Told[]) => boolean) => Promise<Told[]>> {
    const url = new URL(`/api/v1/events${query}`, await rig.listen());
    const ending = new AbortController();
    const response = await fetch(url, { signal: ending.signal });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    let text = '';
    let told: Told[] = [];
    const decoder = new TextDecoder();
    const chunks = (response.body as ReadableStream<Uint8Array>).getReader();
    // The first octets say that it listens.
    text += decoder.decode((await chunks.read()).value);
    return async (enough) => {
      while (!enough(told)) {
        const { done, value } = await chunks.read();
        if (done) break;
        text += decoder.decode(value, { stream: true });
        told = read(text.slice(0, text.lastIndexOf('\n\n') + 2));
      }
      ending.abort();
      return told;
    };
  }

  /** Reads events until `enough`, then goes away. */
  async function listen(
    query: string,
    act: () => Promise<unknown>,
    enough: (told: Told[]) => boolean,
  ): Promise<Told[]> {
    const goOn = await reader(query);
    await act();
    return await goOn(enough);
  }

  it('tells the life of a message and of a session, without its text', async () => {
    const told = await listen(
      '',
      async () => {
        const esme = await bind(rig.box.port, 'acme');
        await rig.until(await rig.submit('447700900001', 'SECRETTEXT'), 'delivered');
        await esme.close();
      },
      (events) => events.some(({ type }) => type === 'session.unbound'),
    );
    expect(told.find(({ type }) => type === 'session.bound')?.data).toMatchObject({
      account: 'acme',
      bind: 'transceiver',
    });
    const steps = told.filter(({ type }) => type.startsWith('message.'));
    expect(steps.map(({ type }) => type)).toEqual(['message.accepted', 'message.delivered']);
    expect(steps[0]?.data).toMatchObject({ to: '447700900001', kind: 'mt' });
    expect(JSON.stringify(told)).not.toContain('SECRETTEXT');
    expect(told.every(({ time }) => !Number.isNaN(Date.parse(time)))).toBe(true);
    const ids = told.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort());
  });

  it('tells all readers the same', async () => {
    const read = await Promise.all([0, 1].map(() => reader('?type=message.delivered')));
    await rig.until(await rig.submit('447700900003', 'Hello'), 'delivered');
    const [first, second] = await Promise.all(read.map((one) => one((events) => events.length > 0)));
    expect(first).toEqual(second);
  });

  it('tells texts when asked, and only the kinds that were asked for', async () => {
    const told = await listen(
      '?text=1&type=message,receipt',
      async () => {
        const esme = await bind(rig.box.port, 'acme');
        await rig.until(await rig.submit('447700900002', 'SECRETTEXT'), 'delivered');
        await esme.close();
      },
      (events) => events.length >= 2,
    );
    expect(told.map(({ data }) => data)).toMatchObject([
      { content: { text: 'SECRETTEXT' } },
      { content: { text: 'SECRETTEXT' }, state: 'delivered' },
    ]);
  });

  it.each([
    ['?type=messages', 'invalid_parameter'],
    ['?type=pdu', 'invalid_parameter'],
    ['?session=x', 'invalid_parameter'],
    ['?text=yes', 'invalid_parameter'],
    ['?kind=message', 'unknown_parameter'],
  ])('refuses %s', async (query, code) => {
    const { status, json } = await rig.get(`/api/v1/events${query}`);
    expect(status).toBe(400);
    expect(json.code).toBe(code);
  });

  it('lets as many listen as there are places, and makes room when they go away', async () => {
    const url = new URL('/api/v1/events', await rig.listen());
    const ending = new AbortController();
    const open = (): Promise<Response> => fetch(url, { signal: ending.signal });
    const all = await Promise.all(
      Array.from({ length: readerLimits.accounts + readerLimits.operators }, open),
    );
    expect(all.every(({ status }) => status === 200)).toBe(true);
    const refused = await open();
    expect(refused.status).toBe(503);
    await refused.body?.cancel();
    ending.abort();
    for (;;) {
      const response = await fetch(url);
      const isIn = response.status === 200;
      await response.body?.cancel();
      if (isIn) break;
    }
  });

  it('ends with the API', async () => {
    const own = await startRig();
    const url = new URL('/api/v1/events', await own.listen());
    const ended = new Promise<void>((resolve, reject) => {
      const call = request(url, (response) => {
        response.once('data', () => void own.close());
        response.on('data', () => undefined);
        response.on('end', resolve);
        response.on('error', reject);
      });
      call.on('error', reject);
      call.end();
    });
    await ended;
  });
});

describe('a reader whose key is taken away', () => {
  it('hears nothing more after the next heartbeat', async () => {
    const clock = new SteppedClock();
    let isAllowed = true;
    const stream = new EventStream(clock, () => isAllowed);
    let text = '';
    let isOver = false;
    stream.on('data', (chunk) => {
      text += chunk;
    });
    stream.on('end', () => {
      isOver = true;
    });
    for (let beat = 0; beat < 4; beat += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(15_000);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect([isOver, text.split('still here').length]).toEqual([false, 5]);
    isAllowed = false;
    clock.advance(15_000);
    stream.offer(() => ({ version: 1, type: 'message.sent', time: 'too late', data: {} }));
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(true);
    expect(text).not.toContain('too late');
  });
});

describe('rights', () => {
  const listeners = new Set<GatewayListener>();
  const context = {
    gateway: {
      events: {
        subscribe: (listener: GatewayListener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
    },
    clock: new StandingClock(),
    closing: new AbortController().signal,
  } as unknown as Context;
  const route = streamEvents(context);
  const ask = (query: object, caller: Caller): EventStream => {
    const call = {
      params: {},
      query,
      body: undefined,
      lines: undefined,
      header: () => undefined,
      signal: context.closing,
      caller,
      isStillAllowed: () => true,
    };
    return (route.handle(call) as Answer).body as EventStream;
  };
  const customer: Caller = { kind: 'account', name: 'acme', key: 'acme' };

  it('are those of whoever has the key of an account, too', () => expect(route.isForAccounts).toBe(true));

  it.each([[{ text: '1' }], [{ account: 'other' }], [{ connector: 'op-a' }]])(
    'a customer may not ask for %j; who runs it may',
    (query) => {
      expect(() => ask(query, customer)).toThrow(/^this key /);
      ask(query, { kind: 'key', name: 'x', role: 'operator' }).destroy();
    },
  );

  it('a customer hears of itself only, without asking for it', () => {
    for (const query of [{}, { account: 'acme' }]) {
      const stream = ask(query, customer);
      for (const listener of listeners) {
        listener(bound);
        listener({ ...moment, type: 'session.bound', session: { ...session, account: 'other' } });
        listener(lost);
      }
      stream.end();
      const told = read(String(stream.read()));
      expect(told).toMatchObject([{ type: 'session.bound', data: { account: 'acme' } }]);
      stream.destroy();
    }
  });
});
