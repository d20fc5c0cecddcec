/** One id in two writings. */

import type { ConnectorSettings } from '@chappe/policy';
import { afterEach, describe, expect, it } from 'vitest';
import type { Esme } from '../rig.ts';
import type { Centre } from './centre.ts';
import { connector, via, World } from './world.ts';

let world: World;
let a: Centre;
let esme: Esme;
afterEach(() => world.stop());

type Ids = NonNullable<ConnectorSettings['receipts']>['ids'];

async function begin(ids: Ids, awaitedMessages = 50_000, earlyMs?: number): Promise<void> {
  world = await World.start(
    { connectors: [connector('a', { receipts: { ids, earlyMs } })], routes: [via(['a'])] },
    { center: { limits: { sweepMs: 20_000, awaitedMessages } } },
  );
  a = world.centre('a');
  esme = await world.esme();
}

/** As the response has it, as the receipt has it, and where it is found. */
const writings: readonly (readonly [given: string, told: string, by: readonly NonNullable<Ids>[]])[] = [
  ['AAAA-1111-bbbb', 'aaaa-1111-BBBB', ['auto', 'same', 'loose', 'hex-dec', 'dec-hex']],
  ['xyz.Q7_9', 'XYZ.q7_9', ['auto', 'same', 'loose', 'hex-dec', 'dec-hex']],
  ['  55501  ', '55501', ['auto', 'same', 'loose']],
  ['55501', ' 55501\t', ['auto', 'same', 'loose']],
  ['55501\u00a0\r\n', '0055501', ['auto', 'same', 'loose']],
  ['Msg-7 ', 'msg-7', ['auto', 'same', 'loose', 'hex-dec', 'dec-hex']],
  ['0x1B2C', '1b2c', ['auto', 'same', 'loose']],
  ['1b2c', '0X001B2C', ['auto', 'same', 'loose']],
  [
    '550E8400-E29B-41D4-A716-446655440000',
    '550e8400e29b41d4a716446655440000',
    ['auto', 'same', 'loose', 'hex-dec'],
  ],
  [
    '0550e8400e29b41d4a71644665544000',
    '0550E840-0E29-B41D-4A71-644665544000',
    ['auto', 'same', 'loose', 'hex-dec'],
  ],
  ['000', '0', ['auto', 'same', 'loose', 'hex-dec', 'dec-hex']],
  [' 00FF', '255 ', ['auto', 'loose', 'hex-dec']],
  ['0x00ff', '000255', ['auto', 'loose', 'hex-dec']],
  ['0000255', ' FF ', ['auto', 'loose', 'dec-hex']],
  ['255', '0xFF', ['auto', 'loose', 'dec-hex']],
  ['18446744073709551615', 'FFFFFFFFFFFFFFFF', ['auto', 'loose', 'dec-hex']],
];
const cases = writings.flatMap(([given, told, by]) => by.map((ids) => [given, told, ids] as const));

describe.each(cases)('%j in the response, %j in the receipt, %s', (given, told, ids) => {
  it.each([
    ['in memory', 50_000],
    ['on the disk', 0],
  ])('is found %s', async (_, awaitedMessages) => {
    await begin(ids, awaitedMessages);
    a.react = () => ({ id: given });
    const { message_id } = await esme.submit();
    await world.pass(10);
    const status = a.receipt(a.last, { id: told, tlvs: 'both' });
    await world.pass(10);
    expect(await status).toBe(0);
    expect(await world.view(message_id)).toMatchObject({ state: 'delivered' });
  });

  it('is found when the response comes after it', async () => {
    await begin(ids);
    a.react = () => ({ id: given, delayMs: 300 });
    void esme.submit();
    await world.pass(10);
    const status = a.receipt({ ...a.last, id: told }, { tlvs: 'only' });
    await world.pass(1_500);
    expect(await status).toBe(0);
    expect(esme.stats).toEqual(['DELIVRD']);
  });

  it('is found by a rematch', async () => {
    await begin(ids, 50_000, 1);
    // It comes before its message has left, and nobody remembers it but the disk.
    const early = a.deliver({
      source_addr: '447700900123',
      destination_addr: 'ACME',
      esm_class: 4,
      text: 'stat:DELIVRD err:000',
      tlvs: [{ name: 'receipted_message_id', value: told }],
    });
    await world.pass(100);
    expect(await early).toBe(0);
    a.react = () => ({ id: given });
    const { message_id } = await esme.submit();
    await world.pass(10);
    expect(await world.view(message_id)).toMatchObject({ state: 'enroute' });
    const { correlator } = world.gateway.network;
    expect(await correlator.rematch(world.upstream('a'), undefined)).toEqual({ matched: 1, left: 0 });
    expect(await world.view(message_id)).toMatchObject({ state: 'delivered' });
  });
});

describe('an id', () => {
  it('of blanks only is none: the message is taken, and over', async () => {
    await begin('auto');
    a.react = () => ({ id: '   ' });
    const { message_id } = await esme.submit();
    await world.pass(10);
    expect(await world.view(message_id)).toMatchObject({ state: 'accepted' });
  });

  it('is told to its operator as that wrote it', async () => {
    await begin('auto');
    a.react = () => ({ id: ' AbC-0077 ' });
    const { message_id } = await esme.submit();
    await world.pass(10);
    expect(await world.story(message_id)).toContain('reference=abc-0077 connector=a id=AbC-0077');
  });
});
