import type { Address, Priority } from '@chappe/center';
import { describe, expect, it } from 'vitest';
import { AccountPolicy } from '../../src/accounts/policy.ts';
import type { AccountSettings } from '../../src/settings/account.ts';
import { start } from './support.ts';

const from: Address = { ton: 5, npi: 0, digits: 'ACME' };
const to: Address = { ton: 1, npi: 1, digits: '447700900123' };

const policyOf = (settings: Partial<AccountSettings> = {}, previous?: AccountPolicy): AccountPolicy =>
  new AccountPolicy({ systemId: 'acme', passwordHash: '', ...settings }, previous);

describe('an account without rules', () => {
  it('lets everything through as it came', () => {
    const policy = policyOf();
    const admitted = policy.admit(from, to, 3, undefined, start);
    expect(admitted).toEqual({ refusal: undefined, source: from, destination: to, priority: 0, waitMs: 0 });
    if (admitted.refusal !== undefined) throw new Error('refused');
    expect(admitted.source).toBe(from);
    expect(admitted.destination).toBe(to);
    expect(policy.tags).toEqual([]);
    expect(policy.quota.used(start)).toEqual({ day: 3, month: 3 });
  });

  it('keeps even what looks odd', () => {
    const odd = { ton: 0, npi: 0, digits: '+00447700900123' };
    expect(policyOf().destination(odd)).toBe(odd);
    expect(policyOf().sender(odd)).toBe(odd);
  });
});

describe('priority', () => {
  it.each<
    [asked: Priority | undefined, byDefault: Priority | undefined, most: Priority | undefined, gets: Priority]
  >([
    [undefined, undefined, undefined, 0],
    [0, undefined, undefined, 0],
    [3, undefined, undefined, 3],
    [undefined, 2, undefined, 2],
    [0, 2, undefined, 2],
    [1, 2, undefined, 1],
    [3, 2, 2, 2],
    [3, undefined, 0, 0],
    [1, undefined, 1, 1],
  ])('asked %s, default %s, most %s: %s', (asked, defaultPriority, maxPriority, gets) => {
    expect(policyOf({ defaultPriority, maxPriority }).priority(asked)).toBe(gets);
  });

  it('a default above the most is refused by name', () => {
    expect(() => policyOf({ defaultPriority: 3, maxPriority: 1 })).toThrow('account "acme": defaultPriority');
    expect(() => policyOf({ maxPriority: 4 as Priority })).toThrow(
      'account "acme": maxPriority must be 0 to 3',
    );
  });
});

describe('default TON and NPI', () => {
  const policy = policyOf({
    defaultTon: 1,
    defaultNpi: 1,
    numbers: { countryCode: '44', nationalPrefix: '0' },
  });

  it.each<[Address, Address]>([
    [
      { ton: 0, npi: 0, digits: '447700900123' },
      { ton: 1, npi: 1, digits: '447700900123' },
    ],
    [
      { ton: 0, npi: 0, digits: '+447700900123' },
      { ton: 1, npi: 1, digits: '+447700900123' },
    ],
    [
      { ton: 0, npi: 1, digits: '447700900123' },
      { ton: 0, npi: 1, digits: '447700900123' },
    ],
    [
      { ton: 2, npi: 0, digits: '447700900123' },
      { ton: 2, npi: 0, digits: '447700900123' },
    ],
    [
      { ton: 0, npi: 0, digits: 'ACME' },
      { ton: 5, npi: 0, digits: 'ACME' },
    ],
    [
      { ton: 0, npi: 0, digits: '' },
      { ton: 0, npi: 0, digits: '' },
    ],
  ])('of a sender: %j is %j', (source, expected) => {
    expect(policy.sender(source)).toEqual(expected);
  });

  it.each<[defaultTon: number, digits: string, expectedTon: number, expected: string]>([
    [1, '447700900123', 1, '447700900123'],
    [1, '07700900123', 1, '447700900123'],
    [2, '07700900123', 1, '447700900123'],
    [2, '7700900123', 1, '447700900123'],
    [2, '+33612345678', 1, '33612345678'],
    [3, '7700900123', 3, '7700900123'],
    [1, '60100', 1, '60100'],
  ])(
    'of a destination: TON %i and %s is TON %i and %s by the number plan',
    (defaultTon, digits, ton, expected) => {
      const other = policyOf({ defaultTon, numbers: { countryCode: '44', nationalPrefix: '0' } });
      expect(other.destination({ ton: 0, npi: 0, digits })).toMatchObject({ ton, digits: expected });
    },
  );

  it.each([
    [{ defaultTon: 8 }, 'defaultTon must be 0 to 7, not 8'],
    [{ defaultNpi: 19 }, 'defaultNpi must be 0 to 18, not 19'],
    [{ defaultTon: 1.5 }, 'defaultTon'],
  ])('%j is refused by name', (settings, message) => {
    expect(() => policyOf(settings)).toThrow(`account "acme": ${message}`);
  });
});

describe('admission of messages', () => {
  it('looks for the destination prefix in the normal form', () => {
    const policy = policyOf({
      destinations: ['447'],
      numbers: { countryCode: '44', nationalPrefix: '0', internationalPrefixes: ['00'] },
    });
    for (const digits of ['07700900123', '00447700900123', '+447700900123', '447700900123']) {
      expect(policy.admit(from, { ton: 0, npi: 0, digits }, 1, 0, start)).toMatchObject({
        destination: { digits: to.digits },
      });
    }
    for (const digits of ['0033612345678', '01632960123', '60100', '']) {
      expect(policy.admit(from, { ton: 0, npi: 0, digits }, 1, 0, start)).toEqual({
        refusal: 'destination',
        status: 0x0b,
      });
    }
  });

  it('counts segments against throughput and quota', () => {
    const policy = policyOf({ throughput: { perSecond: 10 }, quota: { day: 15 } });
    expect(policy.admit(from, to, 10, 0, start)).toMatchObject({ waitMs: 0 });
    expect(policy.admit(from, to, 1, 0, start)).toEqual({ refusal: 'throughput', status: 0x58 });
    expect(policy.admit(from, to, 5, 0, start + 1_000)).toMatchObject({ waitMs: 0 });
    expect(policy.admit(from, to, 1, 0, start + 2_000)).toEqual({ refusal: 'quota', status: 0x58 });
    expect(policy.quota.used(start)).toEqual({ day: 15, month: 15 });
    expect(policy.counters).toEqual({ shaped: 0 });
  });

  it('what is refused costs neither quota nor throughput', () => {
    const policy = policyOf({
      throughput: { perSecond: 1 },
      quota: { day: 1 },
      senders: ['ACME'],
      destinations: ['44'],
    });
    for (let time = 0; time < 10; time += 1) {
      policy.admit({ ton: 5, npi: 0, digits: 'RIVAL' }, to, 1, 0, start);
      policy.admit(from, { ton: 1, npi: 1, digits: '33612345678' }, 1, 0, start);
      policy.admit(from, to, 2, 0, start);
    }
    expect(policy.admit(from, to, 1, 0, start)).toMatchObject({ refusal: undefined, waitMs: 0 });
  });

  it('shapes, and says how long', () => {
    const policy = policyOf({ throughput: { perSecond: 1, excess: 'shape' } });
    expect(policy.take(1, start)).toBe(0);
    for (let second = 1; second <= 5; second += 1) expect(policy.take(1, start)).toBeCloseTo(second * 1_000);
    expect(policy.take(1, start)).toEqual({ refusal: 'throughput', status: 0x58 });
    expect(policy.counters).toEqual({ shaped: 5 });
    expect(policy.quota.used(start).day).toBe(6);
  });

  it('gives back what something else refused', () => {
    const policy = policyOf({ quota: { day: 2 } });
    policy.take(2, start);
    policy.releaseQuota(1);
    expect(policy.take(1, start)).toBe(0);
    expect(policy.take(1, start)).toMatchObject({ refusal: 'quota' });
  });

  it('new settings go on from the counts', () => {
    const before = policyOf({ quota: { day: 10 }, throughput: { perSecond: 1 } });
    before.take(1, start);
    before.counters.shaped += 1;
    const after = policyOf({ quota: { day: 10 }, throughput: { perSecond: 2 }, tags: ['vip'] }, before);
    expect(after.quota.used(start).day).toBe(1);
    expect(after.take(2, start)).toMatchObject({ refusal: 'throughput' });
    expect(after.counters).toEqual({ shaped: 1 });
    expect(after.tags).toEqual(['vip']);
  });
});
