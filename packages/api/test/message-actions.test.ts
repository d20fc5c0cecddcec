/** Cancel, replace and retry over HTTP, over a gateway with money, an operator and accounts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyHash, keys, type ManagedRig, startManaged } from './managed-rig.ts';
import { SteppedClock, startRig } from './rig.ts';

const nights = 'the-key-of-the-nights';
const longText = 'A text that is far longer than one short message can carry. '.repeat(4);

let rig: ManagedRig;
beforeAll(async () => {
  const named = [{ name: 'nights', role: 'operator', hash: keyHash(nights) }] as const;
  const auth = { adminKeyHashes: [keyHash(keys.admin)], keys: () => named };
  rig = await startManaged({ auth });
  await rig.until(() => rig.gateway.network.upstreams.get('op-a')?.isUsable === true);
  await rig.admin('POST', 'ledger/acme/credits', { amount: '10' });
});
afterAll(() => rig.close());

const acme: ManagedRig['admin'] = (...asked) => rig.as(keys.acme)(...asked);

async function sent(to: string, more: object = {}, text = `to ${to}`): Promise<string> {
  const { status, json } = await acme('POST', 'messages', { to, text, ...more });
  expect(status, JSON.stringify(json)).toBe(202);
  return json.id;
}

async function message(id: string) {
  return (await rig.admin('GET', `messages/${id}`)).json;
}

async function ended(id: string, state: string) {
  await rig.until(async () => (await message(id)).state === state);
  return message(id);
}

function steps({ timeline }: { timeline: { step: string; detail: string }[] }): string[] {
  return timeline.map(({ step, detail }) => `${step} ${detail}`);
}

async function money(): Promise<{ balance: string; reserved: string }> {
  const { json } = await rig.admin('GET', 'ledger/acme');
  return { balance: json.balance, reserved: json.reserved };
}

/** What is not spent or reserved: it does not change when what was reserved is charged. */
async function available(): Promise<number> {
  const { balance, reserved } = await money();
  return Number(balance) - Number(reserved);
}

async function auditLines(what: string): Promise<{ by: string; target: string; fields: string[] }[]> {
  const { json } = await rig.admin('GET', 'audit?limit=1000');
  return json.lines.filter((line: { what: string }) => line.what === what);
}

describe('cancel', () => {
  it('takes back all segments, and the money that was reserved for them', async () => {
    const before = await money();
    const id = await sent('447700900101', { schedule: '1h' }, longText);
    expect((await money()).reserved).not.toBe(before.reserved);
    const { status, json } = await acme('POST', `messages/${id}/cancel`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ id, done: 2, left: 0 });
    expect(json.segments).toMatchObject([
      { id, to: '447700900101', state: 'deleted', result: 'cancelled' },
      { to: '447700900101', state: 'deleted', result: 'cancelled' },
    ]);
    const shown = await message(id);
    expect(shown.state).toBe('deleted');
    expect(steps(shown).filter((step) => step.includes('cancelled via=http'))).toHaveLength(2);
    await rig.until(async () => (await money()).reserved === before.reserved);
    expect(await money()).toEqual(before);
  });

  it('says the state and why when nothing can be taken back', async () => {
    const id = await sent('447700900102');
    await ended(id, 'delivered');
    const { status, json } = await acme('POST', `messages/${id}/cancel`);
    expect(status).toBe(409);
    expect(json).toMatchObject({
      code: 'conflict',
      state: 'delivered',
      segments: [{ id, state: 'delivered', result: 'final' }],
    });
    expect(json.detail).toBe('it cannot be cancelled: it is over (delivered)');
  });

  it("knows no other account's messages", async () => {
    const id = await sent('447700900103', { schedule: '1h' });
    const other = await rig.as(keys.bank)('POST', `messages/${id}/cancel`);
    expect([other.status, other.json.code]).toEqual([404, 'message_not_found']);
    expect((await message(id)).state).toBe('scheduled');
    expect((await acme('POST', 'messages/nothing/cancel')).status).toBe(404);
  });

  it("stands in the audit when an operator does it, and not when it is the account's own affair", async () => {
    const own = await sent('447700900104', { schedule: '1h' });
    const theirs = await sent('447700900105', { schedule: '1h' });
    expect((await acme('POST', `messages/${own}/cancel`)).status).toBe(200);
    expect((await rig.as(nights)('POST', `messages/${theirs}/cancel`)).status).toBe(200);
    const lines = await auditLines('cancelMessage');
    expect(lines.map(({ by, target }) => `${by} ${target}`)).toEqual([`nights ${theirs}`]);
  });

  it('gives the same answer for the same key, and has one line for both', async () => {
    const id = await sent('447700900106', { schedule: '1h' });
    const key = { 'idempotency-key': 'cancel-once' };
    const before = (await auditLines('cancelMessage')).length;
    const first = await rig.as(nights)('POST', `messages/${id}/cancel`, undefined, key);
    const second = await rig.as(nights)('POST', `messages/${id}/cancel`, undefined, key);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.json).toEqual(first.json);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(await auditLines('cancelMessage')).toHaveLength(before + 1);
    const other = await sent('447700900107', { schedule: '1h' });
    const reused = await rig.as(nights)('POST', `messages/${other}/cancel`, undefined, key);
    expect(reused.json.code).toBe('idempotency_key_reused');
  });
});

describe('replace', () => {
  it('puts another text, times and receipts into a message that waits', async () => {
    const id = await sent('447700900201', { schedule: '2h' });
    const change = { text: 'Übermorgen: 5 €', schedule: '1h', validity: '2h', receipt: 'final' };
    const { status, json } = await acme('POST', `messages/${id}/replace`, change);
    expect(status, JSON.stringify(json)).toBe(200);
    expect(json).toMatchObject({
      id,
      done: 1,
      left: 0,
      segments: [{ state: 'scheduled', result: 'replaced' }],
    });
    const shown = await message(id);
    expect(shown.text).toBe('Übermorgen: 5 €');
    expect(Date.parse(shown.expiresAt) - Date.parse(shown.dueAt)).toBe(2 * 3_600_000);
    expect(steps(shown)).toContain('replaced via=http');
  });

  it('takes another coding, as long as it is no more segments than were paid', async () => {
    const id = await sent('447700900202', { schedule: '2h' });
    expect((await acme('POST', `messages/${id}/replace`, { text: 'Ж'.repeat(70) })).status).toBe(200);
    expect(await message(id)).toMatchObject({ text: 'Ж'.repeat(70), coding: 'ucs2' });
    const { status, json } = await acme('POST', `messages/${id}/replace`, { text: 'Ж'.repeat(71) });
    expect(status).toBe(422);
    expect(json).toMatchObject({ code: 'refused', field: 'text', commandStatus: 'ESME_RREPLACEFAIL' });
    expect(json.detail).toContain('it takes 2 segments, and the message was counted and paid as 1');
    expect((await message(id)).text).toBe('Ж'.repeat(70));
  });

  it('leaves a text that was cut as it is, and gives it other times', async () => {
    const id = await sent('447700900203', { schedule: '2h' }, longText);
    const refused = await acme('POST', `messages/${id}/replace`, { text: 'short' });
    expect([refused.status, refused.json.code]).toEqual([409, 'conflict']);
    expect((await acme('POST', `messages/${id}/replace`, { schedule: '1h' })).json.done).toBe(2);
    expect((await message(id)).text).toBe(longText);
  });

  it('says what cannot be', async () => {
    const id = await sent('447700900204', { schedule: '2h', validity: '1h' });
    const ask = async (body: object) => {
      const { status, json } = await acme('POST', `messages/${id}/replace`, body);
      return [status, json.code, json.field];
    };
    expect(await ask({})).toEqual([400, 'missing_field', 'text']);
    expect(await ask({ text: 'x', hex: '00' })).toEqual([400, 'invalid_field', 'hex']);
    expect(await ask({ to: '447700900205' })).toEqual([400, 'unknown_field', 'to']);
    expect(await ask({ schedule: '9h' })).toEqual([422, 'refused', 'schedule']);
    expect(await ask({ schedule: '90d' })).toEqual([422, 'refused', 'schedule']);
    const over = await sent('447700900206');
    await ended(over, 'delivered');
    const { status, json } = await acme('POST', `messages/${over}/replace`, { text: 'too late' });
    expect([status, json.code, json.state]).toEqual([409, 'conflict', 'delivered']);
    expect((await message(over)).text).not.toBe('too late');
  });
});

describe('retry', () => {
  const failing = '447705550001';

  it('sends a message that has failed once more, as a new one that is charged', async () => {
    const id = await sent(failing);
    await ended(id, 'undeliverable');
    const before = await available();
    const bare = await acme('POST', `messages/${id}/retry`, {});
    expect(bare.status).toBe(409);
    expect(bare.json.hint).toBe('with "again": true it is sent as a new message');
    const { status, json } = await acme('POST', `messages/${id}/retry`, { again: true });
    expect(status, JSON.stringify(json)).toBe(202);
    expect(json.again.id).not.toBe(id);
    const next = await ended(json.again.id, 'undeliverable');
    expect(next).toMatchObject({ account: 'acme', to: failing, text: `to ${failing}` });
    expect(steps(next)[0]).toContain(`again=${id}`);
    expect(steps(await message(id)).at(-1)).toBe(`again as=${json.again.id} via=http`);
    expect(before - (await available())).toBeCloseTo(0.01, 6);
  });

  it('is never twice by mistake', async () => {
    const id = await sent(failing, {}, 'not twice');
    await ended(id, 'undeliverable');
    const answers = await Promise.all(
      [1, 2, 3].map(() => acme('POST', `messages/${id}/retry`, { again: true })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409]);
    const wanted = await acme('POST', `messages/${id}/retry`, { again: true, mayDuplicate: true });
    expect(wanted.status).toBe(202);
  });

  it('cuts a long text anew', async () => {
    const id = await sent(failing, {}, longText);
    await ended(id, 'undeliverable');
    const { status, json } = await acme('POST', `messages/${id}/retry`, { again: true });
    expect(status, JSON.stringify(json)).toBe(202);
    expect(json.again.segments).toBe(2);
    expect((await message(json.again.id)).text).toBe(longText);
  });

  it('asks first where the message may have arrived', async () => {
    // Its operator has it, and sends no receipt.
    const id = await sent('447705550004');
    await rig.until(async () => steps(await message(id)).some((step) => step.startsWith('sent ')));
    const atOperator = await acme('POST', `messages/${id}/retry`);
    expect([atOperator.status, atOperator.json.segments[0].result]).toEqual([409, 'at-operator']);
    const found = await rig.gateway.center.query({ publicId: id });
    await rig.gateway.center.settle(found?.id ?? 0, { kind: 'failed', state: 'unknown', error: 0 });
    const refused = await acme('POST', `messages/${id}/retry`, { again: true });
    expect(refused.status).toBe(409);
    expect(refused.json.hint).toBe('with "mayDuplicate": true it is sent all the same');
    const { status } = await acme('POST', `messages/${id}/retry`, { again: true, mayDuplicate: true });
    expect(status).toBe(202);
  });

  it('refuses what has not failed, and what waits for its own time', async () => {
    const over = await sent('447700900301');
    await ended(over, 'delivered');
    expect((await acme('POST', `messages/${over}/retry`, { again: true })).json.detail).toBe(
      'it has not failed: it is delivered',
    );
    const later = await sent('447700900302', { schedule: '1h' });
    const { status, json } = await acme('POST', `messages/${later}/retry`);
    expect([status, json.segments[0].result]).toEqual([409, 'scheduled']);
    const held = await sent('449900900303');
    expect((await acme('POST', `messages/${held}/retry`)).json.segments[0].result).toBe('held');
  });

  it('makes a message that waits for its next attempt due now', async () => {
    const clock = new SteppedClock();
    const box = await startRig({ gatewayClock: clock });
    try {
      // Off twice, then on; each pause lasts a second of a clock that only goes on where the handset takes its time.
      const id = await box.submit('447705550011', 'knock');
      const shown = async () => (await box.get(`/api/v1/messages/${id}`)).json;
      for (const attempt of [1, 2]) {
        await rig.until(async () => {
          clock.advance(1);
          return (await shown()).attempts === attempt;
        });
        await rig.until(async () => {
          const { status, json } = await box.post(`/api/v1/messages/${id}/retry`, {});
          expect(status, JSON.stringify(json)).toBe(200);
          return json.segments[0].result === 'due-now';
        });
      }
      await rig.until(async () => {
        clock.advance(1);
        return (await shown()).state === 'delivered';
      });
      expect(steps(await shown()).filter((step) => step === 'due-now via=http')).toHaveLength(2);
      expect(clock.ms).toBeLessThan(1_000);
    } finally {
      await box.close();
    }
  });
});
