import type { Tlv } from '@chappe/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageFacts } from '../../src/facts.ts';
import type { RouteConditions } from '../../src/settings/conditions.ts';
import { factsOf, matches, whyNot } from './facts-of.ts';

type Case = readonly [RouteConditions, MessageFacts, boolean];

function table(cases: readonly Case[]): void {
  it.each(cases.map(([conditions, facts, expected], at) => [at, conditions, facts, expected] as const))(
    '%i: %j',
    (_, conditions, facts, expected) => {
      expect(matches(conditions, facts)).toBe(expected);
    },
  );
}

function vendor(tag: number, value: Uint8Array | string): Tlv {
  return { name: undefined, tag, value: typeof value === 'string' ? Buffer.from(value) : value };
}

describe('no condition', () => table([[{}, factsOf(), true]]));

describe('accounts', () =>
  table([
    [{ accounts: ['acme'] }, factsOf(), true],
    [{ accounts: ['acme2', 'acme'] }, factsOf(), true],
    [{ accounts: ['acm'] }, factsOf(), false],
    [{ accounts: ['acm*'] }, factsOf(), true],
    [{ accounts: ['acme*'] }, factsOf(), true],
    [{ accounts: ['ACME'] }, factsOf(), false],
    [{ accounts: ['*'] }, factsOf(), true],
    [{ accounts: ['*'] }, factsOf({ account: '' }), true],
    [{ accounts: [''] }, factsOf({ account: '' }), true],
    [{ accounts: [] }, factsOf(), false],
  ]));

describe('from', () =>
  table([
    [{ from: ['ACME'] }, factsOf(), true],
    [{ from: ['acme'] }, factsOf(), false],
    [{ from: ['AC*'] }, factsOf(), true],
    [{ from: ['4477*'] }, factsOf({ from: '447700900001' }), true],
    [{ from: ['+4477*'] }, factsOf({ from: '447700900001' }), true],
    [{ from: ['4477*'] }, factsOf({ from: '+447700900001' }), true],
    [{ from: ['447700900001'] }, factsOf({ from: '4477009000012' }), false],
    [{ from: [''] }, factsOf({ from: '' }), true],
    [{ from: [''] }, factsOf(), false],
    [{ from: ['*'] }, factsOf({ from: '' }), true],
  ]));

describe('to', () =>
  table([
    [{ to: ['447'] }, factsOf(), true],
    [{ to: ['+447'] }, factsOf(), true],
    [{ to: ['447'] }, factsOf({ to: '+447700900123' }), true],
    [{ to: ['+447'] }, factsOf({ to: '+447700900123' }), true],
    [{ to: ['336', '337'] }, factsOf(), false],
    [{ to: ['447700900123'] }, factsOf(), true],
    [{ to: ['4477009001234'] }, factsOf(), false],
    [{ to: [''] }, factsOf(), true],
    [{ to: [''] }, factsOf({ to: '' }), true],
    [{ to: ['4'] }, factsOf({ to: '' }), false],
    [{ to: [] }, factsOf(), false],
    [{ to: ['60100'] }, factsOf({ kind: 'mo', to: '60100' }), true],
    [{ to: ['*100'] }, factsOf({ to: '*100#' }), true],
  ]));

describe('text', () =>
  table([
    [{ text: 'code' }, factsOf(), true],
    [{ text: 'CODE' }, factsOf(), false],
    [{ text: 'CODE|OTP', textFlags: 'i' }, factsOf(), true],
    [{ text: '^code' }, factsOf(), false],
    [{ text: '\\d{4}$' }, factsOf(), true],
    [{ text: '^b', textFlags: 'm' }, factsOf({ text: 'a\nb' }), true],
    [{ text: 'a.b' }, factsOf({ text: 'a\nb' }), false],
    [{ text: 'a.b', textFlags: 's' }, factsOf({ text: 'a\nb' }), true],
    [{ text: 'КОД', textFlags: 'i' }, factsOf({ text: 'Ваш код 1234' }), true],
    [{ text: '^\\p{Greek}+$' }, factsOf({ text: 'κωδικός' }), true],
    [{ text: '' }, factsOf({ text: '' }), true],
    [{ text: '' }, factsOf({ text: undefined }), false],
  ]));

describe('codings', () =>
  table([
    [{ codings: ['gsm7'] }, factsOf(), true],
    [{ codings: ['UCS2', 'GSM7'] }, factsOf(), true],
    [{ codings: ['ucs2', 'octet'] }, factsOf(), false],
  ]));

describe('segments', () =>
  table([
    [{ segments: { min: 2 } }, factsOf({ segments: 1 }), false],
    [{ segments: { min: 2 } }, factsOf({ segments: 2 }), true],
    [{ segments: { max: 2 } }, factsOf({ segments: 2 }), true],
    [{ segments: { max: 2 } }, factsOf({ segments: 3 }), false],
    [{ segments: { min: 2, max: 3 } }, factsOf({ segments: 4 }), false],
    [{ segments: {} }, factsOf({ segments: 255 }), true],
  ]));

describe('tags', () =>
  table([
    [{ tags: ['vip'] }, factsOf({ tags: ['test', 'vip'] }), true],
    [{ tags: ['vip', 'test'] }, factsOf({ tags: ['test'] }), true],
    [{ tags: ['vip'] }, factsOf({ tags: ['vi', 'VIP'] }), false],
    [{ tags: ['vip'] }, factsOf(), false],
  ]));

describe('connectors', () =>
  table([
    [{ connectors: ['op-a'] }, factsOf({ kind: 'mo', connector: 'op-a' }), true],
    [{ connectors: ['op-b', 'op-a'] }, factsOf({ kind: 'mo', connector: 'op-a' }), true],
    [{ connectors: ['op'] }, factsOf({ kind: 'mo', connector: 'op-a' }), false],
  ]));

describe('keywords', () => {
  const says = (text: string | undefined): MessageFacts => factsOf({ kind: 'mo', text });
  table([
    [{ keywords: ['STOP'] }, says('stop'), true],
    [{ keywords: ['stop'] }, says('  \r\n STOP all'), true],
    [{ keywords: ['stop'] }, says('Stop.'), true],
    [{ keywords: ['stop'] }, says('"Stop!" please'), true],
    [{ keywords: ['stop'] }, says('«stop»'), true],
    [{ keywords: ['stop'] }, says('stopp'), false],
    [{ keywords: ['stop'] }, says('please stop'), false],
    [{ keywords: ['stop'] }, says('st op'), false],
    [{ keywords: ['win-10'] }, says('WIN-10 now'), true],
    [{ keywords: ['#info'] }, says('#INFO'), true],
    [{ keywords: ['#info'] }, says('info'), false],
    [{ keywords: ['стоп'] }, says('СТОП'), true],
    [{ keywords: ['ΣΤΟΠΣ'] }, says('στοπς, ευχαριστώ'), true],
    [{ keywords: ['iptal'] }, says('İPTAL'), true],
    [{ keywords: ['IPTAL'] }, says('ıptal'), true],
    [{ keywords: ['arrêt'] }, says('ARRE\u0302T'), true],
    [{ keywords: ['straße'] }, says('STRASSE'), true],
    [{ keywords: ['توقف'] }, says('\u200fتوقف،'), true],
    [{ keywords: ['退订'] }, says('退订！'), true],
    [{ keywords: ['退订'] }, says('\u3000退订\u3000谢谢'), true],
    [{ keywords: ['stop'] }, says(''), false],
    [{ keywords: ['stop'] }, says(' \n'), false],
    [{ keywords: ['stop'] }, says('...'), false],
    [{ keywords: ['stop'] }, says(undefined), false],
    [{ keywords: ['x'.repeat(64)] }, says(`${'X'.repeat(64)}!`), true],
    [{ keywords: ['x'.repeat(64)] }, says('x'.repeat(65_000)), false],
  ]);
});

describe('tlvs', () => {
  const peId = vendor(0x1400, '1101234567890123456\0');
  const port: Tlv = { name: 'destination_port', tag: 0x020b, value: 5000 };
  const payload: Tlv = { name: 'callback_num', tag: 0x0381, value: Buffer.from('010203', 'hex') };
  const id: Tlv = { name: 'receipted_message_id', tag: 0x001e, value: 'abc' };
  const all = factsOf({ tlvs: [peId, port, payload, id, vendor(0x1401, Buffer.of(0, 7))] });
  table([
    [{ tlvs: [{ tag: 0x1400 }] }, all, true],
    [{ tlvs: [{ tag: 0x1402 }] }, all, false],
    [{ tlvs: [{ tag: 0x1402 }, { tag: 0x020b }] }, all, true],
    [{ tlvs: [{ tag: 0x1400, value: '1101234567890123456' }] }, all, true],
    [{ tlvs: [{ tag: 0x1400, value: '110123456789012345' }] }, all, false],
    [{ tlvs: [{ tag: 0x1400, value: '1101234567890123457' }] }, all, false],
    [{ tlvs: [{ tag: 0x1401, value: '7' }] }, all, true],
    [{ tlvs: [{ tag: 0x1401, value: '0x7' }] }, all, true],
    [{ tlvs: [{ tag: 0x1401, value: 'hex:0007' }] }, all, true],
    [{ tlvs: [{ tag: 0x1401, value: 'hex:07' }] }, all, false],
    [{ tlvs: [{ tag: 0x1401, value: '8' }] }, all, false],
    [{ tlvs: [{ tag: 0x020b, value: '5000' }] }, all, true],
    [{ tlvs: [{ tag: 0x020b, value: '0x1388' }] }, all, true],
    [{ tlvs: [{ tag: 0x020b, value: 'hex:1388' }] }, all, true],
    [{ tlvs: [{ tag: 0x020b, value: 'hex:00001388' }] }, all, false],
    [{ tlvs: [{ tag: 0x020b, value: '5001' }] }, all, false],
    [{ tlvs: [{ tag: 0x0381, value: 'hex:010203' }] }, all, true],
    [{ tlvs: [{ tag: 0x0381, value: 'hex:0102' }] }, all, false],
    [{ tlvs: [{ tag: 0x001e, value: 'abc' }] }, all, true],
    [{ tlvs: [{ tag: 0x001e, value: 'hex:616263' }] }, all, true],
    [{ tlvs: [{ tag: 0x001e, value: 'hex:61626300' }] }, all, true],
    [{ tlvs: [{ tag: 0x001e, value: 'abd' }] }, all, false],
    [{ tlvs: [{ tag: 0x1400, value: 'é' }] }, factsOf({ tlvs: [vendor(0x1400, 'é')] }), true],
    [{ tlvs: [{ tag: 0x1400, value: 'é' }] }, factsOf({ tlvs: [vendor(0x1400, Buffer.of(0xe9))] }), true],
    [{ tlvs: [{ tag: 0x1400, value: '' }] }, factsOf({ tlvs: [vendor(0x1400, '')] }), true],
    [
      { tlvs: [{ tag: 0x1400, value: '4294967295' }] },
      factsOf({ tlvs: [vendor(0x1400, Buffer.of(255, 255, 255, 255))] }),
      true,
    ],
    // Several of one tag: one that has the value is enough.
    [
      { tlvs: [{ tag: 0x1400, value: 'b' }] },
      factsOf({ tlvs: [vendor(0x1400, 'a'), vendor(0x1400, 'b')] }),
      true,
    ],
  ]);
});

describe('all conditions must hold', () =>
  table([
    [{ accounts: ['acme'], to: ['44'], text: 'code', segments: { max: 1 } }, factsOf(), true],
    [{ accounts: ['acme'], to: ['44'], text: 'code', segments: { min: 2 } }, factsOf(), false],
    [{ accounts: ['other'], to: ['44'] }, factsOf(), false],
    [{ accounts: ['acme'], to: ['33'] }, factsOf(), false],
  ]));

describe('the words for what fails', () => {
  it.each<readonly [RouteConditions, MessageFacts, string]>([
    [{ to: ['336', '337'] }, factsOf(), 'to: 447700900123 is none of 336, 337'],
    [
      { to: Array.from({ length: 100 }, (_, at) => String(100 + at)) },
      factsOf(),
      'to: 447700900123 is none of 100, 101, 102, 103, 104 and 95 more',
    ],
    [{ accounts: ['x'] }, factsOf(), 'accounts: acme is none of x'],
    [{ from: ['x*'] }, factsOf({ from: '' }), 'from: "" is none of x*'],
    [{ codings: ['ucs2'] }, factsOf(), 'codings: gsm7 is none of ucs2'],
    [{ segments: { min: 2 } }, factsOf(), 'segments: 1 is not at least 2'],
    [{ segments: { min: 2, max: 4 } }, factsOf(), 'segments: 1 is not 2 to 4'],
    [{ tags: ['vip'] }, factsOf(), 'tags: it has none, wanted is one of vip'],
    [{ tags: ['vip'] }, factsOf({ tags: ['a'] }), 'tags: it has a, wanted is one of vip'],
    [{ keywords: ['stop'] }, factsOf({ text: 'Hi\u007f you' }), 'keywords: "Hi\u007f" is none of stop'],
    [{ text: 'OTP', textFlags: 's' }, factsOf(), 'text: no match of "OTP"s in "Your code is 1234"'],
    [{ text: 'OTP' }, factsOf({ text: undefined }), 'text: octets without text'],
    [{ tlvs: [{ tag: 0x1400, value: '7' }] }, factsOf(), 'tlvs: it has no such TLV, wanted is 0x1400=7'],
    [
      { tlvs: [{ tag: 0x1400, value: '7' }] },
      factsOf({ tlvs: [vendor(0x1400, Buffer.of(1, 2, 3))] }),
      'tlvs: it has 0x1400=hex:010203, wanted is 0x1400=7',
    ],
    [
      { time: [{ days: ['sat', 'sun'], from: '08:00', until: '20:00' }] },
      factsOf(),
      'time: mon 12:00 in UTC is not within sat sun 08:00 to 20:00',
    ],
    [{ when: 'msg.segments > 3' }, factsOf(), 'when: "msg.segments > 3" is false'],
    [{ accounts: [] }, factsOf(), 'accounts: its list is empty, so nothing matches'],
    [{ to: [] }, factsOf(), 'to: its list is empty, so nothing matches'],
  ])('number %#', (conditions, facts, words) => {
    expect(whyNot(conditions, facts)).toBe(words);
  });

  it('are short, whatever the message and the rule are', () => {
    const long = '\u{1f600}'.repeat(20_000);
    const facts = factsOf({
      from: long,
      to: long,
      text: long,
      account: long,
      tags: Array.from({ length: 1_000 }, () => long),
      tlvs: Array.from({ length: 100 }, () => vendor(0x1400, long)),
    });
    const list = Array.from({ length: 1_000 }, (_, at) => `${'x'.repeat(5_000)}${at}`);
    const rules: RouteConditions[] = [
      { to: list.map((one) => one.slice(-65)) },
      { from: list },
      { accounts: list },
      { tags: list },
      { text: 'x'.repeat(9_000) },
      { keywords: list.map((one) => one.slice(-60)) },
      { tlvs: list.map((value) => ({ tag: 0x1400, value })) },
      { when: `msg.text == "${'x'.repeat(3_000)}"` },
    ];
    for (const conditions of rules) {
      const words = whyNot(conditions, facts);
      expect(words).toBeDefined();
      expect(words?.length).toBeLessThan(600);
      expect(words?.isWellFormed()).toBe(true);
    }
  });
});

describe('whatever the message is', () => {
  const conditions: RouteConditions = {
    from: ['no-such-sender*', '4*', 'a*', ''],
    keywords: ['stop', 'стоп'],
    text: '(a|b)*c\\b',
    textFlags: 'i',
    tlvs: [{ tag: 1, value: '5' }, { tag: 2, value: 'hex:00' }, { tag: 3 }],
    when: 'msg.text.matches("x+y") || msg.from.startsWith("4") && msg.segments > 1',
  };

  it('nothing throws, and the explanation agrees', () => {
    const any = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(
        any,
        any,
        fc.option(any, { nil: undefined }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.uint8Array({ maxLength: 5 }))),
        (from, to, text, tlvs) => {
          const facts = factsOf({ from, to, text, tlvs: tlvs.map(([tag, value]) => vendor(tag, value)) });
          for (const [field, value] of Object.entries(conditions)) {
            if (field !== 'textFlags') matches({ [field]: value }, facts);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
