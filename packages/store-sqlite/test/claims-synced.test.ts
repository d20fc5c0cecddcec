/** What may leave is marked before it does: the mark of a claim is on the disk, not only on its way there. */
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DAY_MS, idAt, message, NOON_MS } from '../../center/src/conformance/given.ts';
import { segmentsIn } from '../src/journal-files.ts';
import { placeCodes } from '../src/schema.ts';
import type { Writer } from '../src/writer.ts';
import { commit, openWriter } from './support/writer.ts';

let path: string;
let writer: Writer;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'chappe-claims-'));
  writer = openWriter(path);
});
afterEach(async () => {
  await writer.answer({ ask: 'close' });
  rmSync(path, { recursive: true, force: true });
});

const waiting = message(idAt(NOON_MS));
const sent = message(idAt(NOON_MS, 1), { upstreamId: 'r', group: 'up' });

/** What is there after a power loss: what was synced, which are the day files of before and the journal. */
async function afterPowerLoss(before: string): Promise<{ readonly uncertain: number }> {
  for (const segment of segmentsIn(path)) copyFileSync(segment, segment.replace(path, before));
  const other = openWriter(before);
  const { uncertain } = (await other.answer({ ask: 'recover', nowMs: NOON_MS })) as { uncertain: number };
  await other.answer({ ask: 'close' });
  return { uncertain };
}

it.each([
  [
    'a claim',
    1,
    {
      ask: 'claim',
      claim: { lane: 'out', account: 'acme', limit: 5, octets: 100, nowMs: NOON_MS, beforeId: 2 ** 53 },
    },
  ],
  ['one that waits', 1, { ask: 'take', id: waiting.id, place: placeCodes.waiting }],
  // Its place says already that it may have left, and for what: nothing leaves by this.
  ['one at an upstream', 0, { ask: 'take', id: sent.id, place: placeCodes.sent }],
  // What becomes of it is stored before anybody hears of it.
  ['what has expired', 0, { ask: 'expired', expiry: { nowMs: NOON_MS + 9 * DAY_MS, limit: 9, octets: 100 } }],
] as const)('%s: after a power loss %i are marked as uncertain', async (_, uncertain, request) => {
  await commit(writer, [
    { op: 'insert', message: waiting, place: 'waiting', line: '' },
    { op: 'insert', message: sent, place: 'sent', line: '' },
  ]);
  const before = mkdtempSync(join(tmpdir(), 'chappe-claims-'));
  for (const name of readdirSync(path))
    if (/^2026/.test(name)) copyFileSync(join(path, name), join(before, name));
  expect(await writer.answer(request)).toMatchObject(
    request.ask === 'take' ? {} : { rows: expect.anything() },
  );
  expect((await afterPowerLoss(before)).uncertain).toBe(uncertain);
  rmSync(before, { recursive: true, force: true });
});
