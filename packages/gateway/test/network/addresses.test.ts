/** However a number is written, it is one number: to rules, lists, searches, and to the operator. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from '@chappe/center';
import type { RouteSettings } from '@chappe/policy';
import { type PduInput, status } from '@chappe/protocol';
import { SqliteStore } from '@chappe/store-sqlite';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Esme } from '../rig.ts';
import { account, via, World, type WorldSettings } from './world.ts';

let world: World;
let esme: Esme;
afterEach(() => world.stop());

const number = '447700900123';
const written = [
  number,
  `+${number}`,
  '44 7700900123',
  '+44 7700 900123',
  '+44-7700-900123',
  '44.7700.900123',
  '(+44) 7700 900123',
  '+44 (0)7700 900123',
  '447700900123 ',
  '44\u00a07700\u00a0900123',
];

type Door = (to: string, from: string) => Promise<number>;

const fields = (to: string, from: string) => ({
  source_addr_ton: 0,
  source_addr: from,
  dest_addr_ton: 0,
  destination_addr: to,
});
const doors: Record<string, Door> = {
  submit_sm: async (to, from) => (await esme.submit(fields(to, from))).command_status,
  data_sm: async (to, from) =>
    (
      await esme.request<'data_sm'>({
        command: 'data_sm',
        ...fields(to, from),
        tlvs: { message_payload: Buffer.from('Hello') },
      } as PduInput<'data_sm'>)
    ).command_status,
  submit_multi: async (to, from) => {
    const { dest_addr_ton, destination_addr, ...source } = fields(to, from);
    const response = await esme.request<'submit_multi'>({
      command: 'submit_multi',
      ...source,
      dest_address: [{ dest_flag: 1, dest_addr_ton, dest_addr_npi: 0, destination_addr }] as never,
      short_message: Buffer.from('Hello'),
    });
    return response.command_status;
  },
  HTTP: (to, from) =>
    world.gateway.submit({ account: 'acme', to, from, text: 'Hello' }).then(
      () => 0,
      (error: { readonly commandStatus?: number }) => error.commandStatus ?? -1,
    ),
};

async function begin(more: Partial<WorldSettings> = {}, route: Partial<RouteSettings> = {}): Promise<void> {
  world = await World.start({
    accounts: [account('acme')],
    connectors: ['a'],
    routes: [via(['a'], undefined, route)],
    ...more,
  });
  esme = await world.esme();
}

const noDestination = status.ESME_RINVDSTADR;
const noSource = status.ESME_RINVSRCADR;
const sender = '447911123456';
const senders = [sender, `+${sender}`, '44 7911 123456', '+44-7911-123456'];

describe.each(Object.entries(doors))('by %s', (_, send) => {
  it.each(written)('%j goes to the operator as digits, and only digits do', async (to) => {
    await begin();
    expect(await send(to, `+${sender}`)).toBe(0);
    await world.pass(100);
    const { pdu } = world.centre('a').last;
    expect([pdu.destination_addr, pdu.source_addr]).toEqual([number, sender]);
    if (to.includes('+')) expect([pdu.dest_addr_ton, pdu.dest_addr_npi]).toEqual([1, 1]);
  });

  it.each([
    'HELP',
    '4477009OO123',
    '+',
    '++447700900123',
    '44+7700900123',
    '*100#',
    '447700900123;',
    'tel:447700900123',
  ])('the destination %j is refused', async (to) => {
    await begin();
    expect(await send(to, 'ACME')).toBe(noDestination);
  });

  it.each(['12345', '12-345', '123 45'])('the short code %j is one', async (to) => {
    await begin();
    expect(await send(to, 'ACME')).toBe(0);
    await world.pass(100);
    expect(world.centre('a').last.pdu.destination_addr).toBe('12345');
  });

  it.each(['7-11', 'ACME 24', '+ACME'])('the sender %j stays a name', async (from) => {
    await begin();
    expect(await send(number, from)).toBe(0);
    await world.pass(100);
    expect(world.centre('a').last.pdu.source_addr).toBe(from);
  });
});

const lists: Record<string, (entry: string) => [Partial<WorldSettings>, Partial<RouteSettings>]> = {
  blockTo: (entry) => [{ filters: { blockTo: [entry] } }, {}],
  'blockTo of a route': (entry) => [{}, { filters: { blockTo: [entry] } }],
  'a prefix in blockTo': (entry) => [{ filters: { blockTo: [`${entry.trim().slice(0, -2)}*`] } }, {}],
  'a route': (entry) => [
    {
      routes: [{ name: 'no', to: [entry], action: { kind: 'reject', status: noDestination } }, via(['a'])],
    },
    {},
  ],
};

describe.each(Object.entries(lists))('%s', (_, settingsOf) => {
  it.each(written)('with %j holds the number however it is submitted', async (entry) => {
    await begin(...settingsOf(entry));
    for (const to of written) expect([to, await doors.submit_sm?.(to, 'ACME')]).toEqual([to, noDestination]);
    expect(await doors.submit_sm?.('447700900999', 'ACME')).toBe(0);
  });
});

describe('what is allowed', () => {
  it.each(written)(
    '%j is among the destinations of an account, the numbers of allowTo, and of a price',
    async (to) => {
      await begin(
        { accounts: [account('acme', { destinations: ['4477'], credit: { mode: 'postpaid' } })] },
        { filters: { allowTo: ['+44 7700 900123'] }, price: { byPrefix: { '+4477': 7 } } },
      );
      expect(await doors.submit_sm?.(to, 'ACME')).toBe(0);
      expect(world.gateway.ledger.account('acme').reserved).toBe(7);
    },
  );
});

describe('opt-outs', () => {
  it.each(written)('of %j hold however it is submitted and from whom', async (handset) => {
    await begin();
    await world.gateway.optOuts.add(handset.trim(), '+44 7911 123456');
    for (const to of written) {
      for (const from of senders)
        expect([to, from, await doors.submit_sm?.(to, from)]).toEqual([to, from, noDestination]);
      expect(await doors.submit_sm?.(to, 'ACME')).toBe(0);
    }
    await world.gateway.optOuts.remove(number, sender);
    expect(await doors.submit_sm?.(handset, sender)).toBe(0);
  });
});

describe('senders', () => {
  it.each(senders)('%j that is blocked or permitted is so however it is written', async (entry) => {
    await begin({ filters: { blockFrom: [entry] } });
    for (const from of senders)
      expect([from, await doors.submit_sm?.(number, from)]).toEqual([from, noSource]);
    // As a name, too: it looks the same on a handset.
    expect((await esme.submit({ source_addr_ton: 5, source_addr: '44 7911 123456' })).command_status).toBe(
      noSource,
    );
    await world.stop();
    await begin({ accounts: [account('acme', { senders: [entry] })] });
    for (const from of senders) expect([from, await doors.submit_sm?.(number, from)]).toEqual([from, 0]);
    expect(await doors.submit_sm?.(number, '447911999999')).toBe(noSource);
  });
});

describe('what remembers numbers', () => {
  it('the filter for duplicates takes all writings for one', async () => {
    await begin({}, { filters: { duplicates: { windowMs: 60_000 } } });
    expect(await doors.submit_sm?.(written[0] ?? '', 'ACME')).toBe(0);
    for (const to of written.slice(1))
      expect([to, await doors.submit_sm?.(to, 'ACME')]).toEqual([to, status.ESME_RSUBMITFAIL]);
  });

  it('cancel_sm, replace_sm and query_sm find a message by its addresses however they are written', async () => {
    for (const to of written) {
      await begin();
      world.centre('a').cut();
      await world.pass();
      const { message_id } = await esme.submit(fields(to, '+44 7911 123456'));
      for (const source_addr of senders) {
        const query = await esme.request<'query_sm'>({ command: 'query_sm', message_id, source_addr });
        expect([to, source_addr, query.command_status]).toEqual([to, source_addr, 0]);
      }
      const cancelled = await esme.request<'cancel_sm'>({
        command: 'cancel_sm',
        source_addr: senders[2] ?? '',
        destination_addr: to,
      });
      expect([to, cancelled.command_status]).toEqual([to, 0]);
      if (to !== written.at(-1)) await world.stop();
    }
  });
});

async function sqlite(): Promise<SqliteStore> {
  const path = await mkdtemp(join(tmpdir(), 'chappe-addresses-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return SqliteStore.open({ path });
}

describe.each([
  ['memory', () => Promise.resolve(new MemoryStore())],
  ['SQLite', sqlite],
] as const)('a search in %s', (_, openStore) => {
  it('finds a number however it was submitted and is asked for', async () => {
    world = await World.start(
      { accounts: [account('acme')], connectors: ['a'], routes: [via(['a'])] },
      {},
      await openStore(),
    );
    esme = await world.esme();
    for (const to of written) {
      const answer = doors.submit_sm?.(to, '+44 7911 123456');
      let isOver = false;
      void answer?.then(() => {
        isOver = true;
      });
      await world.until(() => isOver, 1);
      expect(await answer).toBe(0);
    }
    const queries = [
      ...written.map((to) => `to:"${to}"`),
      ...senders.map((from) => `from:"${from}"`),
      'to:+447700900123',
      'to:+4477*',
      'to:4477*',
      'from:+4479*',
      '-to:+4412',
    ];
    for (const query of queries) {
      const { messages } = await world.gateway.messages.search(query, { limit: 50 });
      expect([query, messages.length]).toEqual([query, written.length]);
      expect((await world.gateway.messages.wait(query)).to).toBe(number);
    }
    const { messages } = await world.gateway.messages.search('-to:"+44 7700 900123"');
    expect(messages).toEqual([]);
  });
});
