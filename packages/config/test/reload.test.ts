/** What stays equal from load to load, and what a reload says that it changes. */
import { type AccountSettings, atOnce, type GatewaySettings, type RouteSettings } from '@chappe/policy';
import { describe, expect, test } from 'vitest';
import { diffSettings, PasswordHashes, settingsDiff } from '../src/index.ts';
import { loaded } from './support/load.ts';

describe('passwords', () => {
  function counting(): { readonly hashes: PasswordHashes; readonly hashed: string[] } {
    const hashed: string[] = [];
    let salt = 0;
    const hashes = new PasswordHashes(async (password) => {
      hashed.push(password);
      salt += 1;
      return `${password} with salt ${salt}`;
    });
    return { hashes, hashed };
  }
  const file = (...accounts: readonly (readonly [name: string, password: string])[]): string =>
    `accounts:\n${accounts.map(([name, password]) => `  - { systemId: ${name}, password: "${password}" }`).join('\n')}\n`;
  const load = async (hashes: PasswordHashes, text: string): Promise<GatewaySettings> =>
    (await loaded(`${text}connectors: [{ name: c, host: h, systemId: u }]\n`, { hashes })).settings;

  test('a reload hashes only what is new, and the rest is equal', async () => {
    const { hashes, hashed } = counting();
    const first = await load(hashes, file(['a', 'one'], ['b', 'two']));
    const second = await load(hashes, file(['b', 'two'], ['a', 'one'], ['c', 'one']));
    expect(hashed).toEqual(['one', 'two', 'one']);
    expect(second.accounts[1]).toEqual(first.accounts[0]);
    expect(second.accounts[0]).toEqual(first.accounts[1]);
    // The same password of another account has a salt of its own.
    expect(second.accounts[2]?.passwordHash).not.toBe(first.accounts[0]?.passwordHash);
    await load(hashes, file(['a', 'other']));
    expect(hashed).toEqual(['one', 'two', 'one', 'other']);
  });

  test('those that are gone are forgotten', async () => {
    const { hashes, hashed } = counting();
    await load(hashes, file(['a', 'one']));
    await load(hashes, file(['a', 'two']));
    await load(hashes, file(['a', 'one']));
    expect(hashed).toEqual(['one', 'two', 'one']);
  });

  test('many are hashed some at a time, in their order', async () => {
    let running = 0;
    let most = 0;
    const hashes = new PasswordHashes(async (password) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      return `hash of ${password}`;
    });
    const accounts = Array.from({ length: 25 }, (_, index) => [`a${index}`, `p${index}`] as const);
    const settings = await load(hashes, file(...accounts));
    expect(settings.accounts.map(({ passwordHash }) => passwordHash)).toEqual(
      accounts.map(([, password]) => `hash of ${password}`),
    );
    expect(most).toBe(4);
  });
});

describe('differences', () => {
  const account: AccountSettings = { systemId: 'a', passwordHash: 'h', window: 3, tags: ['x'] };
  const route = (name: string, more: Partial<RouteSettings> = {}): RouteSettings => ({
    name,
    action: { kind: 'drop' },
    ...more,
  });
  const none: GatewaySettings = { accounts: [], connectors: [], routes: [], mo: [], webhooks: [] };

  test('are looked for in steps of a few entries, so that nobody waits for them', () => {
    let looks = 0;
    let most = 0;
    const watched = (name: string, priority: 0 | 1): RouteSettings => ({
      action: { kind: 'drop' },
      priority,
      get name() {
        looks += 1;
        return name;
      },
    });
    const names = Array.from({ length: 2_000 }, (_, at) => `r${at}`);
    const before = { ...none, routes: names.map((name) => watched(name, 0)) };
    const after = { ...none, routes: names.toReversed().map((name) => watched(name, 1)) };
    const steps = settingsDiff(before, after);
    for (let step = steps.next(); step.done !== true; step = steps.next()) {
      most = Math.max(most, looks);
      looks = 0;
    }
    expect(Math.max(most, looks)).toBeLessThan(20);
  });

  test('none between equal settings', () => {
    const before = { ...none, accounts: [account], routes: [route('r')], filters: { optOut: true } };
    expect(diffSettings(before, structuredClone(before))).toEqual([]);
    // What is equal is kept as the object that it was.
    const { settings } = atOnce(settingsDiff(before, structuredClone(before)));
    expect(settings.filters).toBe(before.filters);
    expect(settings.routes[0]).toBe(before.routes[0]);
  });

  test('what is added, removed and changed, by name and field; values are not told', () => {
    const before: GatewaySettings = {
      ...none,
      accounts: [account, { systemId: 'gone', passwordHash: 'x' }],
      connectors: [{ name: 'c', host: 'h', systemId: 'u', password: 'old-secret' }],
      pumping: { sequential: 1 },
    };
    const after: GatewaySettings = {
      ...none,
      accounts: [
        { systemId: 'a', passwordHash: 'other', tags: ['x', 'y'] },
        { systemId: 'new', passwordHash: 'n' },
      ],
      connectors: [{ name: 'c', host: 'h', systemId: 'u', password: 'new-secret' }],
      mo: [{ name: 'm', action: { kind: 'drop' } }],
      webhooks: [{ name: 'w', url: 'https://h', secret: 's' }],
      filters: {},
      pumping: { sequential: 2 },
    };
    const changes = diffSettings(before, after);
    expect(changes).toEqual([
      { kind: 'account', name: 'gone', change: 'removed', fields: [] },
      { kind: 'account', name: 'a', change: 'changed', fields: ['passwordHash', 'tags', 'window'] },
      { kind: 'account', name: 'new', change: 'added', fields: [] },
      { kind: 'connector', name: 'c', change: 'changed', fields: ['password'] },
      { kind: 'mo', name: 'm', change: 'added', fields: [] },
      { kind: 'webhook', name: 'w', change: 'added', fields: [] },
      { kind: 'filters', name: '', change: 'added', fields: [] },
      { kind: 'pumping', name: '', change: 'changed', fields: ['sequential'] },
    ]);
    expect(JSON.stringify(changes)).not.toContain('secret');
    expect(diffSettings(after, before).at(-2)).toEqual({
      kind: 'filters',
      name: '',
      change: 'removed',
      fields: [],
    });
  });

  test('the order of routes counts, new and gone ones between them do not', () => {
    const before = { ...none, routes: [route('a'), route('b'), route('c')] };
    const added = { ...none, routes: [route('x'), route('a'), route('c')] };
    expect(diffSettings(before, added).map(({ name, change }) => `${name} ${change}`)).toEqual([
      'b removed',
      'x added',
    ]);
    const swapped = { ...none, routes: [route('b'), route('a', { priority: 1 }), route('c')] };
    expect(diffSettings(before, swapped)).toEqual([
      { kind: 'route', name: 'b', change: 'changed', fields: ['position'] },
      { kind: 'route', name: 'a', change: 'changed', fields: ['priority', 'position'] },
    ]);
  });

  test('accounts and connectors have no order', () => {
    const other: AccountSettings = { systemId: 'b', passwordHash: 'h' };
    expect(
      diffSettings({ ...none, accounts: [account, other] }, { ...none, accounts: [other, account] }),
    ).toEqual([]);
  });
});
