import type { Message } from '@chappe/center';
import { type SegmentMethod, status } from '@chappe/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readContent } from '../../src/message/content.ts';
import { webhookEvent } from '../../src/webhooks/event.ts';
import { settled } from '../rig.ts';
import {
  acceptedDetail,
  type Fields,
  MoRig,
  type MoRigOptions,
  origin,
  segments,
  TroubledStore,
} from './mo-rig.ts';

const hourMs = 3_600_000;
const whole: MoRigOptions = {
  moRules: [
    {
      name: 'whole',
      reassemble: true,
      action: { kind: 'accounts', accounts: ['acme'], spread: 'round-robin' },
    },
  ],
};
const long = 'The quick brown fox jumps over the lazy dog. '.repeat(9);

function states(messages: readonly Message[]): string[] {
  return messages.map(({ lane, state }) => `${lane} ${state}`);
}

// What one segment holds beside a header of six or seven octets; segments with TLVs are cut as those of seven.
const units = { udh8: 153, udh16: 152, sar: 152 } as const;

/** As many of each letter as one segment holds. */
function words(letters: string, method: keyof typeof units = 'udh8'): string {
  return [...letters].map((letter) => letter.repeat(units[method])).join('');
}

/** Four segments with one letter each, by header or by TLVs. */
function letters(reference: number, method: keyof typeof units = 'udh8'): Fields[] {
  const cut = segments(words('abcd', method), reference, method);
  expect(cut).toHaveLength(4);
  return cut;
}

describe('a long message', () => {
  it('is stored segment by segment before it is acknowledged, then once as a whole', async () => {
    const store = new TroubledStore();
    const rig = await MoRig.start({ ...whole, store });
    const [first, second, third] = segments(long, 7) as [Fields, Fields, Fields];
    expect(await rig.send(third)).toBe('ESME_ROK');
    expect(await rig.send(first)).toBe('ESME_ROK');
    expect(states(await rig.stored())).toEqual(['parts enroute', 'parts enroute']);
    expect(rig.inbox.parts.open).toBe(1);
    expect(await rig.send(second)).toBe('ESME_ROK');
    const messages = await rig.stored();
    expect(states(messages)).toEqual([
      'parts deleted',
      'parts deleted',
      'parts deleted',
      'account:acme enroute',
    ]);
    const made = messages[3] as Message;
    expect(made).toMatchObject({ account: 'acme', text: long, source: { digits: '447700900123' } });
    expect(acceptedDetail(made)).toBe(
      `connector=op-a deliver_sm=2 rule=whole parts=3/3 set=${messages[0]?.publicId}`,
    );
    expect(readContent(made.content)).toMatchObject({
      inPayloadTlv: true,
      esmClass: 0,
      dataCoding: 0,
      tlvs: [],
    });
    expect(acceptedDetail(messages[0])).toBe('connector=op-a deliver_sm=1 group=op-a part=3/3 reference=7');
    expect(rig.inbox.counters).toMatchObject({ received: 3, joined: 1, incomplete: 0, repeated: 0 });
    expect(rig.inbox.parts.open).toBe(0);
    expect(webhookEvent(made).data).toMatchObject({
      connector: 'op-a',
      account: 'acme',
      content: { text: long, segments: 3 },
    });
  });

  it('comes out as it was written, whatever the order, the repetitions and the way it was cut', async () => {
    const character = fc.constantFrom('a', 'Z', '7', ' ', '€', '{', 'é', 'ж', '漢', '😀', '\n');
    const text = fc
      .array(character, { minLength: 161, maxLength: 700 })
      .map((characters) => characters.join(''));
    const method = fc.constantFrom<SegmentMethod>('udh8', 'udh16', 'sar');
    const order = fc.array(fc.nat(1_000), { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(text, method, order, fc.nat(255), async (words, how, keys, reference) => {
        const rig = await MoRig.start(whole);
        const cut = segments(words, reference, how);
        const twice = [...cut, ...cut.slice(0, (keys[0] ?? 0) % cut.length)];
        const shuffled = twice
          .map((fields, at) => ({ fields, key: (keys[at % keys.length] ?? 0) * 100 + at }))
          .sort((a, b) => a.key - b.key);
        for (const { fields } of shuffled) expect(await rig.send(fields)).toBe('ESME_ROK');
        expect(await rig.seen()).toEqual([`account:acme ${words}`]);
        expect(rig.errors).toEqual([]);
        rig.inbox.stop();
      }),
      { numRuns: 40 },
    );
  });

  it('may arrive all at once', async () => {
    const rig = await MoRig.start(whole);
    const answers = letters(1).map((fields, at) => rig.send({ ...fields, sequence_number: at + 1 }));
    expect(await Promise.all(answers)).toEqual(Array(4).fill('ESME_ROK'));
    await settled();
    expect((await rig.seen()).map((line) => line.length)).toEqual([13 + 612]);
  });

  it('of 255 segments is one message', async () => {
    const rig = await MoRig.start(whole);
    const words = 'x'.repeat(153 * 255);
    for (const fields of segments(words, 1)) await rig.send(fields);
    expect(await rig.seen()).toEqual([`account:acme ${words}`]);
  });

  it('is told apart by group, numbers, reference, total and width of the reference', async () => {
    const rig = await MoRig.start(whole);
    const [a, b] = letters(9) as [Fields, Fields];
    await rig.send(a);
    await rig.send(b, { ...origin, connector: 'op-b' });
    await rig.send({ ...b, source_addr: '447700900124' });
    await rig.send({ ...b, destination_addr: '60101' });
    await rig.send(letters(10)[1]);
    await rig.send(letters(9, 'udh16')[1]);
    await rig.send(segments('x'.repeat(300), 9)[1]);
    expect(rig.inbox.parts.open).toBe(7);
    expect(await rig.seen()).toHaveLength(7);
  });

  it('comes together over the connectors of one group', async () => {
    const rig = await MoRig.start(whole);
    const parts = letters(9);
    for (const [at, fields] of parts.entries()) {
      await rig.send(fields, { connector: `op ${at}`, group: 'the op', tags: [] });
    }
    expect(await rig.seen()).toHaveLength(1);
    expect(acceptedDetail((await rig.waiting())[0])).toContain('connector=op_0 ');
  });

  it('of several codings is one in Unicode; octets and texts together are passed as they came', async () => {
    const rig = await MoRig.start(whole);
    const [head] = segments('a'.repeat(300), 4) as [Fields];
    const [, tail] = segments('ж'.repeat(120), 4) as [Fields, Fields];
    await rig.send(head);
    await rig.send(tail);
    expect(await rig.seen()).toEqual([`account:acme ${'a'.repeat(153)}${'ж'.repeat(53)}`]);
    expect(readContent((await rig.waiting())[0]?.content ?? new Uint8Array(0)).dataCoding).toBe(8);
    await rig.send({ ...head, source_addr: '447700900199' });
    await rig.send({ ...tail, source_addr: '447700900199', data_coding: 4 });
    const [, one, two] = await rig.waiting();
    expect([one?.text, two?.text]).toEqual(['a'.repeat(153), undefined]);
  });

  it('keeps what its header says beside the numbers, and the TLVs of all segments', async () => {
    const rig = await MoRig.start(whole);
    // Concatenation and application ports 9200 and 9203.
    const header = (sequence: number): number[] => [11, 0, 3, 5, 2, sequence, 5, 4, 0x23, 0xf0, 0x23, 0xf3];
    const part = (sequence: number, octets: number[], tag: number): Fields => ({
      esm_class: 0x40,
      data_coding: 4,
      short_message: Uint8Array.from([...header(sequence), ...octets]),
      tlvs: [
        { tag: 0x1400, value: Uint8Array.of(sequence) },
        { tag, value: Uint8Array.of(sequence) },
      ],
    });
    await rig.send(part(2, [3, 4], 0x1502));
    await rig.send(part(1, [1, 2], 0x1501));
    const [message] = await rig.waiting();
    const content = readContent(message?.content ?? new Uint8Array(0));
    expect([...content.payload]).toEqual([6, 5, 4, 0x23, 0xf0, 0x23, 0xf3, 1, 2, 3, 4]);
    expect(content.esmClass).toBe(0x40);
    expect(content.tlvs.map(({ tag, value }) => [tag, [...(value as Uint8Array)]])).toEqual([
      [0x1400, [1]],
      [0x1501, [1]],
      [0x1502, [2]],
    ]);
  });

  it('longer than a message can be is passed as it came', async () => {
    const rig = await MoRig.start(whole);
    const part = (sequence: number): Fields => ({
      short_message: new Uint8Array(0),
      data_coding: 4,
      tlvs: [
        { name: 'sar_msg_ref_num', value: 3 },
        { name: 'sar_total_segments', value: 2 },
        { name: 'sar_segment_seqnum', value: sequence },
        { name: 'message_payload', value: new Uint8Array(40_000).fill(sequence) },
      ],
    });
    await rig.send(part(1));
    await rig.send(part(2));
    const sizes = (await rig.waiting()).map(({ lane, content }) => [
      lane,
      readContent(content).payload.length,
    ]);
    expect(sizes).toEqual([
      ['account:acme', 40_000],
      ['account:acme', 40_000],
    ]);
  });
});

describe('segments that make no sense', () => {
  it.each([
    ['number 0', [5, 0, 3, 9, 2, 0]],
    ['number above the total', [5, 0, 3, 9, 2, 3]],
    ['total 0', [5, 0, 3, 9, 0, 0]],
    ['one of one', [5, 0, 3, 9, 1, 1]],
    ['a header that ends early', [5, 0, 3, 9]],
  ])('%s: passed as it came', async (_name, header) => {
    const rig = await MoRig.start(whole);
    const short_message = Uint8Array.from([...header, 0x41]);
    expect(await rig.send({ esm_class: 0x40, short_message })).toBe('ESME_ROK');
    const [message] = await rig.waiting();
    expect(message?.lane).toBe('account:acme');
    expect([...readContent(message?.content ?? new Uint8Array(0)).payload]).toEqual([...short_message]);
    expect(rig.inbox.parts.open).toBe(0);
  });

  it('SAR number 0, and SAR TLVs of which one is missing: passed as they came', async () => {
    const rig = await MoRig.start(whole);
    const sar = (sequence: number): Fields['tlvs'] => [
      { name: 'sar_msg_ref_num', value: 3 },
      { name: 'sar_total_segments', value: 2 },
      { name: 'sar_segment_seqnum', value: sequence },
    ];
    await rig.send({ tlvs: sar(0) });
    await rig.send({ tlvs: (sar(1) as readonly never[]).slice(0, 2) });
    expect(await rig.seen()).toEqual(['account:acme Hello', 'account:acme Hello']);
  });
});

describe('what comes twice', () => {
  it('while the message waits: once, although its TLVs differ', async () => {
    const rig = await MoRig.start(whole);
    const [a, b, c, d] = letters(1) as [Fields, Fields, Fields, Fields];
    await rig.send(a);
    await rig.send({ ...a, tlvs: [{ tag: 0x1400, value: Uint8Array.of(1) }] });
    await rig.send(b);
    await rig.send(c);
    await rig.send(d);
    expect(await rig.seen()).toHaveLength(1);
    expect(rig.inbox.counters).toMatchObject({ repeated: 1, joined: 1 });
  });

  it('after it went on: not at all, for an hour', async () => {
    const rig = await MoRig.start(whole);
    const parts = letters(1);
    for (const fields of parts) await rig.send(fields);
    await rig.clock.advance(hourMs);
    expect(await rig.send(parts[2])).toBe('ESME_ROK');
    expect(await rig.stored()).toHaveLength(5);
    // Another text with the same numbers is another message.
    expect(await rig.send(segments('x'.repeat(600), 1)[2])).toBe('ESME_ROK');
    expect(rig.inbox.parts.open).toBe(1);
    await rig.clock.advance(1);
    await rig.send(parts[2]);
    expect(await rig.seen()).toHaveLength(3);
  });

  it('with another content: the older message goes on as far as it came', async () => {
    const rig = await MoRig.start(whole);
    const [a, b] = letters(1) as [Fields, Fields];
    await rig.send(a);
    await rig.send(b);
    await rig.send(segments('x'.repeat(600), 1)[0]);
    expect(await rig.seen()).toEqual([
      `parts ${'x'.repeat(153)}`,
      `account:acme ${'a'.repeat(153)}${'b'.repeat(153)}`,
    ]);
    expect(acceptedDetail((await rig.waiting())[1])).toContain('parts=2/4');
    expect(acceptedDetail((await rig.waiting())[1])).toContain('missing=3-4');
  });
});

describe('what never becomes whole', () => {
  it('says all that is missing, however long the list is', async () => {
    const rig = await MoRig.start({ ...whole });
    const parts = segments('x'.repeat(153 * 255), 1);
    for (let at = 0; at < 255; at += 2) await rig.send(parts[at]);
    await rig.clock.leap(24 * hourMs - 1);
    await rig.clock.advance(1);
    const missing = Array.from({ length: 127 }, (_, at) => 2 * at + 2);
    const [message] = await rig.waiting();
    // What people read of it is bounded.
    expect(acceptedDetail(message)).toMatch(/ missing=2,4,.*\.\.\./);
    expect(webhookEvent(message as Message).data).toMatchObject({ content: { segments: 255, missing } });
  });

  it('goes on after a day, and says what is missing', async () => {
    const rig = await MoRig.start(whole);
    const parts = segments(
      'abcdefg'
        .split('')
        .map((letter) => letter.repeat(153))
        .join(''),
      1,
    );
    for (const at of [6, 1, 3]) await rig.send(parts[at]);
    await rig.clock.leap(24 * hourMs - 1);
    expect((await rig.waiting()).map(({ lane }) => lane)).toEqual(['parts', 'parts', 'parts']);
    await rig.clock.advance(1);
    expect(await rig.seen()).toEqual([`account:acme ${'b'.repeat(153)}${'d'.repeat(153)}${'g'.repeat(153)}`]);
    const [message] = await rig.waiting();
    expect(acceptedDetail(message)).toContain('parts=3/7');
    expect(acceptedDetail(message)).toContain('missing=1,3,5-6');
    expect(webhookEvent(message as Message).data).toMatchObject({
      content: { segments: 7, missing: [1, 3, 5, 6] },
    });
    expect(rig.inbox.counters).toMatchObject({ joined: 0, incomplete: 1 });
  });

  it('each has its own day', async () => {
    const rig = await MoRig.start(whole);
    await rig.send(letters(1)[0]);
    await rig.clock.leap(10 * hourMs);
    await rig.send(letters(2)[0]);
    await rig.clock.leap(14 * hourMs);
    expect(rig.inbox.parts.open).toBe(1);
    await rig.clock.leap(10 * hourMs);
    expect(rig.inbox.parts.open).toBe(0);
    expect(await rig.seen()).toHaveLength(2);
  });

  it('goes on at once when there are too many, the eldest first; nothing is lost', async () => {
    const rig = await MoRig.start({ ...whole, parts: { maxSets: 2 } });
    for (const reference of [1, 2, 3]) await rig.send(letters(reference)[reference - 1]);
    expect(await rig.seen()).toEqual([
      `parts ${'b'.repeat(153)}`,
      `parts ${'c'.repeat(153)}`,
      `account:acme ${'a'.repeat(153)}`,
    ]);
  });

  it('goes on at once when it is too large to be kept', async () => {
    const rig = await MoRig.start({ ...whole, parts: { maxOctets: 450 } });
    for (const fields of letters(1)) expect(await rig.send(fields)).toBe('ESME_ROK');
    const texts = (await rig.seen()).filter((line) => line.startsWith('account:')).join('');
    for (const letter of ['a', 'b', 'c', 'd']) {
      const found = texts.includes(letter.repeat(153)) || rig.inbox.parts.open > 0;
      expect(found).toBe(true);
    }
    await rig.clock.leap(24 * hourMs);
    expect((await rig.seen()).map((line) => line.slice(13)).join('')).toHaveLength(4 * 153);
  });
});

describe('when something fails', () => {
  it('a segment that cannot be stored is refused for now, and is missing until it comes again', async () => {
    const store = new TroubledStore();
    const rig = await MoRig.start({ ...whole, store });
    const [a, b, c, d] = letters(1) as [Fields, Fields, Fields, Fields];
    await rig.send(a);
    store.isBroken = true;
    expect(await rig.send(b)).toBe('ESME_RX_T_APPN');
    store.isBroken = false;
    await rig.clock.advance(5_000);
    await rig.send(c);
    await rig.send(d);
    expect((await rig.seen()).every((line) => line.startsWith('parts'))).toBe(true);
    expect(await rig.send(b)).toBe('ESME_ROK');
    expect(await rig.seen()).toHaveLength(1);
  });

  it('a whole that cannot be stored is stored when the disk is back; its segments stay until then', async () => {
    const store = new TroubledStore();
    const rig = await MoRig.start({ ...whole, store });
    store.brokenLane = 'account:acme';
    for (const fields of letters(1)) expect(await rig.send(fields)).toBe('ESME_ROK');
    expect(states(await rig.stored())).toEqual(Array(4).fill('parts enroute'));
    await rig.clock.advance(10_000);
    expect(states(await rig.stored())).toEqual(Array(4).fill('parts enroute'));
    store.brokenLane = '';
    await rig.clock.advance(10_000);
    expect(await rig.seen()).toEqual([`account:acme ${words('abcd')}`]);
    expect(rig.errors.length).toBeGreaterThan(0);
    expect(rig.inbox.counters).toMatchObject({ joined: 1 });
  });

  it('a process that dies between segments goes on with those it has', async () => {
    const first = await MoRig.start(whole);
    const [a, b, c, d] = letters(1, 'sar') as [Fields, Fields, Fields, Fields];
    await first.send(d);
    await first.send(b);
    await first.clock.advance(hourMs);
    const second = await first.restart(whole);
    expect(second.inbox.parts.open).toBe(1);
    await second.send(a);
    // Again, as its first answer may not have arrived.
    await second.send(b);
    const third = await second.restart(whole);
    await third.send(c);
    const [text] = await third.seen();
    expect(text).toBe(`account:acme ${words('abcd', 'sar')}`);
    expect(await third.seen()).toHaveLength(1);
    const made = (await third.waiting())[0];
    expect(readContent(made?.content ?? new Uint8Array(0)).tlvs).toEqual([]);
    expect(acceptedDetail((await third.waiting())[0])).toContain('connector=op-a');
  });

  it('a day over while nobody ran ends at the start', async () => {
    const first = await MoRig.start(whole);
    await first.send(letters(1)[0]);
    first.inbox.stop();
    await first.clock.leap(30 * hourMs);
    const second = await first.restart(whole);
    expect(await second.seen()).toEqual([`account:acme ${'a'.repeat(153)}`]);
  });

  it('dying before the whole is stored: it is made after the start', async () => {
    const first = await MoRig.start({ ...whole, ...deaf('submit', 5) });
    for (const fields of letters(1)) expect(await first.send(fields)).toBe('ESME_ROK');
    expect(states(await first.stored())).toEqual(Array(4).fill('parts enroute'));
    const second = await first.restart(whole);
    expect(await second.seen()).toHaveLength(1);
    expect((await second.seen())[0]).toHaveLength(13 + 612);
  });

  it.each([0, 1, 2, 3])(
    'dying after %i of the segments were cancelled: the whole is not made again',
    async (cancelled) => {
      const first = await MoRig.start({ ...whole, ...deaf('cancel', cancelled + 1) });
      for (const fields of letters(1)) await first.send(fields);
      const before = await first.seen();
      expect(before).toHaveLength(4 - cancelled + 1);
      const second = await first.restart(whole);
      expect(await second.seen()).toEqual(before.slice(-1));
      // What comes with the same numbers now is another message.
      await second.send(letters(1)[0]);
      const third = await second.restart(whole);
      expect(third.inbox.parts.open).toBe(1);
    },
  );

  it('segments of the next message with the same numbers are not taken for leftovers', async () => {
    const first = await MoRig.start({ ...whole, ...deaf('cancel', 1) });
    for (const fields of letters(1)) await first.send(fields);
    await first.clock.advance(2 * hourMs);
    const next = segments('x'.repeat(600), 1);
    await first.send(next[0]);
    const second = await first.restart(whole);
    expect(second.inbox.parts.open).toBe(1);
    for (const fields of next.slice(1)) await second.send(fields);
    expect((await second.seen()).map((line) => line.length)).toEqual([13 + 612, 13 + 600]);
  });

  it('answers are given once each, whatever happens', async () => {
    const store = new TroubledStore();
    const rig = await MoRig.start({ ...whole, store });
    const answers: number[] = [];
    for (const [at, fields] of [...letters(1), ...letters(2)].entries()) {
      store.isBroken = at % 3 === 1;
      const answer = await rig.send(fields);
      store.isBroken = false;
      answers.push(answer === 'ESME_ROK' ? 0 : status.ESME_RX_T_APPN);
      await rig.clock.advance(3_000);
    }
    expect(answers).toEqual([0, 100, 0, 0, 100, 0, 0, 100]);
  });
});

/** From its nth call on the center never hears that method: as if the process had died there. */
function deaf(method: 'submit' | 'cancel', from: number): MoRigOptions {
  let calls = 0;
  return {
    deaf: () => {
      calls += 1;
      return calls >= from;
    },
    deafTo: method,
  };
}
