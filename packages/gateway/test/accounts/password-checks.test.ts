import { describe, expect, it } from 'vitest';
import { type PasswordHash, parsePasswordHash } from '../../src/accounts/password.ts';
import { type CheckResult, type Gate, PasswordChecks } from '../../src/accounts/password-checks.ts';
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
    isOwn = false,
    gate: Gate = open,
  ): CheckResult | Promise<CheckResult> => checks.check({ name, password, hash: of, isOwn, gate });
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

  it('runs four at a time and lets 128 wait', async () => {
    const { scrypt, check } = rig();
    const results = await Promise.all(
      Array.from({ length: 140 }, (_, index) => check('acme', `guess${index}`)),
    );
    expect(scrypt.mostRunning).toBe(4);
    expect(scrypt.runs).toBe(132);
    expect(results.filter((result) => result === 'busy')).toHaveLength(8);
    expect(results.slice(0, 132).every((result) => result === 'wrong')).toBe(true);
    expect(await check('acme', 'right')).toBe('right');
  });

  it('strangers do not keep an owner waiting', async () => {
    const { check } = rig();
    const order: string[] = [];
    const strangers = Array.from({ length: 140 }, (_, index) =>
      Promise.resolve(check('acme', `guess${index}`)).then(() => order.push('stranger')),
    );
    const owner = Promise.resolve(check('acme', 'right', hash('right'), true)).then((result) => {
      order.push('owner');
      return result;
    });
    await Promise.all([...strangers, owner]);
    expect(await owner).toBe('right');
    // After the 8 that were refused at once, the 4 that ran already, and those that ran beside it.
    expect(order.indexOf('owner')).toBeLessThan(8 + 4 + 4);
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
    expect(await check('acme', 'guess', hash('right'), false, gate(false))).toBe('held');
    expect(await check('acme', 'guess', hash('right'), false, gate(true))).toBe('wrong');
    expect(await check('acme', 'right', hash('right'), false, gate(true))).toBe('right');
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
    const input = { name: 'acme', hash: hash('right'), isOwn: false, gate };
    const failing = Array.from({ length: 10 }, (_, index) =>
      Promise.resolve(checks.check({ ...input, password: `x${index}` })),
    );
    for (const failed of failing) await expect(failed).rejects.toThrow('no memory');
    expect(left).toEqual(Array.from({ length: 10 }));
    broken = false;
    expect(await checks.check({ ...input, password: 'right' })).toBe('right');
  });
});
