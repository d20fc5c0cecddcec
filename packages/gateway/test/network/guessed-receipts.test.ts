/** Messages whose response was lost: nobody was told their ids, and their receipts tell all the same. */

import type { ConnectorSettings } from '@chappe/policy';
import { afterEach, describe, expect, it } from 'vitest';
import type { Esme } from '../rig.ts';
import type { Centre, ReceiptWords, Submitted } from './centre.ts';
import { account, connector, via, World } from './world.ts';

let world: World;
let a: Centre;
let esme: Esme;
afterEach(() => world.stop());

async function begin(settings: Partial<ConnectorSettings> = {}): Promise<void> {
  world = await World.start({
    accounts: [account('acme', { credit: { mode: 'postpaid' } })],
    connectors: [connector('a', { unknown: 'wait', responseTimeoutMs: 10_000, ...settings })],
    routes: [via(['a'], undefined, { price: { each: 10_000 } as never })],
  });
  a = world.centre('a');
  esme = await world.esme();
}

/** Submits and loses the response; gives the message's id and what the operator has. */
async function lose(fields: Parameters<Esme['submit']>[0] = {}): Promise<readonly [string, Submitted]> {
  a.react = () => 'hang';
  const { message_id } = await esme.submit(fields);
  await world.pass(12_000);
  return [message_id, a.last];
}

/** Has the operator tell of a submission, under an id that nobody knows. */
async function tell(about: Submitted, words: ReceiptWords = {}): Promise<void> {
  const status = a.receipt({ ...about, id: words.id ?? `own-${about.atMs}` }, words);
  await world.pass(2_000);
  expect(await status).toBe(0);
}

const stateOf = async (id: string): Promise<string> => (await world.view(id)).state;
const unmatched = async (): Promise<number> =>
  (await world.gateway.network.correlator.unmatched('a', 100)).length;

describe('a receipt whose id nobody was told', () => {
  it('settles the one message that it can be about, marked, with its receipt and its money', async () => {
    await begin();
    const [id, about] = await lose();
    await tell(about, { stat: 'UNDELIV', err: '011' });
    expect(await world.view(id)).toMatchObject({ state: 'undeliverable', error: 11 });
    expect(await world.story(id)).toContain('guessed=1');
    expect(esme.stats).toEqual(['UNDELIV']);
    expect(world.gateway.ledger.account('acme').reserved).toBe(0);
    expect(await unmatched()).toBe(0);
    // Said again it is known.
    await tell(about, { stat: 'UNDELIV', err: '011' });
    expect(world.upstream('a').counters.receiptsRepeated).toBe(1);
  });

  it.each([
    ['another handset', { destination_addr: '491701234567' }],
    ['another sender', { source_addr: 'OTHER' }],
  ] as const)('of %s is not about it', async (_, pdu) => {
    await begin();
    const [id, about] = await lose();
    await tell({ ...about, pdu: { ...about.pdu, ...pdu } as Submitted['pdu'] });
    expect(await stateOf(id)).toBe('enroute');
    expect(await unmatched()).toBe(1);
  });

  it.each([
    ['quotes another text', { quote: 'Your code is 1234' }, 'enroute'],
    ['quotes this one', { quote: 'Meeting at noon, ple' }, 'delivered'],
    ['quotes it after its header', { quote: '\u0005\u0000AB\u0002Meeting at noon' }, 'delivered'],
    ['quotes nothing', { quote: '' }, 'delivered'],
    ['quotes nothing that tells', { quote: '...' }, 'delivered'],
    ['has the reference of its customer', { reference: 7 }, 'delivered'],
    ['has another reference', { reference: 8 }, 'enroute'],
  ] as const)('that %s', async (_, told: { quote?: string; reference?: number }, state) => {
    const { quote, reference } = told;
    await begin();
    const [id, about] = await lose({
      short_message: Buffer.from('Meeting at noon, please come'),
      tlvs: { user_message_reference: 7 },
    });
    const status = a.deliver({
      source_addr: about.pdu.destination_addr,
      destination_addr: about.pdu.source_addr,
      esm_class: 4,
      text: `id:own sub:001 dlvrd:001 submit date:2607201200 done date:2607201200 stat:DELIVRD err:000 text:${quote ?? ''}`,
      tlvs: reference === undefined ? [] : [{ name: 'user_message_reference', value: reference }],
    });
    await world.pass(2_000);
    expect(await status).toBe(0);
    expect(await stateOf(id)).toBe(state);
  });

  it('knows the sender that the operator was told', async () => {
    await begin({ senderRules: [{ from: '*', replaceBy: '60100' }] });
    const [id, about] = await lose();
    expect(about.pdu.source_addr).toBe('60100');
    await tell(about);
    expect(await stateOf(id)).toBe('delivered');
  });

  it('may leave the addresses as they were', async () => {
    await begin();
    const [id, about] = await lose();
    const { source_addr, destination_addr } = about.pdu;
    await tell({
      ...about,
      pdu: { ...about.pdu, source_addr: destination_addr, destination_addr: source_addr } as Submitted['pdu'],
    });
    expect(await stateOf(id)).toBe('delivered');
  });

  it('of several that fit: in the order of sending, each receipt one', async () => {
    await begin();
    const lost = [await lose(), await lose(), await lose()];
    for (const [at, stat] of ['DELIVRD', 'UNDELIV', 'EXPIRED'].entries())
      await tell((lost[at] as (typeof lost)[0])[1], { stat, id: `own-${at}` });
    expect(await Promise.all(lost.map(([id]) => stateOf(id)))).toEqual([
      'delivered',
      'undeliverable',
      'expired',
    ]);
  });

  it('of several that fit, at once: no message twice', async () => {
    await begin();
    const lost = [await lose(), await lose()];
    const [, about] = lost[0] as (typeof lost)[0];
    await Promise.all([tell(about, { id: 'x' }), tell(about, { id: 'y', stat: 'UNDELIV' })]);
    expect((await Promise.all(lost.map(([id]) => stateOf(id)))).toSorted()).toEqual([
      'delivered',
      'undeliverable',
    ]);
    expect(await unmatched()).toBe(0);
  });

  it('of several that fit: the one of its submit date', async () => {
    await begin();
    const [first] = await lose();
    await world.pass(20 * 60_000 - 30_000);
    const [second, about] = await lose();
    const status = a.deliver({
      source_addr: about.pdu.destination_addr,
      destination_addr: about.pdu.source_addr,
      esm_class: 4,
      text: 'id:own sub:001 dlvrd:001 submit date:2607201220 done date:2607201220 stat:DELIVRD err:000 text:',
    });
    await world.pass(2_000);
    expect(await status).toBe(0);
    expect([await stateOf(first), await stateOf(second)]).toEqual(['unknown', 'delivered']);
  });

  it('that came before the answer was given up waits on disk, and is matched by itself then', async () => {
    await begin();
    a.react = () => 'hang';
    const { message_id } = await esme.submit();
    await world.pass(3_000);
    await tell(a.last);
    expect(await unmatched()).toBe(1);
    await world.pass(8_000);
    expect(await stateOf(message_id)).toBe('delivered');
    expect(esme.stats).toEqual(['DELIVRD']);
    await world.pass(100);
    expect(await unmatched()).toBe(0);
  });

  it('that came before, however many messages are given up at once', async () => {
    await begin({ window: 300, breaker: { failures: 0 } });
    a.react = () => 'hang';
    for (let at = 0; at < 200; at += 1)
      await esme.submit({ destination_addr: `4477009${String(at).padStart(5, '0')}` });
    await world.pass(3_000);
    const answers = a.submitted.map((about, at) => a.receipt({ ...about, id: `own-${at}` }));
    await world.pass(9_000);
    expect(new Set(await Promise.all(answers))).toEqual(new Set([0]));
    await world.pass(3_000);
    expect(esme.stats).toHaveLength(200);
    expect(new Set(esme.stats)).toEqual(new Set(['DELIVRD']));
    expect(await unmatched()).toBe(0);
  });

  it('that came before the message was submitted is not about it', async () => {
    await begin();
    a.react = () => ({ id: 'known' });
    await esme.submit();
    await world.pass(10);
    const about = a.last;
    await a.receipt(about);
    await tell({ ...about, id: 'stranger' }, { id: 'stranger' });
    expect(await unmatched()).toBe(1);
    const [id] = await lose();
    expect(await stateOf(id)).toBe('enroute');
    expect(await unmatched()).toBe(1);
  });

  it('waits for a response that may still come: that message is not taken for the one without', async () => {
    await begin();
    const [lost] = await lose();
    a.react = () => ({ id: 'late', delayMs: 500 });
    const answered = esme.submit();
    await world.pass(10);
    const status = a.receipt({ ...a.last, id: 'late' }, { stat: 'UNDELIV' });
    await world.pass(2_000);
    expect(await status).toBe(0);
    expect(await stateOf((await answered).message_id)).toBe('undeliverable');
    expect(await stateOf(lost)).toBe('enroute');
  });

  it('that is not final is a notice to who asked for it', async () => {
    await begin();
    const [id, about] = await lose({ registered_delivery: 0x11 });
    await tell(about, { stat: 'ENROUTE', esmClass: 0x20 });
    expect(esme.deliveries.map(({ esm_class }) => esm_class & 0x3c)).toEqual([0x20]);
    expect(await stateOf(id)).toBe('enroute');
  });

  it('without any id is known by the handset as well', async () => {
    await begin();
    const [id, about] = await lose();
    const status = a.deliver({
      source_addr: about.pdu.destination_addr,
      destination_addr: about.pdu.source_addr,
      esm_class: 4,
      text: 'stat:DELIVRD err:000',
    });
    await world.pass(2_000);
    expect(await status).toBe(0);
    expect(await stateOf(id)).toBe('delivered');
  });
});

describe('a message that is sent again since its response was lost', () => {
  const resend = { unknown: 'resend', retry: { unknown: { firstMs: 60_000 } } } as const;

  it('ends by the receipt of its first attempt, while it waits for the next', async () => {
    await begin(resend);
    const [id, about] = await lose();
    await tell(about);
    expect(await stateOf(id)).toBe('delivered');
    expect(await world.story(id)).toContain('guessed=1');
    await world.pass(120_000);
    expect(a.submitted).toHaveLength(1);
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(world.gateway.ledger.account('acme').reserved).toBe(0);
  });

  it('ends by it, while the next attempt is at the operator; what that one says is a line', async () => {
    await begin(resend);
    const [id, first] = await lose();
    a.react = () => ({ id: 'second' });
    await world.pass(60_000);
    expect(a.submitted).toHaveLength(2);
    await tell(first);
    expect(await stateOf(id)).toBe('delivered');
    await a.receipt(a.last, { stat: 'REJECTD' });
    await world.pass(100);
    expect(await stateOf(id)).toBe('delivered');
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('ends by it, when it came while the next attempt was on its way', async () => {
    await begin(resend);
    const [id, first] = await lose();
    a.react = () => ({ id: 'second', delayMs: 5_000 });
    await world.pass(58_000);
    expect(a.submitted).toHaveLength(2);
    await tell(first);
    expect(await stateOf(id)).toBe('enroute');
    await world.pass(5_000);
    expect(await stateOf(id)).toBe('delivered');
    await world.pass(100);
    expect(await unmatched()).toBe(0);
  });

  it('does not end by a failure of its first attempt, which is a line: the next may arrive', async () => {
    await begin(resend);
    const [id, first] = await lose();
    await tell(first, { stat: 'UNDELIV' });
    expect(await stateOf(id)).toBe('enroute');
    expect(await world.steps(id)).toContain('later');
    expect(await unmatched()).toBe(0);
    a.react = () => ({ id: 'second' });
    await world.pass(60_000);
    await a.receipt(a.last);
    await world.pass(100);
    expect(await stateOf(id)).toBe('delivered');
  });

  it('many connections that break: no message stays unknown, and no receipt of them unmatched', async () => {
    await begin({ ...resend, window: 10, retry: { unknown: { firstMs: 5_000 } } });
    // The first connections break with ten submissions under way: they are there, and nobody hears of it.
    a.react = (_, at) => (at >= 40 ? {} : at % 10 === 9 ? 'cut' : 'hang');
    for (let at = 0; at < 30; at += 1)
      await esme.submit({ destination_addr: `4477009${String(at).padStart(5, '0')}` });
    let told = 0;
    for (let step = 0; step < 120; step += 1) {
      await world.pass(1_000);
      for (; a.sessions.length > 0 && told < a.submitted.length; told += 1) {
        const about = a.submitted[told] as Submitted;
        void a.receipt({ ...about, id: about.id === '' ? `own-${told}` : about.id });
      }
    }
    expect(told).toBeGreaterThan(30);
    const { messages } = await world.gateway.center.search({ kinds: ['mt'], limit: 100 });
    expect(new Set(messages.map(({ state }) => state))).toEqual(new Set(['delivered']));
    expect(await unmatched()).toBe(0);
  });
});
