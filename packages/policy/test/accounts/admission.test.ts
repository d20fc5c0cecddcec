import { status } from '@chappe/protocol';
import type { BindKind, Version } from '@chappe/smpp';
import { describe, expect, it } from 'vitest';
import { Accounts } from '../../src/accounts/accounts.ts';
import { type Admission, authenticator, type BindRefusal } from '../../src/accounts/admission.ts';
import type { Derive } from '../../src/accounts/password.ts';
import type { AccountSettings } from '../../src/settings/account.ts';
import {
  account,
  type BindArguments,
  bindRequest,
  CountedScrypt,
  openSession,
  StandingClock,
} from './support.ts';

async function rig(...list: AccountSettings[]) {
  const scrypt = new CountedScrypt();
  const clock = new StandingClock();
  const accounts = await Accounts.create({ open: false, list }, scrypt.derive);
  const refusals: BindRefusal[] = [];
  const authenticate = authenticator(accounts, { clock, onRefused: (refusal) => refusals.push(refusal) });
  const bind = async (name: string, password: string, given?: BindArguments): Promise<Admission> =>
    authenticate(bindRequest(name, password, given));
  return { scrypt, clock, accounts, refusals, authenticate, bind };
}

const refused = (commandStatus: number): Admission => ({ accept: false, status: commandStatus });

describe('an open gateway', () => {
  it('lets everybody in, at once', async () => {
    const accounts = await Accounts.create({ open: true });
    const authenticate = authenticator(accounts, { clock: new StandingClock() });
    expect(authenticate(bindRequest('anybody', 'x'))).toEqual({
      accept: true,
      context: 'anybody',
      window: undefined,
    });
    expect(accounts.names()).toEqual(['anybody']);
  });
});

describe('a closed gateway', () => {
  it('lets an account in with its window, and without a promise when its password is known', async () => {
    const { bind, authenticate, refusals } = await rig(account('acme', 'right', { window: 50 }));
    expect(await bind('acme', 'right')).toEqual({ accept: true, context: 'acme', window: 50 });
    expect(authenticate(bindRequest('acme', 'right'))).toEqual({ accept: true, context: 'acme', window: 50 });
    expect(refusals).toEqual([]);
  });

  it.each<[Version, number]>([
    [0x33, status.ESME_RINVPASWD],
    [0x34, status.ESME_RINVPASWD],
    [0x50, status.ESME_RBINDFAIL],
  ])(
    'answers version %i: an unknown name looks like a wrong password, and costs the same',
    async (version, expected) => {
      const { bind, scrypt, refusals } = await rig(account('acme', 'right'));
      expect(await bind('acme', 'wrong', { version })).toEqual(refused(expected));
      expect(scrypt.runs).toBe(1);
      expect(await bind('nobody', 'wrong', { version })).toEqual(refused(expected));
      expect(scrypt.runs).toBe(2);
      expect(await bind('acme', '', { version })).toEqual(refused(expected));
      expect(scrypt.runs).toBe(3);
      expect(await bind('nobody', '', { version })).toEqual(refused(expected));
      expect(scrypt.runs).toBe(4);
      expect(refusals.map(({ account: name, reason }) => [name, reason])).toEqual([
        ['acme', 'password'],
        ['nobody', 'unknown'],
        ['acme', 'password'],
        ['nobody', 'unknown'],
      ]);
      expect(new Set(refusals.map((refusal) => refusal.status))).toEqual(new Set([expected]));
    },
  );

  it.each<[string, Partial<AccountSettings>, BindArguments, BindRefusal['reason'] | undefined]>([
    ['its network', { allowFrom: ['203.0.113.0/24'] }, { address: '203.0.113.9' }, undefined],
    ['another network', { allowFrom: ['203.0.113.0/24'] }, { address: '198.51.100.9' }, 'network'],
    [
      'its network, IPv4 in IPv6',
      { allowFrom: ['203.0.113.0/24'] },
      { address: '::ffff:203.0.113.9' },
      undefined,
    ],
    ['no network at all', { allowFrom: [] }, { address: '203.0.113.9' }, 'network'],
    ['no address', { allowFrom: ['0.0.0.0/0', '::/0'] }, { address: 'memory' }, 'network'],
    ['any network', {}, { address: 'memory' }, undefined],
    ['plain for TLS only', { tlsOnly: true }, { tls: false }, 'tls'],
    ['TLS for TLS only', { tlsOnly: true }, { tls: true }, undefined],
    ['TLS for any', {}, { tls: true }, undefined],
    [
      'its certificate',
      { clientCertificates: ['CN=acme,O=Acme'] },
      { certificate: 'CN=acme,O=Acme' },
      undefined,
    ],
    [
      'one of its certificates',
      { clientCertificates: ['CN=x', 'ab'.repeat(32)] },
      { certificate: 'CN=new' },
      undefined,
    ],
    [
      'another certificate',
      { clientCertificates: ['CN=acme'] },
      { certificate: 'CN=acme,O=Acme' },
      'certificate',
    ],
    ['no certificate', { clientCertificates: ['CN=acme'] }, { tls: true }, 'certificate'],
    ['a certificate that it need not show', {}, { certificate: 'CN=acme' }, undefined],
    ['a kind it has', { bindKinds: ['receiver'] }, { kind: 'receiver' }, undefined],
    ['a kind it has not', { bindKinds: ['receiver', 'transmitter'] }, { kind: 'transceiver' }, 'kind'],
    ['suspended', { suspended: true }, {}, 'suspended'],
  ])('%s', async (_, settings, given, reason) => {
    for (const version of [0x34, 0x50] as const) {
      const { bind, refusals } = await rig(account('acme', 'right', settings));
      const decision = await bind('acme', 'right', { ...given, version });
      expect(refusals.map((refusal) => refusal.reason)).toEqual(reason === undefined ? [] : [reason]);
      // Without the password none of this can be found out.
      const wrong = await bind('acme', 'wrong', { ...given, version });
      const unknown = await bind('nobody', 'wrong', { ...given, version });
      expect(wrong).toEqual(unknown);
      // Nor with it, but for how somebody may bind who is let in.
      const hidden = reason === undefined || reason === 'kind' ? undefined : wrong;
      const shown = reason === 'kind' ? refused(status.ESME_RBINDFAIL) : { accept: true };
      expect(decision).toMatchObject(hidden ?? shown);
    }
  });

  it.each<[string, Partial<AccountSettings>, BindArguments]>([
    ['from elsewhere', { allowFrom: ['203.0.113.0/24'] }, { address: '198.51.100.9' }],
    ['suspended', { suspended: true }, {}],
    ['plain for TLS only', { tlsOnly: true }, {}],
    ['with the certificate of another', { clientCertificates: ['CN=acme'] }, { certificate: 'CN=other' }],
    ['all of it', { tlsOnly: true, suspended: true, allowFrom: [] }, {}],
  ])(
    'a password cannot be tested %s: same status, same work, same words to the peer',
    async (_, settings, given) => {
      const names = ['acme', 'nobody'];
      const passwords = ['right', 'wrong', '', 'right', 'wrong'];
      const seen: unknown[] = [];
      for (const name of names) {
        for (const password of passwords) {
          const { bind, scrypt, authenticate } = await rig(account('acme', 'right', settings));
          const first = await bind(name, password, given);
          const again = authenticate(bindRequest(name, password, given));
          seen.push({ first, again, runs: scrypt.runs, costs: scrypt.costs });
        }
      }
      expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1);
    },
  );

  it('an address is no one of the account because its password came from there in vain', async () => {
    const { bind, accounts } = await rig(
      account('far', 'right', { allowFrom: ['203.0.113.0/24'] }),
      account('kind', 'right', { bindKinds: ['receiver'] }),
    );
    expect(await bind('far', 'right')).toMatchObject({ accept: false });
    expect(await bind('kind', 'right')).toMatchObject({ accept: false });
    for (let guess = 0; guess < 6; guess += 1) await bind('kind', `x${guess}`);
    // An own address would go on being asked by itself.
    accounts.replace([account('far', 'right'), account('kind', 'right')]);
    expect(await bind('far', 'right')).toEqual(refused(status.ESME_RBINDFAIL));
    expect(await bind('kind', 'right')).toEqual(refused(status.ESME_RBINDFAIL));
    expect(await bind('kind', 'right', { address: '203.0.113.1' })).toMatchObject({ accept: true });
  });

  it('an address that has guessed is answered alike, whether an account lists it or not', async () => {
    const { bind } = await rig(
      account('lists', 'right', { allowFrom: ['198.51.100.7'] }),
      account('others', 'right'),
    );
    for (let guess = 0; guess < 6; guess += 1) await bind(`name${guess}`, 'password1');
    for (const name of ['lists', 'others', 'nobody'])
      expect(await bind(name, 'wrong')).toEqual(refused(status.ESME_RBINDFAIL));
    expect(await bind('lists', 'right')).toMatchObject({ accept: true });
  });

  it('what is held is answered as late as what is tried', async () => {
    const timers: { readonly delayMs: number; readonly run: () => void }[] = [];
    const clock = new StandingClock();
    clock.setTimer = (run?: () => void, delayMs = 0) => {
      timers.push({ delayMs, run: run as () => void });
      return () => undefined;
    };
    const slow: Derive = async (...given) => {
      clock.ms += 40;
      return new CountedScrypt().derive(...given);
    };
    const accounts = await Accounts.create({ open: false, list: [account('acme', 'right')] }, slow);
    const authenticate = authenticator(accounts, { clock });
    for (let guess = 0; guess < 5; guess += 1) await authenticate(bindRequest('acme', `x${guess}`));
    expect(timers).toEqual([]);
    const answer = authenticate(bindRequest('acme', 'held'));
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([40]);
    timers[0]?.run();
    expect(await answer).toEqual(refused(status.ESME_RBINDFAIL));
  });

  it('is told of a suspension and of new settings at once', async () => {
    const { bind, accounts } = await rig(account('acme', 'right'));
    expect(await bind('acme', 'right')).toMatchObject({ accept: true });
    accounts.suspend('acme', true);
    expect(await bind('acme', 'right')).toEqual(refused(status.ESME_RINVPASWD));
    accounts.suspend('acme', false);
    expect(await bind('acme', 'right')).toMatchObject({ accept: true });
    const pending = bind('acme', 'guess');
    accounts.replace([]);
    expect(await pending).toEqual(refused(status.ESME_RINVPASWD));
    expect(await bind('acme', 'right')).toEqual(refused(status.ESME_RINVPASWD));
  });

  it('counts sessions from the moment they are let in', async () => {
    const { bind, refusals } = await rig(account('acme', 'right', { binds: 3 }), account('other', 'right'));
    const sessions = Array.from({ length: 5 }, openSession);
    // All at once: none of them is bound yet when the last is decided on.
    const decisions = await Promise.all(sessions.map((session) => bind('acme', 'right', { session })));
    expect(decisions.filter(({ accept }) => accept)).toHaveLength(3);
    expect(decisions.slice(3)).toEqual([refused(status.ESME_RALYBND), refused(status.ESME_RALYBND)]);
    expect(refusals.map(({ reason }) => reason)).toEqual(['binds', 'binds']);
    expect(await bind('other', 'right')).toMatchObject({ accept: true });
    for (const session of sessions.slice(0, 3)) session.state = 'bound_trx';
    expect(await bind('acme', 'right', { version: 0x50 })).toEqual(refused(status.ESME_RALYBND));
    sessions[0]!.state = 'closed';
    expect(await bind('acme', 'right')).toMatchObject({ accept: true });
    expect(await bind('acme', 'right')).toEqual(refused(status.ESME_RALYBND));
    sessions[1]!.state = 'unbound';
    expect(await bind('acme', 'right')).toMatchObject({ accept: true });
  });

  it('100 sessions unless it says otherwise, and one session takes one place', async () => {
    const { bind } = await rig(account('acme', 'right'));
    const session = openSession();
    for (let time = 0; time < 200; time += 1) {
      expect(await bind('acme', 'right', { session })).toMatchObject({ accept: true });
    }
    const sessions = Array.from({ length: 100 }, openSession);
    const decisions = await Promise.all(sessions.map((other) => bind('acme', 'right', { session: other })));
    expect(decisions.filter(({ accept }) => accept)).toHaveLength(99);
  });

  it('a storm of 100 binds costs one run, in whatever way they bind', async () => {
    const { bind, scrypt } = await rig(account('acme', 'right'));
    const kinds: BindKind[] = ['transceiver', 'receiver', 'transmitter'];
    const decisions = await Promise.all(
      Array.from({ length: 100 }, (_, index) => bind('acme', 'right', { kind: kinds[index % 3]! })),
    );
    expect(decisions.every(({ accept }) => accept)).toBe(true);
    expect(scrypt.runs).toBe(1);
  });

  it('tells why in words, without a password or a hash', async () => {
    const passwords = ['s3cret-right', 's3cret-wrong', 's3cret-other'];
    const settings: Partial<AccountSettings>[] = [
      {},
      { suspended: true },
      { allowFrom: [] },
      { tlsOnly: true },
      { bindKinds: ['receiver'] },
      { binds: 1 },
    ];
    const list = settings.map((more, index) => account(`acme${index}`, 's3cret-right', more));
    const { bind, refusals, clock } = await rig(...list);
    const keep: unknown[] = [];
    for (const name of [...list.map(({ systemId }) => systemId), 'nobody']) {
      for (const password of passwords) {
        for (const version of [0x34, 0x50] as const) {
          const session = openSession();
          keep.push(session);
          await bind(name, password, { version, session, address: '203.0.113.7' });
        }
      }
      clock.ms += 3_600_000;
    }
    const busy = Array.from({ length: 10_100 }, (_, index) =>
      bind(`flood${index}`, 's3cret-wrong', { address: `10.1.${index >> 8}.${index & 255}` }),
    );
    await Promise.all(busy);
    for (let guess = 0; guess < 10; guess += 1) await bind('acme0', `s3cret-${guess}`);
    const reasons = new Set(refusals.map(({ reason }) => reason));
    expect([...reasons].sort()).toEqual(
      ['binds', 'busy', 'held', 'kind', 'network', 'password', 'suspended', 'tls', 'unknown'].sort(),
    );
    const told = JSON.stringify(refusals);
    expect(told).not.toContain('s3cret');
    expect(told).not.toContain('scrypt');
    for (const { passwordHash } of list) {
      for (const part of passwordHash.split('$').slice(4)) expect(told).not.toContain(part);
    }
    for (const refusal of refusals) expect(refusal.text.length).toBeGreaterThan(10);
    expect(keep).toHaveLength(42);
  });
});
