import { describe, expect, it } from 'vitest';
import { Accounts } from '../src/accounts.ts';

describe('accounts', () => {
  it('an open gateway lets everybody in under the name they say', async () => {
    const accounts = await Accounts.create({ open: true });
    expect(await accounts.verify('anybody', 'anything')).toEqual({ name: 'anybody' });
    expect(accounts.names()).toEqual(['anybody']);
  });

  it('a closed gateway knows its own', async () => {
    const accounts = await Accounts.create({ open: false, list: [{ systemId: 'acme', password: 'secret' }] });
    expect(await accounts.verify('acme', 'secret')).toEqual({ name: 'acme' });
    expect(await accounts.verify('acme', 'Secret')).toBe('refused');
    expect(await accounts.verify('acme', '')).toBe('refused');
    expect(await accounts.verify('other', 'secret')).toBe('refused');
    expect(accounts.names()).toEqual(['acme']);
  });

  it('keeps no password', async () => {
    const accounts = await Accounts.create({
      open: false,
      list: [{ systemId: 'acme', password: 'sup3rsecret' }],
    });
    const { inspect } = await import('node:util');
    expect(inspect(accounts, { depth: 10, showHidden: true })).not.toContain('sup3rsecret');
  });

  it('says busy rather than queue guesses without end', async () => {
    const accounts = await Accounts.create({ open: false, list: [{ systemId: 'acme', password: 'x' }] });
    const answers = await Promise.all(Array.from({ length: 18 }, () => accounts.verify('acme', 'guess')));
    expect(answers.filter((answer) => answer === 'busy')).toHaveLength(2);
    expect(await accounts.verify('acme', 'x')).toEqual({ name: 'acme' });
  });

  it.each([
    ['empty', [{ systemId: '', password: 'x' }]],
    ['too long', [{ systemId: 'x'.repeat(65), password: 'x' }]],
    [
      'repeated',
      [
        { systemId: 'a', password: 'x' },
        { systemId: 'a', password: 'y' },
      ],
    ],
  ])('refuses an %s system_id', async (_, list) => {
    await expect(Accounts.create({ open: false, list })).rejects.toThrow(RangeError);
  });
});
