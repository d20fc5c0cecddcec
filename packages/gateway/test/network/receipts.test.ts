import type { ConnectorSettings } from '@chappe/policy';
import { tlv } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { Esme } from '../rig.ts';
import type { Centre } from './centre.ts';
import { account, connector, via, World } from './world.ts';

let world: World;
let a: Centre;
let esme: Esme;
afterEach(() => world.stop());

async function begin(settings: Partial<ConnectorSettings> = {}): Promise<void> {
  world = await World.start({ connectors: [connector('a', settings)], routes: [via(['a'])] });
  a = world.centre('a');
  esme = await world.esme();
}

async function send(fields: Parameters<Esme['submit']>[0] = {}): Promise<string> {
  const { message_id } = await esme.submit(fields);
  await world.pass();
  return message_id;
}

describe('a receipt', () => {
  it('before the response to its submission is held, and answered when it is matched', async () => {
    await begin();
    a.react = () => ({ id: 'early-1', delayMs: 500 });
    await esme.submit();
    await world.pass();
    const early = a.receipt({ ...a.last, id: 'early-1' });
    let status: number | undefined;
    void early.then((answered) => {
      status = answered;
    });
    await world.pass(400);
    expect(status).toBeUndefined();
    expect(esme.stats).toEqual([]);
    await world.pass(200);
    expect(status).toBe(0);
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(world.upstream('a').counters.receiptsUnmatched).toBe(0);
  });

  it('minutes before the response is kept on disk, matched by itself, and not unmatched any more', async () => {
    await begin({ responseTimeoutMs: 600_000, window: 1 });
    a.react = () => ({ id: 'early-2', delayMs: 120_000 });
    const id = await send();
    // The window is full: nothing else can be under way that it could mean, but this one.
    const status = a.receipt({ ...a.last, id: 'early-2' });
    await world.pass(5_000);
    expect(await status).toBe(0);
    const before = await world.gateway.network.correlator.unmatched('a', 10);
    expect(before).toMatchObject([{ ids: ['early-2'], stat: 'DELIVRD', connector: 'a' }]);
    await world.pass(120_000);
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(await world.view(id)).toMatchObject({ state: 'delivered' });
    expect(await world.gateway.network.correlator.unmatched('a', 10)).toEqual([]);
  });

  it('twice is answered twice and told once', async () => {
    await begin();
    await send();
    expect(await a.receipt(a.last)).toBe(0);
    expect(await a.receipt(a.last)).toBe(0);
    await world.pass(5_000);
    expect(await a.receipt(a.last)).toBe(0);
    await world.pass(5_000);
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(world.upstream('a').counters).toMatchObject({
      receipts: 3,
      receiptsRepeated: 2,
      receiptsUnmatched: 0,
    });
  });

  it('twice, before the response to its submission, leaves nothing unmatched', async () => {
    await begin();
    a.react = () => ({ id: 'hasty', delayMs: 500 });
    const submitted = esme.submit();
    await world.pass();
    const about = { ...a.last, id: 'hasty' };
    const answers = [a.receipt(about), a.receipt(about), a.receipt(about)];
    await world.pass(3_000);
    expect(await Promise.all(answers)).toEqual([0, 0, 0]);
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(await world.gateway.network.correlator.unmatched('a', 10)).toEqual([]);
    expect(world.upstream('a').counters.receiptsRepeated).toBe(2);
    expect(await world.steps((await submitted).message_id)).not.toContain('later');
  });

  it('two at once, before the first is on disk, is told once', async () => {
    await begin();
    await send();
    const [first, second] = [a.receipt(a.last), a.receipt(a.last, { stat: 'UNDELIV' })];
    expect(await Promise.all([first, second])).toEqual([0, 0]);
    await world.pass(5_000);
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('hours late finds its message on disk, too', async () => {
    world = await World.start(
      { connectors: ['a'], routes: [via(['a'])] },
      { center: { limits: { sweepMs: 20_000, awaitedMessages: 0 } } },
    );
    a = world.centre('a');
    esme = await world.esme();
    const id = await send();
    await world.pass(20 * 3_600_000);
    const status = a.receipt(a.last);
    await world.pass(100);
    expect(await status).toBe(0);
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(await world.view(id)).toMatchObject({ state: 'delivered' });
  });

  it('never: the message ends as unknown with its validity', async () => {
    world = await World.start(
      { connectors: ['a'], routes: [via(['a'])] },
      { center: { limits: { sweepMs: 20_000 } } },
    );
    a = world.centre('a');
    esme = await world.esme();
    const id = await send({ validity_period: '000000010000000R' });
    await world.pass(3_700_000);
    expect(esme.stats).toEqual(['UNKNOWN']);
    expect(await world.view(id)).toMatchObject({ state: 'unknown' });
    // One that comes then is answered, and changes nothing.
    const status = a.receipt(a.last);
    await world.pass(5_000);
    expect(await status).toBe(0);
    expect(esme.stats).toEqual(['UNKNOWN']);
  });

  it.each([
    ['text only, of a plain deliver_sm', { esmClass: 0 }],
    ['TLVs only', { tlvs: 'only' }],
    ['text and TLVs', { tlvs: 'both' }],
    ['as data_sm', { command: 'data_sm', tlvs: 'both' }],
  ] as const)('%s', async (_, words) => {
    await begin();
    await send();
    expect(await a.receipt(a.last, words)).toBe(0);
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(world.upstream('a').counters.mo).toBe(0);
  });

  it('TLVs count before the text', async () => {
    await begin();
    const id = await send();
    await a.receipt(a.last, { stat: 'DELIVRD', tlvs: 'both', state: 5 });
    await world.pass();
    expect(esme.stats).toEqual(['UNDELIV']);
    expect(await world.view(id)).toMatchObject({ state: 'undeliverable' });
  });

  it.each([0, 1, 6, 7, 10])('the end in the text is the end, though message_state says %i', async (state) => {
    await begin();
    const id = await send();
    expect(await a.receipt(a.last, { stat: 'UNDELIV', err: '255', tlvs: 'both', state })).toBe(0);
    await world.pass();
    expect(esme.stats).toEqual(['UNDELIV']);
    expect(await world.view(id)).toMatchObject({ state: 'undeliverable' });
  });

  it('that is not final is passed as a notice to who asked for it, and is no end', async () => {
    await begin();
    const id = await send({ registered_delivery: 0x11 });
    expect(await a.receipt(a.last, { stat: 'ENROUTE', esmClass: 0x20 })).toBe(0);
    await world.pass();
    expect(esme.deliveries.map(({ esm_class }) => esm_class & 0x3c)).toEqual([0x20]);
    expect(await world.view(id)).toMatchObject({ state: 'enroute' });
    await a.receipt(a.last);
    await world.pass();
    expect(esme.stats.at(-1)).toBe('DELIVRD');
    expect(esme.deliveries.map(({ esm_class }) => esm_class & 0x3c)).toEqual([0x20, 0x04]);
  });

  it('that is not final says nothing to who did not ask', async () => {
    await begin();
    await send();
    expect(await a.receipt(a.last, { stat: 'BUFFRED', esmClass: 4 })).toBe(0);
    expect(await a.receipt(a.last, { stat: 'ENROUTE', esmClass: 0x20 })).toBe(0);
    await world.pass();
    expect(esme.stats).toEqual([]);
  });

  it('words and error codes of an operator', async () => {
    await begin({ receipts: { states: { FAILED: 'UNDELIVERABLE' }, errors: { '0x1b': 27 } } });
    const id = await send();
    await a.receipt(a.last, { stat: 'FAILED', err: '0x1b' });
    await world.pass();
    expect(esme.stats).toEqual(['UNDELIV']);
    expect(esme.texts[0]).toContain('err:027');
    expect(await world.view(id)).toMatchObject({ state: 'undeliverable', error: 27 });
  });

  it('on another bind and another connector of the group', async () => {
    world = await World.start({
      connectors: [
        connector('a', { group: 'op', bind: 'transmitter' }),
        connector('b', { group: 'op', bind: 'receiver' }),
      ],
      routes: [via(['a'])],
    });
    a = world.centre('a');
    esme = await world.esme();
    const id = await send();
    expect(await world.centre('b').receipt(a.last)).toBe(0);
    await world.pass();
    expect(await world.view(id)).toMatchObject({ state: 'delivered' });
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('separate transmitter and receiver binds of one connector', async () => {
    await begin({ bind: 'transmitter+receiver', binds: 2 });
    expect(a.sessions.map(({ kind }) => kind).sort()).toEqual([
      'receiver',
      'receiver',
      'transmitter',
      'transmitter',
    ]);
    await send();
    const receivers = a.sessions.filter(({ kind }) => kind === 'receiver');
    expect(await a.receipt(a.last, { on: receivers[1] as never })).toBe(0);
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('of another operator with the same id is not taken for it', async () => {
    world = await World.start({ connectors: ['a', 'b'], routes: [via(['a'])] });
    a = world.centre('a');
    a.idOf = String;
    esme = await world.esme();
    const id = await send();
    const status = world.centre('b').receipt(a.last);
    await world.pass(2_000);
    expect(await status).toBe(0);
    expect(await world.view(id)).toMatchObject({ state: 'enroute' });
    expect(await world.gateway.network.correlator.unmatched('b', 10)).toHaveLength(1);
  });

  it('the same id given to two messages: each gets its own by its handset', async () => {
    await begin();
    a.react = () => ({ id: '77' });
    const first = await send({ destination_addr: '447700900111' });
    const one = a.last;
    const second = await send({ destination_addr: '447700900222' });
    await a.receipt(one, { stat: 'UNDELIV' });
    await world.pass(3_000);
    await a.receipt(a.last);
    await world.pass(3_000);
    expect(await world.view(second)).toMatchObject({ state: 'delivered' });
    expect(await world.view(first)).toMatchObject({ state: 'undeliverable' });
  });
});

describe('how an operator writes its ids', () => {
  const decimals = [1_234_567_890_123_456_789n, 4_095n, 77_777n, 18_446_744_073_709_551_615n, 305_419_896n];

  it('hex in the response, decimal in the receipt: each finds its message, and the form is learned', async () => {
    await begin();
    a.idOf = (count) => (decimals[(count - 1) % 5] as bigint).toString(16).toUpperCase();
    for (let i = 0; i < 6; i += 1) {
      const number = `44770090010${i}`;
      a.react = () => ({ id: ((decimals[i % 5] as bigint) + BigInt(i)).toString(16).toUpperCase() });
      const id = await send({ destination_addr: number });
      expect(await a.receipt(a.last, { id: String((decimals[i % 5] as bigint) + BigInt(i)) })).toBe(0);
      await world.pass();
      expect(await world.view(id)).toMatchObject({ state: 'delivered' });
    }
    expect(esme.stats).toHaveLength(6);
    const { relation } = world.upstream('a').group.receipts.ids;
    expect(relation).toBe('hex-dec');
    expect((await world.gateway.control.list('receipt-ids')).map(({ key, value }) => [key, value])).toEqual([
      ['a', 'hex-dec'],
    ]);
  });

  it('decimal in the response, hex in the receipt', async () => {
    await begin({ receipts: { ids: 'dec-hex' } });
    a.react = () => ({ id: '0000305419896' });
    const id = await send();
    await a.receipt(a.last, { id: '12345678' });
    await world.pass();
    expect(await world.view(id)).toMatchObject({ state: 'delivered' });
  });

  it.each([
    ['0012AB', '12ab'],
    ['12ab', '00012AB'],
    ['000123', '123'],
  ])('%s in the response, %s in the receipt', async (given, told) => {
    await begin();
    a.react = () => ({ id: given });
    const id = await send();
    await a.receipt(a.last, { id: told });
    await world.pass();
    expect(await world.view(id)).toMatchObject({ state: 'delivered' });
  });

  it('an id that means another message by a guess does not take it from its handset', async () => {
    await begin();
    // 16 in decimal is 10 in hex: the receipt "16" is for the second, not for the first by hex-dec.
    const ids = ['10', '16'];
    a.react = (_, at) => ({ id: ids[at] as string });
    const first = await send({ destination_addr: '447700900111' });
    const second = await send({ destination_addr: '447700900222' });
    await a.receipt(a.last);
    await world.pass();
    expect(await world.view(second)).toMatchObject({ state: 'delivered' });
    expect(await world.view(first)).toMatchObject({ state: 'enroute' });
  });

  it('a pinned form is the only one; rematching by another finds what was left', async () => {
    await begin({ receipts: { ids: 'same' } });
    a.react = () => ({ id: 'ff' });
    const id = await send();
    const status = a.receipt(a.last, { id: '255', stat: 'UNDELIV' });
    await world.pass(2_000);
    expect(await status).toBe(0);
    expect(await world.view(id)).toMatchObject({ state: 'enroute' });
    const { correlator } = world.gateway.network;
    expect(await correlator.unmatched(undefined, 10)).toMatchObject([
      { group: 'a', ids: ['255'], from: '447700900123' },
    ]);
    expect(await correlator.rematch(world.upstream('a'), 'dec-hex')).toEqual({ matched: 0, left: 1 });
    expect(await correlator.rematch(world.upstream('a'), 'hex-dec')).toEqual({ matched: 1, left: 0 });
    await world.pass(1_000);
    expect(esme.stats).toEqual(['UNDELIV']);
    expect(await correlator.unmatched(undefined, 10)).toEqual([]);
  });

  it('unmatched ones beyond the limit are only counted', async () => {
    await begin({ receipts: { unmatched: 2 } });
    await send();
    for (let i = 0; i < 4; i += 1) {
      const status = a.receipt(a.last, { id: `nobody-${i}` });
      await world.pass(1_500);
      expect(await status).toBe(0);
    }
    expect(await world.gateway.network.correlator.unmatched('a', 10)).toHaveLength(2);
    expect(world.upstream('a').counters.receiptsUnmatched).toBe(4);
    expect(world.upstream('a').group.receipts.unmatched.dropped).toBe(2);
  });
});

describe('unmatched receipts', () => {
  it('that are gone, by whatever way, make room for others', async () => {
    world = await World.start(
      { connectors: [connector('a', { receipts: { unmatched: 1 } })], routes: [via(['a'])] },
      { center: { limits: { sweepMs: 600_000 } } },
    );
    a = world.centre('a');
    esme = await world.esme();
    await send();
    const lose = async (id: string): Promise<void> => {
      const status = a.receipt(a.last, { id });
      await world.pass(1_500);
      expect(await status).toBe(0);
    };
    const kept = async () =>
      (await world.gateway.network.correlator.unmatched('a', 10)).map(({ ids }) => ids[0]);
    await lose('first');
    await lose('second');
    expect(await kept()).toEqual(['first']);
    // Three days are over.
    const [waiting] = (await world.gateway.center.waitingIn('unmatched:a', 10)).messages;
    await world.gateway.center.cancel({ id: waiting?.id ?? 0 });
    await lose('third');
    expect(await kept()).toEqual(['third']);
    expect(world.upstream('a').group.receipts.unmatched.dropped).toBe(1);
  });

  it('without any id are kept, too', async () => {
    await begin();
    await send();
    const status = a.deliver({
      source_addr: '447700900999',
      destination_addr: 'ACME',
      esm_class: 4,
      text: 'stat:DELIVRD err:000',
    });
    await world.pass(1_500);
    expect(await status).toBe(0);
    expect(await world.gateway.network.correlator.unmatched('a', 10)).toMatchObject([
      { ids: [], stat: 'DELIVRD' },
    ]);
    expect(esme.stats).toEqual([]);
  });
});

describe('a receipt and its customer', () => {
  it('waits for one who is away', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    a = world.centre('a');
    esme = await world.esme({ bind: 'transmitter' });
    await send();
    await esme.drop();
    await a.receipt(a.last);
    await world.pass(60_000);
    const back = await world.esme({ bind: 'receiver' });
    await world.pass(1_000);
    expect(back.stats).toEqual(['DELIVRD']);
  });

  it('waits no longer than its own validity', async () => {
    world = await World.start({
      accounts: [account('acme', { receipts: { validityMs: 60_000 } })],
      connectors: ['a'],
      routes: [via(['a'])],
    });
    a = world.centre('a');
    esme = await world.esme({ bind: 'transmitter' });
    const id = await send();
    await a.receipt(a.last);
    await world.pass(70_000);
    const back = await world.esme({ bind: 'receiver' });
    await world.pass(5_000);
    expect(back.stats).toEqual([]);
    expect(await world.view(id)).toMatchObject({ state: 'delivered' });
    expect(world.gateway.counters().center).toMatchObject({ receipts: 1, receiptsFailed: 1 });
  });

  it('is not sent to who wants none, and the outcome is known all the same', async () => {
    await begin();
    const id = await send({ registered_delivery: 0 });
    expect(a.last.pdu.registered_delivery & 3).toBe(1);
    await a.receipt(a.last, { stat: 'UNDELIV' });
    await world.pass();
    expect(await world.view(id)).toMatchObject({ state: 'undeliverable' });
    expect(esme.received).toEqual([]);
  });

  it('without asking for receipts a message ends when it is taken', async () => {
    await begin({ alwaysReceipt: false });
    const id = await send({ registered_delivery: 0 });
    expect(a.last.pdu.registered_delivery & 3).toBe(0);
    expect(await world.view(id)).toMatchObject({ state: 'accepted' });
  });

  it('has the id that its customer knows, whatever the operator called it', async () => {
    world = await World.start({
      accounts: [account('acme', { messageId: 'hexdec' })],
      connectors: ['a'],
      routes: [via(['a'])],
    });
    a = world.centre('a');
    esme = await world.esme();
    const id = await send();
    expect(id).toMatch(/^[0-9a-f]{16}$/i);
    await a.receipt(a.last);
    await world.pass();
    const decimal = BigInt(`0x${id}`).toString();
    expect(esme.texts[0]).toContain(`id:${decimal} `);
    const [receipt] = esme.deliveries;
    expect(receipt && tlv(receipt, 'receipted_message_id')).toBe(decimal);
  });

  it('a store that fails: the operator is asked to say it again', async () => {
    await begin();
    await send();
    const { store } = world;
    const commit = store.commit.bind(store);
    let isBroken = true;
    store.commit = (changes, owner) =>
      isBroken ? Promise.reject(new Error('disk')) : commit(changes, owner);
    const status = a.receipt(a.last, { id: 'nobody' });
    await world.pass(2_000);
    isBroken = false;
    await world.pass(10_000);
    expect(await status).not.toBe(0);
    expect(world.rig.errors.length).toBeGreaterThan(0);
    world.rig.errors.length = 0;
  });
});
