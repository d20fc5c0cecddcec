/** Receipts once more: of one message, and of a time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bind } from './esme.ts';
import { keyHash, keys, type ManagedRig, startManaged } from './managed-rig.ts';
import { type Rig, startRig } from './rig.ts';

const nights = 'the-key-of-the-nights';
const longText = 'A text that is far longer than one short message can carry. '.repeat(4);

describe('the receipt of one message', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());

  it('goes to the bind of its account', async () => {
    const id = await rig.submit('447700900001', 'told once more', { account: 'acme' });
    await rig.until(id, 'delivered');
    const refused = await rig.post(`/api/v1/messages/${id}/receipt`, {});
    expect([refused.status, refused.json.detail]).toEqual([409, 'no receipt was asked for']);
    const { status, json } = await rig.post(`/api/v1/messages/${id}/receipt`, { force: true });
    expect([status, json]).toEqual([202, { id, receipts: 1 }]);
    const esme = await bind(rig.box.port, 'acme');
    const { short_message, esm_class } = await esme.delivery();
    await esme.close();
    const text = Buffer.from(short_message).toString('latin1');
    expect(esm_class & 0x3c).toBe(4);
    expect(text).toMatch(
      new RegExp(`^id:${id} sub:001 dlvrd:001 .* stat:DELIVRD err:000 text:told once more`),
    );
    const { timeline } = (await rig.get(`/api/v1/messages/${id}`)).json;
    const told = timeline.map(({ step }: { step: string }) => step);
    expect(told).toContain('receipt-again');
    expect(told).toContain('receipt-delivered');
  });

  it('says what became of a failed one', async () => {
    const id = await rig.submit('447705550001', 'failed', { account: 'bank', receipt: 'failure' });
    await rig.until(id, 'undeliverable');
    expect((await rig.post(`/api/v1/messages/${id}/receipt`, {})).status).toBe(202);
    const { messages } = (await rig.get('/api/v1/messages?kind=receipt&account=bank')).json;
    expect(messages).toHaveLength(2);
    for (const { text } of messages) expect(text).toContain('stat:UNDELIV err:001');
    expect(messages[0].text).toBe(messages[1].text);
  });

  it('is not made before the end, nor of what is no message to a handset', async () => {
    const id = await rig.submit('447700900002', 'later', { schedule: '1h', receipt: 'final' });
    const { status, json } = await rig.post(`/api/v1/messages/${id}/receipt`, { force: true });
    expect([status, json.code, json.state]).toEqual([409, 'conflict', 'scheduled']);
    expect((await rig.post('/api/v1/messages/0123456789/receipt', {})).status).toBe(404);
    const [receipt] = (await rig.get('/api/v1/messages?kind=receipt&account=bank')).json.messages;
    const of = await rig.post(`/api/v1/messages/${receipt.id}/receipt`, {});
    expect([of.status, of.json.code]).toEqual([409, 'conflict']);
  });
});

describe('the receipts of a time', () => {
  let rig: ManagedRig;
  const ids: string[] = [];

  beforeAll(async () => {
    const named = [{ name: 'nights', role: 'operator', hash: keyHash(nights) }] as const;
    const auth = { adminKeyHashes: [keyHash(keys.admin)], keys: () => named };
    rig = await startManaged({
      auth,
      change: (given) => ({
        ...given,
        accounts: given.accounts.map((account) =>
          account.systemId === 'acme' ? { ...account, receipts: { limit: 20 } } : account,
        ),
      }),
    });
    await rig.until(() => rig.gateway.network.upstreams.get('op-a')?.isUsable === true);
    await rig.admin('POST', 'ledger/acme/credits', { amount: '10' });
    const send = async (to: string, text: string, receipt: string): Promise<void> => {
      const { json } = await rig.as(keys.acme)('POST', 'messages', { to, text, receipt });
      ids.push(json.id);
    };
    for (let index = 0; index < 6; index += 1) await send(`44770090040${index}`, `number ${index}`, 'final');
    await send('447705550001', 'this one fails', 'final');
    await send('447700900450', longText, 'final');
    await send('447700900451', 'nobody asked for this one', 'none');
    for (const id of ids)
      await rig.until(async () => (await rig.admin('GET', `messages/${id}`)).json.final === true);
  });
  afterAll(() => rig.close());

  const waiting = (): number => rig.gateway.messageCounts.backlog.of('acme');

  it('are counted first, and nothing is made', async () => {
    await rig.until(() => waiting() === 9);
    const { status, json } = await rig.as(nights)('POST', 'receipts/replay', { account: 'acme', from: '1h' });
    expect(status, JSON.stringify(json)).toBe(200);
    // Over HTTP each segment has an id and a receipt of its own; of the last one nobody wanted any.
    expect(json).toMatchObject({ confirmed: false, messages: 8, receipts: 9, stoppedBy: null, next: null });
    const first = (await rig.admin('GET', `messages/${ids[0]}`)).json;
    const last = (await rig.admin('GET', `messages/${ids[7]}`)).json;
    expect([json.oldest, json.newest]).toEqual([first.acceptedAt, last.acceptedAt]);
    expect(waiting()).toBe(9);
    const failed = await rig.as(keys.acme)('POST', 'receipts/replay', {
      from: '1h',
      states: ['undeliverable'],
    });
    expect(failed.json).toMatchObject({ messages: 1, oldest: failed.json.newest });
    const none = await rig.as(keys.acme)('POST', 'receipts/replay', { from: '2h', to: '1h' });
    expect(none.json).toMatchObject({ messages: 0, oldest: null, newest: null });
  });

  it('are made part by part, up to what may wait for the account', async () => {
    const ask = (body: object) =>
      rig.as(nights)('POST', 'receipts/replay', { account: 'acme', from: '1h', confirm: true, ...body });
    const first = await ask({ limit: 3 });
    expect(first.json).toMatchObject({ confirmed: true, messages: 2, receipts: 3, stoppedBy: 'limit' });
    const rest = await ask({ cursor: first.json.next });
    expect(rest.json).toMatchObject({ messages: 6, receipts: 6, stoppedBy: null, next: null });
    await rig.until(() => waiting() === 18);
    // Each message has had one more, whole ones and the one that failed.
    for (const id of ids.slice(0, 8)) {
      const { timeline } = (await rig.admin('GET', `messages/${id}`)).json;
      const again = timeline.filter(({ step }: { step: string }) => step === 'receipt-again');
      expect(again, id).toHaveLength(1);
    }
    // The newest is the long one, of which both go or none.
    const over = await ask({});
    expect(over.json).toMatchObject({ messages: 1, receipts: 2, stoppedBy: 'account-limit' });
    expect(over.json.next).not.toBe(null);
    await rig.until(() => waiting() === 20);
    const full = await rig.as(keys.acme)('POST', `messages/${ids[0]}/receipt`);
    expect([full.status, full.json.code]).toEqual([503, 'full']);
    expect(waiting()).toBe(20);
  });

  it('stand in the audit when they were made, and not when they were counted', async () => {
    const { json } = await rig.admin('GET', 'audit?limit=1000');
    const lines = json.lines.filter(({ what }: { what: string }) => what === 'replayReceipts');
    expect(lines).toHaveLength(3);
    expect(lines[0].by).toBe('nights');
  });

  it("are one's own", async () => {
    const ask = async (key: string, body: object) => {
      const { status, json } = await rig.as(key)('POST', 'receipts/replay', body);
      return [status, json.code, json.field];
    };
    expect(await ask(keys.bank, { account: 'acme', from: '1h' })).toEqual([403, 'forbidden', undefined]);
    expect(await ask(nights, { from: '1h' })).toEqual([400, 'missing_field', 'account']);
    expect(await ask(nights, { account: 'nobody', from: '1h' })).toEqual([404, 'not_found', undefined]);
    expect(await ask(nights, { account: 'acme', from: '1h', to: '2h' })).toEqual([
      400,
      'invalid_field',
      'to',
    ]);
    expect(await ask(nights, { account: 'acme', from: 'then' })).toEqual([400, 'invalid_field', 'from']);
    const bank = await rig.as(keys.bank)('POST', 'receipts/replay', { from: '1h' });
    expect(bank.json.messages).toBe(0);
  });
});
