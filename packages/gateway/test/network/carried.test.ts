/** What a message that came by no session carries: to operators, over restarts, and in what is told of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlvInput } from '@chappe/protocol';
import { SqliteControl, SqliteStore } from '@chappe/store-sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SubmitRequest } from '../../src/ingress/inlet.ts';
import { eventBodyOf } from '../../src/observation/event-body.ts';
import { webhookEvent } from '../../src/webhooks/event.ts';
import { account, connector, via, World, type WorldSettings } from './world.ts';

// Ports 2948 and 9200.
const udh = Uint8Array.of(6, 5, 4, 0x0b, 0x84, 0x23, 0xf0);
const meta = { campaign: 'autumn', 'crm.contact': 'Zoë' };
const vendor = (tag: number): TlvInput => ({ tag, value: Buffer.from('x') });
const request = { account: 'acme', from: '60100', to: '447700900001', text: 'hi' } as const;

async function begin(settings: Partial<WorldSettings> = {}): Promise<World> {
  const world = await World.start({ connectors: ['a'], routes: [via(['a'])], ...settings });
  onTestFinished(() => world.stop());
  return world;
}

async function submit(world: World, more: Partial<SubmitRequest>): Promise<string> {
  const { ids } = await world.gateway.submit({ ...request, ...more });
  return ids[0] ?? '';
}

/** Tags of the submission that came last, and the reference. */
function cameLast(world: World): readonly number[] {
  return (world.centre('a').submitted.at(-1)?.pdu.tlvs ?? []).map(({ tag }) => tag);
}

describe('TLVs', () => {
  const tlvs: readonly TlvInput[] = [
    { name: 'user_message_reference', tag: 0x0204, value: 7 },
    vendor(0x1400),
    vendor(0x1401),
  ];

  it.each([
    ['all', [0x0204, 0x1400, 0x1401]],
    ['listed', [0x1401]],
    ['none', []],
  ] as const)('go to the operator as its connector has it: %s', async (passTlvs, tags) => {
    const rule = { name: 'template', tag: 0x1401, type: 'text' } as const;
    const world = await begin({ connectors: [connector('a', { passTlvs, tlvs: [rule] })] });
    await submit(world, { tlvs });
    await world.until(() => world.centre('a').submitted.length === 1);
    expect(cameLast(world)).toEqual(tags);
  });

  it('are seen by routes', async () => {
    const world = await begin({
      connectors: ['a', 'b'],
      routes: [via(['b'], undefined, { name: 'dlt', tlvs: [{ tag: 0x1400 }] }), via(['a'])],
    });
    await submit(world, { tlvs });
    await world.until(() => world.centre('b').submitted.length === 1);
    await submit(world, {});
    await world.until(() => world.centre('a').submitted.length === 1);
  });

  it('are bounded by the account', async () => {
    const world = await begin({ accounts: [account('acme', { tlvOctets: 10 })] });
    await submit(world, { tlvs: [vendor(0x1400), vendor(0x1401)] });
    const three = [vendor(0x1400), vendor(0x1401), vendor(0x1402)];
    await expect(submit(world, { tlvs: three })).rejects.toMatchObject({
      field: 'tlvs',
      commandStatus: 0xc2,
    });
  });

  it.each([
    ['message_payload', 0x0424, Buffer.from('x')],
    ['qos_time_to_live', 0x0017, 1],
    ['sar_total_segments', 0x020e, 2],
  ])('of the gateway itself are refused: %s', async (name, tag, value) => {
    const world = await begin();
    const own = { name, tag, value } as TlvInput;
    await expect(submit(world, { tlvs: [own] })).rejects.toMatchObject({
      field: 'tlvs',
      commandStatus: 0xc1,
    });
  });
});

describe('the header that was given', () => {
  const ports = '05040b8423f0';

  function headers(world: World): string[] {
    return world.centre('a').submitted.map(({ pdu }) => {
      const octets = 'short_message' in pdu ? pdu.short_message : new Uint8Array(0);
      return Buffer.from(octets.subarray(1, (octets[0] ?? 0) + 1)).toString('hex');
    });
  }

  it('stands in all segments, and in those that are sent once more', async () => {
    const world = await begin();
    const id = await submit(world, { text: 'long '.repeat(40), udh });
    const a = world.centre('a');
    await world.until(() => a.submitted.length === 2);
    expect(headers(world).map((header) => header.slice(10))).toEqual([ports, ports]);
    for (const one of a.submitted) {
      const answer = a.receipt(one, { stat: 'UNDELIV', err: '001' });
      await world.pass(100);
      expect(await answer).toBe(0);
    }
    const again = await world.gateway.afterwards.again(id, { mayDuplicate: true });
    expect(again).toMatchObject({ segments: 2 });
    await world.until(() => a.submitted.length === 4);
    expect(headers(world).map((header) => header.slice(10))).toEqual([ports, ports, ports, ports]);
  });

  it('stays when the text becomes another', async () => {
    const world = await begin();
    const scheduleAtMs = world.clock.nowMs() + 60_000;
    const id = await submit(world, { udh, meta, scheduleAtMs });
    await world.gateway.afterwards.replace(id, { content: { text: 'other' } });
    await world.pass(61_000);
    await world.until(() => world.centre('a').submitted.length === 1);
    expect(world.centre('a').submitted[0]?.text).toBe('other');
    expect(headers(world)).toEqual([ports]);
    expect(await world.gateway.messages.get(id)).toMatchObject({ meta });
  });
});

describe('words of the submitter', () => {
  it('are told in events, and to the webhook that gets the receipt', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const world = await begin({
      accounts: [account('acme', { receipts: { webhook: 'crm' } })],
      // Nobody listens there: what is to be posted is looked at before.
      webhooks: [{ name: 'crm', url: 'http://127.0.0.1:9/', secret, allowPrivate: true }],
    });
    const told: unknown[] = [];
    const posted: unknown[] = [];
    world.gateway.events.subscribe((event) => {
      if (!('step' in event)) return;
      if (event.type === 'receipt.created') posted.push(webhookEvent(event.message).data);
      if (event.message.kind === 'mt') told.push([event.type, eventBodyOf(event).data]);
    });
    await submit(world, { meta, receipt: 'final' });
    await submit(world, { receipt: 'final' });
    const a = world.centre('a');
    await world.until(() => a.submitted.length === 2);
    for (const one of a.submitted) {
      const answer = a.receipt(one, {});
      await world.pass(100);
      expect(await answer).toBe(0);
    }
    await world.until(() => posted.length === 2);
    expect(posted).toEqual([
      expect.objectContaining({ meta }),
      expect.not.objectContaining({ meta: expect.anything() }),
    ]);
    expect(told).toContainEqual(['message.accepted', expect.objectContaining({ meta })]);
    expect(told).toContainEqual(['message.delivered', expect.objectContaining({ meta })]);
  });

  it('are on disk, beside TLVs', async () => {
    const path = await mkdtemp(join(tmpdir(), 'chappe-carried-'));
    onTestFinished(() => rm(path, { recursive: true, force: true }));
    const settings: WorldSettings = { connectors: ['a'], routes: [via(['a'])] };
    const open = async (given?: World): Promise<World> => {
      const store = await SqliteStore.open({ path });
      return World.start(settings, given === undefined ? {} : { given }, store, SqliteControl.open(path));
    };
    const before = await open();
    const scheduleAtMs = before.clock.nowMs() + 60_000;
    const id = await submit(before, { meta, tlvs: [vendor(0x1400)], scheduleAtMs });
    await before.stop({ keep: true });
    const world = await open(before);
    onTestFinished(() => world.stop());
    expect(await world.gateway.messages.get(id)).toMatchObject({ meta, clientReference: undefined });
    await world.pass(61_000);
    await world.until(() => world.centre('a').submitted.length === 1);
    expect(cameLast(world)).toEqual([0x1400]);
    // Of the caller's words nothing goes to the operator.
    expect(JSON.stringify(world.centre('a').submitted[0]?.pdu)).not.toContain('autumn');
  });
});
