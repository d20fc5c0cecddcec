import { decode, encode, type PduInput } from '@chappe/protocol';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type TracedPdu, withoutContent } from '../../src/observation/trace.ts';
import { account, via, World } from '../network/world.ts';

const accounts = [account('acme'), account('bank')];

describe('a PDU without its content', () => {
  const submit = (more: object): Uint8Array =>
    encode({
      command: 'submit_sm',
      sequence_number: 7,
      source_addr: 'ACME',
      destination_addr: '447700900123',
      ...more,
    } as PduInput);
  const shown = (octets: Uint8Array) => Buffer.from(withoutContent(octets)).toString('latin1');

  it.each([
    ['short_message', submit({ short_message: Buffer.from('secret words') })],
    ['message_payload', submit({ tlvs: [{ name: 'message_payload', value: Buffer.from('secret words') }] })],
    ['message_payload by its tag', submit({ tlvs: [{ tag: 0x0424, value: Buffer.from('secret words') }] })],
    [
      'deliver_sm',
      encode({
        command: 'deliver_sm',
        sequence_number: 1,
        short_message: Buffer.from('secret words'),
      } as PduInput),
    ],
    [
      'replace_sm',
      encode({
        command: 'replace_sm',
        sequence_number: 1,
        short_message: Buffer.from('secret words'),
      } as PduInput),
    ],
    [
      'submit_multi',
      encode({
        command: 'submit_multi',
        sequence_number: 1,
        dest_address: [{ dest_flag: 1, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '44' }],
        short_message: Buffer.from('secret words'),
      } as PduInput),
    ],
    ['an unknown command', Buffer.from(`0000001c00010200000000000000000173656372657420776f726473`, 'hex')],
  ])('%s', (_name, octets) => {
    const before = Buffer.from(octets);
    const hidden = shown(octets);
    expect(hidden).toHaveLength(octets.length);
    expect(hidden).not.toContain('secret');
    expect(hidden).toContain('************');
    // What was lent is not changed.
    expect(Buffer.from(octets).equals(before)).toBe(true);
    expect(Buffer.from(hidden, 'latin1').subarray(0, 16).equals(before.subarray(0, 16))).toBe(true);
  });

  it('keeps addresses, other TLVs, and the header of a segment', () => {
    const short_message = Buffer.concat([Buffer.from([5, 0, 3, 9, 2, 1]), Buffer.from('secret')]);
    const octets = submit({
      esm_class: 0x40,
      short_message,
      tlvs: [{ name: 'user_message_reference', value: 9 }],
    });
    const pdu = decode(withoutContent(octets));
    expect(pdu).toMatchObject({
      command: 'submit_sm',
      source_addr: 'ACME',
      destination_addr: '447700900123',
    });
    expect(pdu.command === 'submit_sm' && Buffer.from(pdu.short_message).toString('latin1')).toBe(
      '\x05\x00\x03\x09\x02\x01******',
    );
    expect(pdu.command === 'submit_sm' && pdu.tlvs[0]).toMatchObject({
      name: 'user_message_reference',
      value: 9,
    });
  });

  it('shows the header alone of what cannot be read, and never throws', () => {
    const cut = submit({ short_message: Buffer.from('secret words') }).slice(0, 40);
    expect(withoutContent(cut)).toHaveLength(16);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
        expect(withoutContent(octets).length).toBeLessThanOrEqual(Math.max(octets.length, 0));
      }),
    );
  });
});

describe('watching', () => {
  let world: World;
  afterEach(async () => {
    await world?.stop();
  });

  const names = (seen: readonly TracedPdu[]) =>
    seen.map(({ direction, octets }) => `${direction} ${decode(octets).command}`);

  /** Collects what is shown, copied: the octets are only lent. */
  function collector() {
    const seen: TracedPdu[] = [];
    return {
      seen,
      listener: (one: TracedPdu) => void seen.push({ ...one, octets: Uint8Array.from(one.octets) }),
    };
  }

  it('a connector: from its bind on, also binds that come later; masked; ended, it is quiet', async () => {
    world = await World.start({ accounts, connectors: ['a'], routes: [via(['a'])] });
    const { seen, listener } = collector();
    const stop = world.gateway.trace.watch({ kind: 'connector', name: 'a' }, listener, false);
    const esme = await world.esme();
    await esme.submit({ short_message: Buffer.from('secret words') });
    await world.until(() => names(seen).includes('in submit_sm_resp'));
    expect(names(seen)).toEqual(expect.arrayContaining(['out submit_sm', 'in submit_sm_resp']));
    expect(seen.map(({ octets }) => Buffer.from(octets).toString('latin1')).join()).not.toContain('secret');
    // Lost, and bound anew.
    world.centre('a').cut(false);
    await world.until(() => names(seen).includes('in bind_transceiver_resp'));
    const bind = seen.find(({ octets }) => decode(octets).command === 'bind_transceiver');
    const pdu = decode(bind!.octets);
    expect(pdu.command === 'bind_transceiver' && pdu.password).toMatch(/^\**$/);
    stop?.();
    const before = seen.length;
    await esme.submit({ short_message: Buffer.from('more') });
    await world.pass(1_000);
    expect(seen).toHaveLength(before);
  });

  it('an account: the sessions that are there and those that come, and nobody else’s; with texts when asked for', async () => {
    world = await World.start({ accounts, connectors: ['a'], routes: [via(['a'])] });
    const { seen, listener } = collector();
    const first = await world.esme({ systemId: 'acme' });
    const stop = world.gateway.trace.watch({ kind: 'account', name: 'acme' }, listener, true);
    const second = await world.esme({ systemId: 'acme' });
    const other = await world.esme({ systemId: 'bank' });
    for (const esme of [first, second, other])
      await esme.submit({ short_message: Buffer.from('what it says') });
    expect(names(seen).filter((name) => name === 'in submit_sm')).toHaveLength(2);
    expect(seen.some(({ octets }) => Buffer.from(octets).includes('what it says'))).toBe(true);
    stop?.();
  });

  it('one session; none of that number or name', async () => {
    world = await World.start({ accounts, connectors: ['a'], routes: [via(['a'])] });
    const { seen, listener } = collector();
    const one = await world.esme({ systemId: 'acme' });
    const two = await world.esme({ systemId: 'acme' });
    const [session] = world.gateway.sessions();
    const stop = world.gateway.trace.watch({ kind: 'session', id: session!.id }, listener, false);
    expect(stop).toBeDefined();
    await one.submit({});
    await two.submit({});
    expect(names(seen)).toEqual(['in submit_sm', 'out submit_sm_resp']);
    expect(world.gateway.trace.watch({ kind: 'session', id: 999 }, listener, false)).toBeUndefined();
    expect(world.gateway.trace.watch({ kind: 'connector', name: 'x' }, listener, false)).toBeUndefined();
  });

  it('a listener that throws disturbs nobody', async () => {
    world = await World.start({ accounts, connectors: ['a'], routes: [via(['a'])] });
    const esme = await world.esme({ systemId: 'acme' });
    world.gateway.trace.watch(
      { kind: 'account', name: 'acme' },
      () => {
        throw new Error('listener');
      },
      false,
    );
    expect((await esme.submit({})).command_status).toBe(0);
    expect(world.rig.errors.splice(0)).toEqual([
      expect.arrayContaining(['tap']),
      expect.arrayContaining(['tap']),
    ]);
  });
});
