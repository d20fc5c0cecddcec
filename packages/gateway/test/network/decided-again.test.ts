/** A message that is routed again (released, its connectors gone, replayed, after a restart) is routed by all its facts. */
import { MemoryControl, MemoryStore } from '@chappe/center';
import { afterEach, describe, expect, it } from 'vitest';
import type { RouteConditions } from '../../../policy/src/settings/conditions.ts';
import type { RouteSettings } from '../../../policy/src/settings/route.ts';
import { releaseHeld, replayRoutes } from '../../src/index.ts';
import type { Esme } from '../rig.ts';
import { account, settingsOf, via, World, type WorldSettings } from './world.ts';

let world: World;
afterEach(() => world.stop());

// The word that is asked for stands in the last of three segments.
const text = `pay ${'ж'.repeat(150)} code`;
const long = {
  source_addr: 'NEWCO',
  service_type: 'CMT',
  priority_flag: 2,
  data_coding: 8,
  short_message: new Uint8Array(0),
  tlvs: [
    { name: 'message_payload' as const, value: Buffer.from(text, 'utf16le').swap16() },
    { tag: 0x1401, value: Buffer.from('tpl-7') },
  ],
};

const conditions: Record<string, RouteConditions> = {
  account: { accounts: ['acme'] },
  sender: { from: ['NEW*'] },
  destination: { to: ['4477'] },
  segments: { segments: { min: 3, max: 3 } },
  coding: { codings: ['ucs2'] },
  tags: { tags: ['vip'] },
  TLV: { tlvs: [{ tag: 0x1401, value: 'tpl-7' }] },
  keyword: { keywords: ['pay'] },
  text: { text: 'code$' },
  priority: { when: 'msg.priority == 2' },
  'an expression on tags': { when: '"vip" in msg.tags' },
  'an expression on segments and text': { when: 'msg.segments == 3 && msg.text.endsWith("code")' },
};

const accounts = [account('acme', { tags: ['vip'] }), account('other')];
const rest = via(['cheap'], undefined, { name: 'rest' });
const wanted = (condition: RouteConditions): RouteSettings =>
  via(['vip'], undefined, { name: 'vip', ...condition });
const settings = (routes: readonly RouteSettings[], connectors = ['vip', 'cheap']): WorldSettings => ({
  accounts,
  connectors,
  routes,
});

async function tookVip(): Promise<void> {
  await world.pass(5_000);
  expect(world.centre('cheap').submitted).toEqual([]);
  expect(world.centre('vip').submitted.length).toBe(3);
}

describe.each(Object.entries(conditions))('the %s of a message', (_, condition) => {
  const hold: RouteSettings = { name: 'hold', from: ['NEWCO'], action: { kind: 'hold' } };

  it('counts when it is released', async () => {
    world = await World.start(settings([hold, wanted(condition), rest]));
    const { message_id } = await (await world.esme()).submit(long);
    await releaseHeld(world.gateway.center, world.gateway.network, message_id);
    await tookVip();
  });

  it('counts when it is released after a restart', async () => {
    const store = new MemoryStore();
    store.close = () => Promise.resolve();
    const control = new MemoryControl();
    control.close = () => Promise.resolve();
    world = await World.start(settings([hold, wanted(condition), rest]), {}, store, control);
    const { message_id } = await (await world.esme()).submit(long);
    await world.stop({ keep: true });
    world = await World.start(settings([hold, wanted(condition), rest]), { given: world }, store, control);
    await releaseHeld(world.gateway.center, world.gateway.network, message_id);
    await tookVip();
  });

  it('counts when its connectors are gone', async () => {
    world = await World.start(settings([via(['old'])], ['old']));
    world.centre('old').cut();
    await world.pass();
    await (await world.esme()).submit(long);
    await world.addCentre('vip');
    await world.addCentre('cheap');
    await world.gateway.apply(settingsOf(settings([wanted(condition), rest])));
    await tookVip();
  });

  it('counts when it is replayed', async () => {
    world = await World.start(settings([rest]));
    await (await world.esme()).submit(long);
    const range = { fromMs: 0, untilMs: world.clock.nowMs() + 1_000, limit: 10 };
    const { flows } = await replayRoutes(world.gateway, [wanted(condition), rest], range);
    expect(flows.map(({ after, messages }) => [after.route, messages])).toEqual([['vip', 1]]);
  });
});

describe('tags', () => {
  const esmeOf = (systemId: string): Promise<Esme> => world.esme({ systemId });

  it('are those of the account that sent it', async () => {
    const hold: RouteSettings = { name: 'hold', from: ['NEWCO'], action: { kind: 'hold' } };
    world = await World.start(settings([hold, wanted({ tags: ['vip'] }), rest]));
    const { message_id } = await (await esmeOf('other')).submit({ source_addr: 'NEWCO' });
    await releaseHeld(world.gateway.center, world.gateway.network, message_id);
    await world.pass(1_000);
    expect(world.centre('vip').submitted).toEqual([]);
    expect(world.centre('cheap').submitted.length).toBe(1);
  });

  it('that its account does not have any more do not count', async () => {
    const routes = [
      { name: 'hold', from: ['NEWCO'], action: { kind: 'hold' as const } },
      wanted({ tags: ['vip'] }),
      rest,
    ];
    world = await World.start(settings(routes));
    const { message_id } = await (await esmeOf('acme')).submit({ source_addr: 'NEWCO' });
    await world.gateway.apply(settingsOf({ ...settings(routes), accounts: [account('acme')] }));
    await releaseHeld(world.gateway.center, world.gateway.network, message_id);
    await world.pass(1_000);
    expect(world.centre('cheap').submitted.length).toBe(1);
  });
});

describe('the destinations of a submit_multi that is held', () => {
  it.each([
    ['short', { short_message: Buffer.from('Hello') }, 1],
    ['long', { short_message: new Uint8Array(0), tlvs: { message_payload: Buffer.alloc(400, 'x') } }, 3],
  ])('are released each by its own route: %s', async (_, content, segments) => {
    const hold: RouteSettings = { name: 'hold', from: ['NEWCO'], action: { kind: 'hold' } };
    world = await World.start(settings([hold, wanted({ to: ['44'] }), rest]));
    const esme = await world.esme();
    const { message_id } = await esme.request<'submit_multi'>({
      command: 'submit_multi',
      source_addr: 'NEWCO',
      dest_address: ['491701234567', '447700900001', '447700900002'].map((destination_addr) => ({
        dest_flag: 1,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr,
      })) as never,
      ...content,
    });
    expect(await releaseHeld(world.gateway.center, world.gateway.network, message_id)).toBe('released');
    await world.pass(5_000);
    const to = (name: string): string[] => [...new Set(world.centre(name).destinations)].sort();
    expect(to('cheap')).toEqual(['491701234567']);
    expect(to('vip')).toEqual(['447700900001', '447700900002']);
    expect(world.centre('vip').submitted.length).toBe(2 * segments);
  });
});
