import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLinks } from '../../src/filters/urls.ts';

/** Hosts in the order they are found; those that are not certain in brackets with a `?`. */
function hosts(text: string): string[] {
  return findLinks(text).links.map(({ host, certain }) => (certain ? host : `(${host}?)`));
}

const unseen = '\u200b';

describe('links in texts', () => {
  it.each<[string, string[]]>([
    // Nothing there.
    ['', []],
    ['Your code is 1234. Do not share it.', []],
    ['Hello. Next', []],
    ['e.g. this, i.e. that, at 5 p.m. or 8 a.m.', []],
    ['Mr.Smith paid 1.50, v1.2.3, U.S.A., 12.05.2026', []],
    ['192.168.1.1', []],
    ['tel. 01.23.45.67', []],
    ['and/or 24/7 a@b', []],
    ['...', []],
    ['.com', []],
    ['--.com', []],
    ['https://', []],
    ['://', []],
    ['node.js and index.html', []],
    // With a scheme.
    ['https://example.com', ['example.com']],
    ['HTTPS://EXAMPLE.COM/PATH', ['example.com']],
    ['see https://example.com/a.b?c=d.e#f.', ['example.com']],
    ['(https://example.com)', ['example.com']],
    ['<https://example.com>', ['example.com']],
    ['"https://example.com"', ['example.com']],
    ['https://example.com.', ['example.com']],
    ['https://example.com, https://other.org!', ['example.com', 'other.org']],
    ['https://example.com./x', ['example.com']],
    ['https://localhost/x', ['localhost']],
    ['https://example.unheard', ['example.unheard']],
    ['https://example.com.unheard', ['example.com.unheard', '(example.com?)']],
    ['https://a_b.example.com', ['a_b.example.com']],
    ['https://example.com:8443/x', ['example.com']],
    ['http:\\\\example.com\\x', ['example.com']],
    ['http:/example.com', ['example.com']],
    ['http:////example.com', ['example.com']],
    ['http://http://example.com', ['http', 'example.com']],
    ['hxxp://example.com', ['example.com']],
    ['myapp://open/this', ['open']],
    ['Visit.https://example.com', ['example.com']],
    ['https:// example.com', ['example.com']],
    ['https://.example.com', ['example.com']],
    ['https://good.com% off', ['good.com']],
    // Who is who.
    ['https://good.com@evil.com/login', ['(good.com?)', 'evil.com']],
    ['https://user:pass@evil.com', ['evil.com']],
    ['https://good.com:80@evil.com', ['good.com', 'evil.com']],
    ['https://a@b@evil.com', ['evil.com']],
    ['https://good.com\\@evil.com', ['good.com', '(evil.com?)']],
    ['https://good.com/@evil.com', ['good.com', '(evil.com?)']],
    ['https://good.com#@evil.com', ['good.com', '(evil.com?)']],
    ['https://good.com?@evil.com', ['good.com', '(evil.com?)']],
    ['https://evil.com/good.com', ['evil.com', '(good.com?)']],
    ['https://good.com.evil.com', ['good.com.evil.com']],
    ['https://good.com!.evil.com/x', ['good.com', 'evil.com']],
    ['https://good.com,me@evil.com', ['good.com', 'evil.com']],
    // Numbers.
    ['http://192.168.1.1/x', ['192.168.1.1']],
    ['http://3232235777', ['192.168.1.1']],
    ['http://0xc0.0xa8.1.1', ['192.168.1.1']],
    ['http://0300.0250.1.1', ['192.168.1.1']],
    ['192.168.1.1/x', ['192.168.1.1']],
    ['192.168.1.1:8080', ['192.168.1.1']],
    ['192.168.1.256/x', []],
    ['1.192.168.1.1/x', []],
    ['http://[::1]:80/x', ['[::1]']],
    ['http://[2001:DB8:0:0::1]/', ['[2001:db8::1]']],
    ['http://[', ['[']],
    // Bare.
    ['go to example.com', ['example.com']],
    ['go to Example.Com.', ['example.com']],
    ['example.com, other.org; third.net', ['example.com', 'other.org', 'third.net']],
    ['is it example.com?', ['example.com']],
    ['example.com/path', ['example.com']],
    ['example.com:80/path', ['example.com']],
    ['bit.ly/2x', ['bit.ly']],
    ['t.co/x', ['t.co']],
    ['a.b.c.example.co.uk', ['a.b.c.example.co.uk']],
    ['example.com.Then more', ['example.com']],
    ['example.com.unheard/x', ['example.com', 'example.com.unheard']],
    ['example.com-it is', ['example.com']],
    ['my.de-shop.com', ['my.de-shop.com']],
    ['Hello...example.com', ['example.com']],
    ['one.com..two.com', ['two.com', 'one.com']],
    ['-example.com', ['example.com']],
    ['8899.cc', ['8899.cc']],
    ['open 8.am to 12.pm', ['(8.am?)', '(12.pm?)']],
    ['8.am/x', ['8.am']],
    ['88.am 7.cc', ['88.am', '7.cc']],
    ['xn--e1afmkfd.xn--p1ai', ['xn--e1afmkfd.xn--p1ai']],
    [`${'a'.repeat(64)}.com`, []],
    [`${'a'.repeat(64)}.example.com`, ['example.com']],
    // www.
    ['www.example.com', ['www.example.com']],
    ['WWW.Example.unheard', ['www.example.unheard']],
    ['www.good.com.unheard', ['www.good.com.unheard', '(www.good.com?)']],
    ['www.', []],
    ['www..com', []],
    ['www.a..evil.com', ['evil.com', 'www.a']],
    // Mail.
    ['info@example.com', ['(example.com?)']],
    ['john.me@example.com.', ['(john.me?)', '(example.com?)']],
    ['good.com@evil.com/x', ['(good.com?)', 'evil.com']],
    // In the path of another.
    ['https://good.com/?u=https://evil.com', ['good.com', '(evil.com?)']],
    ['https://good.com/?u=https%3A%2F%2Fevil.com', ['good.com', '(evil.com?)']],
    ['https://good.com/readme.md', ['good.com', '(readme.md?)']],
    ['https://good.com/a,https://evil.com', ['good.com', 'evil.com']],
    ['https://good.com/a)https://evil.com', ['good.com', 'evil.com']],
    ['https://good.com/100% evil.com', ['good.com', 'evil.com']],
    ['https://good.com/a evil.com', ['good.com', 'evil.com']],
    ['https://good.com/a|evil.com', ['good.com', 'evil.com']],
    ['https://good.com/a.md看evil.com', ['good.com', '(a.md?)', 'xn--evil-k47j.com', '(evil.com?)']],
    ['https://good.com/a，evil.com', ['good.com', 'evil.com']],
    // Other scripts, and what looks like a name.
    ['https://müller.de', ['xn--mller-kva.de', '(ller.de?)']],
    ['MÜLLER.de', ['xn--mller-kva.de', '(ller.de?)']],
    ['пример.рф', ['xn--e1afmkfd.xn--p1ai']],
    ['https://例子.中国/路径', ['xn--fsqu00a.xn--fiqs8s']],
    ['аpple.com', ['xn--pple-43d.com', '(pple.com?)']],
    ['ｅｘａｍｐｌｅ．ｃｏｍ', ['example.com']],
    ['ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ', ['example.com']],
    ['𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐜𝐨𝐦', ['example.com']],
    ['example。com', ['example.com']],
    ['example｡com', ['example.com']],
    ['example\u2024com', ['example.com']],
    [`e${unseen}xample.c${unseen}om`, ['example.com']],
    ['ex\u00adample.com\u202e', ['example.com']],
    ['exam\ufe0fple\u{e0061}.com', ['example.com']],
    ['https://ex%61mple.com', ['example.com']],
    ['❤.ws', ['xn--qei.ws']],
    ['👉example.com', ['example.com']],
    ['👉👉 example.com✅', ['example.com']],
    ['・example.com', ['example.com']],
    // Sentences without spaces.
    ['请访问https://example.com查看', ['example.com', '(example.xn--com-ep0gs28d?)']],
    ['https://example.com。请勿回复', ['example.com', '(example.com.xn--oiry3g63bs75g?)']],
    ['请访问example.com查看', ['xn--example-516uno363f.com', '(example.com?)']],
    ['https://example.com。请勿/x', ['example.com.xn--oirr93k', '(example.com?)']],
    ['evil.com查看.good.com', ['evil.xn--com-ep0gs28d.good.com', '(good.com?)', '(evil.com?)']],
    ['你好。今天天气', []],
    ['访问www.example.com', ['www.example.com']],
    ['example.comです', ['example.com']],
    [`${'长'.repeat(70)}example.com`, ['example.com']],
  ])('%j: %j', (text, expected) => {
    expect(hosts(text)).toEqual(expected);
  });

  it('know the ends that a list names', () => {
    expect(hosts('example.unheard')).toEqual([]);
    expect(findLinks('example.unheard', new Set(['unheard'])).links).toEqual([
      { host: 'example.unheard', certain: true },
    ]);
  });

  it('are at most 100', () => {
    const text = 'a.com '.repeat(101);
    expect(findLinks(text)).toMatchObject({ full: true });
    expect(findLinks(text).links).toHaveLength(100);
    expect(findLinks('a.com '.repeat(100))).toMatchObject({ full: false });
  });
});

const pieces = [
  ...['.', '..', '/', '//', '://', ':', '@', '\\', '?', '#', '%', '%41', '[', ']', '-', '_', ',', ' ', '\n'],
  ...['a', 'Z', '0', '9', 'com', 'de', 'www.', 'http', 'https://', 'xn--', '192.168.', 'example', 'am'],
  ...[
    'é',
    'ю',
    '中',
    '国',
    '。',
    '．',
    'ⓒ',
    '👉',
    '❤',
    '\u200b',
    '\ufe0f',
    '\ud83c',
    '\udfb0',
    '\udb40',
    'ﷺ',
    '\u0301',
  ],
];

describe('the scanner', () => {
  const garbage = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200, size: 'max' }),
    fc.string({ unit: fc.constantFrom(...pieces), maxLength: 80, size: 'max' }),
  );

  it('never throws, and says hosts in the form that lists have', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        for (const { host } of findLinks(text).links) {
          expect(host).not.toBe('');
          expect(host.toLowerCase()).toBe(host);
          expect(host.length).toBeLessThanOrEqual(1_500);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('finds a link behind any garbage that ends, and before any', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        const found = (whole: string): boolean =>
          findLinks(whole).links.some(({ host, certain }) => certain && host === 'evil.example.com');
        expect(found(`${text} https://evil.example.com`)).toBe(true);
        expect(found(`${text} evil.example.com/x`)).toBe(true);
        expect(found(`evil.example.com ${text}`)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  // 64 KB of each kind, and twice as much: the work doubles, and is a small multiple of the length.
  const shapes = [
    ...pieces,
    ...[
      'a.',
      '.a',
      'a.com.',
      'a.com',
      'a.com查.',
      '查.com',
      'a..',
      'http:',
      'http:/',
      'http://',
      'http:\\',
      'a://',
    ],
    ...[
      'http://a@',
      '@',
      'a@',
      'a:1',
      ':80',
      'https://a.com/',
      'www.',
      'www.a..',
      'é.',
      '中。',
      'xn--a.',
      '1.1.1.1/',
    ],
    ...[
      '%2',
      '//a.com',
      '👉.',
      '\u200b.',
      'a\u200b.com',
      'a.com-',
      '-.com',
      'a.com:80',
      '[::',
      'http://[',
      'a.com/http://',
    ],
  ];
  it.each(shapes)('is linear on much of %j', (piece) => {
    const text = piece.repeat(Math.ceil(65_536 / piece.length));
    const once = findLinks(text);
    const twice = findLinks(text + text);
    expect(once.steps).toBeLessThanOrEqual(text.length * 8 + 100_000);
    expect(twice.steps).toBeLessThanOrEqual(once.steps * 2 + 1_000);
    expect(twice.links.length).toBeLessThanOrEqual(100);
  });

  it('is linear on 64 KB of any mixture', () => {
    const mixture = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12, size: 'max' });
    fc.assert(
      fc.property(mixture, (parts) => {
        const piece = parts.join('');
        const text = piece.repeat(Math.ceil(65_536 / piece.length));
        expect(findLinks(text).steps).toBeLessThanOrEqual(text.length * 8 + 100_000);
      }),
      { numRuns: 200 },
    );
  });
});
