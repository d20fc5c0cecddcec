import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Accounts } from '../../src/accounts/accounts.ts';
import { hashPassword } from '../../src/accounts/password.ts';
import type { AccountSettings } from '../../src/settings/account.ts';
import { account, CountedScrypt, hashFor, start } from './support.ts';

const closed = async (...list: AccountSettings[]): Promise<{ accounts: Accounts; scrypt: CountedScrypt }> => {
  const scrypt = new CountedScrypt();
  return { accounts: await Accounts.create({ open: false, list }, scrypt.derive), scrypt };
};

describe('an open gateway', () => {
  it('lets everybody in under the name they say', async () => {
    const accounts = await Accounts.create({ open: true });
    expect(accounts.get('anybody')).toBeUndefined();
    expect(await accounts.verify('anybody', 'anything')).toBe(accounts.get('anybody'));
    expect(accounts.ensure('anybody')).toBe(accounts.get('anybody'));
    expect(accounts.names()).toEqual(['anybody']);
    expect(accounts.get('anybody')).toMatchObject({ name: 'anybody', suspended: false, networks: undefined });
  });

  it('forgets the eldest of 10,000 names', async () => {
    const accounts = await Accounts.create({ open: true });
    for (let index = 0; index <= 10_000; index += 1) accounts.ensure(`peer${index}`);
    expect(accounts.names()).toHaveLength(10_000);
    expect(accounts.get('peer0')).toBeUndefined();
    expect(accounts.get('peer10000')).toBeDefined();
  });

  it('takes no list', async () => {
    const accounts = await Accounts.create({ open: true });
    expect(() => accounts.replace([account('acme', 'x')])).toThrow('open to everybody');
    await expect(accounts.add(account('acme', 'x'))).rejects.toThrow(RangeError);
    expect(accounts.suspend('acme', true)).toBe(false);
  });
});

describe('a closed gateway', () => {
  it('knows its own', async () => {
    const { accounts } = await closed(account('acme', 'secret'));
    expect(await accounts.verify('acme', 'secret')).toBe(accounts.get('acme'));
    for (const wrong of ['Secret', '', 'secret '])
      expect(await accounts.verify('acme', wrong)).toBe('refused');
    expect(await accounts.verify('other', 'secret')).toBe('refused');
    expect(await accounts.verify('', '')).toBe('refused');
    expect(accounts.names()).toEqual(['acme']);
    expect(accounts.get('other')).toBeUndefined();
    expect(accounts.open).toBe(false);
  });

  it('hashes passwords that are given in clear, and keeps none', async () => {
    const list = [{ systemId: 'acme', password: 'sup3rsecret' }];
    const accounts = await Accounts.create({ open: false, list });
    expect(await accounts.verify('acme', 'sup3rsecret')).toBe(accounts.get('acme'));
    expect(await accounts.verify('acme', 'supersecret')).toBe('refused');
    expect(await accounts.verify('other', 'sup3rsecret')).toBe('refused');
    const added = await accounts.add({ systemId: 'later', password: 'an0ther' });
    expect(await accounts.verify('later', 'an0ther')).toBe(added);
    const shown = inspect(accounts, { depth: 12, showHidden: true });
    expect(shown).not.toContain('sup3rsecret');
    expect(shown).not.toContain('an0ther');
  });

  it('takes hashes as they are written', async () => {
    const accounts = await Accounts.create({
      open: false,
      list: [{ systemId: 'acme', passwordHash: await hashPassword('secret') }],
    });
    expect(await accounts.verify('acme', 'secret')).toBe(accounts.get('acme'));
  });

  it('an unknown name costs the same work as a wrong password: runs, and the cost of each', async () => {
    const list = Array.from({ length: 20 }, (_, index) => ({
      systemId: `acme${index}`,
      passwordHash: hashFor('secret', 32_768),
    }));
    const { accounts, scrypt } = await closed(...list);
    for (const name of ['acme3', 'nobody', 'acme7', 'no-one']) {
      const before = scrypt.runs;
      expect(await accounts.verify(name, 'guess')).toBe('refused');
      expect(scrypt.runs).toBe(before + 1);
      // The same again: known, whoever it is.
      expect(await accounts.verify(name, 'guess')).toBe('refused');
      expect(scrypt.runs).toBe(before + 1);
    }
    expect(scrypt.costs).toEqual([32_768, 32_768, 32_768, 32_768]);
  });

  it('where hashes cost differently, so do unknown names, each always the same', async () => {
    const list = [
      { systemId: 'cheap', passwordHash: hashFor('a', 8_192) },
      { systemId: 'dear', passwordHash: hashFor('b', 32_768) },
    ];
    const { accounts, scrypt } = await closed(...list);
    for (let index = 0; index < 50; index += 1) {
      await accounts.verify(`nobody${index}`, '1');
      await accounts.verify(`nobody${index}`, '2');
    }
    for (let index = 0; index < 50; index += 1)
      expect(scrypt.costs[2 * index]).toBe(scrypt.costs[2 * index + 1]);
    expect(new Set(scrypt.costs)).toEqual(new Set([8_192, 32_768]));
  });

  it('without any account everybody is refused', async () => {
    const { accounts, scrypt } = await closed();
    expect(await accounts.verify('acme', 'x')).toBe('refused');
    expect(scrypt.costs).toEqual([16_384]);
  });

  it('says busy rather than queue guesses without end', async () => {
    const { accounts } = await closed(account('acme', 'x'));
    const answers = await Promise.all(
      Array.from({ length: 10_010 }, (_, index) => accounts.verify('acme', `guess${index}`)),
    );
    expect(answers.filter((answer) => answer === 'busy')).toHaveLength(6);
    expect(await accounts.verify('acme', 'x')).toBe(accounts.get('acme'));
  });

  it.each<[string, AccountSettings[], string]>([
    ['an empty system_id', [account('', 'x')], 'system_id must have 1 to 64'],
    ['a long system_id', [account('x'.repeat(65), 'x')], 'system_id must have 1 to 64'],
    ['a control character', [account('a\nb', 'x')], 'no control characters'],
    ['a repeated system_id', [account('a', 'x'), account('a', 'y')], 'account "a" is given twice'],
    ['no hash', [{ systemId: 'a', passwordHash: 'pl41n' }], 'account "a": passwordHash is no scrypt hash'],
    ['no network', [account('a', 'x', { allowFrom: ['here'] })], 'account "a": allowFrom[0]'],
    ['no binds', [account('a', 'x', { binds: 0 })], 'account "a": binds'],
    ['half a bind', [account('a', 'x', { binds: 1.5 })], 'account "a": binds'],
    ['no window', [account('a', 'x', { window: 0 })], 'account "a": window'],
    ['no kinds of binds', [account('a', 'x', { bindKinds: [] })], 'account "a": bindKinds'],
    [
      'no throughput',
      [account('a', 'x', { throughput: { perSecond: 0 } })],
      'account "a": throughput.perSecond',
    ],
    ['a quota that is none', [account('a', 'x', { quota: { day: -1 } })], 'account "a": quota.day'],
    [
      'too many tags',
      [account('a', 'x', { tags: Array.from({ length: 101 }, String) })],
      'account "a": at most 100',
    ],
  ])('refuses %s by name', async (_, list, message) => {
    await expect(Accounts.create({ open: false, list })).rejects.toThrow(RangeError);
    await expect(Accounts.create({ open: false, list })).rejects.toThrow(message);
  });

  it('does not show what stands where a hash should', async () => {
    const list = [{ systemId: 'a', passwordHash: 'pl41n' }];
    const error: unknown = await Accounts.create({ open: false, list }).catch((caught: unknown) => caught);
    expect(String(error)).not.toContain('pl41n');
  });

  it('adds one, not twice', async () => {
    const { accounts } = await closed(account('a', 'x'));
    await accounts.add(account('b', 'y'));
    expect(accounts.names()).toEqual(['a', 'b']);
    await expect(accounts.add(account('b', 'z'))).rejects.toThrow('given twice');
    await expect(accounts.add({ systemId: '', password: 'x' })).rejects.toThrow(RangeError);
    const both = await Promise.allSettled([
      accounts.add({ systemId: 'c', password: 'x' }),
      accounts.add({ systemId: 'c', password: 'y' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('new settings', () => {
  it('are refused when two accounts have one key', async () => {
    const { accounts } = await closed(account('acme', 'x', { apiKeyHash: 'ab'.repeat(32) }));
    const list = [
      account('acme', 'x', { apiKeyHash: 'ab'.repeat(32) }),
      account('beta', 'x', { apiKeyHash: 'AB'.repeat(32) }),
    ];
    expect(() => accounts.replace(list)).toThrow(
      'account "beta": its apiKey is that of account "acme"; give it another',
    );
    expect(accounts.names()).toEqual(['acme']);
  });

  it('tell what they change; what is the same by value stays the same object', async () => {
    const { accounts } = await closed(
      account('same', 'a', { senders: ['X', 'Y'], throughput: { perSecond: 1 } }),
      account('changed', 'b', { tags: ['x'], binds: 3 }),
      account('gone', 'c'),
    );
    const before = accounts.get('same');
    const changes = accounts.replace([
      account('new', 'd'),
      account('changed', 'e', { tags: ['y'], binds: 3, window: undefined }),
      account('same', 'a', {
        throughput: { perSecond: 1, burst: undefined },
        senders: ['X', 'Y'],
        binds: undefined,
      }),
    ]);
    expect(changes).toEqual({
      added: ['new'],
      removed: ['gone'],
      changed: [{ name: 'changed', fields: ['passwordHash', 'tags'] }],
    });
    expect(accounts.get('same')).toBe(before);
    expect(accounts.get('gone')).toBeUndefined();
    expect(accounts.get('changed')?.policy.tags).toEqual(['y']);
    expect(accounts.names()).toEqual(['new', 'changed', 'same']);
    expect(await accounts.verify('changed', 'e')).toBe(accounts.get('changed'));
    expect(await accounts.verify('changed', 'b')).toBe('refused');
  });

  it('with passwords in clear change nothing when they are read again', async () => {
    const scrypt = new CountedScrypt();
    const list = Array.from({ length: 10 }, (_, index) => ({
      systemId: `a${index}`,
      password: `p!${index}`,
      binds: 3,
    }));
    const accounts = await Accounts.create({ open: false, list }, scrypt.derive);
    expect(scrypt.runs).toBe(10);
    expect(scrypt.mostRunning).toBe(4);
    expect(accounts.get('a3')?.settings.binds).toBe(3);
    expect(JSON.stringify(accounts.get('a3')?.settings)).not.toContain('p!3');
    const again = await accounts.hashed(list);
    expect(accounts.replace(again)).toEqual({ added: [], removed: [], changed: [] });
    const other = await accounts.hashed([{ systemId: 'a0', password: 'new' }, ...list.slice(1)]);
    expect(accounts.replace(other).changed).toEqual([{ name: 'a0', fields: ['binds', 'passwordHash'] }]);
    expect(await accounts.verify('a0', 'new')).toBe(accounts.get('a0'));
    expect(await accounts.verify('a0', 'p0')).toBe('refused');
  });

  it('a password that was verified before is no good after it was changed', async () => {
    const { accounts } = await closed(account('acme', 'old'));
    expect(await accounts.verify('acme', 'old')).toBe(accounts.get('acme'));
    accounts.replace([account('acme', 'new')]);
    expect(await accounts.verify('acme', 'old')).toBe('refused');
    accounts.replace([]);
    expect(await accounts.verify('acme', 'new')).toBe('refused');
  });

  it('change nothing when one of them cannot be', async () => {
    const { accounts } = await closed(account('a', 'x', { tags: ['old'] }), account('b', 'y'));
    expect(() =>
      accounts.replace([account('a', 'x', { tags: ['new'] }), account('c', 'z', { binds: -1 })]),
    ).toThrow('account "c": binds');
    expect(accounts.names()).toEqual(['a', 'b']);
    expect(accounts.get('a')?.policy.tags).toEqual(['old']);
  });

  it('keep counts of what was submitted', async () => {
    const { accounts } = await closed(account('a', 'x', { quota: { day: 10 } }));
    accounts.get('a')?.policy.take(10, start);
    accounts.replace([account('a', 'x', { quota: { day: 11 } })]);
    expect(accounts.get('a')?.policy.take(1, start)).toBe(0);
    expect(accounts.get('a')?.policy.take(1, start)).toMatchObject({ refusal: 'quota' });
  });
});

describe('suspension', () => {
  it('at run time holds over new settings that say nothing about it', async () => {
    const { accounts } = await closed(account('a', 'x'));
    expect(accounts.suspend('a', true)).toBe(true);
    expect(accounts.get('a')?.suspended).toBe(true);
    accounts.replace([account('a', 'x')]);
    expect(accounts.get('a')?.suspended).toBe(true);
    accounts.replace([account('a', 'x', { binds: 5 })]);
    expect(accounts.get('a')).toMatchObject({ suspended: true, settings: { binds: 5 } });
    expect(accounts.suspend('a', false)).toBe(true);
    accounts.replace([account('a', 'x', { binds: 6 })]);
    expect(accounts.get('a')?.suspended).toBe(false);
  });

  it('ends with settings that say something new, and with the account', async () => {
    const { accounts } = await closed(account('a', 'x', { suspended: true }), account('b', 'y'));
    expect(accounts.get('a')?.suspended).toBe(true);
    accounts.suspend('a', false);
    accounts.replace([account('a', 'x', { suspended: true, binds: 5 }), account('b', 'y')]);
    expect(accounts.get('a')?.suspended).toBe(false);
    accounts.suspend('b', true);
    accounts.replace([account('a', 'x', { suspended: false })]);
    accounts.replace([account('a', 'x', { suspended: true }), account('b', 'y')]);
    expect(accounts.get('a')?.suspended).toBe(true);
    expect(accounts.get('b')?.suspended).toBe(false);
  });

  it('is not for strangers', async () => {
    const { accounts } = await closed();
    expect(accounts.suspend('nobody', true)).toBe(false);
  });
});

it('an address is listed where an account has named its network, and not where one lets everybody in', async () => {
  const { accounts } = await closed(
    account('acme', 'secret', { allowFrom: ['203.0.113.0/24'] }),
    account('open', 'secret', { allowFrom: ['0.0.0.0/0', '::/0'] }),
  );
  expect(accounts.isListed('203.0.113.9')).toBe(true);
  expect(accounts.isListed('198.51.100.9')).toBe(false);
  expect(accounts.isListed('2001:db8::9')).toBe(false);
});
