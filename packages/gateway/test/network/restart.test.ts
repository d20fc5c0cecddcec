import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteControl, SqliteStore } from '@chappe/store-sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldMessages, releaseHeld } from '../../src/admin/held.ts';
import type { GatewayOptions } from '../../src/index.ts';
import { start } from '../rig.ts';
import { account, connector, via, World, type WorldSettings } from './world.ts';

let folder: string;
let worlds: World[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-network-'));
  worlds = [];
});
afterEach(async () => {
  for (const world of worlds) for (const centre of world.centres.values()) await centre.close();
  await rm(folder, { recursive: true, force: true });
});

/** A gateway on the data folder; `given`: time and operators go on from there. */
async function life(
  settings: WorldSettings,
  given?: World,
  options: Partial<GatewayOptions> = {},
  path: string = folder,
): Promise<World> {
  const store = await SqliteStore.open({ path });
  const control = SqliteControl.open(path);
  const more = given === undefined ? {} : { given };
  const world = await World.start(settings, { ...more, ...options }, store, control);
  worlds.push(world);
  return world;
}

const plain: WorldSettings = { connectors: ['a'], routes: [via(['a'])] };

describe('after a restart', () => {
  it('what waited for an upstream goes on, in order', async () => {
    const before = await life(plain);
    before.centre('a').cut();
    await before.pass();
    const esme = await before.esme();
    for (let i = 0; i < 5; i += 1) await esme.submit({ short_message: Buffer.from(`${i}`) });
    await before.stop({ keep: true });
    const after = await life(plain, before);
    const a = after.centre('a');
    a.isDown = false;
    await after.until(() => a.submitted.length >= 5);
    expect(a.texts).toEqual(['0', '1', '2', '3', '4']);
    await after.stop({ keep: true });
  });

  it('a message whose response was lost is still found by its receipt, whose id nobody was told', async () => {
    const settings: WorldSettings = {
      connectors: [connector('a', { unknown: 'wait', responseTimeoutMs: 10_000 })],
      routes: [via(['a'])],
    };
    const before = await life(settings);
    before.centre('a').react = () => 'hang';
    const esme = await before.esme();
    const { message_id } = await esme.submit();
    await before.until(async () => (await before.story(message_id)).includes('is waited for'), 1_000);
    await before.stop({ keep: true });
    const after = await life(settings, before);
    const back = await after.esme();
    const a = after.centre('a');
    const status = a.receipt({ ...a.last, id: 'own' });
    await after.until(() => back.stats.length > 0);
    expect(await status).toBe(0);
    expect(back.stats).toEqual(['DELIVRD']);
    expect(await after.story(message_id)).toContain('guessed=1');
    await after.stop({ keep: true });
  });

  it('what waits for an upstream that is in the settings no more is told', async () => {
    const before = await life(plain);
    before.centre('a').cut();
    const esme = await before.esme();
    for (let i = 0; i < 3; i += 1) await esme.submit();
    await before.stop({ keep: true });
    const after = await life({ connectors: ['b'], routes: [via(['b'], undefined, { to: ['49'] })] }, before);
    const stranded = () => after.events.find((event) => event.type === 'connector.stranded');
    await after.until(() => stranded() !== undefined);
    expect(stranded()).toMatchObject({ connector: 'a', detail: expect.stringMatching(/^3 messages wait/) });
    await after.stop({ keep: true });
  });

  it('a receipt finds the message that was sent before', async () => {
    const before = await life(plain);
    const a = before.centre('a');
    let esme = await before.esme();
    const { message_id } = await esme.submit();
    await before.until(async () => (await before.steps(message_id)).includes('sent'));
    await before.stop({ keep: true });
    const after = await life(plain, before);
    await after.until(() => a.sessions.length > 0);
    esme = await after.esme();
    const status = a.receipt(a.last);
    await after.until(() => esme.stats.length > 0);
    expect(await status).toBe(0);
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(a.submitted).toHaveLength(1);
    expect(await after.view(message_id)).toMatchObject({ state: 'delivered' });
    await after.stop({ keep: true });
  });

  it('a late receipt of before still moves the message on', async () => {
    const settings: WorldSettings = {
      connectors: ['a', 'b'],
      routes: [via(['a', 'b'], { receiptAfterMs: 900_000 })],
    };
    const before = await life(settings);
    const esme = await before.esme();
    await esme.submit();
    await before.until(() => before.gateway.counters().center.sent === 1);
    await before.until(() => before.gateway.center.commits.pending === 0);
    await before.stop({ keep: true });
    const after = await life(settings, before);
    await after.pass(50_000);
    expect(after.centre('b').texts).toEqual([]);
    await after.until(() => after.centre('b').submitted.length > 0, 10_000);
    expect(after.centre('a').submitted).toHaveLength(1);
    await after.stop({ keep: true });
  });

  it('an unanswered one goes on waiting, and ends as unknown in its time', async () => {
    const settings: WorldSettings = {
      connectors: [connector('a', { responseTimeoutMs: 1_000, unknownWaitMs: 60_000 })],
      routes: [via(['a'])],
    };
    const before = await life(settings);
    before.centre('a').react = () => 'hang';
    let esme = await before.esme();
    await esme.submit();
    await before.until(() => before.gateway.counters().center.sent === 1);
    await before.until(() => before.gateway.center.commits.pending === 0);
    await before.stop({ keep: true });
    const after = await life(settings, before);
    esme = await after.esme();
    await after.until(() => esme.stats.length > 0, 1_000);
    expect(esme.stats).toEqual(['UNKNOWN']);
    expect(after.centre('a').submitted).toHaveLength(1);
    await after.stop({ keep: true });
  });

  it('unmatched receipts are still there, and can be matched', async () => {
    const settings: WorldSettings = {
      connectors: [connector('a', { receipts: { ids: 'same' } })],
      routes: [via(['a'])],
    };
    const before = await life(settings);
    const a = before.centre('a');
    a.react = () => ({ id: 'ff' });
    let esme = await before.esme();
    await esme.submit();
    await before.until(() => before.gateway.counters().center.sent === 1);
    const status = a.receipt(a.last, { id: '255' });
    await before.until(() => before.upstream('a').counters.receiptsUnmatched === 1);
    await before.until(() => before.gateway.center.commits.pending === 0);
    expect(await status).toBe(0);
    await before.stop({ keep: true });
    const after = await life(settings, before);
    esme = await after.esme();
    const { correlator } = after.gateway.network;
    expect(await correlator.rematch(after.upstream('a'), 'hex-dec')).toMatchObject({ matched: 1 });
    await after.until(() => esme.stats.length > 0);
    expect(esme.stats).toEqual(['DELIVRD']);
    await after.stop({ keep: true });
  });

  it('how an operator writes its ids is known', async () => {
    const before = await life(plain);
    const a = before.centre('a');
    const esme = await before.esme();
    for (let i = 0; i < 6; i += 1) {
      a.react = () => ({ id: (1_000_000_007 + i).toString(16) });
      await esme.submit({ destination_addr: `44770090010${i}` });
      await before.until(() => a.submitted.length === i + 1);
      const status = a.receipt(a.last, { id: String(1_000_000_007 + i) });
      await before.until(() => esme.stats.length === i + 1);
      expect(await status).toBe(0);
    }
    await before.stop({ keep: true });
    const after = await life(plain, before);
    expect(after.upstream('a').group.receipts.ids.relation).toBe('hex-dec');
    await after.stop({ keep: true });
  });

  it('who has opted out stays so', async () => {
    const settings: WorldSettings = {
      ...plain,
      mo: [{ name: 'stop', keywords: ['STOP'], action: { kind: 'opt-out' } }],
    };
    const before = await life(settings);
    const told = before
      .centre('a')
      .deliver({ source_addr: '447700900123', destination_addr: '12345', text: 'stop' });
    let isTold = false;
    void told.then(() => {
      isTold = true;
    });
    await before.until(() => isTold);
    expect(await told).toBe(0);
    await before.stop({ keep: true });
    const after = await life(settings, before);
    const esme = await after.esme();
    const refused = await esme.submit({ source_addr: '12345', source_addr_ton: 3 });
    expect(refused.command_status).not.toBe(0);
    await after.stop({ keep: true });
  });

  it('the ledger stands where it stood', async () => {
    const settings: WorldSettings = {
      accounts: [account('acme', { credit: { mode: 'prepaid' } })],
      connectors: ['a'],
      routes: [via(['a'], undefined, { price: { perSegment: 100 } })],
    };
    const before = await life(settings);
    await before.gateway.ledger.credit({ account: 'acme', kind: 'top-up', amount: 1_000, by: 'test' }, start);
    let esme = await before.esme();
    for (let i = 0; i < 3; i += 1) await esme.submit();
    await before.until(() => before.gateway.counters().center.sent === 3);
    const status = before.centre('a').receipt(before.centre('a').last);
    await before.until(() => esme.stats.length > 0);
    expect(await status).toBe(0);
    await before.stop({ keep: true });
    const after = await life(settings, before);
    const { balance, reserved } = after.gateway.ledger.account('acme');
    expect({ balance, reserved }).toEqual({ balance: 700, reserved: 200 });
    esme = await after.esme();
    const statuses: number[] = [];
    for (let i = 0; i < 8; i += 1) statuses.push((await esme.submit()).command_status);
    expect(statuses.filter((one) => one === 0)).toHaveLength(7);
    await after.stop({ keep: true });
  });

  it('the parts of a long message that came before, and those that come after, are one', async () => {
    const settings: WorldSettings = {
      ...plain,
      accounts: [account('acme')],
      mo: [
        {
          name: 'all',
          reassemble: true,
          action: { kind: 'accounts', accounts: ['acme'], spread: 'all' },
        },
      ],
    };
    const part = async (world: World, n: number): Promise<void> => {
      const octets = Buffer.concat([Uint8Array.of(5, 0, 3, 9, 2, n), Buffer.from(`part ${n} `)]);
      let status: number | undefined;
      const sent = world.centre('a').deliver({
        source_addr: '447700900123',
        destination_addr: '12345',
        esm_class: 0x40,
        text: octets,
      });
      void sent.then((answer) => {
        status = answer;
      });
      await world.until(() => status !== undefined);
      expect(status).toBe(0);
    };
    const before = await life(settings);
    await before.until(() => before.centre('a').sessions.length > 0);
    await part(before, 2);
    await before.stop({ keep: true });
    const after = await life(settings, before);
    const esme = await after.esme();
    await after.until(() => after.centre('a').sessions.length > 0);
    await part(after, 1);
    await after.until(() => esme.deliveries.length > 0);
    const [message] = esme.deliveries;
    const payload = message?.tlvs.find(({ name }) => name === 'message_payload')?.value;
    expect(Buffer.from((payload ?? message?.short_message) as Uint8Array).toString()).toBe('part 1 part 2 ');
    await after.stop({ keep: true });
  });

  it('what a route holds is still held, and can be released', async () => {
    const settings: WorldSettings = {
      connectors: ['a'],
      routes: [{ name: 'wait', from: ['NEW*'], action: { kind: 'hold' } }, via(['a'])],
    };
    const before = await life(settings);
    const { message_id } = await (await before.esme()).submit({ source_addr: 'NEWCO' });
    await before.stop({ keep: true });
    const after = await life(settings, before);
    await after.pass(5_000);
    expect(after.centre('a').texts).toEqual([]);
    const { center, network } = after.gateway;
    const held = await heldMessages(center, 10);
    expect(held.messages.map(({ route, view }) => [route, view.id])).toEqual([['wait', message_id]]);
    expect(await releaseHeld(center, network, message_id)).toBe('released');
    await after.until(() => after.centre('a').submitted.length > 0);
    await after.stop({ keep: true });
  });

  it('what an account has sent today counts against its quota', async () => {
    const settings: WorldSettings = { ...plain, accounts: [account('acme', { quota: { day: 3 } })] };
    const before = await life(settings);
    const first = await before.esme();
    expect((await first.submit()).command_status).toBe(0);
    expect((await first.submit()).command_status).toBe(0);
    await before.stop({ keep: true });
    const after = await life(settings, before);
    const second = await after.esme();
    expect((await second.submit()).command_status).toBe(0);
    expect((await second.submit()).command_status).not.toBe(0);
    await after.stop({ keep: true });
  });

  it('receipts for a customer who was away over the restart come to him', async () => {
    const before = await life(plain);
    const a = before.centre('a');
    const esme = await before.esme({ bind: 'transmitter' });
    await esme.submit();
    await before.until(() => before.gateway.counters().center.sent === 1);
    const status = a.receipt(a.last);
    await before.until(() => before.gateway.counters().center.receipts === 1);
    expect(await status).toBe(0);
    await before.stop({ keep: true });
    const after = await life(plain, before);
    await after.pass(60_000);
    const back = await after.esme({ bind: 'receiver' });
    await after.until(() => back.stats.length > 0);
    expect(back.stats).toEqual(['DELIVRD']);
    await after.stop({ keep: true });
  });

  it('queues of a plan that the new settings do not have any more go by the new routes', async () => {
    const before = await life(plain);
    before.centre('a').cut();
    await before.pass();
    const esme = await before.esme();
    await esme.submit();
    await before.stop({ keep: true });
    const after = await life({ connectors: ['b'], routes: [via(['b'])] }, before);
    await after.until(() => after.centre('b').submitted.length > 0);
    expect(after.centre('b').texts).toEqual(['Hello']);
    await after.stop({ keep: true });
  });

  it('after a crash what was under way is sent again, no more than the window, and marked', async () => {
    const settings: WorldSettings = { connectors: [connector('a', { window: 3 })], routes: [via(['a'])] };
    const before = await life(settings);
    const a = before.centre('a');
    a.react = () => 'hang';
    const esme = await before.esme();
    const ids: string[] = [];
    for (let i = 0; i < 8; i += 1)
      ids.push((await esme.submit({ short_message: Buffer.from(`${i}`) })).message_id);
    await before.until(() => a.submitted.length === 3);
    // What a crash would leave.
    const crashed = await mkdtemp(join(tmpdir(), 'chappe-crashed-'));
    await cp(folder, crashed, { recursive: true });
    await before.stop({ keep: true });
    a.react = () => ({});
    const after = await life(settings, before, {}, crashed);
    await after.until(() => a.submitted.length >= 11);
    await after.pass(1_000);
    expect(a.submitted).toHaveLength(11);
    expect(a.texts.slice(3).sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(await after.story(ids[0] as string)).toContain('uncertain');
    await after.stop({ keep: true });
    await rm(crashed, { recursive: true, force: true });
  });
});
