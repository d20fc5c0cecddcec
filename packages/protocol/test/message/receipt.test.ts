import {
  array,
  assert,
  constantFrom,
  date,
  integer,
  nat,
  option,
  property,
  record,
  string,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeShared, readShared } from '../../../../test/support/shared.ts';
import { decode, encode } from '../../src/index.ts';
import { messageIdForms } from '../../src/message/message-id.ts';
import {
  isFinalState,
  type MessageState,
  messageState,
  messageStates,
  messageStateValue,
  stateForVersion,
  stateOfWord,
  stateWord,
} from '../../src/message/message-state.ts';
import {
  isIntermediate,
  isReceipt,
  type ReadReceiptOptions,
  readReceipt,
  receiptTlvs,
} from '../../src/message/receipt.ts';
import { formatReceiptDate, parseReceiptDate } from '../../src/message/receipt-date.ts';
import { formatReceiptText, parseReceiptText } from '../../src/message/receipt-text.ts';
import type { ContentPdu } from '../../src/message/user-data.ts';
import { encodeText } from '../../src/text/text.ts';

interface Vector {
  readonly source: string;
  readonly line: number;
  readonly text: string;
  readonly expected: { readonly [field: string]: string };
  readonly pdu_hex?: string;
}

function receiptPdu(text: string, over: Partial<ContentPdu> = {}): ContentPdu {
  return { esm_class: 4, data_coding: 0, short_message: Buffer.from(text, 'latin1'), tlvs: [], ...over };
}

function decoded(hex: string): ContentPdu {
  const pdu = decode(new Uint8Array(Buffer.from(hex, 'hex')));
  if (pdu.command !== 'deliver_sm') throw new Error(pdu.command);
  return pdu;
}

describeShared('vectors/dlr-text.json', () => {
  const vectors = readShared('vectors/dlr-text.json') as readonly Vector[];

  it('has them all', () => expect(vectors).toHaveLength(76));

  it.each(vectors)('$source:$line $text', ({ text, expected, pdu_hex }) => {
    const fields = parseReceiptText(text);
    expect(fields).toEqual(expected);
    const receipt = pdu_hex === undefined ? readReceipt(receiptPdu(text)) : readReceipt(decoded(pdu_hex));
    if (expected.id !== undefined) expect(receipt?.ids).toContain(expected.id);
    else expect(receipt?.id).toBeUndefined();
    expect(receipt).toMatchObject({ stat: expected.stat, err: expected.err, intermediate: false });
  });
});

describe('parseReceiptText', () => {
  it('reads the form of SMPP 3.4 appendix B', () => {
    expect(
      parseReceiptText(
        'id:IIIIIIIIII sub:001 dlvrd:001 submit date:9911041830 done date:9911041831 stat:DELIVRD err:000 Text: .....',
      ),
    ).toEqual({
      id: 'IIIIIIIIII',
      sub: '001',
      dlvrd: '001',
      submit_date: '9911041830',
      done_date: '9911041831',
      stat: 'DELIVRD',
      err: '000',
      text: '.....',
    });
  });

  it.each([
    [
      'any case',
      'ID:7 STAT:delivrd Submit Date:2001010000',
      { id: '7', stat: 'delivrd', submit_date: '2001010000' },
    ],
    ['blanks of all kinds', 'id:7\r\n\tstat:\u00001', { id: '7', stat: '1' }],
    ['a blank before the value', 'id: 7 stat:  OK', { id: '7', stat: 'OK' }],
    ['a missing value', 'id:7 err: text:x', { id: '7', err: '', text: 'x' }],
    [
      'a missing value before a date',
      'id:7 err: done  date:2001010000',
      { id: '7', err: '', done_date: '2001010000' },
    ],
    ['a NUL at the end', 'id:7 stat:DELIVRD\u0000', { id: '7', stat: 'DELIVRD' }],
    ['half a label', 'id:7 submit stat:X done', { id: '7', stat: 'X' }],
    ['a date without its first word', 'id:7 date:2001010000', { id: '7' }],
    ['labels only at the start of a word', 'xid:1 id:2', { id: '2' }],
    ['the first of a kind', 'id:1 id:2 stat: stat:B', { id: '1', stat: 'B' }],
    ['nothing after text', 'text: id:1 stat:X', { text: 'id:1 stat:X' }],
    ['the rest as it is', 'id:1 text:  a\u001bb \u0000', { id: '1', text: 'a\u001bb \u0000' }],
    ['an alias', 'message_id:5 donedate:1 submit_date:2', { id: '5', done_date: '1', submit_date: '2' }],
    ['words and colons', 'err:ESME_RX::Y id:a:b:c', { err: 'ESME_RX::Y', id: 'a:b:c' }],
    ['nothing', '', {}],
    ['no label', 'hello: world', {}],
  ])('reads %s', (_, text, expected) => {
    expect(parseReceiptText(text)).toEqual({ ...parseReceiptText(''), ...expected });
  });

  // Quadratic work on a megabyte would take hours; the time limit of the test is some seconds.
  it.each([
    ['blanks', ' '],
    ['half labels', 'submit '],
    ['half labels and blanks', `submit${' '.repeat(1000)}`],
    ['colons', ':'],
    ['labels without value', 'id:'],
    ['labels and blanks', 'id: '],
    ['almost labels', 'submit dat '],
    ['one word', 'a'],
    ['dates', 'done date:'],
    ['values', 'err:1 '],
    ['NULs', '\u0000'],
  ])('takes a megabyte of %s in its stride', (_, piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    parseReceiptText(text);
    parseReceiptText(`submit${text}date:1`);
    const receipt = readReceipt(receiptPdu(text), { acceptTextOnly: true });
    expect(receipt?.state).toBeUndefined();
    messageIdForms(text);
  });

  it('looks at each character a few times only', () => {
    const looksAt = (length: number): number => {
      let looks = 0;
      const text = 'submit  id: err:  x '.repeat(length / 20);
      const counted = {
        length: text.length,
        charCodeAt: (i: number) => {
          looks += 1;
          return text.charCodeAt(i);
        },
        slice: (from: number, to?: number) => {
          looks += (to ?? text.length) - from;
          return text.slice(from, to);
        },
      };
      parseReceiptText(counted as unknown as string);
      return looks;
    };
    const once = looksAt(10_000);
    expect(looksAt(40_000) / once).toBeCloseTo(4, 1);
    expect(once).toBeLessThan(10_000 * 8);
  });

  it('never throws on 100,000 mutated texts', () => {
    const base = formatReceiptText({ id: '0123456789', state: 'DELIVERED', err: 12, text: 'Hello World' });
    let seed = 42;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let i = 0; i < 100_000; i++) {
      let text = base;
      for (let changes = random(6); changes >= 0; changes--) {
        const at = random(text.length + 1);
        const to = at + random(9);
        const insert = [
          String.fromCharCode(random(256)),
          ' ',
          ':',
          'id:',
          'text:',
          '',
          base.slice(0, random(60)),
        ];
        text = text.slice(0, at) + insert[random(insert.length)] + text.slice(to);
      }
      const receipt = readReceipt(receiptPdu(text), { acceptTextOnly: true });
      if (receipt === undefined || typeof receipt.final !== 'boolean') expect.fail(text);
      if (receipt.id !== undefined) messageIdForms(receipt.id);
    }
  });
});

describe('readReceipt', () => {
  const text =
    'id:0059113978 sub:001 dlvrd:001 submit date:1002101730 done date:100210173101 stat:UNDELIV err:21b text:x';

  it('reads all of the text', () => {
    expect(readReceipt(receiptPdu(text))).toEqual({
      id: '0059113978',
      ids: ['0059113978'],
      state: 'UNDELIVERABLE',
      stateValue: 5,
      final: true,
      intermediate: false,
      sub: 1,
      dlvrd: 1,
      submitDate: new Date('2010-02-10T17:30:00Z'),
      doneDate: new Date('2010-02-10T17:31:01Z'),
      stat: 'UNDELIV',
      err: '21b',
      networkError: undefined,
      userMessageReference: undefined,
      text: 'x',
      source: { id: 'text', state: 'text' },
    });
    const receipt = readReceipt(receiptPdu(text), { timeZoneOffsetMinutes: 120 });
    expect(receipt?.submitDate).toEqual(new Date('2010-02-10T15:30:00Z'));
  });

  const tlvs = [
    { tag: 0x1e, value: '38601fa' },
    { tag: 0x427, value: 2 },
    { tag: 0x423, value: Uint8Array.of(3, 0x01, 0x02) },
    { tag: 0x204, value: 77 },
  ];

  it('takes the TLVs first and keeps both ids', () => {
    expect(readReceipt(receiptPdu(text, { tlvs }))).toMatchObject({
      id: '38601fa',
      ids: ['38601fa', '0059113978'],
      state: 'DELIVERED',
      stateValue: 2,
      stat: 'UNDELIV',
      networkError: { type: 3, code: 258 },
      userMessageReference: 77,
      source: { id: 'tlv', state: 'tlv' },
    });
  });

  it('reads TLVs alone, and fills what they lack from the text', () => {
    expect(readReceipt(receiptPdu('', { tlvs }))).toMatchObject({
      id: '38601fa',
      state: 'DELIVERED',
      final: true,
    });
    const noState = readReceipt(receiptPdu(text, { tlvs: tlvs.slice(0, 1) }));
    expect(noState).toMatchObject({
      id: '38601fa',
      state: 'UNDELIVERABLE',
      source: { id: 'tlv', state: 'text' },
    });
    const reserved = [{ tag: 0x427, value: 200 }];
    expect(readReceipt(receiptPdu(text, { tlvs: reserved }))).toMatchObject({
      state: 'UNDELIVERABLE',
      stateValue: 5,
    });
    expect(readReceipt(receiptPdu('id:1', { tlvs: reserved }))).toMatchObject({
      state: undefined,
      stateValue: 200,
      final: false,
    });
    const empty = [{ tag: 0x1e, value: '' }];
    expect(readReceipt(receiptPdu(text, { tlvs: empty }))).toMatchObject({
      id: '0059113978',
      source: { id: 'text' },
    });
  });

  it('knows a receipt by esm_class, then by TLVs, then by text', () => {
    for (const esm_class of [0x04, 0x44, 0x84, 0x07, 0x20]) {
      expect(readReceipt(receiptPdu('x', { esm_class }))).toBeDefined();
    }
    expect(readReceipt(receiptPdu('', { esm_class: 0, tlvs }))?.id).toBe('38601fa');
    expect(readReceipt(receiptPdu('', { esm_class: 0, tlvs: tlvs.slice(0, 1) }))).toBeUndefined();
    expect(readReceipt(receiptPdu(text, { esm_class: 0 }))).toBeUndefined();
    expect(readReceipt(receiptPdu(text, { esm_class: 0 }), { acceptTextOnly: true })?.id).toBe('0059113978');
    expect(readReceipt(receiptPdu('my id: 5', { esm_class: 0 }), { acceptTextOnly: true })).toBeUndefined();
    // Acknowledgements of the phone are no receipts, even with such a text.
    for (const esm_class of [0x08, 0x10, 0x18]) {
      expect(readReceipt(receiptPdu(text, { esm_class, tlvs }), { acceptTextOnly: true })).toBeUndefined();
    }
    expect([0x04, 0x20, 0x24, 0x0c].map((esm_class) => isReceipt({ esm_class }))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect([0x04, 0x20, 0x60].map((esm_class) => isIntermediate({ esm_class }))).toEqual([false, true, true]);
  });

  it('says what is final', () => {
    const stat = (word: string): ContentPdu => receiptPdu(`id:1 stat:${word}`);
    expect(readReceipt(stat('ENROUTE'))?.final).toBe(false);
    expect(readReceipt(stat('BuFfErEd'))).toMatchObject({ state: 'ENROUTE', final: false });
    expect(readReceipt(stat('ACCEPTD'))?.final).toBe(false);
    expect(readReceipt(stat('ACCEPTD'), { acceptedIsFinal: true })?.final).toBe(true);
    expect(readReceipt(stat('BADSTAT'))).toMatchObject({ state: 'UNKNOWN', stat: 'BADSTAT', final: true });
    expect(readReceipt(stat('UNKNOWN'), { unknownIsFinal: false })?.final).toBe(false);
    expect(readReceipt(stat('DND_REJECTED'))?.state).toBe('REJECTED');
    const intermediate = receiptPdu('id:1 stat:DELIVRD', { esm_class: 0x20 });
    expect(readReceipt(intermediate)).toMatchObject({ state: 'DELIVERED', final: false, intermediate: true });
  });

  describe('weighs message_state against the word of the text', () => {
    const read = (value: number | undefined, word: string, options: ReadReceiptOptions = {}) =>
      readReceipt(
        receiptPdu(word === '' ? 'id:1' : `id:1 stat:${word} err:255`, {
          tlvs: value === undefined ? [] : [{ tag: 0x427, value }],
        }),
        options,
      );
    const ends = ['DELIVRD', 'EXPIRED', 'DELETED', 'UNDELIV', 'REJECTD', 'undelivered', 'DND_REJECTED'];
    const lessThanAnEnd = [0, 1, 6, 7, 10, 99, 255];

    it.each([0x33, 0x34, 0x50])(
      'a TLV that says less never undoes an end, version %i',
      (interfaceVersion) => {
        for (const options of [{}, { acceptedIsFinal: true }, { unknownIsFinal: false }]) {
          for (const value of lessThanAnEnd) {
            for (const word of ends) {
              const receipt = read(value, word, { ...options, interfaceVersion });
              expect([value, word, receipt]).toMatchObject([
                value,
                word,
                { state: stateOfWord(word), final: true, source: { state: 'text' } },
              ]);
              expect(receipt?.stateValue).toBe(messageStateValue(stateOfWord(word)!));
            }
          }
        }
      },
    );

    it('a TLV that says an end is the end, whatever the word', () => {
      for (const value of [2, 3, 4, 5, 8]) {
        for (const word of [...ends, 'ENROUTE', 'ACCEPTD', 'UNKNOWN', 'BUFFERED', 'NONSENSE', '']) {
          expect(read(value, word)).toMatchObject({ state: messageState(value), final: true });
        }
      }
    });

    it.each<[string, number | undefined, string, ReadReceiptOptions, MessageState | undefined, boolean]>([
      ['values of 5.0 are reserved before', 9, 'DELIVRD', { interfaceVersion: 0x34 }, 'DELIVERED', true],
      ['and are states in 5.0', 9, 'DELIVRD', { interfaceVersion: 0x50 }, 'SKIPPED', true],
      ['reserved values leave all to the text', 0, 'ENROUTE', { interfaceVersion: 0x34 }, 'ENROUTE', false],
      ['0 is a state of 5.0', 0, 'ENROUTE', { interfaceVersion: 0x50 }, 'SCHEDULED', false],
      ['0 of 3.4 and a word of nobody: an end that is not known', 0, 'ABSENTSUB', {}, 'UNKNOWN', true],
      ['0 of 5.0 and a word of nobody', 0, 'ABSENTSUB', { interfaceVersion: 0x50 }, 'SCHEDULED', false],
      ['a word of nobody is no end beside a state', 1, 'QUEUED', {}, 'ENROUTE', false],
      ['UNKNOWN in the text is an end', 1, 'UNKNOWN', {}, 'UNKNOWN', true],
      ['unless the peer does not mean it so', 1, 'UNKNOWN', { unknownIsFinal: false }, 'ENROUTE', false],
      ['UNKNOWN in the TLV is an end beside ENROUTE', 7, 'ENROUTE', {}, 'UNKNOWN', true],
      [
        'ACCEPTED that is an end says less than DELIVERED',
        6,
        'DELIVRD',
        { acceptedIsFinal: true },
        'DELIVERED',
        true,
      ],
      ['the TLV alone, 0 included', 0, '', {}, 'SCHEDULED', false],
      ['the text alone', undefined, 'UNDELIV', {}, 'UNDELIVERABLE', true],
      ['neither', undefined, '', {}, undefined, false],
    ])('%s', (_what, value, word, options, state, final) => {
      expect(read(value, word, options)).toMatchObject({ state, final });
    });

    it('a notification on the way is none, whatever the text says', () => {
      const pdu = receiptPdu('id:1 stat:UNDELIV', { esm_class: 0x20, tlvs: [{ tag: 0x427, value: 1 }] });
      expect(readReceipt(pdu)).toMatchObject({ state: 'UNDELIVERABLE', final: false });
    });
  });

  it('finds the text wherever it is', () => {
    const payload = [{ tag: 0x424, value: Buffer.from(text, 'latin1') }];
    expect(readReceipt({ esm_class: 4, data_coding: 0, tlvs: payload })?.id).toBe('0059113978');
    const wide = Buffer.from(text, 'utf16le').swap16();
    expect(readReceipt(receiptPdu('', { data_coding: 8, short_message: wide }))?.id).toBe('0059113978');
    // Text of the receipt in ASCII, of the message in UCS2, whatever data_coding says.
    const mixed = Buffer.concat([
      Buffer.from('id:5 stat:DELIVRD text:', 'latin1'),
      Buffer.from([4, 16, 4, 79]),
    ]);
    expect(readReceipt(receiptPdu('', { data_coding: 8, short_message: mixed }))?.state).toBe('DELIVERED');
    const nul = Buffer.from('id:5 stat:DELIVRD text:Hi\u0000', 'latin1');
    expect(readReceipt(receiptPdu('', { short_message: nul }))?.text).toBe('Hi');
    const behindHeader = Buffer.concat([Buffer.from([3, 0x24, 1, 1]), Buffer.from('id:5', 'latin1')]);
    expect(readReceipt(receiptPdu('', { esm_class: 0x44, short_message: behindHeader }))?.id).toBe('5');
    const packed = encodeText('id:4', 'gsm7-packed').bytes;
    expect(
      readReceipt(receiptPdu('', { short_message: packed }), { defaultAlphabet: 'gsm7-packed' })?.id,
    ).toBe('4');
  });

  it('leaves out what makes no sense', () => {
    const odd = 'id:1 sub:1e3 dlvrd:9999999999 submit date:0000000000 done date:9999999999 stat:DELIVRD';
    expect(readReceipt(receiptPdu(odd))).toMatchObject({
      sub: undefined,
      dlvrd: undefined,
      submitDate: undefined,
      doneDate: undefined,
    });
    const shortError = [{ tag: 0x423, value: Uint8Array.of(3, 1) }];
    expect(readReceipt(receiptPdu('', { tlvs: shortError }))).toMatchObject({
      id: undefined,
      networkError: undefined,
    });
  });
});

describe('dates of receipts', () => {
  it.each([
    ['1002101730', '2010-02-10T17:30:00.000Z'],
    ['100210173001', '2010-02-10T17:30:01.000Z'],
    ['201506201641', '2015-06-20T16:41:00.000Z'],
    ['20110314181534', '2011-03-14T18:15:34.000Z'],
    ['3701010000', '2037-01-01T00:00:00.000Z'],
    ['3801010000', '2038-01-01T00:00:00.000Z'],
    ['991231235959', '2099-12-31T23:59:59.000Z'],
    ['199912312359', '1999-12-31T23:59:00.000Z'],
  ])('%s', (text, expected) => expect(parseReceiptDate(text)?.toISOString()).toBe(expected));

  it.each([
    '',
    '0000000000',
    '000000000000',
    '00000000000000',
    '1013101730',
    '1002301730',
    '1002102430',
    '10021017',
    '100210173O',
  ])('has nothing for "%s"', (text) => expect(parseReceiptDate(text)).toBeUndefined());

  it('are written in the zone of the peer', () => {
    const time = new Date('2026-03-15T23:30:45Z');
    expect(formatReceiptDate(time)).toBe('2603152330');
    expect(formatReceiptDate(time, { seconds: true, offsetMinutes: 60 })).toBe('260316003045');
    expect(formatReceiptDate(undefined)).toBe('0000000000');
    expect(formatReceiptDate(new Date(Number.NaN), { seconds: true })).toBe('000000000000');
    expect(formatReceiptDate(new Date(0))).toBe('0000000000');
    expect(formatReceiptDate(new Date('1999-12-31T23:30:00Z'), { offsetMinutes: 60 })).toBe('0001010030');
    expect(formatReceiptDate(new Date('2099-12-31T23:30:00Z'), { offsetMinutes: 60 })).toBe('0000000000');
  });
});

describe('writing receipts', () => {
  it('writes the standard form', () => {
    const time = new Date('2026-03-15T23:30:45Z');
    expect(
      formatReceiptText({
        id: 'AB-1',
        state: 'DELIVERED',
        submitDate: time,
        doneDate: time,
        err: 7,
        text: 'Twenty characters, and no more',
      }),
    ).toBe(
      'id:AB-1 sub:001 dlvrd:001 submit date:2603152330 done date:2603152330 stat:DELIVRD err:007 text:Twenty characters, a',
    );
    expect(formatReceiptText({ id: '1', state: 'EXPIRED' }, { textLabel: 'Text' })).toBe(
      'id:1 sub:001 dlvrd:000 submit date:0000000000 done date:0000000000 stat:EXPIRED err:000 Text:',
    );
    expect(formatReceiptText({ id: '1', state: 'DELIVERED', text: '😀'.repeat(30) })).toContain(
      `text:${'😀'.repeat(20)}`,
    );
  });

  it('writes TLVs for those who know them', () => {
    const receipt = {
      id: '1',
      state: 'SKIPPED',
      networkError: { type: 3, code: 27 },
      userMessageReference: 9,
    } as const;
    expect(receiptTlvs(receipt, 0x33)).toEqual([]);
    expect(receiptTlvs(receipt, 0x50).map(({ value }) => value)).toEqual([
      '1',
      9,
      Uint8Array.of(3, 0, 27),
      9,
    ]);
    expect(receiptTlvs({ id: '1', state: 'SKIPPED' }).map(({ name, value }) => [name, value])).toEqual([
      ['receipted_message_id', '1'],
      ['message_state', 8],
    ]);
  });

  it('is read back, through the codec', () => {
    const id = string({ unit: constantFrom(...'0123456789abcdefABCDEF-._'), minLength: 1, maxLength: 64 });
    const day = option(
      date({ min: new Date('2000-01-02'), max: new Date('2099-12-30'), noInvalidDate: true }),
      { nil: undefined },
    );
    const input = record({
      id,
      state: constantFrom(...messageStates),
      sub: nat(999),
      dlvrd: nat(999),
      submitDate: day,
      doneDate: day,
      err: nat(999),
      text: string({ maxLength: 30 }),
    });
    assert(
      property(
        input,
        constantFrom(0x33, 0x34, 0x50),
        integer({ min: -48, max: 56 }),
        (receipt, version, quarters) => {
          const format = { seconds: true, offsetMinutes: quarters * 15 };
          const pdu = decode(
            encode({
              command: 'deliver_sm',
              esm_class: 4,
              short_message: Buffer.from(formatReceiptText(receipt, format), 'latin1'),
              tlvs: receiptTlvs(receipt, version),
            }),
          );
          if (pdu.command !== 'deliver_sm') throw new Error(pdu.command);
          const read = readReceipt(pdu, {
            timeZoneOffsetMinutes: format.offsetMinutes,
            interfaceVersion: version,
          });
          const state = stateForVersion(receipt.state, version);
          const floor = (time: Date | undefined): Date | undefined =>
            time && new Date(Math.floor(time.getTime() / 1000) * 1000);
          expect(read).toMatchObject({
            id: receipt.id,
            ids: [receipt.id],
            state: version < 0x34 ? stateOfWord(stateWord(receipt.state)) : state,
            sub: receipt.sub,
            dlvrd: receipt.dlvrd,
            submitDate: floor(receipt.submitDate),
            doneDate: floor(receipt.doneDate),
            text: receipt.text.slice(0, 20).trimStart(),
          });
        },
      ),
    );
  });
});

describe('states', () => {
  it('have values and words both ways', () => {
    messageStates.forEach((state, value) => {
      expect(messageState(value)).toBe(state);
      expect(messageStateValue(state)).toBe(value);
      expect(stateWord(state)).toHaveLength(7);
      expect(stateOfWord(state)).toBe(state);
      // SCHEDULED and SKIPPED have no word of their own.
      if (state !== 'SCHEDULED' && state !== 'SKIPPED') expect(stateOfWord(stateWord(state))).toBe(state);
    });
    expect(messageState(10)).toBeUndefined();
    expect(stateOfWord('')).toBeUndefined();
    expect(stateOfWord('FAILED')).toBe('UNDELIVERABLE');
    expect(stateOfWord('x'.repeat(100_000))).toBe('UNKNOWN');
  });

  it('step down for earlier versions', () => {
    expect(messageStates.map((state) => stateForVersion(state, 0x50))).toEqual(messageStates);
    expect(stateForVersion('SCHEDULED', 0x34)).toBe('ENROUTE');
    expect(stateForVersion('SKIPPED', 0x34)).toBe('REJECTED');
    expect(stateForVersion('SKIPPED', 0x33)).toBe('UNDELIVERABLE');
    expect(stateForVersion('REJECTED', 0x34)).toBe('REJECTED');
    expect(stateForVersion('REJECTED', 0x33)).toBe('UNDELIVERABLE');
    expect(messageStates.filter((state) => !isFinalState(state))).toEqual([
      'SCHEDULED',
      'ENROUTE',
      'ACCEPTED',
    ]);
  });
});

describe('messageIdForms', () => {
  it.each([
    ['0059113978', ['0059113978', '59113978', '38601fa', '1494301048']],
    ['38601FA', ['38601FA', '38601fa', '59113978']],
    [
      '2E179B310EDE971B2760C72B7F026E1B',
      [
        '2E179B310EDE971B2760C72B7F026E1B',
        '2e179b310ede971b2760c72b7f026e1b',
        BigInt('0x2e179b310ede971b2760c72b7f026e1b').toString(),
      ],
    ],
    ['74e02ee1-4e2f-4a6e-a78b-4b247d756a22', ['74e02ee1-4e2f-4a6e-a78b-4b247d756a22']],
    ['000', ['000', '0']],
    ['', ['']],
    ['1479978899.3937', ['1479978899.3937']],
  ])('%s', (id, forms) => expect(messageIdForms(id)).toEqual(forms));

  const share = (a: string, b: string): boolean =>
    messageIdForms(a).some((form) => messageIdForms(b).includes(form));

  it('lets hex, decimal, padded and differently cased ids meet', () => {
    assert(
      property(integer({ min: 0, max: 2 ** 31 }), nat(12), (high, zeros) => {
        // 19 digits and more: beyond what a number holds.
        const value = BigInt(high) * 4_294_967_311n + 12_345n;
        const hex = value.toString(16);
        const decimal = value.toString();
        expect(share(hex, decimal)).toBe(true);
        expect(share(hex.toUpperCase(), hex)).toBe(true);
        expect(share('0'.repeat(zeros) + decimal, decimal)).toBe(true);
        expect(share('0'.repeat(zeros) + hex.toUpperCase(), decimal)).toBe(true);
      }),
    );
    expect(share('123', '124')).toBe(false);
  });

  it('starts with the id itself and has each form once', () => {
    assert(
      property(array(constantFrom(...'0123456789abcdefABCDEF-x'), { maxLength: 70 }), (characters) => {
        const id = characters.join('');
        const forms = messageIdForms(id);
        expect(forms[0]).toBe(id);
        expect(new Set(forms).size).toBe(forms.length);
        expect(forms.length).toBeLessThanOrEqual(5);
      }),
    );
  });
});
