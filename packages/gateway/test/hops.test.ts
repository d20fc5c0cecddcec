import { MemoryControl } from '@chappe/center';
import type { Tlv } from '@chappe/protocol';
import { describe, expect, test } from 'vitest';
import { hasLooped, hopsTag, nodeIdOf, withHop, withoutHops } from '../src/message/hops.ts';

const here = Uint8Array.of(1, 2, 3, 4);
const there = Uint8Array.of(3, 4, 1, 2);
const other: Tlv = { name: undefined, tag: 0x1400, value: Uint8Array.of(9) };
const path = (...ids: Uint8Array[]): Tlv => ({ name: undefined, tag: hopsTag, value: Buffer.concat(ids) });

describe('the gateways that a message has been through', () => {
  test('an id is made once and kept', async () => {
    const control = new MemoryControl();
    const id = await nodeIdOf(control, () => 0.5);
    expect([...id]).toEqual([128, 128, 128, 128]);
    expect([...(await nodeIdOf(control, () => 0.1))]).toEqual([...id]);
  });

  test('a message that has been here, or through too many, has looped', () => {
    expect(hasLooped([], here)).toBe(false);
    expect(hasLooped([other], here)).toBe(false);
    expect(hasLooped([other, path(there)], here)).toBe(false);
    expect(hasLooped([path(there, here)], here)).toBe(true);
    // Ids stand at their places: what two of them have between them is none.
    expect(hasLooped([path(there, there)], Uint8Array.of(1, 2, 3, 4))).toBe(false);
    expect(hasLooped([path(...Array(15).fill(there))], here)).toBe(false);
    expect(hasLooped([path(...Array(16).fill(there))], here)).toBe(true);
    expect(hasLooped([path()], here)).toBe(false);
  });

  test('a peer is told of this gateway too, anybody else of none', () => {
    const came = [other, path(there)];
    expect(withHop(came, came, here)).toEqual([other, { tag: hopsTag, value: Buffer.concat([there, here]) }]);
    expect(withHop([], [other], here)).toEqual([other, { tag: hopsTag, value: Buffer.from(here) }]);
    expect(withoutHops(came)).toEqual([other]);
    const plain = [other];
    expect(withoutHops(plain)).toBe(plain);
  });
});
