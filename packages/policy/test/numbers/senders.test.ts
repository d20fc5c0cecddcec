import { describe, expect, it } from 'vitest';
import { AccountPolicy } from '../../src/accounts/policy.ts';
import { compileSenders, holdsSender } from '../../src/numbers/sender-patterns.ts';
import type { SenderRule } from '../../src/settings/account.ts';

const policyOf = (
  senders: readonly string[] | undefined,
  senderRules?: readonly SenderRule[],
): AccountPolicy => new AccountPolicy({ systemId: 'acme', passwordHash: '', senders, senderRules });

const senderOf = (policy: AccountPolicy, digits: string, ton = 0, npi = 0): string | undefined =>
  policy.sender({ ton, npi, digits })?.digits;

/** Names, numbers, a range of numbers, a family of names. */
const permitted = ['ACME', 'Acme Bank', '447700900123', '+447700900124', '4479*', 'ALERT-*', '60100'];

describe('names that look like numbers', () => {
  // As they come: a short one with signs is a name whatever its type, a long one where its type says so.
  it.each<[pattern: string, sender: string, ton: number]>([
    ['7-11', '7-11', 0],
    ['7-11', '7-11', 5],
    ['24/7', '24/7', 5],
    ['1.800', '1.800', 0],
    ['0800-123456', '0800-123456', 5],
    ['0800-123456', '0800123456', 0],
    ['+44 (0)7700 900123', '447700900123', 1],
    ['+ACME', '+ACME', 5],
  ])('%s holds %s of type %i, and a rule for it counts', (pattern, sender, ton) => {
    expect(senderOf(policyOf([pattern]), sender, ton)).toBe(sender);
    expect(senderOf(policyOf(undefined, [{ from: pattern, replaceBy: 'NEW' }]), sender, ton)).toBe('NEW');
  });

  it.each([
    ['7-11', '711'],
    ['711', '7-11'],
    ['24/7', '247'],
  ])('%s does not hold %s', (pattern, sender) => {
    expect(senderOf(policyOf([pattern]), sender, 5)).toBeUndefined();
  });
});

describe('spoofed senders', () => {
  it.each<[sender: string, ton: number, passes: boolean]>([
    ['ACME', 5, true],
    ['ACME', 0, true],
    ['Acme Bank', 5, true],
    ['447700900123', 1, true],
    ['+447700900123', 1, true],
    ['447700900123', 0, true],
    ['447700900124', 1, true],
    ['+447700900124', 1, true],
    ['4479', 1, true],
    ['447900000000', 1, true],
    ['+447911123456', 1, true],
    ['447911123456', 5, true],
    ['ALERT-1', 5, true],
    ['ALERT-', 5, true],
    ['60100', 3, true],
    // Another case, another length, something around it.
    ['acme', 5, false],
    ['Acme', 5, false],
    ['ACM', 5, false],
    ['ACMEE', 5, false],
    ['ACME ', 5, false],
    [' ACME', 5, false],
    ['ACME\0', 5, false],
    ['ACME\n', 5, false],
    ['ACME\u200b', 5, false],
    ['\ufeffACME', 5, false],
    ['ACME.', 5, false],
    ['A.C.M.E', 5, false],
    ['Acme  Bank', 5, false],
    ['Acme\u00a0Bank', 5, false],
    ['ACME BANK', 5, false],
    // Letters that look alike: Cyrillic, full width, accents, digits for letters, composed otherwise.
    ['\u0410CME', 5, false],
    ['AC\u041cE', 5, false],
    ['\uff21\uff23\uff2d\uff25', 5, false],
    ['\u00c1CME', 5, false],
    ['A\u0301CME', 5, false],
    ['4CME', 5, false],
    // Numbers: neighbours, other writings, parts.
    ['447700900125', 1, false],
    ['44770090012', 1, false],
    ['4477009001234', 1, false],
    ['00447700900123', 0, false],
    ['07700900123', 2, false],
    ['7700900123', 2, false],
    ['++447700900123', 0, false],
    ['447700 900123', 5, false],
    ['\u0664\u0664\u0667\u0669', 5, false],
    ['4478', 1, false],
    // A range of numbers is no family of names.
    ['4479 BANK', 5, false],
    ['+4479x', 5, false],
    // Patterns are ours to write, not the peer's.
    ['*', 5, false],
    ['ACME*', 5, false],
    ['4479*', 5, false],
    ['alert-1', 5, false],
    ['ALERT', 5, false],
    ['60101', 3, false],
    ['', 0, false],
    ['+', 0, false],
    ['Rival', 5, false],
  ])('%j with TON %i: %s', (sender, ton, passes) => {
    const policy = policyOf(permitted);
    expect(senderOf(policy, sender, ton)).toBe(passes ? sender : undefined);
    const admitted = policy.admit(
      { ton, npi: 0, digits: sender },
      { ton: 1, npi: 1, digits: '447700900999' },
      1,
      0,
      0,
    );
    expect(admitted).toMatchObject(passes ? { refusal: undefined } : { refusal: 'sender', status: 0x0a });
  });

  it('an empty list permits none, no list any, a star any, and the empty text none given', () => {
    for (const sender of ['ACME', '', '4477']) {
      expect(senderOf(policyOf([]), sender)).toBeUndefined();
      expect(senderOf(policyOf(undefined), sender)).toBe(sender);
      expect(senderOf(policyOf(['*']), sender)).toBe(sender);
    }
    expect(senderOf(policyOf(['']), '')).toBe('');
    expect(senderOf(policyOf(['']), 'ACME')).toBeUndefined();
  });

  it('10,000 prefixes of many lengths hold what one of them is the beginning of', () => {
    const patterns = Array.from({ length: 10_000 }, (_, index) => `44${'7'.repeat(index % 5)}${index}*`);
    const list = compileSenders(patterns, 'senders');
    expect(list.numbers.length).toBeLessThan(20);
    for (const index of [0, 17, 4_999, 9_999]) {
      expect(holdsSender(list, `44${'7'.repeat(index % 5)}${index}99`)).toBe(true);
    }
    expect(holdsSender(list, '4')).toBe(false);
    expect(holdsSender(list, '33123456789')).toBe(false);
  });

  it.each([['AC*ME'], ['**'], ['*ACME'], ['x'.repeat(66)]])('%j is refused by name', (pattern) => {
    expect(() => policyOf(['ok', pattern])).toThrow(`account "acme": senders[1]: "${pattern}" is no sender`);
  });
});

describe('sender rules', () => {
  const rules: readonly SenderRule[] = [
    { from: 'KEEP' },
    { from: '', replaceBy: '60100' },
    { from: '4477*', replaceBy: 'ACME' },
    { from: '447700900123', replaceBy: 'NEVER' },
    { from: 'RIVAL*', refuse: true },
    { from: 'RIVAL2', replaceBy: 'NEVER' },
    { from: '+33612345678', replaceBy: '+447700900999' },
    { from: '33*', refuse: true },
  ];

  it.each<[string, string | undefined]>([
    ['KEEP', 'KEEP'],
    ['', '60100'],
    ['447700900123', 'ACME'],
    ['+447700900123', 'ACME'],
    ['RIVAL', undefined],
    ['RIVAL2', undefined],
    ['RIVA', 'RIVA'],
    ['33612345678', '447700900999'],
    ['33612345679', undefined],
    ['OTHER', 'OTHER'],
  ])('the first that matches %j makes it %j', (sender, expected) => {
    expect(senderOf(policyOf(undefined, rules), sender)).toBe(expected);
  });

  it('an exact rule before a star wins, and the other way round', () => {
    const star = { from: '*', replaceBy: 'STAR' };
    const exact = { from: 'ACME', replaceBy: 'EXACT' };
    expect(senderOf(policyOf(undefined, [exact, star]), 'ACME')).toBe('EXACT');
    expect(senderOf(policyOf(undefined, [star, exact]), 'ACME')).toBe('STAR');
    expect(senderOf(policyOf(undefined, [exact, star]), '')).toBe('STAR');
  });

  it('a replacement has its own types, and needs no permission; what stays needs it', () => {
    const policy = policyOf(['ACME'], [{ from: 'KEEP' }, { from: '44*', replaceBy: 'OPERATOR' }]);
    expect(policy.sender({ ton: 1, npi: 1, digits: '447700900123' })).toEqual({
      ton: 5,
      npi: 0,
      digits: 'OPERATOR',
    });
    expect(senderOf(policy, 'ACME')).toBe('ACME');
    expect(senderOf(policy, 'OPERATOR')).toBeUndefined();
    expect(senderOf(policy, 'KEEP')).toBeUndefined();
  });

  it('nothing can be put there', () => {
    expect(
      policyOf(undefined, [{ from: '*', replaceBy: '' }]).sender({ ton: 5, npi: 0, digits: 'ACME' }),
    ).toEqual({
      ton: 0,
      npi: 0,
      digits: '',
    });
  });

  it.each<[SenderRule, string]>([
    [{ from: 'a*b' }, 'from'],
    [{ from: 'a', replaceBy: 'x'.repeat(21) }, 'replaceBy'],
    [{ from: 'a', replaceBy: 'b', refuse: true }, ' both refuses and replaces'],
  ])('%j is refused by name', (rule, message) => {
    expect(() => policyOf(undefined, [{ from: 'ok' }, rule])).toThrow(
      new RegExp(`^account "acme": senderRules\\[1\\].?${message.trim()}`),
    );
  });

  it('are bounded', () => {
    const many = Array.from({ length: 1_001 }, () => ({ from: 'a' }));
    expect(() => policyOf(undefined, many)).toThrow('at most 1000 rules');
  });
});
