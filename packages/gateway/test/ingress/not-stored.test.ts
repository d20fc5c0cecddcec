/** What a submission takes from its account is given back when the store fails. */
import { MemoryStore } from '@chappe/center';
import type { AccountSettings } from '@chappe/policy';
import { status, statusName } from '@chappe/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { AccountPolicy } from '../../../policy/src/accounts/policy.ts';
import { account, settingsOf, via, World } from '../network/world.ts';
import { type Esme, settled, start } from '../rig.ts';

class FailingStore extends MemoryStore {
  isBroken = false;

  override commit(changes: Parameters<MemoryStore['commit']>[0]): Promise<void> {
    return this.isBroken ? Promise.reject(new Error('disk on fire')) : super.commit(changes);
  }
}

let world: World;
let store: FailingStore;
let esme: Esme;

/** To be called where a world was begun. */
function endsWorld(): void {
  afterEach(async () => {
    store.isBroken = false;
    // That the store failed has been heard.
    world.rig.errors.length = 0;
    await world.stop();
  });
}

async function begin(more: Partial<AccountSettings>, settings: object = {}): Promise<void> {
  store = new FailingStore();
  const accounts = [account('acme', { credit: { mode: 'prepaid' }, ...more })];
  const routes = [via(['a'], undefined, { price: { perSegment: 10 } })];
  world = await World.start({ accounts, connectors: ['a'], routes, ...settings }, {}, store);
  await world.gateway.ledger.credit({ account: 'acme', kind: 'top-up', amount: 1_000, by: 'test' }, start);
  esme = await world.esme();
}

const used = () => world.gateway.accounts.get('acme')?.policy.quota.used(start).day;
const balance = () => world.gateway.ledger.account('acme').balance;
const long = [{ name: 'message_payload', value: Buffer.from('x'.repeat(300)) }] as const;

const ways: readonly [string, segments: number, () => Promise<string>][] = [
  ['submit_sm', 1, async () => nameOf(await esme.submit())],
  [
    'submit_sm that is cut',
    2,
    async () => nameOf(await esme.submit({ short_message: new Uint8Array(0), tlvs: long })),
  ],
  [
    'data_sm',
    1,
    async () =>
      nameOf(
        await esme.request<'data_sm'>({
          command: 'data_sm',
          source_addr: 'ACME',
          source_addr_ton: 5,
          destination_addr: '447700900123',
          dest_addr_ton: 1,
          tlvs: [{ name: 'message_payload', value: Buffer.from('x') }],
        }),
      ),
  ],
  [
    'submit_multi',
    3,
    async () =>
      nameOf(
        await esme.request<'submit_multi'>({
          command: 'submit_multi',
          source_addr: 'ACME',
          source_addr_ton: 5,
          dest_address: ['447700900001', '447700900002', '447700900003'].map((destination_addr) => ({
            dest_flag: 1 as const,
            dest_addr_ton: 1,
            dest_addr_npi: 1,
            destination_addr,
          })),
          short_message: Buffer.from('x'),
        }),
      ),
  ],
  [
    'a call',
    2,
    () =>
      world.gateway.submit({ account: 'acme', to: '447700900123', text: 'x'.repeat(200) }).then(
        () => 'ESME_ROK',
        ({ commandStatus }: { readonly commandStatus: number }) => statusName(commandStatus) ?? '',
      ),
  ],
];

function nameOf({ command_status }: { readonly command_status: number }): string {
  return statusName(command_status) ?? '';
}

describe.each(ways)('%s', (_, segments, submit) => {
  endsWorld();

  it('counts against quota, throughput and credit when it is stored', async () => {
    await begin({ quota: { day: 3 }, throughput: { perSecond: 3, excess: 'reject' } });
    expect(await submit()).toBe('ESME_ROK');
    expect([used(), balance()]).toEqual([segments, 1_000 - 10 * segments]);
  });

  it('counts against none of them when it is not', async () => {
    await begin({ quota: { day: 3 }, throughput: { perSecond: 3, excess: 'reject' } });
    store.isBroken = true;
    // More than quota and throughput hold, at the same instant.
    for (let i = 0; i < 4; i += 1) expect(await submit()).toBe('ESME_RSYSERR');
    expect([used(), balance()]).toEqual([0, 1_000]);
    store.isBroken = false;
    // The centre looks after a while whether its store is well again.
    await world.pass(60_000);
    expect(await submit()).toBe('ESME_ROK');
    expect([used(), balance()]).toEqual([segments, 1_000 - 10 * segments]);
  });
});

describe('what was not stored in time', () => {
  endsWorld();

  it('is given back to the account as it is now', async () => {
    await begin({ quota: { day: 5 }, throughput: { perSecond: 1, burst: 1, excess: 'shape' } });
    expect(await esme.submit()).toMatchObject({ command_status: 0 });
    // Shaped: stored a second from now, when the account has other settings.
    const later = esme.submit();
    await settled();
    expect(used()).toBe(2);
    const { accounts, ...rest } = settingsOf({
      accounts: [account('acme', { credit: { mode: 'prepaid' }, quota: { day: 9 } })],
      connectors: ['a'],
      routes: [via(['a'], undefined, { price: { perSegment: 10 } })],
    });
    await world.gateway.apply({ accounts, ...rest });
    store.isBroken = true;
    await world.pass(1_000);
    expect(nameOf(await later)).toBe('ESME_RSYSERR');
    expect(used()).toBe(1);
  });
});

describe('what was not stored', () => {
  it('leaves no more room than there was', () => {
    const throughput = { perSecond: 2, burst: 2, excess: 'reject' } as const;
    const policy = new AccountPolicy({ systemId: 'acme', passwordHash: '', throughput, quota: { day: 9 } });
    for (let i = 0; i < 5; i += 1) {
      expect(policy.take(2, start)).toBe(0);
      policy.release(2);
    }
    policy.release(2);
    expect([1, 1, 1].map((segments) => policy.take(segments, start))).toEqual([
      0,
      0,
      { refusal: 'throughput', status: status.ESME_RTHROTTLED },
    ]);
    expect(policy.quota.used(start).day).toBe(2);
  });
});
