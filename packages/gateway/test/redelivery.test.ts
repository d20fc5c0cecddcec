import { afterEach, describe, expect, it } from 'vitest';
import { Rig, settled } from './rig.ts';

let rig: Rig;
afterEach(() => rig.stop());

describe('receipts and messages for ESMEs are neither lost nor doubled without a mark', () => {
  it('wait while the account is not bound, and come at its next bind', async () => {
    rig = await Rig.start();
    const tx = await rig.esme({ bind: 'transmitter' });
    const ids = [(await tx.submit()).message_id, (await tx.submit()).message_id];
    await rig.clock.advance(3_600_000);
    expect(rig.gateway.center.depth('account:acme')).toMatchObject({ waiting: 2, isAttached: false });
    const rx = await rig.esme({ bind: 'receiver' });
    await rig.clock.advance(1_000);
    expect(rx.texts.map((text) => text.slice(3, 25))).toEqual(ids);
  });

  it('are given up after their own validity', async () => {
    rig = await Rig.start({ receiptValidityMs: 60_000 });
    const tx = await rig.esme({ bind: 'transmitter' });
    await tx.submit();
    await rig.clock.advance(90_000);
    const rx = await rig.esme({ bind: 'receiver' });
    await rig.clock.advance(5_000);
    expect(rx.received).toEqual([]);
    expect(rig.gateway.center.depth('account:acme').waiting).toBe(0);
  });

  it('unanswered when the session drops: sent again at the next bind, marked as possible duplicates', async () => {
    rig = await Rig.start();
    const silent = await rig.esme({ answer: () => undefined });
    const { message_id } = await silent.submit();
    await rig.clock.advance(500);
    expect(silent.stats).toEqual(['DELIVRD']);
    await silent.drop();
    await rig.clock.advance(1_000);
    const again = await rig.esme();
    await rig.clock.advance(2_000);
    expect(again.stats).toEqual(['DELIVRD']);
    const view = await rig.gateway.messages.get(message_id);
    const last = view?.timeline.at(-1);
    expect(last).toMatchObject({ step: 'receipt-delivered' });
    expect(last?.detail).toContain('attempt=2');
    // Once answered, never again.
    await again.drop();
    const third = await rig.esme();
    await rig.clock.advance(120_000);
    expect(third.received).toEqual([]);
  });

  it('unanswered on one of two binds that drops: the other gets them', async () => {
    rig = await Rig.start();
    const tx = await rig.esme({ bind: 'transmitter' });
    const silent = await rig.esme({ bind: 'receiver', answer: () => undefined });
    const good = await rig.esme({ bind: 'receiver' });
    for (let i = 0; i < 4; i += 1) await tx.submit();
    await rig.clock.advance(500);
    expect([silent.stats.length, good.stats.length]).toEqual([2, 2]);
    await silent.drop();
    await rig.clock.advance(2_000);
    expect(good.stats).toHaveLength(4);
    expect(new Set(good.texts).size).toBe(4);
  });

  it('not answered in time: sent again', async () => {
    rig = await Rig.start({ smpp: { port: 0, limits: { responseTimeoutMs: 1_000 } } });
    let answers = 0;
    const esme = await rig.esme({
      answer: () => {
        answers += 1;
        return answers === 1 ? undefined : {};
      },
    });
    await esme.submit();
    await rig.clock.advance(10_000);
    expect(esme.stats).toEqual(['DELIVRD', 'DELIVRD']);
    expect(rig.gateway.counters().center.receiptsDelivered).toBe(1);
  });

  it('refused for now: again later; refused for ever: given up and told', async () => {
    rig = await Rig.start();
    let refusal = 0x58;
    const esme = await rig.esme({ answer: () => ({ command_status: refusal }) });
    const { message_id } = await esme.submit();
    await rig.clock.advance(500);
    refusal = 0x65;
    await rig.clock.advance(60_000);
    expect(esme.stats).toHaveLength(2);
    const view = await rig.gateway.messages.get(message_id);
    expect(view?.timeline.at(-1)).toMatchObject({ step: 'receipt-rejected' });
    expect(view?.timeline.at(-1)?.detail).toContain('ESME_RX_P_APPN');
  });

  it('what cannot be said to a peer ends, and holds up nothing behind it', async () => {
    rig = await Rig.start();
    const esme = await rig.esme({ version: 0x33, bind: 'receiver' });
    const tx = await rig.esme();
    tx.client.destroy();
    const long = await rig.gateway.submit({
      account: 'acme',
      from: 'A',
      to: '447700900123',
      text: 'x',
      receipt: 'final',
    });
    const text = 'y'.repeat(153 * 255 + 1);
    await rig.fromHandset({
      from: '447700900123',
      to: '777',
      text,
      account: 'acme',
      longMessage: 'payload',
    });
    await rig.clock.advance(500);
    // 3.3 has no message_payload, and a long message has 255 segments: this one is over, the receipt has come.
    expect(esme.stats).toEqual(['DELIVRD']);
    expect(esme.texts[0]).toContain(`id:${long.ids[0]}`);
    const { messages } = await rig.gateway.messages.search('kind:mo');
    expect(messages).toMatchObject([{ state: 'undeliverable' }]);
  });

  it('a receiver that never answers holds no more than its window in memory; the rest stays in the store', async () => {
    const limits = { outgoingWindow: 10, responseTimeoutMs: 0 };
    rig = await Rig.start({ smpp: { port: 0, limits }, center: { limits: { laneMessages: 100 } } });
    const tx = await rig.esme({ bind: 'transmitter' });
    const silent = await rig.esme({ bind: 'receiver', answer: () => undefined });
    for (let i = 0; i < 1_000; i += 1)
      tx.session.send(
        { command: 'submit_sm', source_addr: 'A', destination_addr: '447700900123', registered_delivery: 1 },
        () => undefined,
      );
    await rig.clock.advance(5_000);
    expect(silent.stats).toHaveLength(10);
    const depth = rig.gateway.center.depth('account:acme');
    expect(depth.flying).toBe(10);
    expect(depth.queued).toBeLessThanOrEqual(150);
    expect(depth.flying + depth.queued + depth.waiting).toBe(1_000);
    expect(silent.session.counters.requestsOpen).toBe(10);
    await silent.drop();
    const good = await rig.esme({ bind: 'receiver' });
    await rig.clock.advance(30_000);
    expect(good.stats).toHaveLength(1_000);
  });

  it('a message that could not be handed to the closing session is not counted as tried', async () => {
    rig = await Rig.start();
    const esme = await rig.esme();
    await esme.submit();
    rig.gateway.unbind(1);
    await rig.clock.advance(15_000);
    const again = await rig.esme();
    await rig.clock.advance(2_000);
    expect(again.stats).toEqual(['DELIVRD']);
    await settled();
  });
});
