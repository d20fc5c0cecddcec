import { request } from 'node:http';
import type { Message } from '@chappe/center';
import type { GatewayEvent, GatewayListener, SessionView } from '@chappe/gateway';
import type { Handsets } from '@chappe/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../src/auth/caller.ts';
import type { Context } from '../src/context.ts';
import { bodyOf, type EventFilter, isWanted } from '../src/event-body.ts';
import { EventStream } from '../src/event-stream.ts';
import type { Answer } from '../src/route.ts';
import { readerLimits, streamEvents } from '../src/routes/events.ts';
import { bind } from './esme.ts';
import { type Rig, StandingClock, SteppedClock, startRig } from './rig.ts';

interface Told {
  readonly kind: string;
  // biome-ignore lint/suspicious/noExplicitAny: read as a client in plain JavaScript would
  readonly [name: string]: any;
}

function read(text: string): Told[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '' && !block.startsWith(':'))
    .map((block) => {
      const match = /^event: (\w+)\ndata: (.+)$/.exec(block);
      if (match === null) throw new Error(`no event: ${block}`);
      const told = JSON.parse(match[2] ?? '');
      expect(told.kind).toBe(match[1]);
      return told;
    });
}

const anything: EventFilter = {
  kinds: undefined,
  account: undefined,
  connector: undefined,
  session: undefined,
  withText: false,
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
  timeline: '1 enroute session=7 submit_sm=2\n2 attempt connector=op-a\n',
} as unknown as Message;
const session = { id: 7, account: 'acme', counters: {} } as unknown as SessionView;

const step: GatewayEvent = { kind: 'message', step: 'sent', message };
const receipt: GatewayEvent = {
  kind: 'message',
  step: 'delivered',
  message: { ...message, kind: 'receipt' },
};
const bound: GatewayEvent = { kind: 'bound', session };
const closed: GatewayEvent = { kind: 'closed', session, reason: 'peer_closed' };
const lost: GatewayEvent = { kind: 'upstream', connector: 'op-a', what: 'lost', detail: 'reset' };
const pumping: GatewayEvent = {
  kind: 'pumping',
  alarm: { account: 'acme', kind: 'sequential', prefix: '4477', value: 50, atMs: 0, stopped: true },
};
const handset: GatewayEvent = {
  kind: 'handset',
  msisdn: '1',
  message: {} as unknown as ReturnType<Handsets['inbox']>[number],
};
const all = { step, receipt, bound, closed, lost, pumping, handset };

describe('what a reader gets', () => {
  const table: readonly (readonly [string, Partial<EventFilter>, readonly (keyof typeof all)[]])[] = [
    ['everything but handsets', {}, ['step', 'receipt', 'bound', 'closed', 'lost', 'pumping']],
    ['kinds', { kinds: new Set(['receipt', 'upstream']) }, ['receipt', 'lost']],
    ['an account', { account: 'acme' }, ['step', 'receipt', 'bound', 'closed', 'pumping']],
    ['another account', { account: 'acm' }, []],
    ['a connector', { connector: 'op-a' }, ['step', 'receipt', 'lost']],
    ['a group of connectors', { connector: 'op' }, ['step', 'receipt']],
    ['the beginning of a name', { connector: 'op-' }, []],
    ['a session', { session: 7 }, ['step', 'receipt', 'bound', 'closed']],
    ['another session', { session: 70 }, []],
    ['a customer', { account: 'acme', isCustomer: true }, ['step', 'receipt', 'bound', 'closed']],
  ];
  it.each(table)('%s', (_name, filter, wanted) => {
    const got = Object.entries(all).filter(([, event]) => isWanted(event, { ...anything, ...filter }));
    expect(got.map(([name]) => name)).toEqual(wanted);
  });

  it('no text unless it is asked for, and no upstream for a customer', () => {
    expect(JSON.stringify(bodyOf(step, '', anything))).not.toContain('SECRETTEXT');
    expect(bodyOf(step, '', { withText: true, isCustomer: false })).toMatchObject({
      text: 'SECRETTEXT',
      connector: 'op',
    });
    expect(bodyOf(step, '', { withText: false, isCustomer: true })).toMatchObject({ connector: null });
  });

  it('what happened, not what it became afterwards', () => {
    const changing = { ...message };
    const body = bodyOf({ kind: 'message', step: 'sent', message: changing }, 'now', anything);
    Object.assign(changing, { state: 'delivered' });
    expect(body).toEqual({
      ...{ kind: 'message', at: 'now', step: 'sent', id: 'a1', of: 'mt', account: 'acme', connector: 'op' },
      ...{ from: 'ACME', to: '447700900001', state: 'enroute', error: 0, attempts: 1 },
    });
  });
});

describe('a slow reader', () => {
  const event = (number: number) => () => ({ kind: 'message', at: '', number });
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
    expect(told.slice(0, 1_000).map(({ number }) => number)).toEqual(
      Array.from({ length: 1_000 }, (_, at) => at),
    );
    expect(told.slice(1_000)).toMatchObject([{ kind: 'skipped', skipped: 4_000 }, { number: 5_000 }]);
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

  /** Reads events until `enough`, then goes away. */
  async function listen(
    query: string,
    act: () => Promise<unknown>,
    enough: (told: Told[]) => boolean,
  ): Promise<Told[]> {
    const url = new URL(`/api/v1/events${query}`, await rig.listen());
    const ending = new AbortController();
    const response = await fetch(url, { signal: ending.signal });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    let text = '';
    let told: Told[] = [];
    const decoder = new TextDecoder();
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    // The first octets say that it listens.
    text += decoder.decode((await reader.read()).value);
    await act();
    while (!enough(told)) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
      told = read(text.slice(0, text.lastIndexOf('\n\n') + 2));
    }
    ending.abort();
    return told;
  }

  it('tells the life of a message and of a session, without its text', async () => {
    const told = await listen(
      '',
      async () => {
        const esme = await bind(rig.box.port, 'acme');
        await rig.until(await rig.submit('447700900001', 'SECRETTEXT'), 'delivered');
        await esme.close();
      },
      (events) => events.some(({ what }) => what === 'closed'),
    );
    expect(told.find(({ what }) => what === 'bound')).toMatchObject({
      kind: 'session',
      session: { account: 'acme', bind: 'transceiver' },
    });
    const steps = told.filter(({ kind }) => kind === 'message').map((event) => event.step);
    expect(steps).toEqual(['enroute', 'delivered']);
    expect(told.find(({ kind }) => kind === 'message')).toMatchObject({ to: '447700900001', of: 'mt' });
    expect(JSON.stringify(told)).not.toContain('SECRETTEXT');
    expect(told.every(({ at }) => !Number.isNaN(Date.parse(at)))).toBe(true);
  });

  it('tells texts when asked, and only the kinds that were asked for', async () => {
    const told = await listen(
      '?text=1&kind=message,receipt',
      async () => {
        const esme = await bind(rig.box.port, 'acme');
        await rig.until(await rig.submit('447700900002', 'SECRETTEXT'), 'delivered');
        await esme.close();
      },
      (events) => events.length >= 2,
    );
    expect(told).toMatchObject([{ text: 'SECRETTEXT' }, { text: 'SECRETTEXT', state: 'delivered' }]);
  });

  it.each([
    ['?kind=messages', 'invalid_parameter'],
    ['?session=x', 'invalid_parameter'],
    ['?text=yes', 'invalid_parameter'],
    ['?kinds=message', 'unknown_parameter'],
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
    stream.offer(() => ({ kind: 'message', at: 'too late' }));
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
        listener({ kind: 'bound', session });
        listener({ kind: 'bound', session: { ...session, account: 'other' } });
        listener(lost);
      }
      stream.end();
      const told = read(String(stream.read()));
      expect(told).toMatchObject([{ kind: 'session', session: { account: 'acme' } }]);
      stream.destroy();
    }
  });
});
