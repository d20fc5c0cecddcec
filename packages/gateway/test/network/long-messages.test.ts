import type { AccountReceiptSettings, ConnectorSettings } from '@chappe/policy';
import { readConcat, status, tlv } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { Esme } from '../rig.ts';
import type { Centre } from './centre.ts';
import { account, connector, via, World } from './world.ts';

let world: World;
let a: Centre;
let esme: Esme;
afterEach(() => world.stop());

async function begin(
  settings: Partial<ConnectorSettings> = {},
  longMessages?: AccountReceiptSettings['longMessages'],
): Promise<void> {
  world = await World.start({
    accounts: [account('acme', { receipts: { longMessages } })],
    connectors: [connector('a', settings)],
    routes: [via(['a'])],
  });
  a = world.centre('a');
  esme = await world.esme();
}

const words = Array.from({ length: 80 }, (_, i) => `word${i}`).join(' ');

/** One long text, as customers send it without cutting. */
async function sendLong(text = words, more: object = {}): Promise<string> {
  const response = await esme.submit({
    short_message: new Uint8Array(0),
    tlvs: { message_payload: Buffer.from(text) },
    ...more,
  });
  expect(response.command_status).toBe(0);
  await world.pass();
  return response.message_id;
}

describe('a long text in a message_payload', () => {
  it.each(['udh8', 'udh16', 'sar'] as const)('leaves in segments: %s', async (longMessages) => {
    await begin({ longMessages });
    await sendLong();
    expect(a.submitted.length).toBe(Math.ceil(words.length / 153));
    const concats = a.submitted.map(({ pdu }) => readConcat(pdu));
    expect(concats.map((one) => one?.sequence)).toEqual(a.submitted.map((_, index) => index + 1));
    expect(new Set(concats.map((one) => `${one?.reference}/${one?.total}`)).size).toBe(1);
    expect(a.texts.join('')).toBe(words);
    for (const { pdu } of a.submitted) {
      expect((pdu.esm_class & 0x40) !== 0).toBe(longMessages !== 'sar');
      expect(tlv(pdu, 'sar_total_segments')).toBe(longMessages === 'sar' ? a.submitted.length : undefined);
    }
  });

  it('leaves whole where the upstream takes it so', async () => {
    await begin({ longMessages: 'payload' });
    await sendLong();
    expect(a.submitted).toHaveLength(1);
    expect(tlv(a.last.pdu, 'message_payload')).toEqual(new Uint8Array(Buffer.from(words)));
    await a.receipt(a.last);
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('has one id for its sender, whose query tells the end of the whole', async () => {
    await begin();
    const id = await sendLong();
    const query = () =>
      esme.request<'query_sm'>({ command: 'query_sm', message_id: id, source_addr: 'ACME' });
    const [first, ...rest] = a.submitted;
    await a.receipt(first as never);
    await world.pass();
    expect((await query()).message_state).toBe(1);
    for (const one of rest) await a.receipt(one);
    await world.pass();
    expect((await query()).message_state).toBe(2);
  });

  it('of more than 255 segments is refused, not cut off', async () => {
    await begin();
    const response = await esme.submit({
      short_message: new Uint8Array(0),
      tlvs: { message_payload: Buffer.alloc(60_000, 'x') },
    });
    expect(response.command_status).toBe(status.ESME_RINVMSGLEN);
    await world.pass();
    expect(a.submitted).toEqual([]);
  });

  it('in UCS-2, with no surrogate pair torn', async () => {
    await begin();
    const text = '😀'.repeat(100);
    await sendLong(text, {
      tlvs: { message_payload: Buffer.from(text, 'utf16le').swap16() },
      data_coding: 8,
    });
    expect(a.submitted.length).toBe(4);
    const octets = a.submitted.map(({ text: part }) => Buffer.from(part, 'latin1'));
    expect(Buffer.concat(octets).swap16().toString('utf16le')).toBe(text);
    for (const part of octets) expect(Buffer.from(part).swap16().toString('utf16le')).not.toContain('\ufffd');
  });

  it('segments that a customer has cut keep being messages of their own, each with its receipt', async () => {
    await begin({ longMessages: 'sar' });
    const udh = (n: number, text: string) => ({
      esm_class: 0x40,
      short_message: Buffer.concat([Uint8Array.of(5, 0, 3, 9, 2, n), Buffer.from(text)]),
    });
    const second = await esme.submit(udh(2, 'world'));
    const first = await esme.submit(udh(1, 'Hello '));
    await world.pass();
    expect(a.submitted.map(({ pdu }) => tlv(pdu, 'sar_segment_seqnum'))).toEqual([2, 1]);
    for (const one of a.submitted) await a.receipt(one);
    await world.pass();
    expect(esme.texts.map((text) => /^id:(\w+)/.exec(text)?.[1])).toEqual([
      second.message_id,
      first.message_id,
    ]);
  });
});

describe('receipts of a text that was cut here', () => {
  const ends = ['DELIVRD', 'UNDELIV', 'DELIVRD', 'DELIVRD'];

  it.each([
    ['aggregate', ['UNDELIV']],
    ['all', ['DELIVRD', 'UNDELIV', 'DELIVRD', 'DELIVRD']],
    ['first', ['DELIVRD']],
    ['last', ['DELIVRD']],
  ] as const)('%s', async (policy, told) => {
    await begin({}, policy);
    const id = await sendLong(words);
    expect(a.submitted).toHaveLength(4);
    for (const [index, one] of a.submitted.entries()) {
      await a.receipt(one, { stat: ends[index] as string });
      await world.pass();
    }
    expect(esme.stats).toEqual(told);
    for (const text of esme.texts) expect(text).toContain(`id:${id} `);
  });

  it('aggregate: delivered only when all are, whatever their order', async () => {
    await begin({}, 'aggregate');
    await sendLong();
    for (const one of [...a.submitted].reverse()) {
      expect(esme.stats).toEqual([]);
      await a.receipt(one);
      await world.pass();
    }
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('aggregate: those that come at once are one, too', async () => {
    await begin({}, 'aggregate');
    await sendLong();
    await Promise.all(a.submitted.map((one) => a.receipt(one)));
    await world.pass(1_000);
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('aggregate: a segment that is refused', async () => {
    await begin({}, 'aggregate');
    a.react = (_, at) => (at === 2 ? { status: status.ESME_RINVDSTADR } : {});
    await sendLong();
    for (const one of a.submitted) if (one.id !== '') await a.receipt(one);
    await world.pass(1_000);
    expect(esme.stats).toEqual(['REJECTD']);
  });

  it('counted: throttling and the rate go by segments', async () => {
    await begin({ perSecond: 2, burst: 1 });
    await sendLong();
    const begun = a.submitted[0]?.atMs ?? 0;
    await world.pass(3_000);
    expect(a.submitted).toHaveLength(4);
    expect(a.last.atMs - begun).toBeGreaterThanOrEqual(1_400);
  });
});
