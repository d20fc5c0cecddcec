import { status } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { account, connector, settingsOf, via, World, type WorldSettings } from './world.ts';

let world: World;
afterEach(() => world.stop());

const apply = (settings: WorldSettings) => world.gateway.apply(settingsOf(settings));

describe('new settings', () => {
  it('do not touch the sessions and the requests of what has not changed', async () => {
    const accounts = [account('acme')];
    world = await World.start({ accounts, connectors: ['a'], routes: [via(['a'])] });
    const a = world.centre('a');
    a.react = () => ({ delayMs: 5_000 });
    const esme = await world.esme();
    await esme.submit();
    await world.pass();
    const [session] = a.sessions;
    const before = esme.session;
    await world.addCentre('b');
    await apply({ accounts, connectors: ['a', 'b'], routes: [via(['b', 'a'])] });
    await world.pass(6_000);
    expect(a.sessions).toEqual([session]);
    expect(esme.session).toBe(before);
    expect(world.upstream('a').counters).toMatchObject({ taken: 1, unanswered: 0 });
    await a.receipt(a.last);
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
    await esme.submit();
    await world.pass();
    expect(world.centre('b').texts).toEqual(['Hello']);
  });

  it('a changed connector binds anew; what was under way ends on the old bind, and finds its receipt', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    const a = world.centre('a');
    a.react = () => ({ delayMs: 3_000 });
    const esme = await world.esme();
    const { message_id } = await esme.submit();
    await world.pass();
    await apply({ connectors: [connector('a', { window: 3 })], routes: [via(['a'])] });
    await world.pass(100);
    expect(a.sessions).toHaveLength(2);
    await world.pass(5_000);
    expect(a.sessions).toHaveLength(1);
    expect(a.binds).toBe(2);
    expect(await world.steps(message_id)).toEqual(['accepted', 'sent']);
    await a.receipt(a.last);
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
    await esme.submit();
    await world.pass();
    expect(a.last.session).toBe(a.sessions[0]);
    expect(a.submitted).toHaveLength(2);
  });

  it('a receipt that comes on the old bind meanwhile is asked for again, and taken on the new one', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    const a = world.centre('a');
    const esme = await world.esme();
    await esme.submit();
    await world.pass();
    const [old] = a.sessions;
    a.react = () => 'hang';
    await esme.submit();
    await world.pass();
    await apply({ connectors: [connector('a', { window: 3 })], routes: [via(['a'])] });
    const [first] = a.submitted;
    const answered = a.receipt(first as never, { on: old as never });
    await world.pass(100);
    expect([0, status.ESME_RX_T_APPN]).toContain(await answered);
    await a.receipt(first as never, { on: a.sessions.at(-1) as never });
    await world.pass(100);
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('the queue of a connector that is gone goes by the routes of now, in order', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    const a = world.centre('a');
    a.cut();
    await world.pass();
    const esme = await world.esme();
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1)
      ids.push((await esme.submit({ short_message: Buffer.from(`${i}`) })).message_id);
    await esme.submit({
      short_message: Buffer.from('later'),
      schedule_delivery_time: '000000000100000R',
    });
    await world.addCentre('b');
    await apply({ connectors: ['b'], routes: [via(['b'], undefined, { name: 'other' })] });
    await world.pass(5_000);
    const b = world.centre('b');
    expect(b.texts).toEqual(['0', '1', '2', '3', '4']);
    expect(await world.story(ids[0] as string)).toContain('route=other');
    await world.pass(60_000);
    expect(b.texts.at(-1)).toBe('later');
    await b.receipt(b.last);
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('a queue that nothing leads on for waits until something does', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    world.centre('a').cut();
    await world.pass();
    const esme = await world.esme();
    const { message_id } = await esme.submit();
    await world.addCentre('b');
    await apply({ connectors: ['b'], routes: [via(['b'], undefined, { to: ['49'] })] });
    await world.pass(10_000);
    expect(await world.view(message_id)).toMatchObject({ state: 'enroute', attempts: 0 });
    await apply({ connectors: ['b'], routes: [via(['b'])] });
    await world.pass(10_000);
    expect(world.centre('b').texts).toEqual(['Hello']);
  });

  it('of a plan with others left, those take it', async () => {
    world = await World.start({ connectors: ['a', 'b'], routes: [via(['a', 'b'])] });
    world.centre('a').cut();
    world.centre('b').cut();
    await world.pass();
    const esme = await world.esme();
    await esme.submit();
    world.centre('b').isDown = false;
    await apply({ connectors: ['b'], routes: [via(['b'])] });
    await world.pass(120_000);
    expect(world.centre('b').texts).toEqual(['Hello']);
  });

  it('how ids are written can be said while receipts come', async () => {
    world = await World.start({
      connectors: [connector('a', { receipts: { ids: 'same', unmatched: 1 } })],
      routes: [via(['a'])],
    });
    const a = world.centre('a');
    a.react = () => ({ id: 'ff' });
    const esme = await world.esme();
    await esme.submit();
    await world.pass();
    const lost = a.receipt(a.last, { id: '255' });
    await world.pass(2_000);
    expect(await lost).toBe(0);
    expect(esme.stats).toEqual([]);
    await apply({
      connectors: [connector('a', { receipts: { ids: 'hex-dec', unmatched: 9 } })],
      routes: [via(['a'])],
    });
    await world.pass(2_000);
    const found = a.receipt(a.last, { id: '255' });
    await world.pass(100);
    expect(await found).toBe(0);
    expect(esme.stats).toEqual(['DELIVRD']);
    for (let i = 0; i < 3; i += 1) {
      const kept = a.receipt(a.last, { id: `9${i}` });
      await world.pass(2_000);
      expect(await kept).toBe(0);
    }
    expect(await world.gateway.network.correlator.unmatched('a', 10)).toHaveLength(4);
  });

  it('that cannot be are refused whole, by name, and change nothing', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    const { settings } = world.gateway;
    await expect(apply({ connectors: ['a'], routes: [via(['nowhere'])] })).rejects.toThrow(/nowhere/);
    await expect(
      apply({ connectors: [connector('a', { statuses: [{ status: 0, means: 'full' }] })], routes: [] }),
    ).rejects.toThrow(/connector "a": statuses/);
    expect(world.gateway.settings).toEqual(settings);
    const esme = await world.esme();
    expect((await esme.submit()).command_status).toBe(0);
  });

  it('end the sessions of accounts that are gone or suspended, and of no other', async () => {
    const [one, two, three] = [account('one'), account('two'), account('three')];
    const rest = { connectors: ['a'], routes: [via(['a'])] };
    world = await World.start({ accounts: [one, two, three], ...rest });
    const esmes = [
      await world.esme({ systemId: 'one' }),
      await world.esme({ systemId: 'two' }),
      await world.esme({ systemId: 'three' }),
    ];
    await apply({ accounts: [one, account('two', { suspended: true })], ...rest });
    await world.pass(1_000);
    expect(esmes.map(({ client }) => client.sessions.length)).toEqual([1, 0, 0]);
  });

  it('weights, rates and prices hold from the next message on', async () => {
    world = await World.start({ connectors: ['a', 'b'], routes: [via(['a*1,b*1'])] });
    const esme = await world.esme();
    await apply({ connectors: ['a', 'b'], routes: [via(['a*9,b*1'])] });
    for (let i = 0; i < 20; i += 1) {
      await esme.submit();
      await world.pass(1);
    }
    expect(world.centre('a').submitted).toHaveLength(18);
    expect(world.centre('b').submitted).toHaveLength(2);
  });
});
