/** Messages from handsets that nobody takes: they are looked at again, given away, refused, and told of once. */
import { status } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import type { MoAction, MoRouteSettings } from '../../../policy/src/settings/mo-route.ts';
import { ReceivingBinds } from '../../src/lanes/binds.ts';
import { partRules } from '../../src/mo/journey.ts';
import { settled } from '../rig.ts';
import {
  acceptedDetail,
  keyword,
  MoRig,
  type MoRigOptions,
  plainRules,
  received,
  segments,
} from './mo-rig.ts';

/** A rig of a gateway whose numbers can be given away. */
async function begin(options: MoRigOptions = {}) {
  const owners = new Map<string, readonly string[]>();
  const receivingBinds = new ReceivingBinds((number) => owners.get(number) ?? []);
  const rig = await MoRig.start({ receivingBinds, ...options });
  const use = (rules: readonly MoRouteSettings[], unclaimed?: MoAction): Promise<void> => {
    rig.inbox.use(plainRules(rules), plainRules(partRules(rules)), unclaimed);
    return rig.inbox.unclaimed.look();
  };
  return { rig, owners, use };
}

const to = (...accounts: string[]): MoAction => ({ kind: 'accounts', accounts, spread: 'all' });

describe('what nobody takes', () => {
  it('waits, and is told once for each number', async () => {
    const { rig } = await begin();
    for (const destination_addr of ['60100', '60200', '60100', '60100'])
      expect(await rig.send({ destination_addr })).toBe('ESME_ROK');
    expect(await rig.seen()).toEqual(Array(4).fill('unclaimed Hello'));
    expect(rig.inbox.counters.unclaimed).toBe(4);
    // Each one is heard of here; notices.ts tells of a number once.
    expect(rig.unclaimed).toEqual(['op-a 60100', 'op-a 60200', 'op-a 60100', 'op-a 60100']);
  });

  it.each<[string, MoAction, readonly string[]]>([
    ['an account', to('acme'), ['account:acme Hello']],
    ['all of several', to('acme', 'beta'), ['account:acme Hello', 'account:beta Hello']],
    ['a webhook', { kind: 'webhook', webhook: 'crm' }, ['webhook:crm Hello']],
    ['nobody', { kind: 'drop' }, ['dropped Hello']],
    ['an account, after STOP', keyword('opt-out', 'Bye', to('acme')), ['account:acme Hello']],
  ])('goes to %s when a rule says so', async (_, action, seen) => {
    const { rig, use } = await begin();
    await rig.send();
    await rig.send({ destination_addr: '70100' });
    await use([{ name: 'new', to: ['60100'], action }]);
    await settled();
    expect((await rig.seen()).toSorted()).toEqual([...seen, 'unclaimed Hello'].toSorted());
    if (action.kind === 'opt-out') {
      expect(rig.optOuts).toEqual(['+447700900123 60100 Hello']);
      expect(rig.replies).toHaveLength(1);
    }
    expect(rig.errors).toEqual([]);
  });

  it('goes to the account that its number is given to, in order, and says in its timeline how it came there', async () => {
    const { rig, owners, use } = await begin();
    const texts = Array.from({ length: 250 }, (_, at) => `text ${at}`);
    for (const text of texts) await rig.send({ short_message: Buffer.from(text) });
    await rig.send({ destination_addr: '60200' });
    owners.set('60100', ['acme']);
    const order: string[] = [];
    rig.center.attach('account:acme', {
      ready: undefined,
      capacity: () => 10,
      deliver: (messages, report) => {
        for (const message of messages) {
          order.push(message.text ?? '');
          report(message, { kind: 'delivered', detail: '' });
        }
      },
    });
    await use([]);
    await rig.clock.advance(100);
    expect(order).toEqual(texts);
    expect(await rig.seen()).toEqual(['unclaimed Hello']);
    const { messages } = await rig.center.search({ account: 'acme', kinds: ['mo'], limit: 1 });
    expect(messages[0]?.timeline).toContain('claimed rule=none');
    expect(acceptedDetail(messages[0])).toContain('connector=op-a');
  });

  it('is put together when a rule wants that now', async () => {
    const { rig, use } = await begin();
    const text = 'word '.repeat(70);
    const three = segments(text, 9);
    await rig.send(three[2]);
    await rig.send(three[0]);
    await use([{ name: 'whole', action: to('acme'), reassemble: true }]);
    await settled();
    expect(await rig.seen()).toHaveLength(2);
    await rig.send(three[1]);
    await settled();
    expect(await rig.seen()).toEqual([`account:acme ${text}`]);
  });

  it('is one keyword message only where it begins', async () => {
    const { rig, use } = await begin();
    for (const part of segments(`STOP ${'word '.repeat(70)}`, 9)) await rig.send(part);
    await use([
      { name: 'stop', keywords: ['STOP'], action: keyword('opt-out', undefined, to('acme')) },
      { name: 'rest', action: to('beta') },
    ]);
    await settled();
    expect(rig.optOuts).toHaveLength(1);
    expect((await rig.waiting()).map(({ lane }) => lane)).toEqual([
      'account:acme',
      'account:beta',
      'account:beta',
    ]);
  });

  it('is looked at when the process begins', async () => {
    const { rig } = await begin();
    await rig.send();
    const again = await rig.restart({ receivingBinds: new ReceivingBinds(() => ['acme']) });
    await settled();
    expect(await again.seen()).toEqual(['account:acme Hello']);
  });

  it('of thousands goes whole, while more comes', async () => {
    const { rig, owners, use } = await begin();
    for (let at = 0; at < 2_500; at += 1) rig.give(received());
    await settled();
    owners.set('60100', ['acme']);
    const looked = use([]);
    await rig.send();
    await looked;
    await settled();
    const seen = await rig.center.waitingIn('unclaimed', 1_000);
    expect(seen.messages).toEqual([]);
    expect(rig.errors).toEqual([]);
  });

  it('stays when the disk fails, and goes when it is asked for again', async () => {
    const { rig, owners, use } = await begin();
    await rig.send();
    owners.set('60100', ['acme']);
    const { waitingIn } = rig.store;
    rig.store.waitingIn = () => Promise.reject(new Error('disk'));
    await use([]);
    expect(rig.errors).toEqual([expect.stringContaining('nobody has taken: Error: disk')]);
    rig.store.waitingIn = waitingIn;
    await rig.inbox.unclaimed.look();
    expect(await rig.seen()).toEqual(['account:acme Hello']);
  });

  it.each<[string, string | undefined, string, readonly string[]]>([
    ['to an account by hand', 'beta', 'claimed', ['account:beta Hello']],
    ['to nobody', undefined, 'left', ['unclaimed Hello']],
  ])('goes %s', async (_, account, result, seen) => {
    const { rig } = await begin();
    await rig.send();
    const [waiting] = await rig.waiting();
    if (waiting === undefined) throw new Error('nothing waits');
    expect(await rig.inbox.unclaimed.claim(waiting, account)).toBe(result);
    expect(await rig.seen()).toEqual(seen);
    if (result === 'claimed') expect(await rig.inbox.unclaimed.claim(waiting, 'acme')).toBe('gone');
    expect(await rig.seen()).toEqual(seen);
  });
});

describe('a message is refused', () => {
  const refuse = (commandStatus: number): MoAction => ({ kind: 'refuse', status: commandStatus });

  it('by a rule, with its status, and nothing is stored', async () => {
    const { rig } = await begin({
      moRules: [{ name: 'no', to: ['601'], action: refuse(status.ESME_RX_R_APPN) }],
    });
    expect(await rig.send()).toBe('ESME_RX_R_APPN');
    expect(await rig.send({ destination_addr: '70100' })).toBe('ESME_ROK');
    expect(await rig.stored()).toHaveLength(1);
    expect(rig.inbox.counters).toMatchObject({ received: 2, refused: 1, unclaimed: 1 });
    expect(rig.errors).toEqual([]);
  });

  it('where nobody takes it, if that is wanted; what was kept before stays', async () => {
    const { rig, owners, use } = await begin();
    await rig.send();
    owners.set('60200', ['acme']);
    await use([{ name: 'r', to: ['60300'], action: to('beta') }], refuse(status.ESME_RX_T_APPN));
    expect(await rig.send()).toBe('ESME_RX_T_APPN');
    expect(await rig.send({ destination_addr: '60200' })).toBe('ESME_ROK');
    expect(await rig.send({ destination_addr: '60300' })).toBe('ESME_ROK');
    expect(await rig.seen()).toEqual(['unclaimed Hello', 'account:acme Hello', 'account:beta Hello']);
    expect(rig.unclaimed).toHaveLength(1);
  });

  it('in every segment, when it comes in several', async () => {
    const { rig } = await begin({ moRules: [{ name: 'no', action: refuse(status.ESME_RX_R_APPN) }] });
    for (const part of segments('word '.repeat(70), 9)) expect(await rig.send(part)).toBe('ESME_RX_R_APPN');
    expect(await rig.stored()).toEqual([]);
  });

  it('too late when it had to be whole first: then it ends, and comes no more', async () => {
    const { rig } = await begin({
      moRules: [{ name: 'no', keywords: ['WORD'], reassemble: true, action: refuse(status.ESME_RX_R_APPN) }],
    });
    for (const part of segments('word '.repeat(70), 9)) expect(await rig.send(part)).toBe('ESME_ROK');
    await settled();
    await rig.clock.advance(60_000);
    expect((await rig.stored()).map(({ lane }) => lane)).toContain('dropped');
    expect(rig.inbox.counters.dropped).toBe(1);
    expect(rig.errors).toEqual([]);
  });

  it.each<[string, MoAction, string]>([
    ['an account', to('acme'), 'account:acme Hello'],
    ['a webhook', { kind: 'webhook', webhook: 'crm' }, 'webhook:crm Hello'],
  ])('or goes to %s where nobody takes it', async (_, action, seen) => {
    const { rig, use } = await begin();
    await rig.send();
    await use([], action);
    await rig.send();
    expect(await rig.seen()).toEqual([seen, seen]);
  });
});

describe('with accounts but without settings, as chappe start --account', () => {
  it('goes to whoever binds', async () => {
    const rig = await MoRig.start();
    await rig.send();
    const session = { id: 1, kind: 'transceiver', bind: { address_range: '' } };
    rig.receivingBinds.bound(session as never, 'acme');
    await rig.inbox.unclaimed.look();
    expect(await rig.seen()).toEqual(['account:acme Hello']);
  });
});
