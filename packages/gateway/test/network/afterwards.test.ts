/** What is done to messages of SMPP afterwards, in simulated time, in memory and on disk. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteControl, SqliteStore } from '@chappe/store-sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { account, connector, via, World, type WorldSettings } from './world.ts';

const long = {
  short_message: Buffer.alloc(0),
  tlvs: [{ name: 'message_payload' as const, value: Buffer.from('long '.repeat(80)) }],
};

/** A folder that goes with the test. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'chappe-afterwards-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A gateway on a data folder; `given`: time and operators go on from there. */
async function life(path: string, settings: WorldSettings, given?: World): Promise<World> {
  const store = await SqliteStore.open({ path });
  return World.start(settings, given === undefined ? {} : { given }, store, SqliteControl.open(path));
}

describe('the receipt of a long message once more', () => {
  it.each([
    ['aggregate', 1, ['UNDELIV']],
    ['all', 3, ['DELIVRD', 'UNDELIV', 'DELIVRD']],
    ['first', 1, ['DELIVRD']],
    ['last', 1, ['DELIVRD']],
  ] as const)('%s: as its account has it', async (longMessages, count, stats) => {
    const world = await World.start({
      accounts: [account('acme', { receipts: { longMessages } })],
      connectors: ['a'],
      routes: [via(['a'])],
    });
    onTestFinished(() => world.stop());
    const esme = await world.esme();
    const { message_id } = await esme.submit(long);
    const a = world.centre('a');
    await world.until(() => a.submitted.length === 3);
    for (const [at, one] of a.submitted.entries()) {
      const status = a.receipt(one, { stat: at === 1 ? 'UNDELIV' : 'DELIVRD' });
      await world.pass(100);
      expect(await status).toBe(0);
    }
    await world.until(() => esme.stats.length === count);
    expect(await world.gateway.afterwards.receiptAgain(message_id, false)).toBe(count);
    await world.until(() => esme.stats.length === 2 * count);
    expect(esme.stats.slice(count)).toEqual(stats);
    for (const text of esme.texts) expect(text).toContain(`id:${message_id} `);
  });
});

describe('over a restart', () => {
  it('a message that may have arrived is still known as such', async () => {
    const path = await folder();
    const settings: WorldSettings = {
      connectors: [connector('a', { unknown: 'resend', responseTimeoutMs: 10_000 })],
      routes: [via(['a'])],
    };
    const before = await life(path, settings);
    onTestFinished(() => before.centre('a').close());
    before.centre('a').react = () => 'hang';
    const { message_id } = await (await before.esme()).submit();
    await before.until(async () => (await before.steps(message_id)).includes('uncertain'), 1_000);
    // It is away until the message was asked about, or the pause would be over before.
    before.centre('a').cut();
    before.centre('a').isDown = true;
    await before.stop({ keep: true });
    const after = await life(path, settings, before);
    const { afterwards } = after.gateway;
    after.centre('a').react = () => ({});
    expect(await afterwards.retry(message_id, { mayDuplicate: false })).toBe('may-have-arrived');
    const sent = after.centre('a').submitted.length;
    // Its pause may be over by now.
    const results = await afterwards.retry(message_id, { mayDuplicate: true });
    expect(results).toMatchObject([{ result: expect.stringMatching(/^(due-now|under-way)$/) }]);
    after.centre('a').isDown = false;
    await after.until(() => after.centre('a').submitted.length === sent + 1);
    await after.stop({ keep: true });
  });

  it('a message that was sent again is not sent again once more', async () => {
    const path = await folder();
    const settings: WorldSettings = { connectors: ['a'], routes: [via(['a'])] };
    const before = await life(path, settings);
    const a = before.centre('a');
    onTestFinished(() => a.close());
    const { message_id } = await (await before.esme()).submit(long);
    await before.until(() => a.submitted.length === 3);
    for (const one of [...a.submitted]) {
      const status = a.receipt(one, { stat: 'UNDELIV' });
      await before.pass(100);
      expect(await status).toBe(0);
    }
    const ask = () => before.gateway.afterwards.again(message_id, { mayDuplicate: false });
    // At once: neither sees the other in the timeline.
    const [sent, second] = await Promise.all([ask(), ask()]);
    expect(second).toBe('sent-again');
    // The receipts of the three share an id as those of the first time did, and the text is cut under another reference.
    expect(sent).toMatchObject({ segments: 3, ids: expect.any(Array) });
    const ids = new Set((sent as { ids: readonly string[] }).ids);
    expect(ids.size).toBe(1);
    await before.until(() => a.submitted.length === 6);
    expect(a.texts.slice(3).map((text) => text.slice(-20))).toEqual(
      a.texts.slice(0, 3).map((text) => text.slice(-20)),
    );
    const references = a.submitted.map(({ pdu }) =>
      'short_message' in pdu ? pdu.short_message[3] : undefined,
    );
    expect(references[3]).not.toBe(references[0]);
    await before.stop({ keep: true });
    const after = await life(path, settings, before);
    expect(await after.gateway.afterwards.again(message_id, { mayDuplicate: false })).toBe('sent-again');
    await after.stop({ keep: true });
  });
});
