import { printable, quoted } from '@chappe/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columns } from '../src/terminal.ts';

describe('texts of peers', () => {
  it.each([
    ['a line of its own', 'Hello\nchappe: all is well', 'Hello\\nchappe: all is well'],
    ['a cursor that moves', '\u001b[2J\u001b[1;1Hgone', '\\u001b[2J\\u001b[1;1Hgone'],
    ['a title', '\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
    ['C1 control', '\u009b31m', '\\u009b31m'],
    ['a turned direction', 'gpj.\u202eexe', 'gpj.\\u202eexe'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['an Arabic letter mark', 'a\u061cb', 'a\\u061cb'],
    ['hidden tags', 'a\u{e0041}\u{e007f}b', 'a\\u{e0041}\\u{e007f}b'],
    ['a variation that nobody sees', 'a\u{e0100}b', 'a\\u{e0100}b'],
    ['a space of no width', 'pay\u200bpal\u2060', 'pay\\u200bpal\\u2060'],
    ['an interlinear note', '\ufff9a\ufffab\ufffb', '\\ufff9a\\ufffab\\ufffb'],
    ['half a character', 'a\ud83db', 'a\\ud83db'],
  ])('cannot hold %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('are otherwise left as they are', () => {
    const text = 'Ça va? 你好 👋🏽 👨‍👩‍👧 ☎️ می‌خواهم €{}';
    expect(printable(text)).toBe(text);
    expect(quoted(text)).toBe(`"${text}"`);
  });

  it('never have a control character, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('columns', () => {
  it('are as wide as their widest cell', () => {
    expect(
      columns([
        ['a', 'bb', 'x'],
        ['aaa', 'b', ''],
      ]),
    ).toEqual(['a    bb  x', 'aaa  b']);
  });
});
