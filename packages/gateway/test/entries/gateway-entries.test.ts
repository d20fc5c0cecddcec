import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashPassword, openSealing, Sealing } from '@chappe/policy';
import { SqliteControl } from '@chappe/store-sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../src/index.ts';
import { Rig } from '../rig.ts';
import { account, connector, file, KeptControl, route } from './support.ts';

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.gateway.stop({ drainMs: 0 });
});

const sealing = new Sealing();

async function start(control: KeptControl, options: Partial<GatewayOptions> = {}): Promise<Rig> {
  const rig = await Rig.start({ control, sealing, accounts: { open: false, list: [] }, ...options });
  rigs.push(rig);
  return rig;
}

async function restart(rig: Rig, control: KeptControl, options: Partial<GatewayOptions> = {}): Promise<Rig> {
  await rig.gateway.stop({ drainMs: 0 });
  return start(control, options);
}

describe('entries of a running gateway', () => {
  it('are used at once, and again after a restart', async () => {
    const control = new KeptControl();
    const rig = await start(control);
    expect(await rig.gateway.putEntry('account', account('acme'))).toBe('made');
    expect(await rig.gateway.putEntry('connector', connector('op-a'))).toBe('made');
    expect(await rig.gateway.putEntry('route', route('uk', 'op-a', { to: ['44'] }))).toBe('made');
    expect(rig.gateway.accounts.get('acme')?.name).toBe('acme');
    expect(rig.gateway.network.upstreams.get('op-a')?.mode).toBe('stopped');
    expect(rig.gateway.network.router?.routes.map(({ settings }) => settings.name)).toEqual(['uk']);
    const again = await restart(rig, control);
    expect(again.gateway.settings).toEqual(rig.gateway.settings);
    expect(again.gateway.accounts.get('acme')?.name).toBe('acme');
    expect(again.gateway.entries.originOf('route', 'uk')).toBe('store');
  });

  it('that the file has are not touched', async () => {
    const rig = await start(new KeptControl(), { settings: file({ accounts: [account('acme')] }) });
    expect(await rig.gateway.putEntry('account', account('acme', { binds: 9 }))).toBe('in-file');
    expect(await rig.gateway.removeEntry('account', 'acme')).toBe('in-file');
    expect(rig.gateway.accounts.get('acme')?.settings.binds).toBeUndefined();
  });

  it('that cannot be change nothing, on disk neither', async () => {
    const control = new KeptControl();
    const rig = await start(control);
    const before = await control.dump();
    await expect(rig.gateway.putEntry('route', route('uk', 'nowhere'))).rejects.toThrow(
      /route "uk".*no connector "nowhere"/,
    );
    await expect(rig.gateway.putEntry('account', account('acme', { binds: 0 }))).rejects.toThrow(/binds/);
    expect(await control.dump()).toBe(before);
    expect(rig.gateway.settings).toEqual(file());
  });

  it('that only fail when they are used change nothing either', async () => {
    const control = new KeptControl();
    const rig = await start(control);
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    const hook = { name: 'hook', url: 'https://127.0.0.1/x', secret };
    await expect(rig.gateway.putEntry('webhook', hook)).rejects.toThrow(/webhook "hook": url is refused/);
    const open = { ...hook, url: 'https://hooks.example/x', secret: 'whsec_' };
    await expect(rig.gateway.putEntry('webhook', open)).rejects.toThrow(/webhook "hook": secret/);
    await expect(rig.gateway.apply(file({ pumping: { sequential: 0 } }))).rejects.toThrow(
      /pumping\.sequential/,
    );
    expect(await control.list('entry-webhook')).toEqual([]);
    expect(rig.gateway.settings).toEqual(file());
    await restart(rig, control);
  });

  it('that others need are not taken away', async () => {
    const rig = await start(new KeptControl());
    await rig.gateway.putEntry('connector', connector('op-a'));
    await rig.gateway.putEntry('route', route('uk', 'op-a'));
    await expect(rig.gateway.removeEntry('connector', 'op-a')).rejects.toThrow(/no connector "op-a"/);
    expect(await rig.gateway.removeEntry('route', 'uk')).toBe('removed');
    expect(await rig.gateway.removeEntry('connector', 'op-a')).toBe('removed');
    expect(await rig.gateway.removeEntry('connector', 'op-a')).toBe('unknown');
    expect(rig.gateway.network.upstreams.list()).toEqual([]);
  });

  it('stay through a reload of the file, which wins', async () => {
    const rig = await start(new KeptControl(), { settings: file({ accounts: [account('acme')] }) });
    await rig.gateway.putEntry('account', account('bank', { binds: 3 }));
    await rig.gateway.apply(file({ accounts: [account('acme'), account('bank', { binds: 4 })] }));
    expect(rig.gateway.accounts.get('bank')?.settings.binds).toBe(4);
    expect(rig.gateway.entries.shadowed()).toEqual([{ kind: 'account', name: 'bank' }]);
    // A shadowed one can be taken away; that of the file stays.
    expect(await rig.gateway.removeEntry('account', 'bank')).toBe('removed');
    expect(rig.gateway.accounts.get('bank')?.settings.binds).toBe(4);
    await rig.gateway.apply(file({ accounts: [account('acme')] }));
    expect(rig.gateway.accounts.get('bank')).toBeUndefined();
  });

  it('come back when the file gives their name up', async () => {
    const rig = await start(new KeptControl(), { settings: file({ accounts: [account('acme')] }) });
    await rig.gateway.putEntry('account', account('bank', { binds: 3 }));
    await rig.gateway.apply(file({ accounts: [account('acme'), account('bank', { binds: 4 })] }));
    await rig.gateway.apply(file({ accounts: [account('acme')] }));
    expect(rig.gateway.accounts.get('bank')?.settings.binds).toBe(3);
  });

  it('do not let a file be applied that they do not go together with', async () => {
    const given = file({ accounts: [account('acme')], connectors: [connector('op-a')] });
    const rig = await start(new KeptControl(), { settings: given });
    await rig.gateway.putEntry('route', route('uk', 'op-a'));
    const before = rig.gateway.settings;
    await expect(rig.gateway.apply(file({ accounts: [account('acme')] }))).rejects.toThrow(/route "uk"/);
    expect(rig.gateway.settings).toBe(before);
    await rig.gateway.apply(given);
  });

  it('are made one after the other', async () => {
    const rig = await start(new KeptControl());
    const names = Array.from({ length: 20 }, (_, index) => `a${index}`);
    await Promise.all(names.map((name) => rig.gateway.putEntry('account', account(name))));
    expect(rig.gateway.accounts.names()).toEqual(names);
  });

  it('accounts are no matter of an open gateway', async () => {
    const rig = await start(new KeptControl(), { accounts: { open: true } });
    await expect(rig.gateway.putEntry('account', account('acme'))).rejects.toThrow(/open to everybody/);
    expect(await rig.gateway.suspend('acme', true)).toBe(false);
  });

  it('end the sessions of an account that goes', async () => {
    const password = 'right';
    const rig = await start(new KeptControl(), {
      accounts: { open: false, list: [{ systemId: 'acme', password }] },
    });
    await rig.gateway.putEntry('account', account('bank', { passwordHash: await hashPassword(password) }));
    await rig.esme({ systemId: 'bank', password });
    expect(rig.gateway.sessions()).toHaveLength(1);
    await rig.gateway.removeEntry('account', 'bank');
    await rig.clock.advance(1);
    expect(rig.gateway.sessions()).toHaveLength(0);
    // Those that were given with a password are still there.
    expect(rig.gateway.accounts.names()).toEqual(['acme']);
  });
});

describe('in a data folder', () => {
  it('entries and suspensions are there after a restart, and no secret is in its files', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chappe-entries-'));
    const open = (): Promise<Rig> =>
      Rig.start({
        control: SqliteControl.open(folder),
        sealing: openSealing(join(folder, 'sealing.key')),
        accounts: { open: false, list: [] },
      });
    const first = await open();
    await first.gateway.putEntry('account', account('acme'));
    await first.gateway.putEntry('connector', connector('op-a', { password: 'very-secret-word' }));
    await first.gateway.suspend('acme', true);
    await first.gateway.stop({ drainMs: 0 });
    for (const name of readdirSync(folder))
      expect(readFileSync(join(folder, name)).includes('very-secret-word'), name).toBe(false);
    const second = await open();
    expect(second.gateway.network.upstreams.get('op-a')?.settings.password).toBe('very-secret-word');
    expect(second.gateway.accounts.get('acme')?.suspended).toBe(true);
    await second.gateway.stop({ drainMs: 0 });
    // Another key: it does not begin, and says why.
    rmSync(join(folder, 'sealing.key'));
    await expect(open()).rejects.toThrow(
      /connector "op-a": password does not open: the key file is another one/,
    );
    rmSync(folder, { recursive: true });
  });
});

describe('suspensions at run time', () => {
  const settings = file({ accounts: [account('acme'), account('bank', { suspended: true })] });

  it('hold over a restart, both ways', async () => {
    const control = new KeptControl();
    const rig = await start(control, { settings });
    expect(await rig.gateway.suspend('acme', true)).toBe(true);
    expect(await rig.gateway.suspend('bank', false)).toBe(true);
    expect(await rig.gateway.suspend('nobody', true)).toBe(false);
    const again = await restart(rig, control, { settings });
    expect(again.gateway.accounts.get('acme')?.suspended).toBe(true);
    expect(again.gateway.accounts.get('bank')?.suspended).toBe(false);
    await again.gateway.suspend('acme', false);
    const third = await restart(again, control, { settings });
    expect(third.gateway.accounts.get('acme')?.suspended).toBe(false);
  });

  it('are forgotten when the settings say something new, whether running or not', async () => {
    const control = new KeptControl();
    const rig = await start(control, { settings });
    await rig.gateway.suspend('acme', true);
    const other = file({ accounts: [account('acme', { suspended: true }), account('bank')] });
    await rig.gateway.apply(other);
    await rig.gateway.apply(settings);
    expect(rig.gateway.accounts.get('acme')?.suspended).toBe(false);
    const again = await restart(rig, control, { settings });
    expect(again.gateway.accounts.get('acme')?.suspended).toBe(false);
    await again.gateway.suspend('acme', true);
    const elsewhere = await restart(again, control, { settings: other });
    expect(await control.list('suspension')).toEqual([]);
    expect(elsewhere.gateway.accounts.get('acme')?.suspended).toBe(true);
  });

  it('are forgotten when the account goes', async () => {
    const control = new KeptControl();
    const rig = await start(control, { settings });
    await rig.gateway.suspend('acme', true);
    await rig.gateway.apply(file({ accounts: [account('bank')] }));
    expect(await control.list('suspension')).toEqual([]);
  });

  it('stay through changes of other settings', async () => {
    const control = new KeptControl();
    const rig = await start(control, { settings });
    await rig.gateway.suspend('acme', true);
    await rig.gateway.apply(file({ accounts: [account('acme', { binds: 5 }), account('bank')] }));
    expect(rig.gateway.accounts.get('acme')?.suspended).toBe(true);
    expect(await control.list('suspension')).toHaveLength(1);
  });
});
