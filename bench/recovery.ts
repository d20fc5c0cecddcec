/**
 * How long a start takes that finds a journal of which nothing is in the day files: lives of messages (accepted, delivered with
 * a receipt, receipt delivered) as commits of a thousand, and then an opening of the folder.
 * Run: node --conditions=chappe-source bench/recovery.ts [--megabytes 256] [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Change, Message } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';
import { idAt, message, NOON_MS } from '../packages/center/src/conformance/given.ts';
import { ChangeEncoder } from '../packages/store-sqlite/src/encode-changes.ts';
import { Journal } from '../packages/store-sqlite/src/journal.ts';
import { option } from './load-tools.ts';

const octets = option('megabytes', 256) * 1024 * 1024;
const path = mkdtempSync(join(tmpdir(), 'chappe-recovery-'));
const content = new Uint8Array(100).fill(0x41);
const text =
  'Hello, hello, hello, this is a text of some length, about a hundred octets as they are sent every day';

function sent(id: number): Message {
  const digits = `4477${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`;
  const timeline = '1772366400000 accepted session=s12 sequence=77 lane=handsets\n';
  return message(id, { destination: { ton: 1, npi: 1, digits }, content, text, timeline, receiptWanted: 1 });
}

function delivered(one: Message): Message {
  const timeline = `${one.timeline}1772366400000 delivered session=s12 sequence=77 attempt=1\n`;
  return { ...one, state: 'delivered', doneMs: NOON_MS, timeline };
}

const insert = (one: Message): Change => ({ op: 'insert', message: one, place: 'memory', line: '' });

try {
  const journal = new Journal(path, { frame: 0, use: 0 });
  const encoder = new ChangeEncoder();
  let written = 0;
  let lives = 0;
  while (written < octets) {
    const messages = Array.from({ length: 1_000 }, (_, at) => sent(idAt(NOON_MS, 2 * (lives + at))));
    const receipts = messages.map(({ id }) => message(id + 1, { kind: 'receipt', of: id, content, text }));
    const ends = messages.map(
      (one): Change => ({ op: 'update', message: delivered(one), place: 'done', line: '' }),
    );
    const line = '1772366400000 receipt-delivered session=s12 sequence=77\n';
    const removals = receipts.map((one): Change => ({ op: 'remove', message: one, place: 'done', line }));
    for (const changes of [messages.map(insert), [...ends, ...receipts.map(insert)], removals]) {
      const { octets: frame, records } = encoder.encode(changes);
      journal.append(frame, records);
      await journal.sync();
      written += frame.length;
    }
    lives += messages.length;
  }
  journal.close();
  const startedMs = performance.now();
  const store = await SqliteStore.open({ path });
  const { replay } = await store.recover(NOON_MS);
  const seconds = (performance.now() - startedMs) / 1_000;
  const [count] = await store.counts();
  await store.close();
  if (count?.segments !== lives) throw new Error(`${count?.segments} of ${lives} messages are there`);
  const result = { megabytes: Math.round(written / 1024 / 1024), lives, changes: replay?.changes, seconds };
  console.log(
    process.argv.includes('--json')
      ? JSON.stringify(result)
      : `${result.megabytes} MiB, ${lives} lives: ${seconds.toFixed(1)} s`,
  );
} finally {
  rmSync(path, { recursive: true, force: true });
}
