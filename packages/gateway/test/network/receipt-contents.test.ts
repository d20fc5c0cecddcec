/** What an operator's receipt says beside the state: when, by which error, and TLVs of its own. */
import type { Message } from '@chappe/center';
import type { AccountReceiptSettings, ConnectorSettings } from '@chappe/policy';
import { type TlvInput, tlv, tlvByTag } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { webhookEvent } from '../../src/webhooks/event.ts';
import type { Esme } from '../rig.ts';
import type { Centre, ReceiptWords } from './centre.ts';
import { account, connector, via, World } from './world.ts';

let world: World;
let a: Centre;
let esme: Esme;
afterEach(() => world.stop());

async function begin(
  receipts: ConnectorSettings['receipts'] = {},
  wanted: AccountReceiptSettings = {},
): Promise<void> {
  const accounts = [account('acme', { receipts: wanted })];
  world = await World.start(
    { accounts, connectors: [connector('a', { receipts })], routes: [via(['a'])] },
    // Days go by in these tests.
    { center: { limits: { sweepMs: 600_000 } } },
  );
  a = world.centre('a');
  esme = await world.esme();
}

async function send(fields: Parameters<Esme['submit']>[0] = {}): Promise<string> {
  const { message_id } = await esme.submit(fields);
  await world.pass(10);
  return message_id;
}

/** Has the operator tell the end of the last submission. */
async function tell(words: ReceiptWords): Promise<void> {
  expect(await a.receipt(a.last, words)).toBe(0);
  await world.pass(10);
}

/** The receipts as they are stored, while nobody takes them. */
async function stored(): Promise<readonly Message[]> {
  return (await world.gateway.center.search({ kinds: ['receipt', 'notice'] })).messages;
}

const field = (name: string): string[] =>
  esme.texts.map((text) => new RegExp(` ${name}:(\\S+)`).exec(text)?.[1] ?? '');

// The clock stands at 2026-07-20 12:00:00 UTC.
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe('when a message came to its end', () => {
  it.each([
    ['UTC', {}, '2607201207', '2026-07-20T12:07:00.000Z'],
    ['+02:00', { offsetMinutes: 120 }, '2607201407', '2026-07-20T12:07:00.000Z'],
    ['-03:30', { offsetMinutes: -210 }, '2607200837', '2026-07-20T12:07:00.000Z'],
    ['Europe/Paris', { timeZone: 'Europe/Paris' }, '2607201407', '2026-07-20T12:07:00.000Z'],
    ['Asia/Kolkata, with seconds', { timeZone: 'Asia/Kolkata' }, '260720173742', '2026-07-20T12:07:42.000Z'],
    ['with century', {}, '20260720120742', '2026-07-20T12:07:42.000Z'],
  ])('is what its operator says: %s', async (_, receipts, done, at) => {
    await begin(receipts);
    const id = await send();
    await world.pass(3 * hourMs);
    await tell({ done });
    expect(new Date((await world.view(id)).doneMs).toISOString()).toBe(at);
    expect(field('done date')).toEqual(['2607201207']);
    expect(await world.story(id)).toContain(`done=${at.slice(0, 19)}Z`);
  });

  it('is written in the time zone of the customer', async () => {
    await begin({ offsetMinutes: 120 }, { timeZone: '-90', seconds: true });
    await send();
    await world.pass(hourMs);
    await tell({ done: '260720140742' });
    expect(field('submit date')).toEqual(['260720103000']);
    expect(field('done date')).toEqual(['260720103742']);
  });

  it.each([
    ['zeros', '0000000000'],
    ['nonsense', '2613452599'],
    ['nothing', ''],
    ['a word', 'unknown'],
    ['to come', '2607201530'],
    ['years to come', '3107201200'],
    ['before the submission', '2607201100'],
    ['years ago', '0107201200'],
  ])('is when the receipt came, where its date is senseless: %s', async (_, done) => {
    await begin();
    const id = await send();
    await world.pass(hourMs);
    const nowMs = world.clock.nowMs();
    await tell({ done });
    expect((await world.view(id)).doneMs).toBe(nowMs);
    expect(field('done date')).toEqual(['2607201300']);
    expect(await world.story(id)).not.toContain('done=');
  });

  it('is not before it left: a clock that is a little slow, or has no seconds', async () => {
    await begin();
    await world.pass(45_000);
    const id = await send();
    const sentMs = world.clock.nowMs() - 10;
    await world.pass(10 * minuteMs);
    await tell({ done: '2607201200' });
    expect((await world.view(id)).doneMs).toBe(sentMs);
  });

  it('is exact where the date has no seconds and is of this minute', async () => {
    await begin();
    await world.pass(10_000);
    const id = await send();
    await world.pass(20_000);
    const nowMs = world.clock.nowMs();
    await tell({ done: '2607201200' });
    expect((await world.view(id)).doneMs).toBe(nowMs);
  });

  it('is not before the message left for the last time', async () => {
    await begin();
    const id = await send({ schedule_delivery_time: '000000020000000R' });
    await world.pass(4 * hourMs);
    const nowMs = world.clock.nowMs();
    await tell({ done: '2607201301' });
    expect((await world.view(id)).doneMs).toBe(nowMs);
  });

  it('of a long text is when its last segment did', async () => {
    await begin();
    const tlvs: TlvInput[] = [{ name: 'message_payload', value: Buffer.from('long '.repeat(50)) }];
    const id = await send({ short_message: Buffer.alloc(0), tlvs });
    await world.pass(hourMs);
    const [first, second] = a.submitted;
    await a.receipt(first as never, { done: '2607201230' });
    await a.receipt(second as never, { done: '2607201210' });
    await world.pass(10);
    expect(field('done date')).toEqual(['2607201230']);
    expect(new Date((await world.view(id)).doneMs).toISOString()).toBe('2026-07-20T12:30:00.000Z');
  });

  it('stands in a webhook, in query_sm, and does not make the receipt expire early', async () => {
    await begin({}, { validityMs: 2 * hourMs });
    const id = await send();
    await esme.drop();
    await world.pass(4 * hourMs);
    await tell({ done: '2607201207' });
    const [receipt] = await stored();
    expect(receipt && webhookEvent(receipt)).toMatchObject({
      time: '2026-07-20T16:00:00.010Z',
      data: { id, state: 'delivered', doneAt: '2026-07-20T12:07:00.000Z' },
    });
    await world.pass(hourMs);
    esme = await world.esme();
    await world.pass(1_000);
    expect(field('done date')).toEqual(['2607201207']);
    const queried = await esme.request<'query_sm'>({
      command: 'query_sm',
      message_id: id,
      source_addr_ton: 5,
      source_addr: 'ACME',
    });
    expect(queried.final_date).toMatch(/^260720120700/);
  });
});

describe('the error code of an operator', () => {
  it.each([
    // What it writes, what the customer reads, and our number.
    ['013', '013', 13],
    ['5', '005', 5],
    ['27', '027', 27],
    ['1234', '1234', 1234],
    ['001234', '001234', 1234],
    ['65535', '65535', 65535],
    ['70001', '70001', 0],
    ['99999999999999999999', '99999999999999999999', 0],
    ['0x1B', '0x1B', 0],
    ['21b', '21b', 0],
    ['nul', 'nul', 0],
    ['DND_REJECTED', 'DND_REJECTED', 0],
    ['-1', '-1', 0],
    ['0000', '000', 0],
    ['000', '000', 0],
  ])('err:%s', async (err, told, error) => {
    await begin();
    const id = await send();
    await tell({ stat: 'UNDELIV', err });
    expect(field('err')).toEqual([told]);
    const view = await world.view(id);
    expect(view).toMatchObject({ error, operatorError: err });
    expect(await world.story(id)).toContain(`stat=UNDELIV err=${err}`);
    // No number that nobody sent.
    const [receipt] = esme.deliveries;
    const network = receipt && tlvByTag(receipt, 0x0423).map((octets) => [...octets]);
    expect(network).toEqual(error === 0 ? [] : [[3, error >> 8, error & 255]]);
  });

  it('of a refused submission: a status of a vendor is told whole, or not at all', async () => {
    await begin();
    a.react = () => ({ status: 0x1000_0400 });
    const id = await send();
    expect(await world.view(id)).toMatchObject({ state: 'rejected', error: 0x1000_0400 });
    expect(field('err')).toEqual([String(0x1000_0400)]);
    const [receipt] = esme.deliveries;
    expect(receipt && tlvByTag(receipt, 0x0423)).toEqual([]);
  });

  it('that the settings have a number for is that number; its own stands in the timeline', async () => {
    await begin({ errors: { '0x1B': 27, nul: 1 } });
    const id = await send();
    await tell({ stat: 'UNDELIV', err: '0x1B' });
    expect(field('err')).toEqual(['027']);
    expect(await world.view(id)).toMatchObject({ error: 27, operatorError: '0x1B' });
  });

  it.each([
    ['beside its text', { err: '034' }, '034'],
    ['beside a text that says none', { err: '000' }, '034'],
    ['beside a word', { err: 'nul' }, 'nul'],
    ['alone', { tlvs: 'only' as const, state: 5 }, '034'],
  ])('network_error_code %s: its network stays as well', async (_, words, told) => {
    await begin();
    const id = await send();
    const more: TlvInput[] = [{ name: 'network_error_code', value: Uint8Array.of(8, 0, 34) }];
    await tell({ stat: 'UNDELIV', more, ...words });
    const [receipt] = esme.deliveries;
    expect([...((receipt && tlvByTag(receipt, 0x0423)[0]) ?? [])]).toEqual([8, 0, 34]);
    expect(field('err')).toEqual([told]);
    expect(await world.view(id)).toMatchObject({ error: 34 });
    expect(await world.story(id)).toContain('network=8:34');
  });

  it('that stands for another one is not told in its own network', async () => {
    await begin({ errors: { '013': 27 } });
    await send();
    const more: TlvInput[] = [{ name: 'network_error_code', value: Uint8Array.of(8, 0, 13) }];
    await tell({ stat: 'UNDELIV', err: '013', more });
    const [receipt] = esme.deliveries;
    expect([...((receipt && tlvByTag(receipt, 0x0423)[0]) ?? [])]).toEqual([3, 0, 27]);
  });

  it('of the segment that failed stands in the receipt for the whole, also after a restart of its memory', async () => {
    await begin();
    const tlvs: TlvInput[] = [{ name: 'message_payload', value: Buffer.from('long '.repeat(50)) }];
    const id = await send({ short_message: Buffer.alloc(0), tlvs });
    const [first, second] = a.submitted;
    await a.receipt(first as never, { stat: 'UNDELIV', err: '0x1B' });
    await a.receipt(second as never);
    await world.pass(10);
    expect(field('err')).toEqual(['0x1B']);
    expect(await world.view(id)).toMatchObject({ state: 'undeliverable', operatorError: '0x1B' });
  });

  it('in a webhook, and in a notice', async () => {
    await begin();
    await send({ registered_delivery: 0x11 });
    await tell({ stat: 'ENROUTE', err: '0x0B', esmClass: 0x20 });
    expect(field('err')).toEqual(['0x0B']);
    await esme.drop();
    await tell({ stat: 'UNDELIV', err: '0x1B' });
    const events = (await stored()).map((receipt) => webhookEvent(receipt).data);
    expect(events).toContainEqual(expect.objectContaining({ error: 0, operatorError: '0x1B' }));
  });

  it('with signs that mean something in a receipt cannot forge a field of it', async () => {
    await begin();
    const id = await send();
    await tell({ tlvs: 'both', state: 5, stat: 'UNDELIV', err: 'a=b\u0001c\u00e9' });
    expect(field('err')).toEqual(['a_b']);
    expect(await world.view(id)).toMatchObject({ state: 'undeliverable' });
  });
});

describe('TLVs of an operator’s receipt', () => {
  const more: TlvInput[] = [
    { tag: 0x1403, value: Buffer.from('234010\0') },
    { tag: 0x1404, value: Buffer.from('0.005\0') },
    { name: 'dpf_result', value: 1 },
  ];
  const passed = (): (readonly [number, string])[] =>
    esme.deliveries.flatMap((pdu) =>
      pdu.tlvs
        .filter(({ tag }) => ![0x001e, 0x0427].includes(tag))
        .map(({ tag }) => [tag, Buffer.from(tlvByTag(pdu, tag)[0] ?? []).toString('hex')] as const),
    );
  const all = [
    [0x1403, '32333430313000'],
    [0x1404, '302e30303500'],
    [0x0420, '01'],
  ] as const;

  it.each([
    ['nothing said', undefined, []],
    ['none', 'none', []],
    ['all', 'all', all],
    ['one of them', [0x1403], [all[0]]],
    ['one that is not there', [0x1499], []],
  ] as const)('%s: those that the account wants', async (_, tlvs, expected) => {
    await begin({}, { tlvs });
    const id = await send();
    await tell({ more });
    expect(passed()).toEqual(expected);
    expect(await world.story(id)).toContain('tlvs=1403:32333430313000,1404:302e30303500,0420:01');
  });

  it('are not those that are about its own ids and texts, nor the path through gateways', async () => {
    await begin({}, { tlvs: 'all' });
    const id = await send({ tlvs: { user_message_reference: 77 } });
    await tell({
      tlvs: 'both',
      more: [
        { name: 'user_message_reference', value: 5 },
        { tag: 0x3fc7, value: Buffer.alloc(4) },
      ],
    });
    expect(passed()).toEqual([[0x0204, '004d']]);
    const [receipt] = esme.deliveries;
    expect(receipt && tlv(receipt, 'receipted_message_id')).toBe(id);
  });

  it('to a 3.3 session are none; as data_sm and to a webhook they stand beside the text', async () => {
    await begin({}, { tlvs: 'all', asDataSm: true });
    await send();
    await esme.drop();
    await tell({ more });
    const [receipt] = await stored();
    expect(receipt && webhookEvent(receipt).data.tlvs).toEqual([
      { tag: 0x1403, name: null, value: '32333430313000' },
      { tag: 0x1404, name: null, value: '302e30303500' },
      { tag: 0x0420, name: 'dpf_result', value: 1 },
    ]);
    const back = await world.esme({ bind: 'receiver' });
    await world.pass(1_000);
    const [data] = back.received;
    expect(data && tlvByTag(data, 0x1403)).toHaveLength(1);
    const old = await world.esme({ version: 0x33, bind: 'transmitter' });
    await back.drop();
    const reads = await world.esme({ version: 0x33, bind: 'receiver' });
    await old.submit();
    await world.pass(10);
    await tell({ more });
    await world.pass(1_000);
    expect(reads.deliveries.map(({ tlvs }) => tlvs)).toEqual([[]]);
  });

  it('beyond what is kept are left out, and the message ends all the same', async () => {
    await begin({}, { tlvs: 'all' });
    const id = await send();
    const many = Array.from({ length: 10 }, (_, at) => ({ tag: 0x1500 + at, value: Buffer.alloc(200, at) }));
    await tell({ more: many });
    expect(passed()).toHaveLength(5);
    expect(await world.view(id)).toMatchObject({ state: 'delivered' });
    expect(await world.story(id)).toContain('tlvs=...');
  });

  it('of a receipt that overtook its response, or was matched again, are the same', async () => {
    await begin({}, { tlvs: 'all' });
    a.react = () => ({ id: 'early', delayMs: 3_000 });
    void esme.submit();
    await world.pass(10);
    const status = a.receipt({ ...a.last, id: 'early' }, { more });
    await world.pass(4_000);
    expect(await status).toBe(0);
    expect(passed()).toEqual(all);
  });
});

describe('what comes after a final receipt', () => {
  it('is a line in the timeline; the first stays', async () => {
    await begin();
    const id = await send();
    await tell({ stat: 'EXPIRED', err: '001' });
    await world.pass(3_000);
    await tell({ stat: 'DELIVRD' });
    await tell({ stat: 'DELIVRD' });
    await tell({ stat: 'UNDELIV', err: '0x1B' });
    expect(esme.stats).toEqual(['EXPIRED']);
    const view = await world.view(id);
    expect(view).toMatchObject({ state: 'expired', error: 1, operatorError: '001' });
    expect(view.timeline.filter(({ step }) => step === 'later').map(({ detail }) => detail)).toEqual([
      'connector=a stat=DELIVRD err=000',
      'connector=a stat=UNDELIV err=0x1B',
    ]);
    expect(world.upstream('a').counters.receiptsRepeated).toBe(3);
  });

  it('that says the same is no news', async () => {
    await begin();
    const id = await send();
    for (let times = 0; times < 3; times += 1) await tell({});
    expect(await world.steps(id)).not.toContain('later');
  });

  it('of a message whose validity ended without one is a line, too', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    a = world.centre('a');
    esme = await world.esme();
    const id = await send({ validity_period: '000000000100000R' });
    await world.pass(62_000);
    await tell({});
    expect(await world.view(id)).toMatchObject({ state: 'unknown' });
    expect(await world.steps(id)).toContain('later');
    expect(await world.gateway.network.correlator.unmatched('a', 10)).toEqual([]);
  });

  it('of a message that went elsewhere stands in its timeline, whatever becomes of it there', async () => {
    world = await World.start({
      connectors: ['a', 'b'],
      routes: [via(['a', 'b'], { onReceipt: ['undeliverable'] })],
    });
    a = world.centre('a');
    esme = await world.esme();
    const id = await send();
    await tell({ stat: 'UNDELIV', err: '005' });
    await tell({ stat: 'DELIVRD' });
    expect(await world.steps(id)).toContain('later');
    await world.centre('b').receipt(world.centre('b').last);
    await world.pass(100);
    expect(await world.view(id)).toMatchObject({ state: 'delivered' });
    expect(await world.steps(id)).toContain('later');
  });
});
