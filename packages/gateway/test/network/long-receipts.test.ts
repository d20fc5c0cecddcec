/** Operators that do not send a receipt for each part of a long message, or give all parts one id. */

import type { ConnectorSettings } from '@chappe/policy';
import type { TlvInput } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../src/index.ts';
import type { Esme } from '../rig.ts';
import type { Centre, Submitted } from './centre.ts';
import { connector, via, World } from './world.ts';

let world: World;
let a: Centre;
let esme: Esme;
afterEach(() => world.stop());

type Receipts = NonNullable<ConnectorSettings['receipts']>;

async function begin(
  receipts: Receipts,
  settings: Partial<ConnectorSettings> = {},
  options: Partial<GatewayOptions> = {},
): Promise<void> {
  world = await World.start(
    { connectors: [connector('a', { receipts, ...settings })], routes: [via(['a'])] },
    options,
  );
  a = world.centre('a');
  esme = await world.esme();
}

const text = Buffer.from('long '.repeat(80));
const pieces = [text.subarray(0, 150), text.subarray(150, 300), text.subarray(300)];

/** Ways in which a customer sends a text of three parts; each settles with the ids that it was told. */
const forms: Readonly<Record<string, (reference: number) => Promise<string[]>>> = {
  'cut here': async () => {
    const tlvs: TlvInput[] = [{ name: 'message_payload', value: text }];
    return [(await esme.submit({ short_message: Buffer.alloc(0), tlvs })).message_id];
  },
  'cut by its customer, UDH': (reference) =>
    each((piece, at) => ({
      esm_class: 0x40,
      short_message: Buffer.concat([Buffer.from([5, 0, 3, reference, 3, at + 1]), piece]),
    })),
  'cut by its customer, SAR': (reference) =>
    each((piece, at) => ({
      short_message: piece,
      tlvs: [
        { name: 'sar_msg_ref_num', value: reference },
        { name: 'sar_total_segments', value: 3 },
        { name: 'sar_segment_seqnum', value: at + 1 },
      ],
    })),
};

async function each(fields: (piece: Buffer, at: number) => Parameters<Esme['submit']>[0]): Promise<string[]> {
  const ids: string[] = [];
  for (const [at, piece] of pieces.entries()) ids.push((await esme.submit(fields(piece, at))).message_id);
  return ids;
}

async function send(form: string, reference = 7): Promise<string[]> {
  const ids = await (forms[form] as (reference: number) => Promise<string[]>)(reference);
  await world.pass(100);
  return ids;
}

/** States of all that is meant by these ids. */
async function statesOf(ids: readonly string[]): Promise<string[]> {
  const views = await Promise.all(ids.map((id) => world.view(id)));
  return views.flatMap(({ segments }) => segments.map(({ state }) => state));
}

const whole = ['delivered', 'delivered', 'delivered'];
/** What the customer hears: of its own parts it hears each time. */
const heard = (form: string, stat: string): string[] => (form === 'cut here' ? [stat] : [stat, stat, stat]);
/** The last three submissions. */
const parts = (): readonly [Submitted, Submitted, Submitted] =>
  a.submitted.slice(-3) as unknown as [Submitted, Submitted, Submitted];

describe.each(Object.keys(forms))('a long message, %s', (form) => {
  it.each([
    ['the first part', 0],
    ['the second part', 1],
    ['the last part', 2],
  ] as const)('one receipt for the whole, for %s: it is over', async (_, which) => {
    await begin({ longMessages: 'one' });
    const ids = await send(form);
    expect(await a.receipt(parts()[which], { stat: 'UNDELIV', err: '011' })).toBe(0);
    await world.pass(1_000);
    expect(await statesOf(ids)).toEqual(['undeliverable', 'undeliverable', 'undeliverable']);
    expect(esme.stats).toEqual(heard(form, 'UNDELIV'));
    expect(esme.texts.every((told) => told.includes(' err:011 '))).toBe(true);
  });

  it('one receipt for the whole, while parts still wait for their turn', async () => {
    await begin({ longMessages: 'one' }, { window: 1 });
    a.react = (_, at) => (at === 0 ? {} : { delayMs: 2_000 });
    const ids = await send(form);
    expect(await a.receipt(a.submitted[0] as Submitted)).toBe(0);
    await world.pass(10_000);
    expect(await statesOf(ids)).toEqual(whole);
    expect(esme.stats).toEqual(heard(form, 'DELIVRD'));
  });

  it('one receipt for the whole, found on the disk', async () => {
    await begin({ longMessages: 'one' }, {}, { center: { limits: { sweepMs: 20_000, awaitedMessages: 0 } } });
    const ids = await send(form);
    const status = a.receipt(parts()[0]);
    await world.pass(1_000);
    expect(await status).toBe(0);
    expect(await statesOf(ids)).toEqual(whole);
  });

  it('one for each, though one for the whole was said: the first counts, the others are answered', async () => {
    await begin({ longMessages: 'one' });
    const ids = await send(form);
    for (const part of parts()) expect(await a.receipt(part)).toBe(0);
    await world.pass(1_000);
    expect(await statesOf(ids)).toEqual(whole);
    expect(esme.stats).toEqual(heard(form, 'DELIVRD'));
    expect(await world.gateway.network.correlator.unmatched('a', 10)).toEqual([]);
  });

  it('one receipt for the first part, and nothing said of it: the others are waited for', async () => {
    await begin({});
    const ids = await send(form);
    await a.receipt(parts()[0]);
    await world.pass(60_000);
    expect(await statesOf(ids)).toEqual(['delivered', 'enroute', 'enroute']);
  });

  it.each(['auto', 'one'] as const)('one id for all parts, one receipt (%s)', async (longMessages) => {
    await begin({ longMessages });
    a.react = () => ({ id: 'same' });
    const ids = await send(form);
    expect(await a.receipt(parts()[0])).toBe(0);
    await world.pass(5_000);
    expect(await statesOf(ids)).toEqual(whole);
    expect(esme.stats).toEqual(heard(form, 'DELIVRD'));
  });

  it.each(['auto', 'each'] as const)(
    'one id for all parts, a receipt for each (%s)',
    async (longMessages) => {
      await begin({ longMessages });
      a.react = () => ({ id: 'same' });
      const ids = await send(form);
      for (const stat of ['DELIVRD', 'UNDELIV', 'DELIVRD'])
        expect(await a.receipt(parts()[0], { stat })).toBe(0);
      await world.pass(5_000);
      expect(await statesOf(ids)).toEqual(['delivered', 'undeliverable', 'delivered']);
      expect(esme.stats).toHaveLength(form === 'cut here' ? 1 : 3);
      expect(esme.stats).toContain('UNDELIV');
      expect(world.upstream('a').counters).toMatchObject({ receiptsRepeated: 0, receiptsUnmatched: 0 });
    },
  );

  it('one id for all parts, one receipt, before the others have left', async () => {
    await begin({}, { window: 1 });
    a.react = (_, at) => ({ id: 'same', delayMs: at === 0 ? 0 : 2_000 });
    const ids = await send(form);
    expect(await a.receipt(a.submitted[0] as Submitted)).toBe(0);
    await world.pass(12_000);
    expect(await statesOf(ids)).toEqual(whole);
    expect(esme.stats).toEqual(heard(form, 'DELIVRD'));
  });

  it('one id for all parts, one receipt, found on the disk', async () => {
    await begin({}, {}, { center: { limits: { sweepMs: 20_000, awaitedMessages: 0 } } });
    a.react = () => ({ id: 'same' });
    const ids = await send(form);
    const status = a.receipt(parts()[0]);
    await world.pass(5_000);
    expect(await status).toBe(0);
    expect(await statesOf(ids)).toEqual(whole);
  });

  it('the gateway stops before it is sure that no more receipts come: the rest ends as well', async () => {
    await begin({});
    a.react = () => ({ id: 'same' });
    const ids = await send(form);
    await a.receipt(parts()[0]);
    await world.pass(500);
    world.gateway.network.correlator.close();
    await world.pass(10);
    expect(await statesOf(ids)).toEqual(whole);
  });

  it('the next long message, with the same reference of its customer, waits for its own', async () => {
    await begin({ longMessages: 'one' });
    const first = await send(form);
    await a.receipt(parts()[0]);
    await world.pass(1_000);
    const second = await send(form);
    await world.pass(10_000);
    expect(await statesOf(second)).toEqual(['enroute', 'enroute', 'enroute']);
    await a.receipt(parts()[2], { stat: 'EXPIRED' });
    await world.pass(1_000);
    expect(await statesOf(second)).toEqual(['expired', 'expired', 'expired']);
    expect(await statesOf(first)).toEqual(whole);
  });
});

describe('one id for several messages to one number', () => {
  it.each([
    ['in memory', 50_000],
    ['on the disk', 0],
  ])(
    'as many receipts as messages: each settles one, in the order of sending, %s',
    async (_, awaitedMessages) => {
      await begin({}, {}, { center: { limits: { sweepMs: 20_000, awaitedMessages } } });
      a.react = () => ({ id: '77' });
      const ids: string[] = [];
      for (let i = 0; i < 3; i += 1) ids.push((await esme.submit()).message_id);
      await world.pass(100);
      for (const stat of ['DELIVRD', 'UNDELIV', 'EXPIRED']) {
        const status = a.receipt(a.last, { stat });
        await world.pass(100);
        expect(await status).toBe(0);
      }
      expect(await statesOf(ids)).toEqual(['delivered', 'undeliverable', 'expired']);
      await world.pass(10_000);
      expect(esme.stats).toEqual(['DELIVRD', 'UNDELIV', 'EXPIRED']);
    },
  );

  it('receipts that overtake their responses settle one each, too', async () => {
    await begin({});
    a.react = (_, at) => ({ id: '77', delayMs: 300 + at * 30 });
    const all = [esme.submit(), esme.submit(), esme.submit()];
    await world.pass(10);
    const about = { ...a.last, id: '77' };
    const answers = [a.receipt(about), a.receipt(about), a.receipt(about)];
    await world.pass(3_000);
    expect(await Promise.all(answers)).toEqual([0, 0, 0]);
    const ids = (await Promise.all(all)).map(({ message_id }) => message_id);
    expect(await statesOf(ids)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(await world.gateway.network.correlator.unmatched('a', 10)).toEqual([]);
  });

  it('one receipt of one id is no word about the others', async () => {
    await begin({ longMessages: 'one' });
    a.react = () => ({ id: '77' });
    const ids = [(await esme.submit()).message_id, (await esme.submit()).message_id];
    await world.pass(100);
    await a.receipt(a.last);
    await world.pass(60_000);
    expect(await statesOf(ids)).toEqual(['delivered', 'enroute']);
  });

  it('ids that differ in capitals only are two', async () => {
    await begin({});
    a.react = (_, at) => ({ id: at === 0 ? 'aBcXyZ' : 'AbCxYz' });
    const ids = [(await esme.submit()).message_id, (await esme.submit()).message_id];
    await world.pass(100);
    await a.receipt(a.last, { stat: 'UNDELIV' });
    await world.pass(100);
    expect(await statesOf(ids)).toEqual(['enroute', 'undeliverable']);
  });
});
