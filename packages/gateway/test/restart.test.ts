import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteStore } from '@chappe/store-sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { patient } from '../../../test/support/patience.ts';
import { type Esme, Rig } from './rig.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-gateway-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The store answers from its threads: moves on until it is so. */
async function until(rig: Rig, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let step = 0; step < patient(2_000); step += 1) {
    if (await isSo()) return;
    await rig.clock.advance(100);
    // In time of their own.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error('never came to be');
}

const open = () => SqliteStore.open({ path: folder });
const receipts = (esme: Esme, count: number) => () => esme.stats.length >= count;

describe('on SQLite', () => {
  it('the walk of one message', async () => {
    const rig = await Rig.start({}, await open());
    const esme = await rig.esme();
    const { message_id } = await esme.submit();
    await until(rig, receipts(esme, 1));
    expect(esme.texts[0]).toContain(`id:${message_id} sub:001 dlvrd:001`);
    await rig.stop();
  });

  it('receipts wait for the unbound account over a restart', async () => {
    const before = await Rig.start({}, await open());
    const tx = await before.esme({ bind: 'transmitter' });
    const { message_id } = await tx.submit();
    await until(before, async () => (await before.gateway.messages.get(message_id))?.state === 'delivered');
    await before.stop();

    const after = await Rig.start({}, await open());
    expect(await after.gateway.messages.get(message_id)).toMatchObject({ state: 'delivered', text: 'Hello' });
    const rx = await after.esme({ bind: 'receiver' });
    await until(after, receipts(rx, 1));
    expect(rx.texts[0]).toContain(`id:${message_id} `);
    await after.stop();
  });

  it('messages that wait for a handset, a schedule or an ESME go on after a restart', async () => {
    const before = await Rig.start({}, await open());
    before.handsets.setState('447700900001', 'off');
    const tx = await before.esme({ bind: 'transmitter' });
    await tx.submit({ destination_addr: '447700900001' });
    await tx.submit({ destination_addr: '447700900002', schedule_delivery_time: '000000000100000R' });
    await until(before, () => before.gateway.counters().center.retried > 0);
    await before.stop();

    const after = await Rig.start({}, await open());
    const rx = await after.esme({ bind: 'receiver' });
    await until(after, receipts(rx, 2));
    expect(rx.stats).toEqual(['DELIVRD', 'DELIVRD']);
    expect(rx.deliveries.map(({ source_addr }) => source_addr).sort()).toEqual([
      '447700900001',
      '447700900002',
    ]);
    await after.stop();
  });

  it('a receipt that was answered before the restart never comes again', async () => {
    const before = await Rig.start({}, await open());
    const esme = await before.esme();
    await esme.submit();
    await until(before, () => before.gateway.counters().center.receiptsDelivered === 1);
    await before.stop();
    const after = await Rig.start({}, await open());
    const again = await after.esme();
    await after.clock.advance(5_000);
    expect(again.received).toEqual([]);
    await after.stop();
  });

  it('3.3 ids go on where they were: none is given twice', async () => {
    const ids = new Set<string>();
    for (let life = 0; life < 3; life += 1) {
      const rig = await Rig.start({}, await open());
      const tx = await rig.esme({ version: 0x33, bind: 'transmitter' });
      for (let i = 0; i < 3; i += 1) ids.add((await tx.submit()).message_id);
      await rig.stop();
    }
    expect(ids.size).toBe(9);
  });
});
