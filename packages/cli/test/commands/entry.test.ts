import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type EntryValue, readEntry, withPairs } from '../../src/commands/entry.ts';

const key = fc
  .stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/)
  .filter((name) => !['password', 'apiKey', 'secret', 'key'].includes(name));
const { value } = fc.letrec<{ value: EntryValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ minLength: 1 }).filter((text) => !text.includes('${')),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

describe('an entry', () => {
  it('comes out of YAML and JSON as it went in', () => {
    const entries = fc.dictionary(key, value, { minKeys: 1, maxKeys: 4, noNullPrototype: true });
    fc.assert(
      fc.property(entries, (entry) => {
        expect(readEntry(JSON.stringify(entry), 'x')).toEqual(entry);
        expect(readEntry(stringify(entry, { defaultStringType: 'QUOTE_DOUBLE' }), 'x')).toEqual(entry);
      }),
    );
  });

  it('has every value that was set by a word, and no other', () => {
    const paths = fc.uniqueArray(key, { minLength: 1, maxLength: 4 });
    const text = fc.string({ minLength: 1 }).filter((word) => !/^\s*[[{]/.test(word));
    fc.assert(
      fc.property(
        paths,
        text,
        fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true }),
        (path, word, before) => {
          const after = withPairs(before, [`${path.join('.')}=${word}`]);
          expect(path.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], after)).toBe(word);
          const [first = ''] = path;
          const { [first]: _, ...rest } = before;
          const { [first]: __, ...others } = after;
          expect(others).toEqual(rest);
        },
      ),
    );
  });

  it.each([
    [['a=1', 'a=2', 'a=3'], { a: ['1', '2', '3'] }],
    [['a.b=1', 'a.c=2'], { a: { b: '1', c: '2' } }],
    [['a=1', 'a='], {}],
    [['a=', 'a=1'], { a: '1' }],
    [['text=/code|OTP/i'], { text: '/code|OTP/i' }],
    [['when=msg.segments > 3 && hour >= 22'], { when: 'msg.segments > 3 && hour >= 22' }],
    [['via={share: {op-a: 70}}'], { via: { share: { 'op-a': '70' } } }],
    [['via=[op-a, {op-b: 1}]'], { via: ['op-a', { 'op-b': '1' }] }],
    [['price.byPrefix.447=0.010'], { price: { byPrefix: { 447: '0.010' } } }],
    [['a=x=y'], { a: 'x=y' }],
  ])('of the words %j is %j', (words, entry) => {
    expect(withPairs({}, words)).toEqual(entry);
  });

  it('keeps an empty text that is in quotes, and leaves out a key without a value', () => {
    expect(readEntry('a: ""\nb:\nc: ~\nd: {from: "", to: }\n', 'x')).toEqual({ a: '', d: { from: '' } });
  });

  it('says where the text is wrong', () => {
    expect(() => readEntry('a: 1\nb: [1\n', 'acme.yaml')).toThrow(/^acme\.yaml:\d+:\d+: /);
    expect(() => readEntry('a: *nowhere\n', 'acme.yaml')).toThrow(/^acme\.yaml/);
  });
});
