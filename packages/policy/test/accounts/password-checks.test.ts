import { describe, expect, it } from 'vitest';
import { hashForProcess, type PasswordHash, parsePasswordHash } from '../../src/accounts/password.ts';
import {
  type CheckRank,
  type CheckResult,
  type Gate,
  PasswordChecks,
} from '../../src/accounts/password-checks.ts';
import { CountedScrypt, hashFor } from './support.ts';

const hash = (password: string): PasswordHash => parsePasswordHash(hashFor(password))!;
const open: Gate = { enter: () => true, leave: () => undefined };

function rig() {
  const scrypt = new CountedScrypt();
  const checks = new PasswordChecks(scrypt.derive);
  const check = (
    name: string,
    password: string,
    of: PasswordHash = hash('right'),
    rank: CheckRank = 'other',
    gate: Gate = open,
    address = '',
  ): CheckResult | Promise<CheckResult> => checks.check({ name, password, hash: of, rank, address, gate });
  return { scrypt, check };
}

describe('password checks', () => {
  it('a storm of 100 binds costs one run', async () => {
    const { scrypt, check } = rig();
    const results = await Promise.all(Array.from({ length: 100 }, () => check('acme', 'right')));
    expect(new Set(results)).toEqual(new Set(['right']));
    expect(scrypt.runs).toBe(1);
    // Known from here on: no promise even.
    expect(check('acme', 'right')).toBe('right');
    expect(scrypt.runs).toBe(1);
  });

  it('a client that says the same wrong password again and again costs one run', async () => {
    const { scrypt, check } = rig();
    expect(await check('acme', 'old')).toBe('wrong');
    for (let time = 0; time < 100; time += 1) expect(check('acme', 'old')).toBe('wrong');
    expect(scrypt.runs).toBe(1);
  });

  it('what was right for one name is not for another, and every guess costs a run of its own', async () => {
    const { scrypt, check } = rig();
    await check('acme', 'right');
    expect(await check('other', 'right', hash('secret'))).toBe('wrong');
    expect(await check('acme', 'wrong')).toBe('wrong');
    expect(scrypt.runs).toBe(3);
  });

  it('another hash forgets what was known', async () => {
    const { check } = rig();
    expect(await check('acme', 'right')).toBe('right');
    expect(await check('acme', 'new', hash('new'))).toBe('right');
    expect(await check('acme', 'right', hash('new'))).toBe('wrong');
    // Wrong before, right now.
    expect(await check('acme', 'third')).toBe('wrong');
    expect(await check('acme', 'third', hash('third'))).toBe('right');
  });

  it('remembers a few wrong ones of a name, and forgets the eldest', async () => {
    const { scrypt, check } = rig();
    for (const guess of ['1', '2', '3', '4', '5']) await check('acme', guess);
    for (const guess of ['2', '3', '4', '5']) expect(check('acme', guess)).toBe('wrong');
    expect(check('acme', '1')).toBeInstanceOf(Promise);
    expect(scrypt.runs).toBe(6);
  });

  it('runs four at a time and lets 10,000 of a rank wait', async () => {
    const { scrypt, check } = rig();
    const results = await Promise.all(
      Array.from({ length: 10_012 }, (_, index) => check('acme', `guess${index}`)),
    );
    expect(scrypt.mostRunning).toBe(4);
    expect(scrypt.runs).toBe(10_004);
    expect(results.filter((result) => result === 'busy')).toHaveLength(8);
    expect(results.slice(0, 10_004).every((result) => result === 'wrong')).toBe(true);
    expect(await check('acme', 'right')).toBe('right');
  });

  it('serves in order of arrival, none is made to come again', async () => {
    const { check } = rig();
    const order: number[] = [];
    const results = await Promise.all(
      Array.from({ length: 2_000 }, async (_, index) => {
        const result = await check(`acme${index}`, 'right');
        order.push(index);
        return result;
      }),
    );
    expect(new Set(results)).toEqual(new Set(['right']));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it('serves the addresses of a rank in turn, and one that has not guessed before those that have', async () => {
    const { check } = rig();
    const order: string[] = [];
    const asked = (who: string, rank: CheckRank, count: number, address: string) =>
      Array.from({ length: count }, async (_, index) => {
        await check('acme', `${who}${index}`, hash('right'), rank, open, address);
        order.push(who);
      });
    await Promise.all([
      ...asked('running', 'own', 4, ''),
      ...asked('guesser', 'other', 20, '10.0.0.1'),
      ...asked('crowd', 'fresh', 20, '10.0.0.2'),
      ...asked('one', 'fresh', 1, '10.0.0.3'),
      ...asked('owner', 'own', 1, '10.0.0.4'),
    ]);
    expect(order.slice(0, 4)).toEqual(Array(4).fill('running'));
    expect(order.indexOf('owner')).toBe(4);
    expect(order.indexOf('one')).toBeLessThan(8);
    expect(order.lastIndexOf('crowd')).toBeLessThan(order.indexOf('guesser') + 4);
  });

  it('a password that stands in clear in a file of this process costs no run, whoever asks', async () => {
    const { scrypt, check } = rig();
    const quick = parsePasswordHash(hashForProcess('right'))!;
    expect(check('acme', 'right', quick)).toBe('right');
    expect(check('acme', 'wrong', quick)).toBe('wrong');
    expect(check('acme', '', quick)).toBe('wrong');
    const left: unknown[] = [];
    const gate: Gate = { enter: () => true, leave: (right) => left.push(right) };
    // The same wrong one again is no other guess.
    expect(check('acme', 'wrong', quick, 'other', gate)).toBe('wrong');
    expect(check('acme', 'third', quick, 'other', gate)).toBe('wrong');
    expect(check('acme', 'fourth', quick, 'other', { ...gate, enter: () => false })).toBe('held');
    expect(left).toEqual([false]);
    expect(scrypt.runs).toBe(0);
    expect(check('acme', 'right', parsePasswordHash(hashForProcess('other'))!)).toBe('wrong');
  });

  it('what was right is known to another process with the key, as long as the hash is the same', async () => {
    const key = new Uint8Array(32).fill(7);
    const scrypt = new CountedScrypt();
    const before = new PasswordChecks(scrypt.derive, key);
    const asked = { name: 'acme', password: 'right', rank: 'other', address: '', gate: open } as const;
    expect(before.rightOf('acme')).toBeUndefined();
    expect(await before.check({ ...asked, hash: hash('right') })).toBe('right');
    const digest = before.rightOf('acme') ?? '';
    expect(digest).not.toContain('right');
    const restored = (of: Uint8Array): PasswordChecks => {
      const checks = new PasswordChecks(scrypt.derive, of);
      checks.restoreRight('acme', digest);
      return checks;
    };
    const runs = scrypt.runs;
    expect(restored(key).check({ ...asked, hash: hash('right') })).toBe('right');
    expect(scrypt.runs).toBe(runs);
    // Another password, another hash, another key, another name.
    const others: (CheckResult | Promise<CheckResult>)[] = [
      restored(key).check({ ...asked, password: 'wrong', hash: hash('right') }),
      restored(key).check({ ...asked, hash: hash('other') }),
      restored(new Uint8Array(32)).check({ ...asked, password: 'wrong', hash: hash('right') }),
      restored(key).check({ ...asked, name: 'beta', hash: hash('other') }),
    ];
    expect(await Promise.all(others)).toEqual(['wrong', 'wrong', 'wrong', 'wrong']);
    expect(scrypt.runs).toBe(runs + 4);
  });

  it('strangers do not keep an owner waiting', async () => {
    const { check } = rig();
    const order: string[] = [];
    const strangers = Array.from({ length: 140 }, (_, index) =>
      Promise.resolve(check('acme', `guess${index}`)).then(() => order.push('stranger')),
    );
    const owner = Promise.resolve(check('acme', 'right', hash('right'), 'own')).then((result) => {
      order.push('owner');
      return result;
    });
    await Promise.all([...strangers, owner]);
    expect(await owner).toBe('right');
    // After the 4 that ran already, and those that ran beside it.
    expect(order.indexOf('owner')).toBeLessThan(4 + 4);
  });

  it('asks the gate when its turn comes, and tells it what came of it', async () => {
    const { scrypt, check } = rig();
    const told: unknown[] = [];
    const gate = (isOpen: boolean): Gate => ({
      enter: () => {
        told.push('enter');
        return isOpen;
      },
      leave: (right) => told.push(right),
    });
    expect(await check('acme', 'guess', hash('right'), 'other', gate(false))).toBe('held');
    expect(await check('acme', 'guess', hash('right'), 'other', gate(true))).toBe('wrong');
    expect(await check('acme', 'right', hash('right'), 'other', gate(true))).toBe('right');
    expect(told).toEqual(['enter', 'enter', false, 'enter', true]);
    expect(scrypt.runs).toBe(2);
  });

  it('a failure of scrypt reaches the caller and frees the place', async () => {
    let broken = true;
    const left: unknown[] = [];
    const checks = new PasswordChecks(async (password, salt, octets, cost) => {
      if (broken) throw new Error('no memory');
      return new CountedScrypt().derive(password, salt, octets, cost);
    });
    const gate: Gate = { enter: () => true, leave: (right) => left.push(right) };
    const input = { name: 'acme', hash: hash('right'), rank: 'other', address: '', gate } as const;
    const failing = Array.from({ length: 10 }, (_, index) =>
      Promise.resolve(checks.check({ ...input, password: `x${index}` })),
    );
    for (const failed of failing) await expect(failed).rejects.toThrow('no memory');
    expect(left).toEqual(Array.from({ length: 10 }));
    broken = false;
    expect(await checks.check({ ...input, password: 'right' })).toBe('right');
  });
});
