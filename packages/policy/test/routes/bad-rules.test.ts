import { describe, expect, it } from 'vitest';
import { type RuleSettings, Rules } from '../../src/routes/rules.ts';
import type { RouteConditions } from '../../src/settings/conditions.ts';
import { factsOf, matches } from './facts-of.ts';

function compile(conditions: RouteConditions): Rules<RuleSettings> {
  return new Rules<RuleSettings>([{ name: 'night', ...conditions }]);
}

describe('a rule that cannot be', () => {
  it.each<readonly [RouteConditions, RegExp]>([
    [{ to: ['447*'] }, /^route "night": to: "447\*": prefixes need no \*/],
    [{ to: ['4'.repeat(66)] }, /to: .* longer than any address/],
    [{ accounts: ['a*b'] }, /accounts: "a\*b": \* may stand at the end only/],
    [{ from: ['*1'] }, /from: "\*1": \* may stand/],
    [{ text: '(' }, /text: "\(" is no regular expression of RE2/],
    [{ text: '(?=a)' }, /text: .* no lookaround/],
    [{ text: '(a)\\1' }, /text: /],
    [{ text: 'a', textFlags: 'g' }, /text: flag "g" is not known: there are i, m and s/],
    [{ text: 'a'.repeat(10_001) }, /text: a pattern of 10001 characters: at most 10000/],
    [{ text: '((a{100}){100}){100}' }, /text: /],
    [{ segments: { min: 3, max: 2 } }, /segments: max 2 is less than min 3/],
    [{ segments: { min: -1 } }, /segments: min -1/],
    [{ segments: { max: Number.NaN } }, /segments: max NaN/],
    [{ tlvs: [{ tag: 0x10000 }] }, /tlvs: tag 65536: give a number from 0 to 0xffff/],
    [{ tlvs: [{ tag: 1.5 }] }, /tlvs: tag 1.5/],
    [{ tlvs: [{ tag: 1, value: 'hex:0' }] }, /tlvs: "hex:0": after hex: come pairs/],
    [{ keywords: ['stop all'] }, /keywords: "stop all" is more than one word/],
    [{ keywords: [' '] }, /keywords: an empty keyword/],
    [{ keywords: ['x'.repeat(65)] }, /keywords: .* at most 64 characters/],
    [{ time: [{ from: '8', until: '20:00' }] }, /time: 8 is no time of day: write it as 08:00/],
    [{ time: [{ from: '08:60', until: '20:00' }] }, /time: 08:60 is no time of day/],
    [{ time: [{ from: '08:00', until: '24:01' }] }, /time: 24:01 is no time of day/],
    [{ time: [{ from: '24:00', until: '08:00' }] }, /time: from 24:00: write 00:00/],
    [{ time: [{ from: '08:00', until: '08:00' }] }, /time: from and until are both 08:00/],
    [
      { time: [{ from: '08:00', until: '09:00', timeZone: 'Europe/Londn' }] },
      /time: no time zone "Europe\/Londn"/,
    ],
    [
      { time: [{ from: '08:00', until: '09:00', days: ['monday' as 'mon'] }] },
      /time: day monday: give one of sun, mon/,
    ],
    [{ when: '' }, /when: /],
    [{ when: '1 +' }, /when: "1 \+": Unexpected token/],
    [{ when: 'msg.segment > 3' }, /when: "msg.segment > 3": No such key: segment/],
    [{ when: 'segments > 3' }, /when: .*Unknown variable: segments/],
    [{ when: 'msg.segments > "3"' }, /when: .*no such overload: int > string/],
    [{ when: 'msg.segments' }, /when: "msg.segments" gives int: it must be true or false/],
    [{ when: 'dyn(true)' }, /when: "dyn\(true\)" gives dyn/],
    [{ when: 'msg.text.matches("(")' }, /when: "\(" is no regular expression of RE2/],
    [{ when: 'msg.text.matches(msg.from)' }, /when: .* the pattern of matches must stand there as a string/],
    [{ when: 'msg.text.matches(/*' }, /when: /],
    [{ when: 'msg.tags.exists(a, msg.tags.all(b, a == b))' }, /when: .* all stands inside another loop/],
    [{ when: `msg.text == "${'x'.repeat(4_000)}"` }, /when: an expression of \d+ characters: at most 4000/],
    [{ when: Array.from({ length: 600 }, () => 'true').join(' && ') }, /when: /],
  ])('number %# is refused by name', (conditions, words) => {
    expect(() => compile(conditions)).toThrow(RangeError);
    expect(() => compile(conditions)).toThrow(words);
    expect(() => compile(conditions)).toThrow(/^route "night": /);
  });

  it('is called what the table is called', () => {
    expect(() => new Rules([{ name: 'x', text: '(' }], 'mo route')).toThrow(/^mo route "x": text: /);
  });

  it('has a name of its own', () => {
    expect(() => new Rules([{ name: 'a' }, { name: 'a' }])).toThrow(/^route "a": name: another has it too/);
    expect(() => new Rules([{ name: 'a' }, { name: '' }])).toThrow(/^route number 2: name: give it one/);
  });

  it('is refused even when it is disabled', () => {
    expect(() => new Rules([{ name: 'a', disabled: true, text: '(' }])).toThrow(/text/);
  });
});

describe('expressions that take JavaScript an exponential time', () => {
  // With a backtracking matcher each of these runs longer than the universe is old: the test would not end.
  const text = `${'a'.repeat(30_000)}!`;
  it.each(['(a+)+$', '^([a-z]+)*$', '(a|aa)+$', '^(a|a?)+$', '(.*a){20}$', '^(a?){50}a{50}$'])(
    '%s',
    (pattern) => {
      expect(matches({ text: pattern }, factsOf({ text }))).toBe(false);
      expect(matches({ when: `msg.text.matches("${pattern}")` }, factsOf({ text }))).toBe(false);
    },
  );
});
