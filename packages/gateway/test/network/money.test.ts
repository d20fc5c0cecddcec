import type { CreditSettings, PriceSettings } from '@chappe/policy';
import { status } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { type Esme, start } from '../rig.ts';
import type { Centre } from './centre.ts';
import { account, via, World } from './world.ts';

let world: World;
let a: Centre;
let esme: Esme;
afterEach(() => world.stop());

const price: PriceSettings = { perSegment: 100, byPrefix: { '4477': 30, '44770090': 10 } };

async function begin(credit: CreditSettings, connectors: readonly string[] = ['a']): Promise<void> {
  world = await World.start({
    accounts: [account('acme', { credit })],
    connectors,
    routes: [via([...connectors], undefined, { price })],
  });
  a = world.centre('a');
  await credited(1_000);
  esme = await world.esme();
}

async function credited(amount: number): Promise<void> {
  const entry = { account: 'acme', kind: 'top-up' as const, amount, by: 'test' };
  await world.gateway.ledger.credit(entry, start);
}

const money = () => {
  const { balance, reserved } = world.gateway.ledger.account('acme');
  return { balance, reserved };
};

async function tally() {
  const [one] = await world.gateway.center.tallies();
  return one;
}

describe('what a message costs', () => {
  it('is reserved when it is taken and settled when it is delivered', async () => {
    await begin({ mode: 'prepaid' });
    await esme.submit();
    expect(money()).toEqual({ balance: 990, reserved: 10 });
    await world.pass();
    await world.audit();
    await a.receipt(a.last);
    await world.pass();
    expect(money()).toEqual({ balance: 990, reserved: 0 });
    expect(await tally()).toMatchObject({ accepted: 10, reserved: 0, settled: 10, released: 0 });
  });

  it('goes by the longest prefix', async () => {
    await begin({ mode: 'prepaid' });
    await esme.submit({ destination_addr: '447700900123' });
    await esme.submit({ destination_addr: '447711000000' });
    await esme.submit({ destination_addr: '491701234567' });
    expect(money()).toEqual({ balance: 1_000 - 10 - 30 - 100, reserved: 140 });
  });

  it('is refused where the list has no price for it and says so, by every door', async () => {
    world = await World.start({
      accounts: [account('acme', { credit: { mode: 'prepaid' } })],
      connectors: ['a'],
      routes: [via(['a'], undefined, { price: { byPrefix: { '4477': 30 }, unlisted: 'reject' } })],
    });
    a = world.centre('a');
    await credited(1_000);
    esme = await world.esme();
    const refused = status.ESME_RINVDSTADR;
    expect((await esme.submit({ destination_addr: '443300000000' })).command_status).toBe(refused);
    const http = world.gateway.submit({ account: 'acme', to: '443300000000', text: 'x' });
    await expect(http).rejects.toMatchObject({ commandStatus: refused });
    expect((await esme.submit()).command_status).toBe(0);
    expect(money()).toEqual({ balance: 970, reserved: 30 });
    expect(world.gateway.counters().refusals.route).toBe(2);
  });

  it.each([
    ['accepted', 'UNDELIV', true],
    ['delivered', 'UNDELIV', false],
    ['delivered', 'DELIVRD', true],
  ] as const)('charge %s: a receipt %s', async (charge, stat, isCharged) => {
    await begin({ mode: 'prepaid', charge });
    await esme.submit();
    await world.pass();
    await a.receipt(a.last, { stat });
    await world.pass();
    expect(money()).toEqual({ balance: isCharged ? 990 : 1_000, reserved: 0 });
  });

  it('is given back when every upstream refuses it', async () => {
    await begin({ mode: 'prepaid' }, ['a', 'b']);
    for (const centre of world.centres.values()) centre.react = () => ({ status: status.ESME_RINVDSTADR });
    await esme.submit();
    await world.pass();
    expect(esme.stats).toEqual(['REJECTD']);
    expect(money()).toEqual({ balance: 1_000, reserved: 0 });
    expect(await tally()).toMatchObject({ accepted: 10, settled: 0, released: 10 });
  });

  it('is given back when it expires without having left, or is cancelled', async () => {
    await begin({ mode: 'prepaid' });
    a.cut();
    await world.pass();
    await esme.submit({ validity_period: '000000000100000R' });
    const { message_id } = await esme.submit();
    expect(money()).toEqual({ balance: 980, reserved: 20 });
    await esme.request<'cancel_sm'>({ command: 'cancel_sm', message_id, source_addr: 'ACME' });
    expect(money()).toEqual({ balance: 990, reserved: 10 });
    await world.pass(120_000);
    expect(money()).toEqual({ balance: 1_000, reserved: 0 });
    expect(esme.stats.sort()).toEqual(['DELETED', 'EXPIRED']);
  });

  it('is charged once, however many connectors it went through', async () => {
    await begin({ mode: 'prepaid' }, ['a', 'b']);
    a.react = () => ({ status: status.ESME_RSYSERR });
    await esme.submit();
    await world.pass();
    const b = world.centre('b');
    await b.receipt(b.last);
    await world.pass();
    expect(money()).toEqual({ balance: 990, reserved: 0 });
  });

  it('is charged when one has taken it, though another refused it after that', async () => {
    world = await World.start({
      accounts: [account('acme', { credit: { mode: 'prepaid' } })],
      connectors: ['a', 'b'],
      routes: [via(['a', 'b'], { onReceipt: ['undeliverable'] }, { price })],
    });
    a = world.centre('a');
    await credited(1_000);
    esme = await world.esme();
    const b = world.centre('b');
    b.react = (_, at) => ({ status: at === 0 ? status.ESME_RSYSERR : status.ESME_RINVDSTADR });
    a.react = (_, at) => (at === 0 ? {} : { status: status.ESME_RINVDSTADR });
    await esme.submit();
    await world.pass();
    await a.receipt(a.last, { stat: 'UNDELIV' });
    await world.pass(60_000);
    expect([a.submitted.length, b.submitted.length]).toEqual([2, 2]);
    expect(esme.stats).toEqual(['REJECTD']);
    expect(money()).toEqual({ balance: 990, reserved: 0 });
  });

  it('counts segments: a text in a message_payload costs as many as it is cut into', async () => {
    await begin({ mode: 'prepaid' });
    await esme.submit({
      short_message: new Uint8Array(0),
      tlvs: { message_payload: Buffer.alloc(400, 'x') },
    });
    expect(money()).toEqual({ balance: 970, reserved: 30 });
    await world.pass();
    expect(a.submitted).toHaveLength(3);
    for (const one of a.submitted.slice(0, 2)) await a.receipt(one);
    await a.receipt(a.last, { stat: 'UNDELIV' });
    await world.pass();
    expect(money()).toEqual({ balance: 970, reserved: 0 });
    expect(await tally()).toMatchObject({ messages: 3, accepted: 30, settled: 30 });
  });

  it('of a submit_multi is that of all destinations that are taken', async () => {
    await begin({ mode: 'prepaid' });
    const response = await esme.request<'submit_multi'>({
      command: 'submit_multi',
      source_addr: 'ACME',
      dest_address: ['447700900001', '447700900002', '491701234567'].map((destination_addr) => ({
        dest_flag: 1,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr,
      })) as never,
      short_message: Buffer.from('Hello'),
    });
    expect(response.command_status).toBe(0);
    expect(money()).toEqual({ balance: 880, reserved: 120 });
  });
});

describe('replace_if_present', () => {
  const long = { short_message: new Uint8Array(0), tlvs: { message_payload: Buffer.alloc(400, 'x') } };
  const present = { service_type: 'CMT', replace_if_present_flag: 1 };

  it('costs nothing when it replaces, and its price when it does not', async () => {
    await begin({ mode: 'prepaid' });
    a.cut();
    await world.pass();
    const first = await esme.submit(present);
    expect(money()).toEqual({ balance: 990, reserved: 10 });
    const second = await esme.submit({ ...present, short_message: Buffer.from('New') });
    expect(second.message_id).toBe(first.message_id);
    expect(money()).toEqual({ balance: 990, reserved: 10 });
    await world.audit();
    a.isDown = false;
    await world.pass(120_000);
    expect(a.texts).toEqual(['New']);
  });

  const parts = ['One ', 'two ', 'three'].map((text, at) => ({
    esm_class: 0x40,
    short_message: Buffer.concat([Uint8Array.of(5, 0, 3, 7, 3, at + 1), Buffer.from(text)]),
  }));
  const texts = {
    short: { send: async () => esme.submit({ ...present, short_message: Buffer.from('Short') }), price: 10 },
    payload: { send: async () => esme.submit({ ...present, ...long }), price: 30 },
    'short_message of two segments': {
      send: async () => esme.submit({ ...present, short_message: Buffer.alloc(200, 'y') }),
      price: 20,
    },
    'text over HTTP': {
      send: async () =>
        world.gateway.submit({
          account: 'acme',
          from: 'ACME',
          to,
          text: 'z'.repeat(170),
          serviceType: 'CMT',
        }),
      price: 20,
    },
  };
  const to = '447700900123';
  const firsts = ['short', 'payload', 'short_message of two segments', 'text over HTTP'] as const;
  const seconds = ['short', 'payload', 'short_message of two segments'] as const;

  it.each(firsts.flatMap((first) => seconds.map((second) => [first, second] as const)))(
    'of a %s by a %s leaves the second alone, whole, at its price',
    async (first, second) => {
      await begin({ mode: 'prepaid' });
      a.cut();
      await world.pass();
      await texts[first].send();
      await texts[second].send();
      await world.pass();
      expect(money().reserved).toBe(texts[second].price);
      await world.audit();
      a.isDown = false;
      await world.pass(120_000);
      const sent = a.texts.join('');
      expect(sent).toBe({ short: 'Short', payload: 'x'.repeat(400) }[second as string] ?? 'y'.repeat(200));
      await world.audit();
    },
  );

  it('of parts that a customer has cut replaces none of them, and none of them replaces anything', async () => {
    await begin({ mode: 'prepaid' });
    a.cut();
    await world.pass();
    await texts.short.send();
    for (const part of parts) await esme.submit({ ...present, ...part });
    await esme.submit({ ...present, short_message: Buffer.from('New') });
    expect(money().reserved).toBe(50);
    a.isDown = false;
    await world.pass(120_000);
    expect([...a.texts].sort()).toEqual(['New', 'One ', 'Short', 'three', 'two ']);
  });

  it('leaves a text alone of which a piece has left', async () => {
    await begin({ mode: 'prepaid' });
    a.react = () => (a.submitted.length === 1 ? {} : { status: status.ESME_RSYSERR });
    await esme.submit({ ...present, ...long });
    await world.pass();
    await esme.submit({ ...present, short_message: Buffer.from('New') });
    a.react = () => ({});
    await world.pass(120_000);
    const taken = a.submitted.filter(({ id }) => id !== '').map(({ text }) => text);
    expect(taken.filter((text) => text.startsWith('x')).join('')).toBe('x'.repeat(400));
    expect(taken).toContain('New');
  });
});

describe('bounds', () => {
  it('prepaid: what the balance does not cover is refused, and costs nothing', async () => {
    await begin({ mode: 'prepaid' });
    const statuses: number[] = [];
    for (let i = 0; i < 102; i += 1) statuses.push((await esme.submit()).command_status);
    expect(statuses.filter((one) => one === 0)).toHaveLength(100);
    expect(statuses.slice(-2)).toEqual([status.ESME_RSUBMITFAIL, status.ESME_RSUBMITFAIL]);
    expect(money()).toEqual({ balance: 0, reserved: 1_000 });
    expect(world.gateway.counters().refusals.credit).toBe(2);
    await credited(10);
    expect((await esme.submit()).command_status).toBe(0);
  });

  it('prepaid: a text of three segments is taken whole or not at all', async () => {
    await begin({ mode: 'prepaid' });
    for (let i = 0; i < 98; i += 1) await esme.submit();
    const long = { short_message: new Uint8Array(0), tlvs: { message_payload: Buffer.alloc(400, 'x') } };
    expect((await esme.submit(long)).command_status).toBe(status.ESME_RSUBMITFAIL);
    expect(money()).toEqual({ balance: 20, reserved: 980 });
  });

  it('postpaid: down to the limit', async () => {
    await begin({ mode: 'postpaid', limit: 20 });
    let taken = 0;
    for (let i = 0; i < 110; i += 1) if ((await esme.submit()).command_status === 0) taken += 1;
    expect(taken).toBe(102);
    expect(money().balance).toBe(-20);
  });

  it('caps of a day are for that day', async () => {
    await begin({ mode: 'postpaid', perDay: 25, perMonth: 35 });
    const day = async () => {
      const statuses: number[] = [];
      for (let i = 0; i < 3; i += 1) statuses.push((await esme.submit()).command_status);
      return statuses;
    };
    const capped = status.ESME_RTHROTTLED;
    expect(await day()).toEqual([0, 0, capped]);
    await world.pass(13 * 3_600_000);
    // Then the month is full.
    expect(await day()).toEqual([0, capped, capped]);
  });

  it('what a dead store did not take is not spent', async () => {
    await begin({ mode: 'prepaid' });
    const { store } = world;
    const commit = store.commit.bind(store);
    let isBroken = true;
    store.commit = (changes, owner) =>
      isBroken ? Promise.reject(new Error('disk')) : commit(changes, owner);
    const answer = esme.submit();
    await world.pass(100);
    expect((await answer).command_status).not.toBe(0);
    isBroken = false;
    await world.pass(10_000);
    expect(money()).toEqual({ balance: 1_000, reserved: 0 });
    world.rig.errors.length = 0;
  });

  it('what a filter drops or a route drops costs nothing', async () => {
    world = await World.start({
      accounts: [account('acme', { credit: { mode: 'prepaid' } })],
      connectors: ['a'],
      routes: [
        { name: 'drop', from: ['SPAM'], action: { kind: 'drop' }, price },
        via(['a'], undefined, {
          price,
          filters: { texts: [{ pattern: 'viagra', action: 'drop' }] },
        }),
      ],
    });
    a = world.centre('a');
    await credited(1_000);
    esme = await world.esme();
    await esme.submit({ source_addr: 'SPAM' });
    await esme.submit({ short_message: Buffer.from('viagra') });
    await world.pass();
    expect(a.texts).toEqual([]);
    expect(money()).toEqual({ balance: 1_000, reserved: 0 });
  });
});

describe('pumping', () => {
  it('numbers in a row raise the alarm; with `stop` that prefix is refused until released', async () => {
    world = await World.start({
      connectors: ['a'],
      routes: [via(['a'])],
      pumping: { sequential: 20, action: 'stop' },
    });
    esme = await world.esme();
    const statuses: number[] = [];
    for (let i = 0; i < 25; i += 1) {
      const destination_addr = `4477009${String(10_000 + i)}`;
      statuses.push((await esme.submit({ destination_addr })).command_status);
    }
    expect(statuses.filter((one) => one === 0).length).toBeLessThanOrEqual(20);
    expect(statuses.at(-1)).toBe(status.ESME_RINVDSTADR);
    expect(world.events.filter(({ type }) => type === 'pumping.detected')).toHaveLength(1);
    expect(world.gateway.counters().refusals.pumping).toBeGreaterThan(0);
    expect((await esme.submit({ destination_addr: '491701234567' })).command_status).toBe(0);
  });

  it('by default only tells', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])], pumping: { sequential: 20 } });
    esme = await world.esme();
    for (let i = 0; i < 25; i += 1) {
      const { command_status } = await esme.submit({ destination_addr: `4477009${String(10_000 + i)}` });
      expect(command_status).toBe(0);
    }
    expect(world.events.filter(({ type }) => type === 'pumping.detected')).toHaveLength(1);
  });
});
