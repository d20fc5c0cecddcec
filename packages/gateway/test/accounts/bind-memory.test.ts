/** What binds have shown is known after a restart: whose addresses are whose, and which passwords were right. */
import { type ControlStore, MemoryControl } from '@chappe/center';
import { describe, expect, it } from 'vitest';
import { Accounts } from '../../../policy/src/accounts/accounts.ts';
import { type Admission, authenticator } from '../../../policy/src/accounts/admission.ts';
import { BindMemory } from '../../../policy/src/accounts/bind-memory.ts';
import { Sealing } from '../../../policy/src/accounts/sealing.ts';
import type { AccountSettings } from '../../../policy/src/settings/account.ts';
import { account, bindRequest, CountedScrypt } from '../../../policy/test/accounts/support.ts';
import { SimulatedClock } from '../rig.ts';

interface Given {
  readonly control: ControlStore;
  readonly sealing?: Sealing;
  readonly passwords?: boolean;
  readonly onError?: (error: unknown) => void;
}

const key = new Uint8Array(32).fill(3);

/** One life of a process. */
async function process(list: readonly AccountSettings[], given: Given) {
  const { control, sealing = new Sealing(key), passwords = true, onError = () => undefined } = given;
  const scrypt = new CountedScrypt();
  const clock = new SimulatedClock();
  const digestKey = passwords ? sealing.keyFor('passwords') : undefined;
  const accounts = await Accounts.create({ open: false, list }, scrypt.derive, digestKey);
  const memory = await BindMemory.load({ control, sealing, accounts, clock, passwords, onError });
  const authenticate = authenticator(accounts, { clock, memory });
  const bind = async (name: string, password: string, address: string): Promise<Admission> =>
    authenticate(bindRequest(name, password, { address }));
  return { scrypt, clock, memory, bind };
}

const isIn = ({ accept }: Admission): boolean => accept;
const owner = '203.0.113.7';

async function life(control: ControlStore, list: readonly AccountSettings[], more: Partial<Given> = {}) {
  const first = await process(list, { control, ...more });
  expect(isIn(await first.bind('acme', 'right', owner))).toBe(true);
  await first.memory.write();
}

describe('after a restart', () => {
  it('guesses keep no owner out whose address was known', async () => {
    const control = new MemoryControl();
    await life(control, [account('acme', 'right')]);
    const { bind } = await process([account('acme', 'right')], { control });
    for (let guess = 0; guess < 100; guess += 1) await bind('acme', `x${guess}`, `198.51.100.${guess}`);
    expect(isIn(await bind('acme', 'right', owner))).toBe(true);
  });

  it('nobody who was known waits for scrypt', async () => {
    const control = new MemoryControl();
    const list = Array.from({ length: 2_000 }, (_, index) => account(`acme${index}`, `right${index}`));
    const first = await process(list, { control });
    const bindAll = (bind: typeof first.bind) =>
      Promise.all(list.map(({ systemId }, index) => bind(systemId, `right${index}`, owner)));
    expect((await bindAll(first.bind)).every(isIn)).toBe(true);
    expect(first.scrypt.runs).toBe(2_000);
    await first.memory.write();
    const second = await process(list, { control });
    expect((await bindAll(second.bind)).every(isIn)).toBe(true);
    expect(second.scrypt.runs).toBe(0);
  });

  it.each<[string, readonly AccountSettings[], Partial<Given>, string, boolean, number]>([
    ['another password is set', [account('acme', 'new')], {}, 'right', false, 1],
    ['another password is set, and it comes', [account('acme', 'new')], {}, 'new', true, 1],
    ['a wrong one comes', [account('acme', 'right')], {}, 'wrong', false, 1],
    ['passwords are not remembered', [account('acme', 'right')], { passwords: false }, 'right', true, 1],
    ['the key is another', [account('acme', 'right')], { sealing: new Sealing() }, 'right', true, 1],
    ['nothing has changed', [account('acme', 'right')], {}, 'right', true, 0],
    ['it is suspended', [account('acme', 'right', { suspended: true })], {}, 'right', false, 1],
    ['it may not come from there', [account('acme', 'right', { allowFrom: [] })], {}, 'right', false, 1],
  ])('%s', async (_, list, more, password, isRight, runs) => {
    const control = new MemoryControl();
    await life(control, [account('acme', 'right')]);
    const { bind, scrypt } = await process(list, { control, ...more });
    expect(isIn(await bind('acme', password, owner))).toBe(isRight);
    expect(scrypt.runs).toBe(runs);
  });

  it('what is not to be remembered any more is forgotten', async () => {
    const control = new MemoryControl();
    await life(control, [account('acme', 'right'), account('gone', 'right')]);
    await process([account('acme', 'right')], { control, passwords: false });
    const { bind, scrypt } = await process([account('acme', 'right')], { control });
    expect(isIn(await bind('acme', 'right', owner))).toBe(true);
    expect(scrypt.runs).toBe(1);
    await process([account('other', 'right')], { control });
    expect(await control.list('bind-memory')).toEqual([]);
  });
});

describe('the memory', () => {
  it('is sealed: neither address nor password nor digest can be read or moved', async () => {
    const control = new MemoryControl();
    await life(control, [account('acme', 'right')]);
    const [entry] = await control.list('bind-memory');
    expect(entry?.key).toBe('acme');
    expect(entry?.value).toMatch(/^sealed1:/);
    expect(entry?.value).not.toContain('203');
    await control.write([{ kind: 'bind-memory', key: 'other', value: entry?.value }]);
    const list = [account('acme', 'right'), account('other', 'right')];
    const { bind, scrypt } = await process(list, { control });
    expect(isIn(await bind('other', 'right', owner))).toBe(true);
    expect(scrypt.runs).toBe(1);
  });

  it('is bounded: the last ten addresses of an account', async () => {
    const control = new MemoryControl();
    const list = [account('acme', 'right', { binds: 1_000 })];
    const first = await process(list, { control });
    for (let at = 0; at < 50; at += 1) await first.bind('acme', 'right', `203.0.113.${at}`);
    await first.memory.write();
    const second = await process(list, { control });
    expect([...second.memory.known()].map(({ address }) => address)).toEqual(
      Array.from({ length: 10 }, (_, at) => `203.0.113.${at + 40}`),
    );
  });

  it('is written a second later, once for all that has changed, and not for what has not', async () => {
    const control = new MemoryControl();
    const writes: number[] = [];
    const write = control.write.bind(control);
    control.write = (changes) => {
      if (changes.length > 0) writes.push(changes.length);
      return write(changes);
    };
    const list = Array.from({ length: 30 }, (_, index) => account(`acme${index}`, 'right'));
    const { bind, clock } = await process(list, { control });
    for (const { systemId } of list) await bind(systemId, 'right', owner);
    expect(writes).toEqual([]);
    await clock.advance(1_000);
    expect(writes).toEqual([30]);
    for (const { systemId } of list) await bind(systemId, 'right', owner);
    await clock.advance(10_000);
    expect(writes).toEqual([30]);
  });

  it('that cannot be written is told and holds nobody up', async () => {
    const control = new MemoryControl();
    const errors: unknown[] = [];
    const { bind, clock } = await process([account('acme', 'right')], {
      control,
      onError: (error) => errors.push(error),
    });
    control.write = () => Promise.reject(new Error('disk full'));
    expect(isIn(await bind('acme', 'right', owner))).toBe(true);
    await clock.advance(1_000);
    expect(errors).toEqual([new Error('disk full')]);
    expect(isIn(await bind('acme', 'right', owner))).toBe(true);
  });
});
