/** The two places in which a receipt tells the state, against each other; and whose settings count. */

import type { ConnectorSettings } from '@chappe/policy';
import { afterEach, describe, expect, it } from 'vitest';
import type { Esme } from '../rig.ts';
import type { Centre } from './centre.ts';
import { connector, via, World } from './world.ts';

let world: World;
let a: Centre;
let esme: Esme;
afterEach(() => world.stop());

async function begin(settings: Partial<ConnectorSettings> = {}): Promise<void> {
  world = await World.start({ connectors: [connector('a', settings)], routes: [via(['a'])] });
  a = world.centre('a');
  esme = await world.esme();
}

/** message_state, the word of the text, and how the message stands then. */
const states = [
  // A TLV that says less than the text hides nothing.
  [0, 'UNDELIV', 'undeliverable'],
  [0, 'DELIVRD', 'delivered'],
  [0, 'EXPIRED', 'expired'],
  [1, 'REJECTD', 'rejected'],
  [1, 'DELIVRD', 'delivered'],
  [6, 'DELIVRD', 'delivered'],
  [7, 'UNDELIV', 'undeliverable'],
  [10, 'UNDELIV', 'undeliverable'],
  [255, 'DELETED', 'deleted'],
  // A final TLV counts before a text that says less, or another end.
  [2, 'ENROUTE', 'delivered'],
  [5, 'DELIVRD', 'undeliverable'],
  [3, 'UNKNOWN', 'expired'],
  [2, '', 'delivered'],
  // Neither is an end.
  [0, 'ENROUTE', 'enroute'],
  [1, 'BUFFRED', 'enroute'],
  [1, '', 'enroute'],
] as const;

describe.each(['3.4', '5.0'] as const)('message_state and the text, of an operator of %s', (version) => {
  it.each(states)('%i and "%s": %s', async (state, stat, expected) => {
    await begin({ version });
    const { message_id } = await esme.submit();
    await world.pass(10);
    expect(await a.receipt(a.last, { tlvs: 'both', state, stat, err: '255' })).toBe(0);
    await world.pass(10);
    expect(await world.view(message_id)).toMatchObject({ state: expected });
    expect(esme.stats).toHaveLength(expected === 'enroute' ? 0 : 1);
  });

  it.each(states)('%i and "%s", kept until it is matched again: %s', async (state, stat, expected) => {
    await begin({ version, receipts: { earlyMs: 1 } });
    const early = a.deliver({
      source_addr: '447700900123',
      destination_addr: 'ACME',
      esm_class: 4,
      text: `id:m-1 stat:${stat} err:255`,
      tlvs: [
        { name: 'receipted_message_id', value: 'm-1' },
        { name: 'message_state', value: state },
      ],
    });
    await world.pass(100);
    expect(await early).toBe(0);
    a.react = () => ({ id: 'm-1' });
    const { message_id } = await esme.submit();
    await world.pass(10);
    const { correlator } = world.gateway.network;
    await correlator.rematch(world.upstream('a'), undefined);
    expect(await world.view(message_id)).toMatchObject({ state: expected });
  });
});

describe('connectors of one group', () => {
  const settings = (name: string, receipts?: ConnectorSettings['receipts']): ConnectorSettings =>
    connector(name, { group: 'op', receipts });
  const route = via(['a,b']);
  const relation = () => world.upstream('b').group.receipts.ids.order;

  it('what the first does not say of their receipts, the next may', async () => {
    world = await World.start({
      connectors: [settings('a', { unmatched: 5 }), settings('b', { ids: 'hex-dec', unmatched: 7 })],
      routes: [route],
    });
    expect(relation()).toEqual(['hex-dec']);
    a = world.centre('a');
    a.react = () => ({ id: 'ff' });
    world.centre('b').react = a.react;
    esme = await world.esme();
    const { message_id } = await esme.submit();
    await world.pass(10);
    const by = a.submitted.length > 0 ? a : world.centre('b');
    expect(await by.receipt(by.last, { id: '255' })).toBe(0);
    await world.pass(10);
    expect(await world.view(message_id)).toMatchObject({ state: 'delivered' });
  });

  it('the settings of those that stay hold, when the first one goes', async () => {
    world = await World.start({ connectors: [settings('a'), settings('b')], routes: [route] });
    a = world.centre('a');
    esme = await world.esme();
    await esme.submit();
    await world.pass(10);
    const by = a.submitted.length > 0 ? a : world.centre('b');
    await by.receipt(by.last);
    const before = world.gateway.settings;
    await world.gateway.apply({
      ...before,
      connectors: [settings('b', { ids: 'dec-hex' })],
      routes: [via(['b'])],
    });
    await world.pass(100);
    expect(relation()).toEqual(['dec-hex']);
  });
});

describe('a kept receipt that is matched again', () => {
  it('stays until what it says is on disk', async () => {
    await begin({ receipts: { earlyMs: 1 } });
    const early = a.receipt({
      pdu: {
        destination_addr: '447700900123',
        source_addr: 'ACME',
        dest_addr_ton: 1,
        dest_addr_npi: 1,
      } as never,
      text: '',
      to: '447700900123',
      atMs: 0,
      session: a.sessions[0] as never,
      id: 'm-1',
    });
    await world.pass(100);
    expect(await early).toBe(0);
    a.react = () => ({ id: 'm-1' });
    await esme.submit();
    await world.pass(10);
    const { correlator } = world.gateway.network;
    const { store } = world;
    const commit = store.commit.bind(store);
    const held: (() => void)[] = [];
    store.commit = (changes, owner) =>
      new Promise(
        (resolve, reject) => void held.push(() => void commit(changes, owner).then(resolve, reject)),
      );
    const matched = correlator.rematch(world.upstream('a'), undefined);
    await world.pass(100);
    expect(await correlator.unmatched('a', 10)).toHaveLength(1);
    store.commit = commit;
    for (const go of held) go();
    await world.pass(100);
    expect(await matched).toEqual({ matched: 1, left: 0 });
    expect(await correlator.unmatched('a', 10)).toEqual([]);
    expect(esme.stats).toEqual(['DELIVRD']);
  });
});
