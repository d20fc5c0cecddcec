import { status } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { connector, via, World } from './world.ts';

let world: World;
afterEach(() => world.stop());

describe('a message moves on', () => {
  it('the plain walk: out, taken, receipt back', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'])] });
    const a = world.centre('a');
    const esme = await world.esme();
    const { message_id, command_status } = await esme.submit();
    expect(command_status).toBe(0);
    await world.pass();
    expect(a.texts).toEqual(['Hello']);
    expect(await world.view(message_id)).toMatchObject({ state: 'enroute' });
    expect(await a.receipt(a.last)).toBe(0);
    await world.pass();
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(await world.view(message_id)).toMatchObject({ state: 'delivered', attempts: 1 });
    expect(await world.steps(message_id)).toEqual(['accepted', 'sent', 'delivered', 'receipt-delivered']);
    expect(world.upstream('a').counters).toMatchObject({ submitted: 1, taken: 1, receipts: 1 });
  });

  it('unbound: those already queued, too', async () => {
    world = await World.start({ connectors: ['a', 'b'], routes: [via(['a', 'b'])] });
    const [a, b] = [world.centre('a'), world.centre('b')];
    const esme = await world.esme();
    a.cut();
    await world.pass();
    await esme.submit();
    await world.pass();
    expect(a.texts).toEqual([]);
    expect(b.texts).toEqual(['Hello']);
    a.isDown = false;
    await world.pass(120_000);
    await esme.submit();
    await world.pass();
    expect(a.texts).toEqual(['Hello']);
  });

  it('unbound in the middle of a queue: what was not sent goes to the next', async () => {
    world = await World.start({
      connectors: [connector('a', { window: 2 }), 'b'],
      routes: [via(['a', 'b'])],
    });
    const [a, b] = [world.centre('a'), world.centre('b')];
    a.react = () => 'hang';
    const esme = await world.esme();
    const sent = [];
    for (let i = 0; i < 6; i += 1) sent.push(await esme.submit({ short_message: Buffer.from(`${i}`) }));
    await world.pass();
    expect(a.texts).toEqual(['0', '1']);
    expect(b.texts).toEqual([]);
    a.cut();
    await world.pass(1_000);
    // The two that may be there wait for their receipts.
    expect(b.texts).toEqual(['2', '3', '4', '5']);
    expect(await world.story(sent[0]?.message_id ?? '')).toContain('unanswered');
    expect(await world.steps(sent[0]?.message_id ?? '')).toEqual(['accepted', 'sent']);
  });

  it('all of them unbound: waits, and goes in order when one is back', async () => {
    world = await World.start({ connectors: ['a', 'b'], routes: [via(['a,b'])] });
    for (const centre of world.centres.values()) centre.cut();
    const esme = await world.esme();
    for (let i = 0; i < 5; i += 1) await esme.submit({ short_message: Buffer.from(`${i}`) });
    await world.pass(5_000);
    expect(world.centre('a').texts).toEqual([]);
    world.centre('b').isDown = false;
    await world.pass(120_000);
    expect(world.centre('b').texts).toEqual(['0', '1', '2', '3', '4']);
  });

  it.each([
    ['permanent', status.ESME_RINVDSTADR, 'rejected'],
    ['temporary', status.ESME_RSYSERR, 'system'],
    ['full', status.ESME_RMSGQFUL, 'full'],
  ] as const)('a %s refusal, when the route says so', async (_, command_status, on) => {
    world = await World.start({ connectors: ['a', 'b'], routes: [via(['a', 'b'], { on: [on] })] });
    const [a, b] = [world.centre('a'), world.centre('b')];
    a.react = () => ({ status: command_status });
    const esme = await world.esme();
    const { message_id } = await esme.submit();
    await world.pass();
    expect(a.texts).toEqual(['Hello']);
    expect(b.texts).toEqual(['Hello']);
    expect(await world.story(message_id)).toContain('connector=a');
    await b.receipt(b.last);
    await world.pass();
    expect(await world.view(message_id)).toMatchObject({ state: 'delivered' });
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('a permanent refusal of the last one ends it; the customer is told the error', async () => {
    world = await World.start({ connectors: ['a', 'b'], routes: [via(['a', 'b'])] });
    for (const centre of world.centres.values()) centre.react = () => ({ status: status.ESME_RINVDSTADR });
    const esme = await world.esme();
    const { message_id } = await esme.submit();
    await world.pass();
    expect(world.centre('a').submitted).toHaveLength(1);
    expect(world.centre('b').submitted).toHaveLength(1);
    expect(esme.stats).toEqual(['REJECTD']);
    expect(await world.view(message_id)).toMatchObject({ state: 'rejected', error: status.ESME_RINVDSTADR });
    expect(world.gateway.counters().center.failed).toBe(1);
  });

  it('a refusal that the route does not name ends it at once', async () => {
    world = await World.start({ connectors: ['a', 'b'], routes: [via(['a', 'b'], { on: ['system'] })] });
    world.centre('a').react = () => ({ status: status.ESME_RINVDSTADR });
    const esme = await world.esme();
    await esme.submit();
    await world.pass();
    expect(world.centre('b').texts).toEqual([]);
    expect(esme.stats).toEqual(['REJECTD']);
  });

  it('`tries` bounds how many may have it', async () => {
    world = await World.start({
      connectors: ['a', 'b', 'c'],
      routes: [via(['a', 'b', 'c'], { tries: 2 })],
    });
    for (const centre of world.centres.values()) centre.react = () => ({ status: status.ESME_RINVDSTADR });
    const esme = await world.esme();
    await esme.submit();
    await world.pass(1_000);
    expect([...world.centres.values()].map(({ submitted }) => submitted.length)).toEqual([1, 1, 0]);
    expect(esme.stats).toEqual(['REJECTD']);
  });

  it('temporary everywhere: a pause, then from the first again', async () => {
    world = await World.start({ connectors: ['a', 'b'], routes: [via(['a', 'b'])] });
    const [a, b] = [world.centre('a'), world.centre('b')];
    for (const centre of [a, b]) centre.react = (_, at) => (at === 0 ? { status: status.ESME_RSYSERR } : {});
    const esme = await world.esme();
    await esme.submit();
    await world.pass(100);
    expect([a.submitted.length, b.submitted.length]).toEqual([1, 1]);
    await world.pass(30_000);
    expect([a.submitted.length, b.submitted.length]).toEqual([2, 1]);
  });

  it('one that moves on to a full one waits for that, and is not given to the first again', async () => {
    world = await World.start({
      connectors: ['a', connector('b', { window: 1 })],
      routes: [via(['b'], undefined, { name: 'b', from: ['B'] }), via(['a', 'b'])],
    });
    const [a, b] = [world.centre('a'), world.centre('b')];
    a.react = () => ({ status: status.ESME_RINVDSTADR });
    b.react = () => ({ delayMs: 5_000 });
    const esme = await world.esme();
    await esme.submit({ source_addr: 'B', short_message: Buffer.from('long') });
    await world.pass();
    await esme.submit();
    await world.pass(4_000);
    expect(a.submitted).toHaveLength(1);
    await world.pass(2_000);
    expect(b.texts).toEqual(['long', 'Hello']);
    expect(a.submitted).toHaveLength(1);
  });

  it('queue age: the next group takes what the first has no room for in time', async () => {
    world = await World.start({
      connectors: [connector('a', { window: 1 }), 'b'],
      routes: [via(['a', 'b'], { queuedMs: 5_000 })],
    });
    const [a, b] = [world.centre('a'), world.centre('b')];
    a.react = () => 'hang';
    const esme = await world.esme();
    for (let i = 0; i < 3; i += 1) await esme.submit({ short_message: Buffer.from(`${i}`) });
    await world.pass(4_000);
    expect(a.texts).toEqual(['0']);
    expect(b.texts).toEqual([]);
    await world.pass(4_000);
    expect(b.texts).toEqual(['1', '2']);
  });

  it('a failed receipt', async () => {
    world = await World.start({
      connectors: ['a', 'b'],
      routes: [via(['a', 'b'], { onReceipt: ['undeliverable'] })],
    });
    const [a, b] = [world.centre('a'), world.centre('b')];
    const esme = await world.esme();
    const { message_id } = await esme.submit();
    await world.pass();
    expect(await a.receipt(a.last, { stat: 'UNDELIV', err: '013' })).toBe(0);
    await world.pass(100);
    expect(b.texts).toEqual(['Hello']);
    expect(esme.stats).toEqual([]);
    await b.receipt(b.last, { stat: 'UNDELIV', err: '014' });
    await world.pass(100);
    expect(a.submitted).toHaveLength(1);
    expect(esme.stats).toEqual(['UNDELIV']);
    expect(esme.texts[0]).toContain('err:014');
    expect(await world.view(message_id)).toMatchObject({ state: 'undeliverable', error: 14, attempts: 2 });
  });

  it('a late receipt; both may tell then, and the customer hears of it once', async () => {
    world = await World.start({
      connectors: ['a', 'b'],
      routes: [via(['a', 'b'], { receiptAfterMs: 60_000 })],
    });
    const [a, b] = [world.centre('a'), world.centre('b')];
    const esme = await world.esme();
    const { message_id } = await esme.submit();
    await world.pass(50_000);
    expect(b.texts).toEqual([]);
    await world.pass(40_000);
    expect(b.texts).toEqual(['Hello']);
    expect(await world.story(message_id)).toContain('possible duplicate');
    await b.receipt(b.last);
    await world.pass();
    expect(await a.receipt(a.last)).toBe(0);
    await world.pass(5_000);
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(await world.view(message_id)).toMatchObject({ state: 'delivered' });
    expect(world.upstream('a').counters).toMatchObject({ receiptsRepeated: 1, receiptsUnmatched: 0 });
  });

  it('a late receipt of the last one is waited for', async () => {
    world = await World.start({ connectors: ['a'], routes: [via(['a'], { receiptAfterMs: 60_000 })] });
    const a = world.centre('a');
    const esme = await world.esme();
    await esme.submit();
    await world.pass(200_000);
    expect(a.submitted).toHaveLength(1);
    await a.receipt(a.last);
    await world.pass(1_000);
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('a hanging one: after the response timeout with `resend`, and the rest by the others at once', async () => {
    world = await World.start({
      connectors: [connector('a', { unknown: 'resend', responseTimeoutMs: 10_000, window: 2 }), 'b'],
      routes: [via(['a,b'])],
    });
    const [a, b] = [world.centre('a'), world.centre('b')];
    a.react = () => 'hang';
    const esme = await world.esme();
    for (let i = 0; i < 10; i += 1) await esme.submit({ short_message: Buffer.from(`${i}`) });
    await world.pass(100);
    expect(a.submitted).toHaveLength(2);
    expect(b.submitted).toHaveLength(8);
    await world.pass(12_000);
    expect(new Set(b.texts).size).toBe(10);
  });
});

describe('the circuit breaker', () => {
  it('opens after failures in a row, lets one try, and closes when that goes well', async () => {
    world = await World.start({
      connectors: [connector('a', { breaker: { failures: 3, pauseMs: 30_000 } }), 'b'],
      routes: [via(['a', 'b'])],
    });
    const [a, b] = [world.centre('a'), world.centre('b')];
    let isIll = true;
    a.react = () => (isIll ? { status: status.ESME_RSYSERR } : {});
    const esme = await world.esme();
    for (let i = 0; i < 5; i += 1) {
      await esme.submit();
      await world.pass();
    }
    expect(a.submitted).toHaveLength(3);
    expect(b.submitted).toHaveLength(5);
    expect(world.upstream('a').breaker).toBe('open');
    await world.pass(31_000);
    expect(world.upstream('a').breaker).toBe('probing');
    await esme.submit();
    await esme.submit();
    await world.pass();
    expect(a.submitted).toHaveLength(4);
    expect(world.upstream('a').breaker).toBe('open');
    isIll = false;
    await world.pass(31_000);
    for (let i = 0; i < 3; i += 1) await esme.submit();
    await world.pass();
    expect(world.upstream('a').breaker).toBe('closed');
    await esme.submit();
    await world.pass();
    expect(a.submitted.length).toBeGreaterThanOrEqual(6);
  });

  it('with nobody else: messages wait and go on by themselves when it is well again', async () => {
    world = await World.start({
      connectors: [connector('a', { breaker: { failures: 2, pauseMs: 30_000 } })],
      routes: [via(['a'])],
    });
    const a = world.centre('a');
    a.react = (_, at) => (at < 2 ? { status: status.ESME_RSYSERR } : {});
    const esme = await world.esme();
    for (let i = 0; i < 4; i += 1) await esme.submit({ short_message: Buffer.from(`${i}`) });
    await world.pass(90_000);
    expect(new Set(a.texts).size).toBe(4);
    expect(world.upstream('a').breaker).toBe('closed');
  });
});
