import { describe, expect, it } from 'vitest';
import { Sealing } from '../../../policy/src/accounts/sealing.ts';
import type { ConnectorSettings } from '../../../policy/src/settings/connector.ts';
import { Entries } from '../../src/entries/entries.ts';
import { account, connector, file, KeptControl, route } from './support.ts';

const key = Buffer.alloc(32, 3);
const open = (control: KeptControl): Promise<Entries> => Entries.load(control, new Sealing(key));

async function put(entries: Entries, ...given: Parameters<Entries['putting']>): Promise<void> {
  const change = entries.putting(...given);
  await entries.write(change);
  entries.take(change);
}

describe('stored entries', () => {
  it('are read back as they were, secrets and all', async () => {
    const control = new KeptControl();
    const made: ConnectorSettings = connector('op-a', {
      tls: { cert: 'CERT', key: 'PRIVATE-KEY' },
      outbind: { port: 2775, password: 'outbind-word' },
      retry: { system: { attempts: Number.POSITIVE_INFINITY, firstMs: 5 } },
    });
    const hook = {
      name: 'hook',
      url: 'https://h.example',
      secret: 'whsec_SECRET',
      previousSecrets: ['whsec_OLD'],
    };
    const entries = await open(control);
    await put(entries, 'connector', made);
    await put(entries, 'webhook', hook);
    await put(entries, 'account', account('acme'));
    const again = await open(control);
    expect(again.get('connector', 'op-a')).toEqual(made);
    expect(again.get('webhook', 'hook')).toEqual(hook);
    expect(again.get('account', 'acme')).toEqual(account('acme'));
  });

  it('have no secret in plain text', async () => {
    const control = new KeptControl();
    const entries = await open(control);
    await put(
      entries,
      'connector',
      connector('op-a', {
        tls: { cert: 'CERT', key: 'PRIVATE-KEY' },
        outbind: { port: 2775, password: 'outbind-word' },
      }),
    );
    const secrets = { secret: 'whsec_SECRET', previousSecrets: ['whsec_OLD', 'whsec_ELDER'] };
    await put(entries, 'webhook', { name: 'hook', url: 'https://h.example', ...secrets });
    const dump = await control.dump();
    expect(dump).toContain('op-a');
    for (const secret of [
      'secret-word',
      'PRIVATE-KEY',
      'outbind-word',
      'whsec_SECRET',
      'whsec_OLD',
      'whsec_ELDER',
    ])
      expect(dump).not.toContain(secret);
  });

  it('say which one does not open with another key', async () => {
    const control = new KeptControl();
    await put(await open(control), 'connector', connector('op-a'));
    await expect(Entries.load(control, new Sealing())).rejects.toThrow(
      /stored connector "op-a": password does not open/,
    );
  });

  it('do not take the secret of another entry', async () => {
    const control = new KeptControl();
    const entries = await open(control);
    await put(entries, 'connector', connector('op-a'));
    const [stored] = await control.list('entry-connector');
    const value = (stored?.value ?? '').replace('"op-a"', '"op-b"');
    await control.write([{ kind: 'entry-connector', key: 'op-b', value }]);
    await expect(open(control)).rejects.toThrow(/stored connector "op-b": password/);
  });

  it.each(['{', '7', 'null'])('say which one cannot be read: %s', async (value) => {
    const control = new KeptControl();
    await control.write([{ kind: 'entry-route', key: 'uk', value }]);
    await expect(open(control)).rejects.toThrow(/stored route "uk" cannot be read/);
  });
});

describe('merged with a file', () => {
  it('routes come before those of the file, in their own order', async () => {
    const control = new KeptControl();
    const entries = await open(control);
    await put(entries, 'route', route('b', 'op-a'));
    await put(entries, 'route', route('c', 'op-a'));
    await put(entries, 'route', route('a', 'op-a'), 'c');
    const given = file({ routes: [route('f', 'op-a')] });
    const order = (one: Entries): string[] => one.merge(given).routes.map(({ name }) => name);
    expect(order(entries)).toEqual(['b', 'a', 'c', 'f']);
    // One that is replaced stays where it is; with `before` it moves.
    await put(entries, 'route', route('b', 'op-b'));
    expect(order(entries)).toEqual(['b', 'a', 'c', 'f']);
    await put(entries, 'route', route('c', 'op-b'), 'b');
    expect(order(entries)).toEqual(['c', 'b', 'a', 'f']);
    expect(order(await open(control))).toEqual(['c', 'b', 'a', 'f']);
  });

  it('refuses to come before a route that is not stored', async () => {
    const entries = await open(new KeptControl());
    expect(() => entries.putting('route', route('a', 'op-a'), 'f')).toThrow(/no stored route "f"/);
    expect(() => entries.putting('route', route('a', 'op-a'), 'a')).toThrow(/no stored route "a"/);
    expect(() => entries.putting('account', account('a'), 'b')).toThrow(/only routes have an order/);
  });

  it('the file wins, and what it shadows is told', async () => {
    const entries = await open(new KeptControl());
    await put(entries, 'account', account('acme', { binds: 1 }));
    await put(entries, 'account', account('bank'));
    const given = file({ accounts: [account('acme', { binds: 2 })] });
    expect(entries.merge(given).accounts).toEqual([account('acme', { binds: 2 }), account('bank')]);
    expect(entries.shadowed(given)).toEqual([{ kind: 'account', name: 'acme' }]);
    expect(entries.originOf('account', 'acme', given)).toBe('file');
    expect(entries.originOf('account', 'bank', given)).toBe('store');
    expect(entries.originOf('account', 'nobody', given)).toBeUndefined();
    const origins = entries.originsOf('account', given);
    expect(['acme', 'bank', 'nobody'].map(origins)).toEqual(['file', 'store', undefined]);
  });

  it('does nothing before it is written', async () => {
    const control = new KeptControl();
    const entries = await open(control);
    const change = entries.putting('route', route('a', 'op-a'));
    expect(entries.mergeAfter(change, file()).routes).toHaveLength(1);
    expect(entries.merge(file()).routes).toHaveLength(0);
    expect(await control.list('entry-route')).toEqual([]);
  });

  it('takes entries away', async () => {
    const control = new KeptControl();
    const entries = await open(control);
    await put(entries, 'route', route('a', 'op-a'));
    await put(entries, 'route', route('b', 'op-a'));
    expect(entries.removing('route', 'c')).toBeUndefined();
    const change = entries.removing('route', 'a');
    if (change === undefined) throw new Error('it is stored');
    await entries.write(change);
    entries.take(change);
    expect(entries.merge(file()).routes.map(({ name }) => name)).toEqual(['b']);
    expect((await open(control)).merge(file()).routes.map(({ name }) => name)).toEqual(['b']);
  });

  it('changes nothing when the store fails', async () => {
    const control = new KeptControl();
    const entries = await open(control);
    control.write = () => Promise.reject(new Error('disk full'));
    await expect(entries.write(entries.putting('account', account('a')))).rejects.toThrow('disk full');
    expect(entries.get('account', 'a')).toBeUndefined();
  });
});
