/** Parts of a text that its customer has cut: what becomes of the first becomes of all. */
import { MemoryControl, MemoryStore } from '@chappe/center';
import type { AccountSettings, FilterSettings, RouteSettings } from '@chappe/policy';
import { type PduInput, status } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { RouteConditions } from '../../../policy/src/settings/conditions.ts';
import type { Esme } from '../rig.ts';
import { account, connector, settingsOf, via, World, type WorldSettings } from './world.ts';

let world: World;
let esme: Esme;
afterEach(() => world.stop());

type Write = (reference: number, total: number, sequence: number, text: string) => object;

const udh8: Write = (reference, total, sequence, text) => ({
  esm_class: 0x40,
  short_message: Buffer.concat([Uint8Array.of(5, 0, 3, reference, total, sequence), Buffer.from(text)]),
});
const udh16: Write = (reference, total, sequence, text) => ({
  esm_class: 0x40,
  short_message: Buffer.concat([Uint8Array.of(6, 8, 4, 1, reference, total, sequence), Buffer.from(text)]),
});
const sar: Write = (reference, total, sequence, text) => ({
  short_message: Buffer.from(text),
  tlvs: { sar_msg_ref_num: reference, sar_total_segments: total, sar_segment_seqnum: sequence },
});
const marks: Record<string, Write> = { udh8, udh16, sar };

const bodies = ['Your code is 1234. ', 'Never tell it ', 'to anybody.'];
const orders = [
  [0, 1, 2],
  [2, 1, 0],
  [1, 0, 2],
];

interface Sending {
  readonly write?: Write;
  readonly reference?: number;
  readonly order?: readonly number[];
  readonly texts?: readonly string[];
  readonly more?: object;
}

/** Sends the parts one after the other; gives their statuses in the order of sending. */
async function send({
  write = udh8,
  reference = 1,
  order = [0, 1, 2],
  texts = bodies,
  more = {},
}: Sending = {}): Promise<number[]> {
  const statuses: number[] = [];
  for (const at of order) {
    const fields = write(reference, texts.length, at + 1, texts[at] ?? '');
    statuses.push((await esme.submit({ ...(fields as object), ...more })).command_status);
  }
  return statuses;
}

async function begin(
  routes: readonly RouteSettings[],
  more: { readonly filters?: FilterSettings; readonly account?: Partial<AccountSettings> } = {},
): Promise<void> {
  world = await World.start({
    accounts: [account('acme', more.account), account('other')],
    connectors: ['a', 'b'],
    routes,
    ...(more.filters === undefined ? {} : { filters: more.filters }),
  });
  esme = await world.esme();
}

const toA = (conditions: RouteConditions): RouteSettings =>
  via(['a'], undefined, { name: 'to-a', ...conditions });
const toB = via(['b'], undefined, { name: 'to-b' });
const sent = (): [number, number] => [world.centre('a').submitted.length, world.centre('b').submitted.length];
const ok = [0, 0, 0];

describe.each(Object.entries(marks))('parts marked by %s', (_mark, write) => {
  const conditions: Record<string, RouteConditions> = {
    text: { text: 'code' },
    keyword: { keywords: ['your'] },
    expression: { when: 'msg.text.contains("code")' },
  };
  describe.each(orders)('in the order %i %i %i', (...order) => {
    it.each(Object.entries(conditions))('go one way, that of the first: by %s', async (_, condition) => {
      await begin([toA(condition), toB]);
      expect(await send({ write, order })).toEqual(ok);
      await world.pass(100);
      expect(sent()).toEqual(order[0] === 0 ? [3, 0] : [0, 3]);
    });

    it('are matched as the segments that the whole has', async () => {
      await begin([toA({ segments: { min: 3, max: 3 } }), toB]);
      expect(await send({ write, order })).toEqual(ok);
      await world.pass(100);
      expect(sent()).toEqual([3, 0]);
    });

    it('of which one only would be allowed go with it, when it is the first', async () => {
      await begin([toA({ text: 'code' }), { name: 'no', action: { kind: 'reject', status: 0x45 } }]);
      expect(await send({ write, order })).toEqual(order[0] === 0 ? ok : [0x45, 0x45, 0x45]);
      await world.pass(100);
      expect(sent()).toEqual(order[0] === 0 ? [3, 0] : [0, 0]);
    });

    const refusals: Record<string, FilterSettings | 'route'> = {
      'a filter of texts': { texts: [{ pattern: 'code' }] },
      'a filter of links': { urls: { none: true } },
      'a filter that drops': { texts: [{ pattern: 'code', action: 'drop' }] },
      'a route that rejects': 'route',
    };
    it.each(Object.entries(refusals))('are refused as a whole by %s', async (name, filters) => {
      const reject: RouteSettings = { name: 'no', text: 'code', action: { kind: 'reject', status: 0x45 } };
      await begin(
        filters === 'route' ? [reject, toA({})] : [toA({})],
        filters === 'route' ? {} : { filters },
      );
      const texts = ['The code: https://bad.example ', 'of yours', 'is here'];
      const statuses = await send({ write, order, texts });
      const isDrop = name.includes('drops');
      const first = order.indexOf(0);
      expect(statuses.map((one) => one === 0)).toEqual(order.map((_part, at) => isDrop || at < first));
      await world.pass(60_000);
      expect(sent()).toEqual([0, 0]);
      // Another text, by the same reference, is judged by itself.
      expect(await send({ write, order, texts: ['A word. ', 'Two words ', 'are better.'] })).toEqual(ok);
      await world.pass(100);
      expect(sent()).toEqual([3, 0]);
    });
  });

  it('of a text that was sent already are refused by the filter for duplicates, all of them', async () => {
    await begin([via(['a'], undefined, { filters: { duplicates: { windowMs: 60_000 } } })]);
    expect(await send({ write, reference: 1 })).toEqual(ok);
    const refused = status.ESME_RSUBMITFAIL;
    // The reference stands in the octets that are compared where it is in a header.
    if (write === sar) expect(await send({ write, reference: 2 })).toEqual([refused, refused, refused]);
    expect(await send({ write, reference: 1 })).toEqual([refused, refused, refused]);
    await world.pass(1_000);
    expect(sent()).toEqual([3, 0]);
  });
});

describe('parts', () => {
  const rejectCode = { filters: { texts: [{ pattern: 'code' }] } };

  it('are let go in the order of the text as soon as all are there, and one that stays alone after ten seconds', async () => {
    await begin([toA({})], { filters: { texts: [{ pattern: 'casino' }] } });
    expect(await send({ order: [2, 0, 1] })).toEqual(ok);
    await world.pass(10);
    expect(sent()).toEqual([3, 0]);
    expect(await send({ order: [0], reference: 9 })).toEqual([0]);
    await world.pass(9_900);
    expect(sent()).toEqual([3, 0]);
    await world.pass(2_000);
    expect(sent()).toEqual([4, 0]);
  });

  it('that are withdrawn cost nothing, and their sender hears of it', async () => {
    const price = { perSegment: 10 };
    world = await World.start({
      accounts: [account('acme', { credit: { mode: 'prepaid' }, quota: { day: 10 } })],
      connectors: ['a'],
      routes: [via(['a'], undefined, { price, ...rejectCode })],
    });
    const entry = { account: 'acme', kind: 'top-up' as const, amount: 100, by: 'test' };
    await world.gateway.ledger.credit(entry, world.clock.nowMs());
    esme = await world.esme();
    const refused = status.ESME_RSUBMITFAIL;
    expect(await send({ order: [2, 1, 0] })).toEqual([0, 0, refused]);
    await world.pass(100);
    expect(esme.stats).toEqual(['DELETED', 'DELETED']);
    const { balance, reserved } = world.gateway.ledger.account('acme');
    expect({ balance, reserved }).toEqual({ balance: 100, reserved: 0 });
    await world.audit();
  });

  const torn = ['Win at the ca', 'sino to', 'day'];
  it.each<[string, RouteSettings[], FilterSettings]>([
    ['a filter of texts', [via(['a'])], { texts: [{ pattern: 'casino' }] }],
    ['a filter of links', [via(['a'])], { urls: { block: ['bad.example'] } }],
    ['a route', [{ name: 'no', text: 'casino', action: { kind: 'reject', status: 0x45 } }, via(['a'])], {}],
  ])(
    'in which a word is parted between two of them are withdrawn as a whole: by %s',
    async (by, routes, filters) => {
      await begin(routes, { filters });
      const texts = by.endsWith('links') ? ['See https://ba', 'd.exa', 'mple/x now'] : torn;
      for (const order of orders) expect(await send({ texts, order, reference: order[0] ?? 0 })).toEqual(ok);
      await world.pass(20_000);
      expect(sent()).toEqual([0, 0]);
      expect(await send({ reference: 9, texts: ['Win at the ca', 's', 'e'] })).toEqual(ok);
      await world.pass(100);
      expect(sent()).toEqual([3, 0]);
      await world.audit();
    },
  );

  it('of which one comes again and is refused as a duplicate lose nothing by it', async () => {
    await begin([via(['a'])], {
      filters: { duplicates: { windowMs: 60_000 }, texts: [{ pattern: 'casino' }] },
    });
    expect(await send({ order: [0, 0, 1, 1, 2] })).toEqual([
      0,
      status.ESME_RSUBMITFAIL,
      0,
      status.ESME_RSUBMITFAIL,
      0,
    ]);
    await world.pass(20_000);
    expect(world.centre('a').texts).toEqual(bodies);
  });

  it.each(Object.entries(marks))(
    'by %s of a text sent again under another reference are duplicates, equal ones are none',
    async (_, write) => {
      await begin([via(['a'])], { filters: { duplicates: { windowMs: 60_000 } } });
      const texts = ['same', 'same', 'same'];
      expect(await send({ write, texts, reference: 1 })).toEqual(ok);
      const no = status.ESME_RSUBMITFAIL;
      expect(await send({ write, texts, reference: 2 })).toEqual([no, no, no]);
      await world.pass(20_000);
      expect(sent()).toEqual([3, 0]);
    },
  );

  it('that come again begin a new text', async () => {
    await begin([via(['a'], undefined, rejectCode)]);
    const refused = status.ESME_RSUBMITFAIL;
    expect(await send({ order: [0] })).toEqual([refused]);
    // The customer has put another first part in its place.
    expect(await send({ texts: ['Hello. ', 'Never tell it ', 'to anybody.'] })).toEqual(ok);
    await world.pass(100);
    expect(sent()).toEqual([3, 0]);
  });

  it('of other texts have nothing to do with them', async () => {
    await begin([via(['a'], undefined, rejectCode)]);
    const refused = status.ESME_RSUBMITFAIL;
    expect(await send({ order: [0], reference: 7 })).toEqual([refused]);
    for (const [name, sending] of Object.entries<Sending>({
      'another reference': { reference: 8 },
      'another width': { write: udh16, reference: 7 },
      'another number of parts': { reference: 7, texts: [...bodies, ' At all.'] },
      'another destination': { reference: 7, more: { destination_addr: '447700900999' } },
      'another sender': { reference: 7, more: { source_addr: 'OTHER' } },
    }))
      expect([name, await send({ ...sending, order: [1] })]).toEqual([name, [0]]);
    const first = esme;
    esme = await world.esme({ systemId: 'other' });
    expect(await send({ order: [1], reference: 7 })).toEqual([0]);
    esme = first;
    expect(await send({ order: [1], reference: 7 })).toEqual([refused]);
  });

  it('are forgotten after five minutes', async () => {
    await begin([via(['a'], undefined, rejectCode)]);
    expect(await send({ order: [0] })).toEqual([status.ESME_RSUBMITFAIL]);
    await world.pass(301_000);
    expect(await send({ order: [1] })).toEqual([0]);
  });

  it('each to its destination of a submit_multi, as data_sm and in message_payload too', async () => {
    await begin([toA({ text: 'code' }), toB]);
    for (const [at, text] of bodies.entries()) {
      const fields = udh8(1, 3, at + 1, text) as PduInput<'submit_sm'>;
      const { short_message: octets } = fields;
      await esme.request<'submit_multi'>({
        ...fields,
        command: 'submit_multi',
        source_addr: 'ACME',
        dest_address: ['447700900001', '447700900002'].map((destination_addr) => ({
          dest_flag: 1,
          dest_addr_ton: 1,
          dest_addr_npi: 1,
          destination_addr,
        })) as never,
      });
      await esme.request<'data_sm'>({
        command: 'data_sm',
        source_addr: 'ACME',
        dest_addr_ton: 1,
        destination_addr: '447700900003',
        esm_class: 0x40,
        tlvs: { message_payload: octets },
      } as PduInput<'data_sm'>);
    }
    await world.pass(100);
    expect(sent()).toEqual([9, 0]);
  });

  it.each([
    ['money', { credit: { mode: 'prepaid' } } as const, status.ESME_RSUBMITFAIL],
    ['quota', { quota: { day: 2 } }, status.ESME_RTHROTTLED],
  ])('are not begun where there is not enough %s for all of them', async (_, settings, refused) => {
    await begin([via(['a'], undefined, { price: { perSegment: 10 } })], { account: settings });
    const entry = { account: 'acme', kind: 'top-up' as const, amount: 20, by: 'test' };
    await world.gateway.ledger.credit(entry, world.clock.nowMs());
    expect(await send({})).toEqual([refused, refused, refused]);
    expect((await esme.submit()).command_status).toBe(0);
    await world.pass(100);
    expect(sent()).toEqual([1, 0]);
    await world.audit();
  });

  it('go the way of those before them after new settings and after a restart', async () => {
    const store = new MemoryStore();
    store.close = () => Promise.resolve();
    const control = new MemoryControl();
    control.close = () => Promise.resolve();
    const settings: WorldSettings = {
      connectors: ['a', 'b', 'c'],
      routes: [
        via(['a,b'], undefined, { name: 'shared', text: 'code' }),
        via(['c'], undefined, { name: 'rest' }),
      ],
    };
    world = await World.start(settings, {}, store, control);
    esme = await world.esme();
    const texts = [...bodies, ' At all.'];
    for (let reference = 1; reference <= 4; reference += 1) await send({ reference, texts, order: [0] });
    await world.gateway.apply(settingsOf({ ...settings, pumping: {} }));
    for (let reference = 1; reference <= 4; reference += 1) await send({ reference, texts, order: [1] });
    await world.pass(100);
    await world.stop({ keep: true });
    world = await World.start(settings, { given: world }, store, control);
    esme = await world.esme();
    for (let reference = 1; reference <= 4; reference += 1) await send({ reference, texts, order: [2, 3] });
    await world.pass(100);
    const references = (name: string): number[] =>
      world
        .centre(name)
        .submitted.map(({ pdu }) => (pdu as { short_message: Uint8Array }).short_message[3] ?? 0);
    expect(references('c')).toEqual([]);
    for (let reference = 1; reference <= 4; reference += 1) {
      const counts = ['a', 'b'].map((name) => references(name).filter((one) => one === reference).length);
      expect(counts.sort()).toEqual([0, 4]);
    }
  });
});

describe('the filters of a connector', () => {
  const long = (text: string) => ({
    short_message: new Uint8Array(0),
    tlvs: { message_payload: Buffer.from(text) },
  });
  const word = `${'Come and play with us. '.repeat(15)} casino`;
  // Cut in the middle of the link: neither half is the one that is allowed.
  const link = `${'x'.repeat(140)} https://shop.example.com/path and more ${'y'.repeat(100)}`;

  it.each([
    ['a word in the last piece', { texts: [{ pattern: 'casino' }] }, word, [0, 3]],
    ['a link that is cut and allowed', { urls: { allow: ['shop.example.com'] } }, link, [2, 0]],
    ['a link that is cut and not allowed', { urls: { allow: ['other.example.com'] } }, link, [0, 2]],
  ] as const)('judge a text as a whole: %s', async (_, filters, text, expected) => {
    world = await World.start({
      connectors: [connector('a', { filters }), 'b'],
      routes: [via(['a', 'b'])],
    });
    esme = await world.esme();
    await esme.submit(long(text));
    await world.pass(1_000);
    expect(sent()).toEqual(expected);
  });

  it('also when it was held, or its connectors have gone; with no other it is undeliverable', async () => {
    const filters = { texts: [{ pattern: 'casino' }] };
    const settings = (more: Partial<WorldSettings>): WorldSettings => ({
      connectors: [connector('a', { filters }), 'b'],
      routes: [via(['a', 'b'])],
      ...more,
    });
    world = await World.start(settings({ connectors: ['old', 'b'], routes: [via(['old'])] }));
    world.centre('old').cut();
    await world.addCentre('a');
    await world.pass();
    esme = await world.esme();
    await esme.submit(long(word));
    await world.gateway.apply(settingsOf(settings({})));
    await world.pass(5_000);
    expect(sent()).toEqual([0, 3]);
    await world.gateway.apply(settingsOf(settings({ routes: [via(['a'])] })));
    const { message_id } = await esme.submit(long(word));
    await world.pass(5_000);
    expect(sent()).toEqual([0, 3]);
    expect(await world.view(message_id)).toMatchObject({ state: 'undeliverable' });
    expect(await world.story(message_id)).toContain('connector a.filters');
  });
});
