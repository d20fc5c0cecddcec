import { describe, expect, it } from 'vitest';
import { compileUrlFilter } from '../../src/filters/url-filter.ts';
import type { UrlFilter } from '../../src/settings/filters.ts';

const find = (filter: UrlFilter, text: string): string | undefined =>
  compileUrlFilter(filter, 'filters.urls').find(text);

describe('links that may stand in a text', () => {
  it.each<[UrlFilter, string, string | undefined]>([
    [{ none: true }, 'no link at all', undefined],
    [{ none: true }, 'see example.com', 'link'],
    [{ none: true }, 'mail info@example.com', undefined],
    [{ none: true, allow: ['example.com'] }, 'see example.com', 'link'],
    [{}, 'see example.com', undefined],
    [{ block: ['evil.com'] }, 'see example.com', undefined],
    [{ block: ['evil.com'] }, 'see evil.com', 'link-blocked'],
    [{ block: ['evil.com'] }, 'see EVIL.COM', 'link-blocked'],
    [{ block: ['EVIL.com.'] }, 'see evil.com', 'link-blocked'],
    [{ block: ['*.evil.com'] }, 'see a.evil.com', 'link-blocked'],
    [{ block: ['.evil.com'] }, 'see evil.com', 'link-blocked'],
    [{ block: ['evil.com'] }, 'see https://a.b.evil.com/x', 'link-blocked'],
    [{ block: ['evil.com'] }, 'see notevil.com', undefined],
    [{ block: ['evil.com'] }, 'see evil.com.au', undefined],
    [{ block: ['t.co'] }, 'see t.co.uk', undefined],
    [{ block: ['evil.com'] }, 'see https://good.com/evil.com', 'link-blocked'],
    [{ block: ['evil.com'] }, 'see https://good.com/?u=https://a.evil.com', 'link-blocked'],
    [{ block: ['evil.com'] }, 'mail me@evil.com', 'link-blocked'],
    [{ block: ['evil.com'] }, '请访问evil.com查看', 'link-blocked'],
    [{ block: ['evil.com'] }, 'ｅｖｉｌ．ｃｏｍ', 'link-blocked'],
    [{ block: ['evil.com'] }, 'e\u200bvil.com', 'link-blocked'],
    [{ block: ['evil.com'] }, 'https://%65vil.com', 'link-blocked'],
    [{ block: ['bit.ly'] }, 'see bit%2ely/abc', 'link-blocked'],
    [{ block: ['bit.ly'] }, 'see BIT%2ELY/abc', 'link-blocked'],
    [{ block: ['bit.ly'] }, 'see b%69t.ly/abc', 'link-blocked'],
    [{ block: ['bit.ly'] }, 'see a%2ebit%2ely', 'link-blocked'],
    [{ none: true }, 'see bit%2ely/abc', 'link'],
    [{ allow: ['example.com'] }, 'see bit%2ely/abc', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'https://example.com/a%20b%2ecom%2fx?u=https%3A%2F%2Fevil.com', undefined],
    [{ none: true }, 'now 20%2 or 30%off', undefined],
    [{ block: ['bit.ly'] }, 'see bіt.ly/abc', 'link-blocked'],
    [{ block: ['paypal.com'] }, 'see https://pаypаl.com', 'link-blocked'],
    [{ block: ['paypal.com'] }, 'see ΡаyΡаl.com', 'link-blocked'],
    [{ block: ['paypal.com'] }, 'see login.раураl.com/x', 'link-blocked'],
    [{ block: ['paypal.com'] }, 'see xn--pypl-53dc.com', 'link-blocked'],
    [{ block: ['muller.de'] }, 'see müller.de', undefined],
    [{ block: ['primer.com'] }, 'see пример.com', undefined],
    [{ block: ['xyz'] }, 'see anything.xyz', 'link-blocked'],
    [{ block: ['evil.unheard'] }, 'see evil.unheard', 'link-blocked'],
    [{ block: ['пример.испытание'] }, 'см. пример.испытание', 'link-blocked'],
    [{ block: ['пример.испытание'] }, 'https://xn--e1afmkfd.xn--80akhbyknj4f/', 'link-blocked'],
    [{ block: ['xn--e1afmkfd.xn--p1ai'] }, 'см. ПРИМЕР.РФ', 'link-blocked'],
    [{ block: ['192.0.2.1'] }, 'http://192.0.2.1/x', 'link-blocked'],
    [{ block: ['192.0.2.1'] }, 'http://3221225985/x', 'link-blocked'],
    [{ allow: ['example.com'] }, 'no link at all', undefined],
    [{ allow: ['example.com'] }, 'see example.com and www.example.com', undefined],
    [{ allow: ['example.com'] }, 'see https://shop.example.com:8443/a?b#c.', undefined],
    [{ allow: ['example.com'] }, 'see https://example.com/other.org', undefined],
    [{ allow: ['example.com'] }, 'https://example.com。请勿回复', undefined],
    [{ allow: ['example.com'] }, '请访问https://example.com查看', undefined],
    [{ allow: ['example.com'] }, 'see other.org', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'see badexample.com', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'see example.com.evil.org', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'see example.com.evil.unheard/x', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'https://example.com.evil.unheard', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'https://example.com@evil.org', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'https://example.com!.evil.org', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'https://example.com/a,https://evil.org', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'ехample.com', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'éexample.com', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'https://example。com。evil.org', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'http://3221225985/', 'link-not-allowed'],
    [{ allow: ['example.com'] }, 'http://[::1]/', 'link-not-allowed'],
    [{ allow: ['müller.de'] }, 'https://müller.de und www.Müller.de', undefined],
    [{ allow: ['xn--mller-kva.de'] }, 'MÜLLER.DE', undefined],
    [{ allow: [] }, 'see example.com', 'link-not-allowed'],
    [{ allow: ['example.com'], block: ['bad.example.com'] }, 'www.example.com', undefined],
    [{ allow: ['example.com'], block: ['bad.example.com'] }, 'a.bad.example.com', 'link-blocked'],
    [{ allow: ['example.com'], block: ['bad.org'] }, 'other.org bad.org', 'link-blocked'],
    [{ block: ['evil.com'] }, 'a.com '.repeat(200), 'too-many-links'],
    [{ none: true }, 'a.com '.repeat(200), 'link'],
    [{ allow: ['a.com'] }, 'a.com '.repeat(200), 'too-many-links'],
  ])('%j on %j: %s', (filter, text, expected) => {
    expect(find(filter, text)).toBe(expected);
  });

  it.each([
    '',
    '.',
    'https://example.com',
    'example.com/path',
    'example.com:80',
    'me@example.com',
    'a b.com',
    'a..b.com',
    'example.com?',
    'exa<mple.com',
  ])('%j is no domain', (entry) => {
    expect(() => find({ block: ['ok.com', entry] }, '')).toThrow(RangeError);
    expect(() => find({ allow: ['ok.com', entry] }, '')).toThrow(
      `filters.urls.allow[1]: "${entry}" is no domain`,
    );
  });

  it('bounds the lists', () => {
    expect(() => find({ block: Array(200_001).fill('a.com') }, '')).toThrow(
      'filters.urls.block: more than 200000',
    );
  });
});
