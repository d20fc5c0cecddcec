/** The counters of parts that only metrics read. */
import { readFileSync } from 'node:fs';
import type { Message, Outcome } from '@chappe/center';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PumpingWatch } from '../../../policy/src/filters/pumping.ts';
import { EventIds } from '../../src/observation/event-ids.ts';
import { GatewayEvents } from '../../src/observation/events.ts';
import type { HookAnswer, HookClient } from '../../src/webhooks/http-client.ts';
import { WebhookConnector } from '../../src/webhooks/webhook-connector.ts';
import { account, connector, via, World } from '../network/world.ts';
import { SimulatedClock, start } from '../rig.ts';

const certificate = (name: string): string =>
  readFileSync(new URL(`../../../smpp/test/support/certificates/${name}.pem`, import.meta.url), 'utf8');

describe('a gateway counts', () => {
  let world: World;
  afterEach(() => world.stop());

  it('binds that it refuses by why, and tells the ends of its certificates as they change', async () => {
    world = await World.start(
      {
        accounts: [account('acme'), account('gone', { suspended: true })],
        connectors: [connector('a')],
        routes: [via(['a'])],
      },
      { tls: { port: 0, cert: certificate('server'), key: certificate('server-key') } },
    );
    for (const options of [
      { password: 'wrong' },
      { password: 'wronger' },
      { systemId: 'nobody' },
      { systemId: 'gone' },
    ])
      await expect(world.esme(options)).rejects.toThrow();
    expect(Object.fromEntries(world.gateway.counters().bindRefusals)).toEqual({
      password: 2,
      unknown: 1,
      suspended: 1,
    });
    const [before] = world.gateway.certificateEnds();
    expect(before?.listener).toBe('tls');
    world.gateway.setCertificates({ cert: certificate('server2'), key: certificate('server2-key') });
    expect(world.gateway.certificateEnds()).toHaveLength(1);
  });

  it('receipts by what they say, and error answers by their status, bounded', async () => {
    world = await World.start({ connectors: [connector('a', { window: 500 })], routes: [via(['a'])] });
    const esme = await world.esme();
    const a = world.centre('a');
    await esme.submit();
    await esme.submit({ short_message: Buffer.from('two') });
    await world.pass(100);
    const [first, second] = a.submitted;
    if (first === undefined || second === undefined) throw new Error('not submitted');
    await Promise.all([
      a.receipt(first, { stat: 'DELIVRD' }),
      a.receipt(second, { stat: 'UNDELIV' }),
      world.pass(500),
    ]);
    expect(Object.fromEntries(world.upstream('a').counters.receiptStates)).toEqual({
      DELIVERED: 1,
      UNDELIVERABLE: 1,
    });

    a.react = (_, at) => ({ status: 0x0500_0000 + at });
    const texts = Array.from({ length: 300 }, (_, at) => Buffer.from(`${at}`));
    await Promise.all(texts.map((text) => esme.submit({ short_message: text })));
    await world.pass(1_000);
    const { statuses } = world.upstream('a').counters;
    expect(statuses.size).toBe(101);
    expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(300);
    expect(statuses.get(-1)).toBeGreaterThanOrEqual(200);
  });
});

describe('a webhook counts', () => {
  it('what becomes of its posts', () => {
    const answers: ((answer: HookAnswer) => void)[] = [];
    const client: HookClient = { post: (_, done) => void answers.push(done), close: () => undefined };
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const hook = new WebhookConnector(
      { name: 'crm', url: 'https://example.com/hook', secret },
      { clock: new SimulatedClock(), client },
    );
    const message = {
      ...{ kind: 'mo', publicId: 'a1', account: 'acme', text: 'x', timeline: '', state: 'enroute' },
      ...{ source: { digits: '1' }, destination: { digits: '2' }, content: new Uint8Array(64) },
      ...{ acceptedMs: start, dueMs: 0, expiresMs: 0, doneMs: 0, attempts: 0, error: 0 },
    } as unknown as Message;
    const outcomes: Outcome[] = [];
    const post = (answer: HookAnswer): void => {
      hook.deliver([message], (_, outcome) => void outcomes.push(outcome));
      answers.shift()?.(answer);
    };
    for (const status of [200, 204, 410]) post({ kind: 'answered', status, retryAfter: undefined });
    hook.health.switchOn();
    for (const status of [500, 404]) post({ kind: 'answered', status, retryAfter: undefined });
    post({ kind: 'failed', reason: 'reset' });
    expect(hook.counters).toEqual({ delivered: 2, failed: 1, retried: 3 });
    expect(outcomes).toHaveLength(6);
    hook.stop();
    post({ kind: 'failed', reason: 'the gateway is stopping' });
    expect(hook.counters.retried).toBe(3);
  });
});

describe('the watch over pumping counts', () => {
  it('its alarms', () => {
    const watch = new PumpingWatch({ sequential: 3, windowMs: 1_000 });
    for (let number = 0; number < 5; number += 1) watch.note('acme', `44770090000${number}`, 0);
    expect(watch.alarms).toEqual({ sequential: 1, 'prefix-share': 0 });
  });
});

describe('listeners that want no steps of messages', () => {
  const step = { kind: 'mt' } as Message;
  const lost = { type: 'connector.unbound', connector: 'a', detail: '' } as const;

  it('are told of everything else, and no step need be made for them', () => {
    const errors: unknown[] = [];
    const ids = new EventIds(new SimulatedClock());
    const given = vi.spyOn(ids, 'next');
    const events = new GatewayEvents(ids, (error) => errors.push(error));
    events.step(step, 'sent');
    events.emit(lost);
    const told: string[] = [];
    const quiet = events.subscribe(({ type }) => void told.push(`quiet ${type}`), false);
    expect([events.isHeard, events.hearsMessages]).toEqual([true, false]);
    events.step(step, 'sent');
    expect(given).not.toHaveBeenCalled();
    const all = events.subscribe(({ type }) => void told.push(`all ${type}`));
    expect(events.hearsMessages).toBe(true);
    events.step(step, 'sent');
    events.emit(lost);
    expect(told).toEqual(['all message.sent', 'all connector.unbound', 'quiet connector.unbound']);
    quiet();
    all();
    expect([events.isHeard, events.hearsMessages]).toEqual([false, false]);
    events.emit(lost);
    expect(told).toHaveLength(3);
    events.subscribe(() => {
      throw new Error('broken');
    }, false);
    events.emit(lost);
    expect(errors).toHaveLength(1);
  });
});
