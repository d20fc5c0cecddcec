/** Different messages in one request: POST /api/v1/messages/batch with a JSON object. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { keyHash, keys, type ManagedRig, startManaged } from './managed-rig.ts';
import { type Rig, startRig } from './rig.ts';

const url = '/api/v1/messages/batch';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const numbered = (count: number, more: object = {}): object[] =>
  Array.from({ length: count }, (_, at) => ({
    to: `4477300${String(at).padStart(5, '0')}`,
    text: `Hello ${at}`,
    ...more,
  }));

describe('POST /api/v1/messages/batch', () => {
  it('takes a thousand different messages by one call, in their order', async () => {
    const submit = vi.spyOn(rig.box.gateway.inlet, 'submit');
    const messages = numbered(1_000);
    const { status, json } = await rig.post(url, { messages });
    expect(submit).toHaveBeenCalledTimes(1);
    submit.mockRestore();
    expect(status).toBe(202);
    expect(json).toMatchObject({ accepted: 1_000, refused: 0 });
    expect(json.messages.map(({ to }: { to: string }) => to)).toEqual(
      messages.map((message) => (message as { to: string }).to),
    );
    const { json: last } = await rig.until(json.messages[999].id, 'delivered');
    expect(last).toMatchObject({ text: 'Hello 999' });
  });

  it('takes or refuses each by itself, and names what is wrong', async () => {
    const { status, json } = await rig.post(url, {
      messages: [
        { to: '447730100001', text: 'a', validity: '1h' },
        { to: '447705550006', text: 'b' },
        { to: '447730100002' },
        { to: '447730100003', text: 'c', validity: 'soon' },
        { to: '447730100004', text: 'd', prioritty: 1 },
        7,
        { to: ['447730100005'], text: 'e' },
        { to: '447730100006', text: 'f', schedule: '2026-13-45T10:00:00Z' },
        { to: '447730100007', text: 'g' },
      ],
    });
    expect(status).toBe(202);
    expect(json).toMatchObject({ accepted: 2, refused: 7 });
    expect(json.messages).toMatchObject([
      { to: '447730100001', state: 'enroute' },
      {
        to: '447705550006',
        index: 1,
        code: 'refused',
        field: 'messages[1].to',
        commandStatus: 'ESME_RINVDSTADR',
      },
      { to: '447730100002', index: 2, code: 'missing_field', field: 'messages[2].text' },
      { to: '447730100003', index: 3, code: 'invalid_field', field: 'messages[3].validity' },
      { index: 4, code: 'unknown_field', field: 'messages[4].prioritty', hint: 'did you mean "priority"?' },
      { to: '', index: 5, code: 'invalid_field', field: 'messages[5]' },
      { to: '', index: 6, code: 'invalid_field', field: 'messages[6].to' },
      { index: 7, code: 'invalid_field', field: 'messages[7].schedule' },
      { to: '447730100007', state: 'enroute' },
    ]);
    expect(json.messages[3].detail).toMatch(/^"messages\[3\].validity": /);
  });

  it('is a problem when all were refused, whatever the reasons', async () => {
    const { status, json } = await rig.post(url, {
      messages: [{ to: '1' }, { to: '447705550006', text: 'x' }],
    });
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 'missing_field', field: 'messages[0].text' });
    expect(json.messages).toHaveLength(2);
  });

  it.each([
    ['nothing', {}, 'missing_field', 'messages'],
    ['no message', { messages: [] }, 'invalid_field', 'messages'],
    ['too many', { messages: numbered(1_001) }, 'invalid_field', 'messages'],
    ['no list', { messages: 'x' }, 'invalid_field', 'messages'],
    ['what is no field', { messages: numbered(1), text: 'x' }, 'unknown_field', 'text'],
  ])('refuses %s as a whole', async (_, body, code, field) => {
    const { status, json } = await rig.post(url, body);
    expect([status, json.code, json.field]).toEqual([400, code, field]);
  });

  it.each([
    // Each [ takes two septets: 20 segments in 1,521 octets.
    ['segments', { text: '['.repeat(76 * 19 + 1), coding: 'gsm7' }, 260, 250],
    ['octets', { hex: 'ab'.repeat(60_000), longMessage: 'payload' }, 4, undefined],
  ])(
    'says how many are possible where it is too much to store at once: %s',
    async (_, content, count, most) => {
      const { status, json } = await rig.post(url, {
        messages: numbered(count, { text: undefined, ...content }),
      });
      if (most === undefined) {
        expect([status, json.accepted]).toEqual([202, count]);
        return;
      }
      expect(status).toBe(400);
      expect(json).toMatchObject({ code: 'invalid_field', field: 'messages' });
      expect(json.hint).toMatch(new RegExp(`^send the first ${most}`));
    },
  );

  it('sends nothing twice under an Idempotency-Key', async () => {
    const body = { messages: [{ to: '447730200001', text: 'once' }, { to: '447730200002' }] };
    const headers = { 'idempotency-key': 'batch-1' };
    const first = await rig.post(url, body, headers);
    const again = await rig.post(url, body, headers);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.json).toEqual(first.json);
    const other = await rig.post(url, { messages: [{ to: '447730200001', text: 'twice' }] }, headers);
    expect(other.json.code).toBe('idempotency_key_reused');
  });
});

describe('POST /api/v1/messages/batch with keys', () => {
  const reader = 'key-of-a-reader-0000';
  let managed: ManagedRig;
  beforeAll(async () => {
    const named = [{ name: 'grafana', role: 'read-only', hash: keyHash(reader) }] as const;
    managed = await startManaged({
      auth: { adminKeyHashes: [keyHash(keys.admin)], keys: () => named },
      change: (given) => ({
        ...given,
        filters: undefined,
        accounts: given.accounts.map((account) => ({ ...account, credit: undefined })),
      }),
    });
  });
  afterAll(() => managed.close());

  it('sends for the own account only, message by message', async () => {
    const { status, json } = await managed.as(keys.bank)('POST', 'messages/batch', {
      messages: [
        { to: '447700900001', from: 'BANK', text: 'mine' },
        { to: '447700900002', from: 'BANK', text: 'theirs', account: 'acme' },
        { to: '447700900003', from: 'BANK', text: 'mine', account: 'bank' },
      ],
    });
    expect(status).toBe(202);
    expect(json).toMatchObject({ accepted: 2, refused: 1 });
    expect(json.messages[1]).toMatchObject({ index: 1, code: 'forbidden' });
    const { json: message } = await managed.as(keys.bank)('GET', `messages/${json.messages[0].id}`);
    expect(message.account).toBe('bank');
  });

  it('a key that only reads sends nothing', async () => {
    const { status, json } = await managed.as(reader)('POST', 'messages/batch', {
      messages: [{ to: '447700900001', text: 'x' }],
    });
    expect([status, json.code]).toEqual([403, 'forbidden']);
  });
});
