/** All pieces of one text go by one operator, whoever cut it: no handset can join what has come by two. */
import { MemoryControl, MemoryStore } from '@chappe/center';
import { encodeText, type PduInput, readConcat, status } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { releaseHeld } from '../../src/index.ts';
import type { Esme } from '../rig.ts';
import type { Submitted } from './centre.ts';
import { account, connector, via, World } from './world.ts';

let world: World;
let esme: Esme;
afterEach(() => world.stop());

type Fields = Partial<Omit<PduInput<'submit_sm'>, 'command'>>;

const numberOf = (at: number): string => `44770090${String(1_000 + at)}`;

/** What a customer sends to have one long text delivered: one request, or one for each part. */
type Form = (destination_addr: string, reference: number) => Promise<unknown>;

const bodies = ['Your code is 1234. ', 'Never tell it ', 'to anybody.'];

const udh8 = (reference: number, total: number, sequence: number, text: string): Fields => ({
  esm_class: 0x40,
  short_message: Buffer.concat([Uint8Array.of(5, 0, 3, reference, total, sequence), Buffer.from(text)]),
});
const udh16 = (reference: number, total: number, sequence: number, text: string): Fields => ({
  esm_class: 0x40,
  short_message: Buffer.concat([Uint8Array.of(6, 8, 4, 1, reference, total, sequence), Buffer.from(text)]),
});
const sar = (reference: number, total: number, sequence: number, text: string): Fields => ({
  short_message: Buffer.from(text),
  tlvs: { sar_msg_ref_num: reference, sar_total_segments: total, sar_segment_seqnum: sequence },
});
const parts =
  (write: typeof udh8): Form =>
  (destination_addr, reference) =>
    Promise.all(
      bodies.map((text, at) => esme.submit({ ...write(reference, 3, at + 1, text), destination_addr })),
    );

const forms: Record<string, Form> = {
  'a payload that is cut here': (destination_addr) =>
    esme.submit({
      destination_addr,
      short_message: new Uint8Array(0),
      tlvs: { message_payload: Buffer.alloc(400, 'x') },
    }),
  'a short_message that is cut here': (destination_addr) =>
    esme.submit({ destination_addr, short_message: Buffer.alloc(250, 'x') }),
  'a text over HTTP': (to) => world.gateway.submit({ account: 'acme', to, text: 'x'.repeat(400) }),
  'a text over HTTP as SAR': (to) =>
    world.gateway.submit({ account: 'acme', to, text: 'x'.repeat(400), longMessage: 'sar' }),
  'a submit_multi': (destination_addr) =>
    esme.request<'submit_multi'>({
      command: 'submit_multi',
      source_addr: 'ACME',
      dest_address: [destination_addr, `${destination_addr}9`].map((digits) => ({
        dest_flag: 1,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: digits,
      })) as never,
      short_message: new Uint8Array(0),
      tlvs: { message_payload: Buffer.alloc(400, 'x') },
    }),
  'parts with a reference of 8 bits': parts(udh8),
  'parts with a reference of 16 bits': parts(udh16),
  'parts with SAR': parts(sar),
};

/** Operators by destination, in the order in which they were given the pieces. */
function waysByNumber(): Map<string, string[]> {
  const ways = new Map<string, string[]>();
  const all = [...world.centres].flatMap(([name, { submitted }]) => submitted.map((one) => ({ name, one })));
  for (const { name, one } of all.sort((a, b) => a.one.atMs - b.one.atMs))
    ways.set(one.to, [...(ways.get(one.to) ?? []), name]);
  return ways;
}

function torn(): string[] {
  return [...waysByNumber()].filter(([, names]) => new Set(names).size > 1).map(([to]) => to);
}

const pieces = (name: string): number => world.centre(name).submitted.length;
const piecesOf = (name: string, to: string): readonly Submitted[] =>
  world.centre(name).submitted.filter((one) => one.to === to);

async function begin(
  groups: readonly string[],
  more: { readonly a?: object; readonly b?: object } = {},
): Promise<void> {
  world = await World.start({
    accounts: [account('acme')],
    connectors: [connector('a', more.a), connector('b', more.b)],
    routes: [via(groups)],
  });
  esme = await world.esme();
}

const roomy = { a: { window: 1_000 }, b: { window: 1_000 } };

describe.each(Object.entries(forms))('%s', (_, send) => {
  it.each([
    ['by halves', ['a,b'], roomy],
    ['by unequal weights', ['a*3,b*1'], roomy],
    ['with windows of one request', ['a,b'], { a: { window: 1 }, b: { window: 1 } }],
    ['with an operator that is throttled', ['a,b'], { a: { perSecond: 2, burst: 1 } }],
  ] as const)('keeps together %s', async (_way, groups, more) => {
    await begin(groups, more);
    const sent = Array.from({ length: 8 }, (_, at) => send(numberOf(at), at));
    await world.pass(60_000);
    await Promise.all(sent);
    expect(torn()).toEqual([]);
    const [[, first] = ['', []]] = waysByNumber();
    expect(waysByNumber().size).toBeGreaterThanOrEqual(8);
    for (const names of waysByNumber().values()) expect(names.length).toBe(first.length);
    expect(pieces('a')).toBeGreaterThan(0);
    expect(pieces('b')).toBeGreaterThan(0);
    if (more === roomy) {
      // Weights count pieces; a text more or less is what cannot be divided.
      const share = groups[0] === 'a,b' ? 1 / 2 : 3 / 4;
      const all = pieces('a') + pieces('b');
      expect(Math.abs(pieces('a') - all * share)).toBeLessThanOrEqual(first.length);
    }
  });

  it.each(['ESME_RSYSERR', 'ESME_RMSGQFUL', 'ESME_RX_T_APPN', 'ESME_RSUBMITFAIL'] as const)(
    'goes on by another operator when the first answers one piece with %s, also those that waited for room',
    async (name) => {
      await begin(['a,b'], { a: { window: 1 }, b: { window: 1 } });
      let refused = '';
      for (const which of ['a', 'b'] as const)
        world.centre(which).react = (pdu) => {
          if (refused !== '' || readConcat(pdu)?.sequence !== 2) return {};
          refused = which;
          return { status: status[name] };
        };
      const to = numberOf(0);
      const sent = send(to, 7);
      await world.pass(30_000);
      await sent;
      const takenBy = (which: string) =>
        piecesOf(which, to)
          .filter(({ id }) => id !== '')
          .map(({ pdu }) => readConcat(pdu)?.sequence);
      expect(refused).not.toBe('');
      expect(takenBy(refused)).toEqual([1]);
      const others = takenBy(refused === 'a' ? 'b' : 'a');
      expect(others).toEqual([2, 3].slice(0, Math.max(1, others.length)));
    },
  );

  it('goes on by another operator when the first fails in the middle, and stays there', async () => {
    await begin(['a', 'b'], { a: { window: 1 }, b: { window: 1 } });
    world.centre('a').react = (_pdu, at) => (at === 0 ? {} : { status: status.ESME_RSYSERR });
    const sent = send(numberOf(0), 7);
    await world.pass(200);
    world.centre('a').react = () => ({});
    await world.pass(30_000);
    await sent;
    const taken = piecesOf('a', numberOf(0)).filter(({ id }) => id !== '');
    const others = piecesOf('b', numberOf(0));
    expect(taken.length).toBe(1);
    expect(others.length).toBeGreaterThan(0);
    const sequences = [...taken, ...others].map(({ pdu }) => readConcat(pdu)?.sequence);
    expect(sequences).toEqual(sequences.map((_number, at) => at + 1));
  });
});

describe('an operator whose alphabet lacks a character of one piece', () => {
  // The euro is in the first piece, in the middle one, in the last one.
  const texts = [20, 200, 380].map((at) => `${'x'.repeat(at)}€${'x'.repeat(398 - at)}`);
  const doors: Record<string, (to: string, text: string) => Promise<unknown>> = {
    payload: (destination_addr, text) => {
      const message_payload = encodeText(text, 'gsm7').bytes;
      return esme.submit({ destination_addr, short_message: new Uint8Array(0), tlvs: { message_payload } });
    },
    HTTP: (to, text) => world.gateway.submit({ account: 'acme', to, text }),
    'HTTP as SAR': (to, text) => world.gateway.submit({ account: 'acme', to, text, longMessage: 'sar' }),
  };
  const variants = Object.entries(doors).flatMap(([door, send]) =>
    (['latin1', 'ascii'] as const).flatMap((alphabet) =>
      texts.map((text) => [door, alphabet, text.indexOf('€'), text, send] as const),
    ),
  );

  it.each(variants)('%s, %s, at %i: gets none of it; the next one has all', async (_, a, _at, text, send) => {
    await begin(['a', 'b'], { a: { defaultAlphabet: a } });
    await send(numberOf(0), text);
    // What it can say as a whole it still gets.
    await send(numberOf(1), 'y'.repeat(400));
    await world.pass(10_000);
    expect([piecesOf('a', numberOf(0)).length, piecesOf('b', numberOf(0)).length]).toEqual([0, 3]);
    expect([piecesOf('a', numberOf(1)).length, piecesOf('b', numberOf(1)).length]).toEqual([3, 0]);
  });

  it.each(texts)('is alone: nothing is sent, and the receipt is for all', async (text) => {
    await begin(['a'], { a: { defaultAlphabet: 'latin1' } });
    const { ids } = await world.gateway.submit({ account: 'acme', to: numberOf(0), text });
    await world.pass(10_000);
    expect(pieces('a')).toBe(0);
    const { segments } = await world.view(ids[0] ?? '');
    expect(new Set(segments.map(({ state }) => state)).size).toBe(1);
    expect(await world.story(ids[0] ?? '')).toContain('latin1 lacks');
    await world.audit();
  });

  it('after being held', async () => {
    world = await World.start({
      accounts: [account('acme')],
      connectors: [connector('a', { defaultAlphabet: 'latin1' }), connector('b')],
      routes: [{ name: 'wait', from: ['NEW'], action: { kind: 'hold' } }, via(['a', 'b'])],
    });
    const { gateway } = world;
    const { ids } = await gateway.submit({
      account: 'acme',
      from: 'NEW',
      to: numberOf(0),
      text: texts[1] ?? '',
    });
    expect(await releaseHeld(gateway.center, gateway.network, ids[0] ?? '')).toBe('released');
    await world.pass(10_000);
    expect([pieces('a'), pieces('b')]).toEqual([0, 3]);
  });
});

describe('an operator that has no room', () => {
  it('holds up nothing but the pieces that have begun there', async () => {
    await begin(['a,b'], { a: { perSecond: 1, burst: 1 } });
    const sent = Array.from({ length: 40 }, (_, at) =>
      forms['a payload that is cut here']?.(numberOf(at), at),
    );
    await world.pass(10_000);
    await Promise.all(sent);
    // By then 11 have left by the slow one; all the rest has gone by the other.
    expect(pieces('b')).toBeGreaterThan(90);
    expect(pieces('a')).toBeLessThanOrEqual(12);
    expect(torn()).toEqual([]);
    await world.pass(60_000);
    expect(pieces('a') + pieces('b')).toBe(120);
    expect(torn()).toEqual([]);
  });

  const long = { short_message: new Uint8Array(0), tlvs: { message_payload: Buffer.alloc(400, 'x') } };

  it('and goes away: its pieces go on by the other', async () => {
    await begin(['a,b'], { a: { window: 1 }, b: { window: 1 } });
    world.centre('a').react = () => 'hang';
    for (let at = 0; at < 4; at += 1) await esme.submit({ ...long, destination_addr: numberOf(at) });
    await world.pass(500);
    world.centre('a').react = () => ({});
    world.centre('a').cut();
    await world.pass(60_000);
    const all = [...waysByNumber().keys()].map(
      (to) => piecesOf('a', to).filter(({ id }) => id !== '').length + piecesOf('b', to).length,
    );
    // The one that hung may be there: it waits for its receipt, and is not sent twice.
    expect(all.reduce((sum, one) => sum + one, 0)).toBe(11);
  });

  it('lets go of a piece that is cancelled, and of one whose time is up', async () => {
    await begin(['a,b'], { a: { perSecond: 0.01, burst: 1 }, b: { perSecond: 0.01, burst: 1 } });
    const brief = await esme.submit({
      ...long,
      destination_addr: numberOf(0),
      validity_period: '000000000010000R',
    });
    const other = await esme.submit({ ...long, destination_addr: numberOf(1) });
    await world.pass(100);
    expect([pieces('a'), pieces('b')]).toEqual([1, 1]);
    const cancel = { command: 'cancel_sm' as const, message_id: other.message_id, source_addr: 'ACME' };
    // One of its pieces has left: the others are taken back all the same, or all of it stays.
    await esme.request<'cancel_sm'>(cancel);
    await world.pass(60_000);
    const states = (await world.view(brief.message_id)).segments.map(({ state }) => state);
    expect(states.filter((state) => state === 'expired').length).toBe(2);
    await world.pass(600_000);
    expect(piecesOf('a', numberOf(0)).length + piecesOf('b', numberOf(0)).length).toBe(1);
  });

  it('does not keep the gateway from stopping, nor the pieces from going on after it, the same way', async () => {
    const store = new MemoryStore();
    store.close = () => Promise.resolve();
    const control = new MemoryControl();
    control.close = () => Promise.resolve();
    const settings = {
      connectors: [
        connector('a', { perSecond: 0.1, burst: 1 }),
        connector('b', { perSecond: 0.1, burst: 1 }),
      ],
      routes: [via(['a,b'])],
    };
    world = await World.start(settings, {}, store, control);
    esme = await world.esme();
    for (let at = 0; at < 6; at += 1) await esme.submit({ ...long, destination_addr: numberOf(at) });
    await world.pass(100);
    const beganMs = world.clock.monotonicMs();
    await world.stop({ keep: true });
    expect(world.clock.monotonicMs() - beganMs).toBeLessThanOrEqual(2_000);
    world = await World.start(settings, { given: world }, store, control);
    await world.pass(300_000);
    expect(pieces('a') + pieces('b')).toBe(18);
    expect(torn()).toEqual([]);
  });
});
