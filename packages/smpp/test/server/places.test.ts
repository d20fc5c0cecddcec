import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Crowd, type Member } from '../../src/server/crowd.ts';
import { serverLimits } from '../../src/server/limits.ts';
import { type Place, Places } from '../../src/server/places.ts';
import { groupBy } from '../support/older-node.ts';

/** Places with a log of who had to go. */
function begin(limits: Partial<typeof serverLimits>, isKnown: (address: string) => boolean = () => false) {
  const gone: string[] = [];
  const places = new Places({ ...serverLimits, ...limits }, isKnown);
  let count = 0;
  const enter = (address: string): Place | undefined => {
    const name = `${address} #${++count}`;
    return places.enter(address, () => void gone.push(name));
  };
  return { places, enter, gone };
}

const v6 = (host: number): string => `2001:db8:0:1::${host.toString(16)}`;

describe('a connection finds its place', () => {
  test('two addresses that only connect do not keep the owner out', () => {
    const { places, enter, gone } = begin({ connections: 200, perAddress: 100 });
    for (let i = 0; i < 300; i++) enter(i % 2 === 0 ? '192.0.2.1' : '192.0.2.2');
    // More go on coming while the owner binds.
    const owner = enter('198.51.100.7');
    expect(owner).toBeDefined();
    for (let i = 0; i < 1_000; i++) enter(i % 2 === 0 ? '192.0.2.1' : '192.0.2.2');
    places.asked(owner!);
    for (let i = 0; i < 1_000; i++) enter(i % 2 === 0 ? '192.0.2.1' : '192.0.2.2');
    places.answered(owner!, true);
    expect(gone.filter((name) => name.startsWith('198'))).toEqual([]);
    expect(places.size).toBeLessThanOrEqual(200);
  });

  test('though each stranger asks to bind, again and again', () => {
    const { places, enter, gone } = begin({ connections: 200, perAddress: 100 });
    const ask = (address: string): void => {
      const place = enter(address);
      if (place !== undefined) places.asked(place);
    };
    for (let i = 0; i < 300; i++) ask(i % 2 === 0 ? '192.0.2.1' : '192.0.2.2');
    expect(enter('198.51.100.7')).toBeDefined();
    for (let i = 0; i < 300; i++) ask(i % 2 === 0 ? '192.0.2.1' : '192.0.2.2');
    expect(gone.filter((name) => name.startsWith('198'))).toEqual([]);
  });

  test('a host of IPv6 counts by its /64, whatever address it takes', () => {
    const { places, enter, gone } = begin({ perAddress: 1_000 });
    const taken = Array.from({ length: 1_300 }, (_, host) => enter(v6(host)));
    expect(taken.filter((place) => place !== undefined)).toHaveLength(1_300);
    expect(gone).toHaveLength(300);
    expect(gone[0]).toBe(`${v6(0)} #1`);
    expect(places.size).toBe(1_000);
    // Bound, they keep their places, and a further one has none.
    const bound = begin({ perAddress: 10 });
    for (let host = 0; host < 10; host++) bound.places.answered(bound.enter(v6(host))!, true);
    expect(bound.enter(v6(99))).toBeUndefined();
    expect(bound.enter('2001:db8:0:2::1')).toBeDefined();
  });

  test('ten addresses leave room for others with the default limits', () => {
    const { enter, gone, places } = begin({});
    for (let i = 0; i < 20_000; i++) enter(`192.0.2.${i % 10}`);
    expect(places.size).toBe(serverLimits.unbound);
    const owner = enter('198.51.100.7');
    for (let i = 0; i < 20_000; i++) enter(`192.0.2.${i % 10}`);
    expect(owner).toBeDefined();
    expect(gone.some((name) => name.startsWith('198'))).toBe(false);
  });

  test('known addresses go after all strangers, and no stranger takes their place', () => {
    const { places, enter, gone } = begin({ connections: 10, unbound: 10 }, (address) =>
      address.startsWith('10.'),
    );
    const known = Array.from({ length: 9 }, (_, host) => enter(`10.0.0.${host}`));
    for (let i = 0; i < 100; i++) enter(`192.0.2.${i}`);
    expect(gone).toHaveLength(99);
    expect(gone.some((name) => name.startsWith('10.'))).toBe(false);
    // One more that is known takes the place of the stranger, then of the eldest of those who have most.
    enter('10.0.0.0');
    expect(gone.at(-1)).toMatch(/^192/);
    expect(enter('192.0.2.1')).toBeUndefined();
    enter('10.0.0.77');
    expect(gone.at(-1)).toBe('10.0.0.0 #1');
    for (const place of known) if (place?.isGone === false) places.answered(place, true);
    expect(places.size).toBe(10);
  });

  test('an address that has bound is known from then on, its other connections too', () => {
    const { places, enter, gone } = begin({ connections: 4, unbound: 4 });
    const [first, second] = [enter('198.51.100.7'), enter('198.51.100.7')];
    places.answered(first!, true);
    for (let i = 0; i < 50; i++) enter(`192.0.2.${i}`);
    expect(second?.isGone).toBe(false);
    places.leave(first!);
    enter('198.51.100.7');
    for (let i = 0; i < 50; i++) enter(`192.0.2.${i}`);
    expect(gone.some((name) => name.startsWith('198'))).toBe(false);
  });

  test('behind a proxy the peer counts as soon as it is named; until then nobody does', () => {
    const { places, gone } = begin({ perAddress: 2 });
    const unnamed = Array.from({ length: 10 }, (_, i) =>
      places.enterUnnamed('10.0.0.1', () => void gone.push(`${i}`)),
    );
    expect(unnamed.every((place) => place !== undefined)).toBe(true);
    const [one, two, three, other] = unnamed as [Place, Place, Place, Place];
    places.answered(one, places.name(one, v6(1)));
    places.answered(two, places.name(two, v6(2)));
    expect(places.name(three, v6(3))).toBe(false);
    places.leave(three);
    expect(places.name(other, '192.0.2.1')).toBe(true);
    expect(gone).toEqual([]);
    places.leave(one);
    places.leave(one);
    const again = places.enterUnnamed('10.0.0.1', () => undefined);
    expect(places.name(again!, v6(3))).toBe(true);
  });
});

test('whatever comes and goes, the counts are right and nobody who has bound has to go', () => {
  const step = fc.record({
    what: fc.constantFrom('enter', 'ask', 'refuse', 'bind', 'leave'),
    address: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::2', '10.0.0.1'),
    which: fc.nat(30),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const limits = { ...serverLimits, connections: 12, perAddress: 5, unbound: 6 };
      const places = new Places(limits, (address) => address.startsWith('10.'));
      const bound = new Set<Place>();
      const there: Place[] = [];
      for (const { what, address, which } of steps) {
        const place = there[which % Math.max(1, there.length)];
        if (what === 'enter') {
          const entered: Place | undefined = places.enter(address, () => {
            const gone = there.find((one) => one.isGone && !bound.has(one));
            if (gone !== undefined) there.splice(there.indexOf(gone), 1);
          });
          if (entered !== undefined && !entered.isGone) there.push(entered);
        } else if (place === undefined) continue;
        else if (what === 'ask') places.asked(place);
        else if (what === 'refuse' && !bound.has(place)) places.answered(place, false);
        else if (what === 'bind') {
          places.answered(place, true);
          bound.add(place);
        } else if (what === 'leave') {
          places.leave(place);
          bound.delete(place);
          there.splice(there.indexOf(place), 1);
        }
        expect([...bound].some(({ isGone }) => isGone)).toBe(false);
        expect(places.size).toBe(there.length);
        expect(places.size).toBeLessThanOrEqual(limits.connections);
        const perAddress = groupBy(there, ({ group }) => group);
        for (const members of perAddress.values())
          expect(members.length).toBeLessThanOrEqual(limits.perAddress);
      }
    }),
  );
});

test('a crowd knows its largest group through all that comes and goes', () => {
  const step = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.boolean(), fc.nat(20));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const crowd = new Crowd<Member>();
      const members: Member[] = [];
      for (const [group, isAdded, which] of steps) {
        if (isAdded) {
          const member = { group, isBusy: which % 3 === 0 };
          members.push(member);
          crowd.add(member);
        } else {
          const [member] = members.splice(which % Math.max(1, members.length), 1);
          if (member !== undefined) crowd.delete(member);
        }
        const sizes = new Map<string, number>();
        for (const { group: one } of members) sizes.set(one, (sizes.get(one) ?? 0) + 1);
        const first = crowd.first();
        expect(crowd.size).toBe(members.length);
        if (members.length === 0) expect(first).toBeUndefined();
        else {
          expect(sizes.get(first!.group)).toBe(Math.max(...sizes.values()));
          const own = members.filter((member) => member.group === first!.group);
          expect(first).toBe(own.find(({ isBusy }) => !isBusy) ?? own[0]);
        }
      }
    }),
  );
});
