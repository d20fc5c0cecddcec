import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileTextFilters, maxFilteredCharacters } from '../../src/filters/text-filter.ts';
import type { TextFilter } from '../../src/settings/filters.ts';

function find(filters: readonly TextFilter[], text: string): unknown {
  return compileTextFilters(filters, 'filters.texts').find(text, () => undefined);
}

const replace = (pattern: string, replacement: string): TextFilter => ({
  pattern,
  replacement,
  action: 'replace',
});

describe('patterns on texts', () => {
  it.each<[TextFilter, string, boolean]>([
    [{ pattern: 'casino' }, 'the casino', true],
    [{ pattern: 'casino' }, 'the CASINO', false],
    [{ pattern: 'casino', flags: 'i' }, 'the CASINO', true],
    [{ pattern: '^win' }, 'you\nwin', false],
    [{ pattern: '^win', flags: 'm' }, 'you\nwin', true],
    [{ pattern: 'a.b' }, 'a\nb', false],
    [{ pattern: 'a.b', flags: 's' }, 'a\nb', true],
    [{ pattern: 'A.B', flags: 'is' }, 'a\nb', true],
    [{ pattern: '\\d{16}' }, 'card 4111111111111111', true],
    [{ pattern: '\\bloan\\b' }, 'sloane', false],
    [{ pattern: '^$' }, '', true],
    [{ pattern: '^$' }, 'x', false],
    [{ pattern: 'é' }, 'caf\u00e9', true],
    [{ pattern: '🎰' }, 'win 🎰', true],
  ])('%j in %j: %s', (filter, text, expected) => {
    const once = expected ? { kind: 'reject', rule: 0 } : undefined;
    expect(find([filter], text)).toEqual(once);
    // The same, when the patterns of a list are one automaton.
    const twice = expected ? { kind: 'reject', rule: 1 } : undefined;
    expect(find([{ pattern: 'neverthere' }, filter], text)).toEqual(twice);
  });

  it('do what the first says that is there', () => {
    const filters: TextFilter[] = [{ pattern: 'b', action: 'drop' }, { pattern: 'a' }, { pattern: 'ab' }];
    expect(find(filters, 'ab')).toEqual({ kind: 'drop', rule: 0 });
    expect(find(filters, 'a')).toEqual({ kind: 'reject', rule: 1 });
    expect(find(filters, 'c')).toBeUndefined();
  });

  it.each<[string, string, string, string]>([
    ['\\d{4}', '****', 'code 1234, 5678', 'code ****, ****'],
    ['(\\w+)@(\\w+)', '$2 at $1', 'me@home', 'home at me'],
    ['x', '$$', 'axb', 'a$b'],
    ['x', '<$&>', 'axb', 'a<x>b'],
    ['x', '', 'axbx', 'ab'],
    ['(a)|(b)', '[$1$2]', 'ab', '[a][b]'],
    ['(a)', '$10', 'a', 'a0'],
    ['(a)', '$', 'a', '$'],
    ['(a)', '$x', 'a', '$x'],
    ['z*', '-', 'ab', '-a-b-'],
    ['🎰', '!', 'a🎰b', 'a!b'],
    ['(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)', '$11$1', 'abcdefghijk', 'ka'],
  ])('%s by %s in %s: %s', (pattern, replacement, text, expected) => {
    expect(find([replace(pattern, replacement)], text)).toEqual({ kind: 'pass', text: expected });
  });

  it('see what the replacements before them left', () => {
    const filters = [replace('cas1no', 'casino'), { pattern: 'casino', action: 'drop' } as const];
    expect(find(filters, 'cas1no')).toEqual({ kind: 'drop', rule: 1 });
    expect(find([replace('a', 'b'), replace('b', 'a')], 'aa')).toBeUndefined();
  });

  it('tell which of them were there', () => {
    const met: number[] = [];
    const rules = compileTextFilters([replace('a', 'b'), replace('z', ''), { pattern: 'b' }], 'texts');
    rules.find('a', (rule) => met.push(rule));
    expect(met).toEqual([0, 2]);
  });

  it('refuse a text that is too long to look at, and only then', () => {
    const filters: TextFilter[] = [{ pattern: 'casino' }];
    expect(find(filters, 'x'.repeat(maxFilteredCharacters))).toBeUndefined();
    expect(find(filters, 'x'.repeat(maxFilteredCharacters + 1))).toEqual({ kind: 'too-long', rule: 0 });
    expect(find([], 'x'.repeat(maxFilteredCharacters + 1))).toBeUndefined();
  });

  it('refuse what a replacement makes too long, or too much work', () => {
    expect(find([replace('x', 'y'.repeat(1_000))], 'x'.repeat(1_000))).toEqual({ kind: 'too-long', rule: 0 });
    expect(find([replace('a.*b|a', '-')], 'a'.repeat(20_000))).toEqual({ kind: 'too-long', rule: 0 });
    expect(find([replace('a', 'b')], 'a'.repeat(1_400))).toEqual({ kind: 'pass', text: 'b'.repeat(1_400) });
  });

  it.each<[TextFilter, string]>([
    [{ pattern: '' }, 'filters.texts[0].pattern: is empty'],
    [{ pattern: 'abc(de' }, 'filters.texts[0].pattern: "abc(de": missing closing )'],
    [
      { pattern: 'ab[z-a]' },
      'filters.texts[0].pattern: "ab[z-a]": invalid character class range at character 4',
    ],
    [{ pattern: 'a(?=b)' }, 'at character 2: "(?="'],
    [{ pattern: 'x{2000}' }, 'at character 2: "{2000}"'],
    [{ pattern: '(a)\\1' }, 'at character 4'],
    [{ pattern: 'a\\' }, 'trailing backslash'],
    [{ pattern: 'a'.repeat(1_001) }, 'more than 1000 characters'],
    [{ pattern: '(?:[a-z]{20}[0-9]{20}){20}'.repeat(10) }, 'is too large'],
    [{ pattern: 'a', flags: 'g' }, 'filters.texts[0].flags: "g" is not known; there are i, m and s'],
    [{ pattern: 'a', replacement: 'b' }, 'filters.texts[0].replacement: has no meaning with action "reject"'],
    [replace('(a)', '$2'), 'filters.texts[0].replacement: "$2" names no group; the pattern has 1'],
    [replace('a', '$1'), 'names no group'],
    [replace('a', '$0'), 'names no group'],
    [replace('a', 'x'.repeat(1_001)), 'filters.texts[0].replacement: has more than 1000 characters'],
  ])('%j cannot be', (filter, message) => {
    expect(() => find([filter], '')).toThrow(RangeError);
    expect(() => find([filter], '')).toThrow(message);
  });

  it('names the entry that is wrong', () => {
    expect(() => find([{ pattern: 'a' }, { pattern: '(' }], '')).toThrow('filters.texts[1].pattern: "("');
    const large = Array.from({ length: 6 }, (_, index) => ({
      pattern: `[a-z]{1000}[0-9]{1000}[a-z]{1000}[0-9]{900}${index}`,
    }));
    expect(() => find(large, '')).toThrow('filters.texts: the patterns are too large together');
    expect(() => find(Array(201).fill({ pattern: 'a' }), '')).toThrow(
      'filters.texts: more than 200 patterns',
    );
  });

  it('never throws, and says the same of one pattern as of a list', () => {
    const filter: TextFilter = { pattern: '(?:a+)+b|[^\\x00-\\x7f]{3}', flags: 'i' };
    const one = compileTextFilters([filter], 'texts');
    const many = compileTextFilters([filter, { pattern: 'never there' }], 'texts');
    const text = fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'é', '\ud83c', '\udfb0', '漢', ' ') });
    fc.assert(
      fc.property(text, (value) => {
        expect(many.find(value, () => undefined)).toEqual(one.find(value, () => undefined));
      }),
    );
  });
});
