import type { ConnectorSettings } from '@chappe/policy';
import { afterEach, describe, expect, it } from 'vitest';
import type { Esme } from '../rig.ts';
import type { Centre } from './centre.ts';
import { connector, via, World } from './world.ts';

let world: World;
let a: Centre;
let esme: Esme;
afterEach(() => world.stop());

async function begin(settings: Partial<ConnectorSettings>, others: readonly string[] = []): Promise<void> {
  world = await World.start({
    connectors: [connector('a', { responseTimeoutMs: 10_000, ...settings }), ...others],
    routes: [via(['a', ...others])],
  });
  a = world.centre('a');
  esme = await world.esme();
}

describe('a submission that is not answered', () => {
  it('wait: its receipt tells what became of it, found by the handset', async () => {
    await begin({ unknown: 'wait' });
    a.react = () => 'hang';
    const { message_id } = await esme.submit();
    await world.pass(12_000);
    expect(await world.story(message_id)).toContain('its receipt is waited for');
    expect(world.upstream('a').counters.unanswered).toBe(1);
    expect(await a.receipt({ ...a.last, id: 'whatever' })).toBe(0);
    await world.pass(100);
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(a.submitted).toHaveLength(1);
  });

  it('wait: of two to one handset the first that was sent has the first receipt', async () => {
    await begin({ unknown: 'wait', unknownWaitMs: 60_000 });
    a.react = () => 'hang';
    await esme.submit();
    await esme.submit();
    await world.pass(12_000);
    const status = a.receipt({ ...a.last, id: 'whatever' });
    await world.pass(2_000);
    expect(await status).toBe(0);
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(await world.gateway.network.correlator.unmatched('a', 10)).toEqual([]);
    await world.pass(70_000);
    expect(esme.stats).toEqual(['DELIVRD', 'UNKNOWN']);
  });

  it('wait: without a receipt it ends as unknown, and is not sent again', async () => {
    await begin({ unknown: 'wait', unknownWaitMs: 60_000 }, ['b']);
    a.react = () => 'hang';
    const { message_id } = await esme.submit();
    await world.pass(80_000);
    expect(esme.stats).toEqual(['UNKNOWN']);
    expect(await world.view(message_id)).toMatchObject({ state: 'unknown' });
    expect(a.submitted).toHaveLength(1);
    expect(world.centre('b').submitted).toHaveLength(0);
  });

  it('a later message to the same handset that was answered is matched by its id, not by the handset', async () => {
    await begin({ unknown: 'wait' });
    a.react = (_, at) => (at === 0 ? 'hang' : {});
    const first = await esme.submit();
    await world.pass(12_000);
    const second = await esme.submit();
    await world.pass();
    await a.receipt(a.last, { stat: 'UNDELIV' });
    await world.pass(100);
    expect(await world.view(second.message_id)).toMatchObject({ state: 'undeliverable' });
    expect(await world.view(first.message_id)).toMatchObject({ state: 'enroute' });
  });

  it('a message that was sent after the unanswered one ended is not mistaken for it', async () => {
    await begin({ unknown: 'wait', unknownWaitMs: 30_000 });
    a.react = () => 'hang';
    const first = await esme.submit();
    await world.pass(45_000);
    expect(await world.view(first.message_id)).toMatchObject({ state: 'unknown' });
    const second = await esme.submit();
    await world.pass(12_000);
    await a.receipt({ ...a.last, id: 'z' });
    await world.pass(2_000);
    expect(await world.view(second.message_id)).toMatchObject({ state: 'delivered' });
  });

  it('resend: again, and marked', async () => {
    await begin({ unknown: 'resend', retry: { unknown: { firstMs: 1_000 } } });
    a.react = (_, at) => (at === 0 ? 'hang' : {});
    const { message_id } = await esme.submit();
    await world.pass(30_000);
    expect(a.submitted).toHaveLength(2);
    expect(await world.story(message_id)).toContain('possible duplicate');
    expect(world.gateway.counters().center.uncertain).toBe(1);
  });

  it('resend: by the next connector where there is one', async () => {
    await begin({ unknown: 'resend' }, ['b']);
    a.react = () => 'hang';
    await esme.submit();
    await world.pass(11_000);
    expect(world.centre('b').texts).toEqual(['Hello']);
  });

  it('resend with a retry policy of its own: as often as it says, then given up', async () => {
    await begin({ unknown: 'resend', retry: { unknown: { firstMs: 1_000, factor: 1, attempts: 3 } } });
    a.react = () => 'hang';
    const { message_id } = await esme.submit();
    await world.pass(120_000);
    expect(a.submitted).toHaveLength(3);
    expect(['undeliverable', 'unknown']).toContain((await world.view(message_id)).state);
  });

  it('fail: ends as unknown at once', async () => {
    await begin({ unknown: 'fail' });
    a.react = () => 'hang';
    await esme.submit();
    await world.pass(11_000);
    expect(esme.stats).toEqual(['UNKNOWN']);
    expect(a.submitted).toHaveLength(1);
  });

  it('a connection that breaks with requests under way: the same, for each of them', async () => {
    await begin({ unknown: 'resend', window: 3, retry: { unknown: { firstMs: 1_000 } } });
    a.react = (_, at) => (at === 2 ? 'cut' : at < 2 ? 'hang' : {});
    for (let i = 0; i < 5; i += 1) await esme.submit({ short_message: Buffer.from(`${i}`) });
    await world.pass(30_000);
    const counts = new Map<string, number>();
    for (const text of a.texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    expect([...counts].sort()).toEqual([
      ['0', 2],
      ['1', 2],
      ['2', 2],
      ['3', 1],
      ['4', 1],
    ]);
    expect(world.gateway.counters().center.uncertain).toBe(3);
  });

  it('a response without id: taken, and over, since no receipt could be known', async () => {
    await begin({});
    a.react = () => ({ id: '' });
    const { message_id } = await esme.submit();
    await world.pass(100);
    expect(await world.view(message_id)).toMatchObject({ state: 'accepted' });
    expect(esme.stats).toEqual(['ACCEPTD']);
  });

  it('a late response after the timeout changes nothing; its receipt still finds the message', async () => {
    await begin({ unknown: 'wait' });
    a.react = () => ({ id: 'late', delayMs: 15_000 });
    const { message_id } = await esme.submit();
    await world.pass(20_000);
    expect(await world.view(message_id)).toMatchObject({ state: 'enroute' });
    await a.receipt({ ...a.last, id: 'late' });
    await world.pass(100);
    expect(esme.stats).toEqual(['DELIVRD']);
  });
});
