import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys, type ManagedRig, startManaged } from './managed-rig.ts';

let rig: ManagedRig;
beforeAll(async () => {
  rig = await startManaged();
  // Without credit; to a destination that no route has; and from somebody else.
  await rig.as(keys.acme)('POST', 'messages', { from: 'ACME', to: '447700900123', text: 'secret words' });
  await rig.as(keys.bank)('POST', 'messages', { from: 'BANK', to: '999123456', text: 'secret words' });
});
afterAll(() => rig.close());

const brief = ({ refusals }: { refusals: Record<string, unknown>[] }) =>
  refusals.map(({ account, to, status, reason, rule }) => [account, to, status, reason, rule].join(' '));

const ofAcme = 'acme 447700900123 ESME_RSUBMITFAIL credit';
const ofBank = 'bank 999123456 ESME_RINVDSTADR unrouted ';

describe('GET /api/v1/refusals', () => {
  it('tells those who run it who was refused what, and why', async () => {
    const { json, text } = await rig.admin('GET', 'refusals');
    expect(brief(json)).toEqual([ofBank, `${ofAcme} route=uk`]);
    expect(json.next).toBeNull();
    expect(text).not.toContain('secret');
    expect(brief((await rig.admin('GET', 'refusals?account=bank')).json)).toEqual([ofBank]);
    expect(brief((await rig.admin('GET', 'refusals?to=%2B4477*&reason=credit')).json)).toHaveLength(1);
    expect(brief((await rig.admin('GET', 'refusals?after=2020-01-01T00:00:00Z&from=bank')).json)).toEqual([
      ofBank,
    ]);
  });

  it('goes page by page', async () => {
    const first = (await rig.admin('GET', 'refusals?limit=1')).json;
    expect(brief(first)).toEqual([ofBank]);
    const second = (await rig.admin('GET', `refusals?limit=1&before=${first.next}`)).json;
    expect(brief(second)).toEqual([`${ofAcme} route=uk`]);
  });

  it('tells an account of its own, without rules', async () => {
    expect(brief((await rig.as(keys.acme)('GET', 'refusals')).json)).toEqual([`${ofAcme} `]);
    expect((await rig.as(keys.acme)('GET', 'refusals?account=bank')).status).toBe(403);
  });

  it('wants a time that is one', async () => {
    const { status, json } = await rig.admin('GET', 'refusals?after=yesterday');
    expect([status, json.field]).toEqual([400, 'after']);
  });
});

describe('GET /api/v1/messages', () => {
  const refused = async (query: string, key: string = keys.admin) =>
    (await rig.as(key)('GET', `messages?${query}`)).json.refused.map(({ to }: { to: string }) => to);

  it.each([
    ['', ['999123456', '447700900123']],
    ['to=4477*', ['447700900123']],
    ['to=%2B447700900123', ['447700900123']],
    ['q=state:refused', ['999123456', '447700900123']],
    ['q=state:failed', ['999123456', '447700900123']],
    ['account=ba*', ['999123456']],
    ['from=BANK&kind=mt', ['999123456']],
    ['after=1h', ['999123456', '447700900123']],
    ['from=bank', ['999123456']],
    ['q=-account:acme', ['999123456']],
    ['q=-to:4477*', ['999123456']],
    ['q=-state:delivered', ['999123456', '447700900123']],
    ['q=error:ESME_RSUBMITFAIL', ['447700900123']],
    ['q=error:esme_rinvdstadr', ['999123456']],
    ['q=error:69', ['447700900123']],
    ['q=error:0x45', ['447700900123']],
    ['q=-error:69', ['999123456']],
    ['q=error:6', []],
    ['q=route:uk', ['447700900123']],
    ['q=route:u*', ['447700900123']],
    ['q=route:k', []],
    ['q=state:refused to:4477* error:69', ['447700900123']],
    ['q=to:4477* to:9991*', []],
    // About something that a refusal does not have, or is not.
    ['state=delivered', []],
    ['text=secret', []],
    ['kind=mo', []],
    ['before=1h', []],
    ['q=id:447700900123', []],
    ['q=447700900123', []],
    ['q=-state:refused', []],
    ['q=connector:op', []],
  ])('%s: refused beside what is stored: %j', async (query, found) => {
    expect(await refused(query)).toEqual(found);
  });

  it('an account sees its own; state:refused finds nothing that is stored', async () => {
    expect(await refused('', keys.bank)).toEqual(['999123456']);
    expect(await refused('q=error:69', keys.acme)).toEqual(['447700900123']);
    // Rules are not told to customers.
    expect(await refused('q=route:uk', keys.acme)).toEqual([]);
    await rig.admin('POST', 'ledger/acme/credits', { amount: '1' });
    await rig.as(keys.acme)('POST', 'messages', { to: '447700900777', text: 'x' });
    const { json } = await rig.admin('GET', 'messages?q=state:refused');
    expect(json.messages).toEqual([]);
    expect((await rig.admin('GET', 'messages')).json.messages).toHaveLength(1);
  });
});
