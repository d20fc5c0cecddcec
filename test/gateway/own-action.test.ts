/** An action for messages from handsets that is registered from outside: from the file to the disk, and after a restart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApi } from '@chappe/api';
import { type ControlStore, MemoryControl } from '@chappe/center';
import {
  configSchema,
  exportEntry,
  flawText,
  ListFiles,
  type LoadedConfig,
  loadConfig,
  loadInThread,
  moForms,
  PasswordHashes,
  parseEntry,
  realFiles,
} from '@chappe/config';
import { checkSettings } from '@chappe/gateway';
import type { GatewaySettings } from '@chappe/policy';
import { SqliteControl, SqliteStore } from '@chappe/store-sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { secretHash, World } from '../../packages/gateway/test/network/world.ts';
import { tallyOf, voteForm, votes } from './vote.ts';

const forms = moForms([voteForm]);
const hashes = new PasswordHashes(async () => secretHash);

const file = (mo: string): string => `
accounts: [{ systemId: acme, password: secret }]
connectors: [{ name: op, host: memory, systemId: chappe, password: secret }]
routes: [{ name: all, via: op }]
mo:
  - { name: song, to: "60100", ${mo} }
`;

function load(text: string, actions = forms): Promise<LoadedConfig> {
  return loadConfig({
    text,
    path: 'chappe.yaml',
    env: {},
    readFile: realFiles.read,
    hashes,
    actions,
    check: (settings) => checkSettings(settings, actions),
  });
}

async function settingsOf(mo: string): Promise<GatewaySettings> {
  const loaded = await load(file(mo));
  if (!loaded.ok) throw new Error(loaded.flaws.map(flawText).join('\n'));
  return loaded.config.settings;
}

async function flaws(mo: string, actions = forms): Promise<string> {
  const loaded = await load(file(mo), actions);
  return loaded.ok ? '' : loaded.flaws.map(flawText).join('\n');
}

const folders: string[] = [];
let world: World | undefined;

afterEach(async () => {
  await world?.stop();
  world = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Another process over the same folder. */
async function serve(folder: string, settings: GatewaySettings, given?: World): Promise<ControlStore> {
  const control = SqliteControl.open(folder);
  const store = await SqliteStore.open({ path: folder });
  world = await World.start(
    settings,
    { actions: [votes(control)], ...(given === undefined ? {} : { given }) },
    store,
    control,
  );
  await world.until(() => world?.centre('op').sessions.length === 1);
  return control;
}

function say(text: string, handset: string): Promise<number> {
  return world!.centre('op').deliver({ source_addr: handset, destination_addr: '60100', text });
}

describe('an action of a package above the gateway', () => {
  it('is read, does its work, and goes on after a restart where it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chappe-action-'));
    folders.push(folder);
    const two = await settingsOf('vote: { poll: song, choices: [red, blue] }, deliver: acme');
    expect(two.mo[0]?.action).toEqual({
      kind: 'vote',
      poll: 'song',
      choices: ['red', 'blue'],
      // biome-ignore lint/suspicious/noThenProperty: the name of the setting
      then: { kind: 'accounts', accounts: ['acme'], spread: 'round-robin' },
    });
    let control = await serve(folder, two);
    const esme = await world!.esme({ systemId: 'acme' });
    for (const [text, handset] of [
      ['Red!', '447700900001'],
      ['blue', '447700900002'],
      // Once each, whatever the operator sends again.
      ['blue', '447700900002'],
      ['green', '447700900003'],
    ] as const)
      expect(await say(text, handset)).toBe(0);
    await world!.until(() => esme.texts.length === 3);
    expect(esme.texts).toEqual(['Red!', 'blue', 'blue']);
    expect(await tallyOf(control, 'song')).toEqual({ red: 1, blue: 1 });
    const [waiting] = (await world!.gateway.center.waitingIn('unclaimed', 10)).messages;
    expect(waiting?.text).toBe('green');
    const rule = { name: 'other', to: ['60999'], action: { kind: 'vote', poll: 'other', choices: ['yes'] } };
    expect(await world!.gateway.putEntry('mo', rule)).toBe('made');

    const before = world!;
    await before.stop({ keep: true });
    const three = await settingsOf('vote: { poll: song, choices: [red, blue, green] }, deliver: acme');
    control = await serve(folder, three, before);
    const again = await world!.esme({ systemId: 'acme' });
    await world!.until(() => again.texts.length === 1);
    expect(again.texts).toEqual(['green']);
    expect(await say('green', '447700900004')).toBe(0);
    expect(await tallyOf(control, 'song')).toEqual({ red: 1, blue: 1, green: 2 });
    expect(world!.gateway.settings.mo.map(({ name }) => name)).toEqual(['other', 'song']);
  });

  it('is made and shown over HTTP', async () => {
    const control = new MemoryControl();
    world = await World.start({ connectors: [] }, { actions: [votes(control)] }, undefined, control);
    const app = buildApi({ gateway: world.gateway, version: '1', actions: forms });
    const put = (payload: object) =>
      app.inject({ method: 'PUT', url: '/api/v1/mo-routes/song', headers: { host: 'localhost' }, payload });
    const wrong = await put({ vote: { poll: 'song', choice: 'red' } });
    expect([wrong.statusCode, wrong.json().errors?.[0]?.hint]).toEqual([400, 'did you mean "choices"?']);
    expect((await put({ vote: { poll: 'song', choices: 'red' } })).statusCode).toBe(201);
    const shown = await app.inject({ url: '/api/v1/mo-routes', headers: { host: 'localhost' } });
    expect(shown.json().moRoutes).toEqual([
      { name: 'song', origin: 'store', settings: { name: 'song', vote: { poll: 'song', choices: ['red'] } } },
    ]);
    await app.close();
  });

  it('is read in a thread of its own, too', async () => {
    const text = file('vote: { poll: song, choices: [red] }');
    const loaded = await loadInThread({
      text,
      path: 'chappe.yaml',
      env: {},
      hashes,
      lists: new ListFiles(realFiles),
      workerUrl: new URL('./vote-worker.ts', import.meta.url),
    });
    expect(loaded).toMatchObject({ ok: true, config: { settings: { mo: [{ action: { kind: 'vote' } }] } } });
  });

  it('stands in the JSON Schema of the file, in rules and for what no rule takes', () => {
    const { properties } = configSchema(forms) as never as {
      properties: { mo: { items: { properties: object } }; unclaimed: { properties: object } };
    };
    const vote = {
      description: 'counted as a vote',
      properties: { poll: { description: 'the poll' }, choices: { description: 'first words that count' } },
      required: ['poll', 'choices'],
    };
    expect(properties.mo.items.properties).toMatchObject({ vote });
    expect(properties.unclaimed.properties).toMatchObject({ vote });
    expect(JSON.stringify(configSchema())).not.toContain('vote');
  });

  it('is written back, and read again from that', async () => {
    const [rule] = (await settingsOf('vote: { poll: song, choices: red }, deliver: acme')).mo;
    const written = exportEntry('mo', rule!, forms);
    expect(written).toMatchObject({
      vote: { poll: 'song', choices: ['red'] },
      deliver: { accounts: ['acme'] },
    });
    const parsed = await parseEntry('mo', written, { hashPassword: async () => '', actions: forms });
    expect(parsed).toMatchObject({ ok: true, entry: rule });
  });

  it.each([
    ['vot: { poll: song, choices: red }', '6:32', 'did you mean "vote"?'],
    ['vote: { poll: song, choice: red }', '', 'did you mean "choices"?'],
    ['vote: { choices: red }', '', '"poll" is missing'],
    ['vote: { poll: song, choices: [red, Red] }', '', '"Red" is there twice'],
    ['vote: { poll: song, choices: red }, do: drop', '', 'it is dropped or counted, not both'],
    ['vote: { poll: song, choices: red }, do: opt-out', '', 'it is opted out or counted, not both'],
    ['vote: { poll: song, choices: red }, reply: Hi', '', 'only an opt-out or opt-in is answered'],
    ['reassemble: true', '', 'one of "deliver", "reject", "vote" and "do" must be there'],
    ['do: vote', '', 'expected one of opt-out, opt-in, drop'],
  ])('%s is told with its place', async (mo, place, message) => {
    const told = await flaws(mo);
    expect(told).toContain(message);
    expect(told).toContain(`chappe.yaml:${place}`);
  });

  it('that nobody has registered is told: in the file, and in settings that were stored', async () => {
    const mo = 'vote: { poll: song, choices: red }';
    expect(await flaws(mo, moForms([]))).toContain('there is no key "vote" here');
    const settings = await settingsOf(mo);
    expect(() => checkSettings(settings)).toThrow(
      'route "song": action.kind: there is no action "vote": there are accounts, webhook, opt-out, opt-in, refuse, drop',
    );
  });

  it('that cannot be made ready is told with its rule, before anything changes', async () => {
    const settings = await settingsOf('vote: { poll: song, choices: red }');
    const broken = {
      ...voteForm,
      prepare: () => {
        throw new Error('no table');
      },
    };
    world = await World.start({ connectors: [] }, { actions: [broken] });
    const applied = world.gateway.apply({ ...settings, accounts: [] });
    await expect(applied).rejects.toThrow('route "song": action: no table');
    expect(world.gateway.settings.mo).toEqual([]);
  });
});
