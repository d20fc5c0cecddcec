/** Long texts of handsets to accounts that are bound by 3.3, which has no message_payload. */

import type { AccountSettings, MoRouteSettings } from '@chappe/policy';
import {
  type PduOf,
  Reassembler,
  readText,
  readUserData,
  segmentText,
  type TextCoding,
} from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { Esme, EsmeOptions } from '../rig.ts';
import { account, via, World } from './world.ts';

let world: World;

const mo: MoRouteSettings = {
  name: 'x',
  reassemble: true,
  action: { kind: 'accounts', accounts: ['acme'], spread: 'all' },
};

async function begin(options: EsmeOptions = {}, more: Partial<AccountSettings> = {}): Promise<Esme> {
  world = await World.start({
    accounts: [account('acme', more), account('other')],
    connectors: ['a'],
    routes: [via(['a'])],
    mo: [mo],
  });
  return world.esme({ version: 0x33, bind: 'receiver', ...options });
}

/** A handset writes a long text, which arrives in segments. */
async function write(text: string, coding?: TextCoding): Promise<void> {
  const cut = segmentText(text, { reference: 7, coding });
  expect(cut.segments.length).toBeGreaterThan(1);
  for (const { short_message, esmClassBits } of cut.segments) {
    const status = await world.centre('a').deliver({
      source_addr: '447700900123',
      source_addr_ton: 1,
      source_addr_npi: 1,
      destination_addr: '12345',
      esm_class: esmClassBits,
      data_coding: cut.dataCoding,
      text: short_message,
    });
    expect(status).toBe(0);
  }
  await world.pass(1_000);
}

/** What the ESME reads from the segments that it got. */
function whole(deliveries: readonly PduOf<'deliver_sm'>[]): string {
  return readText(deliveries.map((pdu) => ({ ...pdu, tlvs: [] }))).text;
}

const places = (deliveries: readonly PduOf<'deliver_sm'>[]) =>
  deliveries.map((pdu) => {
    const concat = readUserData(pdu).header?.concat;
    return [concat?.sequence, concat?.total];
  });

const last = async () => {
  const { messages } = await world.gateway.center.search({ kinds: ['mo'] });
  return messages.find(({ lane }) => lane === 'account:acme');
};

describe('a long message from a handset to a 3.3 bind', () => {
  afterEach(() => world.stop());

  it.each([
    ['GSM 7-bit', `${'Das geht: [€] {}. '.repeat(30)}end`],
    ['UCS-2', `${'Это сообщение длиннее. '.repeat(10)}конец`],
    ['surrogates', '😀🎉'.repeat(80)],
  ])('%s: goes in segments that fit, in order, under one reference', async (_, text) => {
    const esme = await begin();
    await write(text);
    expect(whole(esme.deliveries)).toBe(text);
    const count = esme.deliveries.length;
    expect(places(esme.deliveries)).toEqual(Array.from({ length: count }, (_, at) => [at + 1, count]));
    for (const pdu of esme.deliveries) {
      expect(pdu.short_message.length).toBeLessThanOrEqual(160);
      expect(pdu.esm_class & 0x40).toBe(0x40);
      expect(pdu.tlvs).toEqual([]);
    }
    const references = esme.deliveries.map((pdu) => readUserData(pdu).header?.concat?.reference);
    expect(new Set(references).size).toBe(1);
    expect(await last()).toMatchObject({ state: 'delivered' });
  });

  it.each(['latin1', 'gsm7-packed', 'ascii'] as const)('in the alphabet of its account: %s', async (name) => {
    const esme = await begin({}, { defaultAlphabet: name });
    await write('plain text '.repeat(40));
    expect(esme.deliveries.length).toBeGreaterThan(2);
    expect(places(esme.deliveries).map(([at]) => at)).toEqual(esme.deliveries.map((_, at) => at + 1));
    if (name !== 'gsm7-packed') expect(whole(esme.deliveries)).toBe('plain text '.repeat(40));
    expect(await last()).toMatchObject({ state: 'delivered' });
  });

  it('what its alphabet lacks goes as UCS-2', async () => {
    const esme = await begin({}, { defaultAlphabet: 'latin1' });
    const text = 'ten € and Ω '.repeat(20);
    await write(text);
    expect(esme.deliveries.every(({ data_coding }) => data_coding === 8)).toBe(true);
    expect(whole(esme.deliveries)).toBe(text);
  });

  it('goes whole in message_payload to a bind of 3.4', async () => {
    const esme = await begin({ version: 0x34 });
    await write('x'.repeat(400));
    expect(esme.deliveries).toHaveLength(1);
    expect(esme.deliveries[0]?.tlvs.map(({ name }) => name)).toEqual(['message_payload']);
  });

  it('one segment refused for now: all come again under the same reference', async () => {
    let isFull = true;
    const esme = await begin({
      answer: (pdu) => {
        const isSecond = pdu.command === 'deliver_sm' && readUserData(pdu).header?.concat?.sequence === 2;
        return isSecond && isFull ? { command_status: 0x14 } : {};
      },
    });
    await write('x'.repeat(400));
    expect(places(esme.deliveries).map(([at]) => at)).toEqual([1, 2]);
    isFull = false;
    await world.until(async () => (await last())?.state === 'delivered', 1_000);
    expect(places(esme.deliveries).map(([at]) => at)).toEqual([1, 2, 1, 2, 3]);
    const parts = new Reassembler();
    const kinds = esme.deliveries.map((pdu) => {
      const concat = readUserData(pdu).header?.concat;
      if (concat === undefined) throw new Error('no segment');
      return parts.add(
        { ...concat, source: pdu.source_addr, destination: pdu.destination_addr, payload: pdu.short_message },
        0,
      ).kind;
    });
    expect(kinds).toEqual(['waiting', 'waiting', 'duplicate', 'duplicate', 'complete']);
  });

  it('one segment refused for good ends it', async () => {
    const esme = await begin({ answer: () => ({ command_status: 0x65 }) });
    await write('x'.repeat(400));
    expect(esme.deliveries).toHaveLength(1);
    expect(await last()).toMatchObject({ state: 'rejected' });
  });

  it('the bind ends between segments: sent again to the next one, and marked', async () => {
    let isFirst = true;
    const esme = await begin({
      answer: () => {
        if (!isFirst) return undefined;
        isFirst = false;
        return {};
      },
    });
    await write('x'.repeat(400));
    expect(esme.deliveries).toHaveLength(2);
    await esme.drop();
    const next = await world.esme({ version: 0x33, bind: 'receiver' });
    await world.pass(1_000);
    expect(whole(next.deliveries)).toBe('x'.repeat(400));
    const message = await last();
    expect(message?.state).toBe('delivered');
    expect(message?.timeline).toContain('possible duplicate');
  });
});
