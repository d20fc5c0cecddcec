import { status } from '@chappe/protocol';
import { describe, expect, it } from 'vitest';
import { Accounts } from '../../src/accounts/accounts.ts';
import { type Admission, authenticator, type BindRefusal } from '../../src/accounts/admission.ts';
import type { AccountSettings } from '../../src/settings/account.ts';
import { account, bindRequest, CountedScrypt, StandingClock } from './support.ts';

async function rig(...list: AccountSettings[]) {
  const scrypt = new CountedScrypt();
  const clock = new StandingClock();
  const accounts = await Accounts.create({ open: false, list }, scrypt.derive);
  const refusals: BindRefusal[] = [];
  const authenticate = authenticator(accounts, { clock, onRefused: (refusal) => refusals.push(refusal) });
  let guesses = 0;
  const bind = async (name: string, password: string, address = '198.51.100.7'): Promise<Admission> =>
    authenticate(bindRequest(name, password, { address }));
  /** A password that has not been tried before. True when it was tried. */
  const guess = async (name: string, address?: string): Promise<boolean> => {
    const before = scrypt.runs;
    guesses += 1;
    expect(await bind(name, `guess${guesses}`, address)).toMatchObject({ accept: false });
    return scrypt.runs > before;
  };
  return { scrypt, clock, accounts, refusals, bind, guess };
}

const isIn = (decision: Admission): boolean => decision.accept;

describe('guesses', () => {
  it.each(['acme', 'nobody'])('five for %s, then one after 1, 2, 4 … 60 s', async (name) => {
    const { guess, clock, bind, refusals } = await rig(account('acme', 'right'));
    for (let time = 0; time < 5; time += 1) expect(await guess(name)).toBe(true);
    for (const delayMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]) {
      expect(await guess(name)).toBe(false);
      clock.ms += delayMs - 1;
      expect(await guess(name)).toBe(false);
      clock.ms += 1;
      expect(await guess(name)).toBe(true);
    }
    // Being held is the same for everybody, and not the word for a wrong password.
    expect(await bind(name, 'right')).toEqual({ accept: false, status: status.ESME_RBINDFAIL });
    expect(refusals.at(-1)).toMatchObject({ reason: 'held' });
  });

  it('10,000 in ten minutes from one address: 19 are tried', async () => {
    const { guess, clock, scrypt } = await rig(account('acme', 'right'));
    for (let time = 0; time < 10_000; time += 1) {
      await guess('acme');
      clock.ms += 60;
    }
    // Five, six within 63 s, eight in the rest.
    expect(scrypt.runs).toBe(19);
  });

  it('10,000 in ten minutes from as many addresses: 19 are tried, and the owner binds meanwhile', async () => {
    const { guess, bind, clock, scrypt } = await rig(
      account('acme', 'right', { allowFrom: ['203.0.113.0/24'] }),
    );
    let owner = 0;
    for (let time = 0; time < 10_000; time += 1) {
      await guess('acme', `10.${time >> 8}.${time & 255}.1`);
      clock.ms += 60;
      if (time % 1_000 === 500 && isIn(await bind('acme', 'right', '203.0.113.7'))) owner += 1;
    }
    expect(scrypt.runs).toBe(19 + 1);
    expect(owner).toBe(10);
  });

  it.each([[['0.0.0.0/0', '::/0']], [['0.0.0.0/1', '128.0.0.0/1']], [['0.0.0.0/0', '203.0.113.0/24']]])(
    'an allowFrom of %j, which lets everybody in, holds guesses up as none does',
    async (allowFrom) => {
      const { guess, bind, clock, scrypt } = await rig(account('acme', 'right', { allowFrom }));
      for (let time = 0; time < 2_000; time += 1) {
        await guess('acme', `10.${time >> 8}.${time & 255}.1`);
        clock.ms += 60;
      }
      expect(scrypt.runs).toBeLessThanOrEqual(12);
      const isNamed = allowFrom.includes('203.0.113.0/24');
      expect(isIn(await bind('acme', 'right', '203.0.113.7'))).toBe(isNamed);
    },
  );

  it('one password for many names is held by the address', async () => {
    const { clock, scrypt, bind } = await rig(account('acme', 'right'));
    for (let time = 0; time < 10_000; time += 1) {
      await bind(`name${time}`, 'password1');
      clock.ms += 60;
    }
    // Five, six within 63 s, eight in the rest.
    expect(scrypt.runs).toBe(19);
  });

  it('all addresses of one IPv6 network count as one', async () => {
    const { guess } = await rig(account('acme', 'right'));
    for (let time = 0; time < 5; time += 1)
      expect(await guess(`name${time}`, `2001:db8:1:2::${time}`)).toBe(true);
    expect(await guess('name9', '2001:db8:1:2:ffff::9')).toBe(false);
    expect(await guess('name9', '2001:db8:1:3::9')).toBe(true);
    expect(await guess('name10', '2001:db8:1:2::9')).toBe(false);
  });

  it('many at once are no way around: four run, the rest is held when its turn comes', async () => {
    const { guess, scrypt, clock } = await rig(account('acme', 'right'));
    await Promise.all(Array.from({ length: 100 }, () => guess('acme')));
    expect(scrypt.runs).toBeLessThanOrEqual(8);
    expect(scrypt.mostRunning).toBe(4);
    const before = scrypt.runs;
    clock.ms += 60_000;
    await Promise.all(Array.from({ length: 100 }, () => guess('acme')));
    expect(scrypt.runs).toBe(before + 1);
  });

  it('what is known answers no guess faster: a right password is held like any other', async () => {
    const { guess, bind } = await rig(account('acme', 'right'));
    expect(isIn(await bind('acme', 'right', '203.0.113.7'))).toBe(true);
    for (let time = 0; time < 5; time += 1) await guess('acme');
    expect(await bind('acme', 'right')).toEqual({ accept: false, status: status.ESME_RBINDFAIL });
  });

  it('an own account does not help to guess at others', async () => {
    const { guess, bind, scrypt, clock } = await rig(
      account('mine', 'right', { binds: 2_000 }),
      account('acme', 'secret'),
    );
    for (let time = 0; time < 1_000; time += 1) {
      expect(isIn(await bind('mine', 'right'))).toBe(true);
      await guess('acme');
      clock.ms += 60;
    }
    expect(scrypt.runs).toBeLessThan(20);
  });

  it('are forgotten after a quarter of an hour', async () => {
    const { guess, clock } = await rig(account('acme', 'right'));
    for (let time = 0; time < 8; time += 1) await guess('acme');
    clock.ms += 15 * 60_000;
    for (let time = 0; time < 5; time += 1) expect(await guess('acme')).toBe(true);
    expect(await guess('acme')).toBe(false);
  });

  it('tables are bounded: 30,000 names and addresses later the first is forgotten, the last is held', async () => {
    const { guess } = await rig(account('acme', 'right'));
    for (let time = 0; time < 5; time += 1) await guess('first', '203.0.113.1');
    for (let time = 0; time < 30_000; time += 1) await guess(`n${time}`, `10.${time >> 8}.${time & 255}.1`);
    for (let time = 0; time < 5; time += 1) await guess('last', '203.0.113.2');
    expect(await guess('first', '203.0.113.3')).toBe(true);
    expect(await guess('last', '203.0.113.2')).toBe(false);
    expect(await guess('last', '203.0.113.4')).toBe(true);
  });
});

describe('the right owner', () => {
  it('binds from a listed address, whatever others do', async () => {
    const { guess, bind } = await rig(account('acme', 'right', { allowFrom: ['203.0.113.0/24'] }));
    for (let time = 0; time < 50; time += 1) await guess('acme', `198.51.100.${time}`);
    expect(isIn(await bind('acme', 'right', '203.0.113.7'))).toBe(true);
  });

  it('binds from an address that has been right before', async () => {
    const { guess, bind } = await rig(account('acme', 'right'));
    expect(isIn(await bind('acme', 'right', '203.0.113.7'))).toBe(true);
    for (let time = 0; time < 50; time += 1) await guess('acme', `198.51.100.${time}`);
    expect(isIn(await bind('acme', 'right', '203.0.113.7'))).toBe(true);
    // Fifty addresses have had the turns of new ones.
    expect(isIn(await bind('acme', 'right', '203.0.113.8'))).toBe(false);
  });

  it.each([1, 4, 12])('binds from a new address while %i others guess without end', async (guessers) => {
    const { guess, bind, clock } = await rig(account('acme', 'right'));
    // They were there already, and ask ten times as often. Each of them has one turn of a new address, all of which last
    // 1, 2, 4, 8, 16, 32 and 60 s beyond the five that are free.
    const longestMs = 10_000 + (guessers > 5 ? 185_000 : 2_000);
    let isBound = false;
    for (let step = 0; clock.ms < longestMs && !isBound; step += 1) {
      await guess('acme', `198.51.100.${step % guessers}`);
      clock.ms += 100;
      if (clock.ms > 10_000 && step % 10 === 0) isBound = isIn(await bind('acme', 'right', '203.0.113.7'));
    }
    expect(isBound).toBe(true);
  });

  it('binds from an address that mistyped once while another guesses without end', async () => {
    const { guess, bind, clock } = await rig(account('acme', 'right'));
    await guess('acme', '203.0.113.7');
    let isBound = false;
    for (let step = 0; clock.ms < 150_000 && !isBound; step += 1) {
      await guess('acme', '198.51.100.7');
      clock.ms += 100;
      if (clock.ms > 10_000 && step % 10 === 0) isBound = isIn(await bind('acme', 'right', '203.0.113.7'));
    }
    expect(isBound).toBe(true);
  });

  it('many addresses of one IPv6 host are one new address', async () => {
    const { guess, bind } = await rig(account('acme', 'right'));
    for (let time = 0; time < 500; time += 1) await guess('acme', `2001:db8:1:${time.toString(16)}::1`);
    expect(isIn(await bind('acme', 'right', '2001:db8:2::1'))).toBe(true);
  });

  it('binds from an address from which others are guessed at', async () => {
    const { guess, bind } = await rig(
      account('acme', 'right', { allowFrom: ['203.0.113.7'] }),
      account('other', 'x'),
    );
    for (let time = 0; time < 50; time += 1) await guess('other', '203.0.113.7');
    expect(isIn(await bind('acme', 'right', '203.0.113.7'))).toBe(true);
  });

  it('is slowed down when guessing at its own account', async () => {
    const { guess } = await rig(account('acme', 'right', { allowFrom: ['203.0.113.7'] }));
    for (let time = 0; time < 5; time += 1) expect(await guess('acme', '203.0.113.7')).toBe(true);
    expect(await guess('acme', '203.0.113.7')).toBe(false);
  });

  it('starts anew when the password was right', async () => {
    const { guess, bind } = await rig(account('acme', 'right', { allowFrom: ['203.0.113.7'] }));
    for (let time = 0; time < 4; time += 1) expect(await guess('acme', '203.0.113.7')).toBe(true);
    expect(isIn(await bind('acme', 'right', '203.0.113.7'))).toBe(true);
    for (let time = 0; time < 5; time += 1) expect(await guess('acme', '203.0.113.7')).toBe(true);
    expect(await guess('acme', '203.0.113.7')).toBe(false);
  });

  it('has a client with an old password beside it: that is one guess, not thousands', async () => {
    const { bind, clock, scrypt } = await rig(account('acme', 'right'), account('other', 'right'));
    for (let second = 0; second < 3_600; second += 1) {
      expect(await bind('acme', 'old')).toEqual({ accept: false, status: status.ESME_RINVPASWD });
      clock.ms += 1_000;
    }
    expect(isIn(await bind('acme', 'right'))).toBe(true);
    expect(isIn(await bind('other', 'right'))).toBe(true);
    expect(scrypt.runs).toBe(3);
  });

  it('comes back after a restart with many accounts at one address', async () => {
    const list = Array.from({ length: 100 }, (_, index) => account(`acme${index}`, `right${index}`));
    const { bind } = await rig(...list);
    const decisions = await Promise.all(list.map(({ systemId }, index) => bind(systemId, `right${index}`)));
    expect(decisions.every(isIn)).toBe(true);
  });
});
