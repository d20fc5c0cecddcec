import { array, assert, constantFrom, integer, nat, property, shuffledSubarray, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecodedPdu, decode, encode } from '../../src/index.ts';
import { readText } from '../../src/message/read-text.ts';
import { type MessagePart, Reassembler } from '../../src/message/reassemble.ts';
import { type SegmentMethod, segmentText } from '../../src/message/segment.ts';
import { type ContentPdu, readConcat, readUserData } from '../../src/message/user-data.ts';
import type { TextCoding } from '../../src/text/text-coding.ts';

const part = (sequence: number, over: Partial<MessagePart> = {}): MessagePart => ({
  source: '491',
  destination: '492',
  reference: 5,
  total: 3,
  sequence,
  bits: 8,
  payload: Uint8Array.of(sequence),
  ...over,
});

const payloads = (parts: readonly MessagePart[]): number[] => parts.flatMap(({ payload }) => [...payload]);

describe('Reassembler', () => {
  it('puts parts together in any order', () => {
    const reassembler = new Reassembler();
    expect(reassembler.add(part(3), 0)).toEqual({ kind: 'waiting', have: 1, total: 3, givenUp: [] });
    expect(reassembler.add(part(1), 0)).toMatchObject({ kind: 'waiting', have: 2 });
    const result = reassembler.add(part(2), 0);
    expect(result.kind === 'complete' && payloads(result.parts)).toEqual([1, 2, 3]);
    expect(reassembler).toMatchObject({ sets: 0, octets: 0 });
    expect(reassembler.deadline()).toBe(Infinity);
  });

  it('takes a message of one part', () => {
    expect(new Reassembler().add(part(1, { total: 1 }), 0).kind).toBe('complete');
  });

  it('tells messages apart by all of their key', () => {
    const reassembler = new Reassembler();
    const others: Partial<MessagePart>[] = [
      {},
      { source: '493' },
      { destination: '493' },
      { reference: 6 },
      { total: 4 },
      { bits: 16 },
      { context: 'other' },
      // An address may hold anything.
      { source: '491","492', destination: '' },
    ];
    for (const over of others)
      expect(reassembler.add(part(1, over), 0)).toMatchObject({ kind: 'waiting', have: 1 });
    expect(reassembler.sets).toBe(others.length);
  });

  it('takes reference 0 and refuses senseless numbers', () => {
    const reassembler = new Reassembler();
    expect(reassembler.add(part(1, { reference: 0 }), 0).kind).toBe('waiting');
    for (const [over, reason] of [
      [{ sequence: 0 }, 'sequence'],
      [{ sequence: 4 }, 'sequence'],
      [{ total: 0 }, 'sequence'],
      [{ total: 256, sequence: 1 }, 'sequence'],
      [{ sequence: 1.5 }, 'sequence'],
      [{ reference: 256 }, 'reference'],
      [{ reference: -1 }, 'reference'],
      [{ reference: 65_536, bits: 16 as const }, 'reference'],
    ] as const) {
      expect(reassembler.add(part(1, over), 0)).toEqual({ kind: 'rejected', reason, givenUp: [] });
    }
    expect(reassembler.sets).toBe(1);
  });

  it('knows a part that comes again from another message with its reference', () => {
    const reassembler = new Reassembler();
    reassembler.add(part(1), 10);
    expect(reassembler.add(part(1), 20)).toMatchObject({ kind: 'duplicate', givenUp: [] });
    const result = reassembler.add(part(1, { payload: Uint8Array.of(9) }), 30);
    expect(result).toMatchObject({
      kind: 'waiting',
      have: 1,
      givenUp: [{ reason: 'replaced', missing: [2, 3], total: 3, sinceMs: 10 }],
    });
    expect(payloads(result.givenUp[0]!.parts)).toEqual([1]);
    expect(reassembler.deadline()).toBe(30 + 24 * 3600 * 1000);
  });

  it('gives up the oldest first, to keep within its messages', () => {
    const reassembler = new Reassembler({ maxSets: 2 });
    reassembler.add(part(1, { reference: 1 }), 1);
    reassembler.add(part(1, { reference: 2 }), 2);
    // A further part does not make a message younger.
    reassembler.add(part(2, { reference: 1 }), 3);
    const { givenUp } = reassembler.add(part(1, { reference: 3 }), 4);
    expect(givenUp).toMatchObject([{ reason: 'evicted', sinceMs: 1, missing: [3] }]);
    expect(givenUp[0]!.parts.map(({ reference }) => reference)).toEqual([1, 1]);
    expect(reassembler.sets).toBe(2);
  });

  it('keeps within its octets', () => {
    const reassembler = new Reassembler({ maxOctets: 1000 });
    const big = new Uint8Array(400);
    reassembler.add(part(1, { reference: 1, payload: big }), 1);
    reassembler.add(part(1, { reference: 2, payload: big }), 2);
    expect(reassembler.octets).toBe(2 * (400 + 64));
    const third = reassembler.add(part(1, { reference: 3, payload: big }), 3);
    expect(third).toMatchObject({ kind: 'waiting', givenUp: [{ sinceMs: 1 }] });
    expect(reassembler.octets).toBeLessThanOrEqual(1000);
    // A message larger than all the room: given up without the part that is too much.
    reassembler.add(part(2, { reference: 3, payload: big }), 4);
    expect(reassembler.add(part(3, { reference: 3, payload: new Uint8Array(200), total: 4 }), 5).kind).toBe(
      'waiting',
    );
    const tooMuch = new Reassembler({ maxOctets: 1000 });
    tooMuch.add(part(1, { payload: big }), 1);
    tooMuch.add(part(2, { payload: big }), 1);
    expect(tooMuch.add(part(3, { payload: big }), 1)).toMatchObject({
      kind: 'rejected',
      reason: 'too_large',
      givenUp: [{ reason: 'evicted', missing: [3] }],
    });
    expect(tooMuch).toMatchObject({ sets: 0, octets: 0 });
    expect(tooMuch.add(part(1, { payload: new Uint8Array(1000) }), 1)).toEqual({
      kind: 'rejected',
      reason: 'too_large',
      givenUp: [],
    });
  });

  it('gives up what is late', () => {
    const reassembler = new Reassembler({ timeoutMs: 100 });
    reassembler.add(part(2, { reference: 1 }), 0);
    reassembler.add(part(1, { reference: 2 }), 50);
    expect(reassembler.deadline()).toBe(100);
    expect(reassembler.expire(99)).toEqual([]);
    expect(reassembler.expire(100)).toMatchObject([{ reason: 'expired', missing: [1, 3], total: 3 }]);
    expect(reassembler.deadline()).toBe(150);
    expect(reassembler.expire(1000)).toHaveLength(1);
    expect(reassembler).toMatchObject({ sets: 0, octets: 0 });
  });

  it('keeps what else a part holds, and a copy of its payload', () => {
    const reassembler = new Reassembler<MessagePart & { readonly session: string }>();
    const chunk = Uint8Array.of(1, 2, 3);
    const payload = chunk.subarray(1, 2);
    reassembler.add({ ...part(1, { total: 2, payload }), session: 'a' }, 0);
    chunk.fill(9);
    const result = reassembler.add({ ...part(2, { total: 2 }), session: 'b' }, 0);
    if (result.kind !== 'complete') throw new Error(result.kind);
    expect(result.parts.map(({ session }) => session)).toEqual(['a', 'b']);
    expect([...result.parts[0]!.payload]).toEqual([2]);
  });

  it('loses no part and keeps its limits, whatever comes', () => {
    const anyPart = array(integer({ min: 0, max: 5 }), { minLength: 4, maxLength: 4 });
    assert(
      property(array(anyPart, { maxLength: 200 }), nat(4), (arrivals, maxSets) => {
        const reassembler = new Reassembler({ maxSets, maxOctets: 600, timeoutMs: 20 });
        let kept = 0;
        let out = 0;
        arrivals.forEach(([sequence, reference, total, octet], now) => {
          for (const { parts } of reassembler.expire(now)) out += parts.length;
          const payload = new Uint8Array(octet! * 10);
          const result = reassembler.add(
            part(sequence!, { reference: reference!, total: total!, payload }),
            now,
          );
          for (const { parts } of result.givenUp) out += parts.length;
          if (result.kind === 'complete' || result.kind === 'waiting') kept += 1;
          if (result.kind === 'complete') out += result.parts.length;
          expect(reassembler.sets).toBeLessThanOrEqual(maxSets);
          expect(reassembler.octets).toBeLessThanOrEqual(600);
        });
        for (const { parts } of reassembler.expire(Infinity)) out += parts.length;
        expect(out).toBe(kept);
        expect(reassembler).toMatchObject({ sets: 0, octets: 0 });
      }),
    );
  });
});

function sent(
  text: string,
  coding: TextCoding | undefined,
  method: SegmentMethod,
  reference: number,
): ContentPdu[] {
  const { segments, dataCoding } = segmentText(text, { coding, method, reference, nationalShifts: true });
  return segments.map(({ short_message, esmClassBits, tlvs }) => {
    const pdu: DecodedPdu = decode(
      encode({
        command: 'deliver_sm',
        esm_class: esmClassBits,
        data_coding: dataCoding,
        short_message,
        tlvs,
      }),
    );
    if (pdu.command !== 'deliver_sm') throw new Error(pdu.command);
    return pdu;
  });
}

describe('a text on its way', () => {
  it('comes back from segments in any order', () => {
    const unit = constantFrom('a', 'b', ' ', '€', '[', 'é', 'ş', 'я', '😀', 'e\u0301', 'क');
    const method = constantFrom<SegmentMethod>('udh8', 'udh16', 'sar', 'payload');
    assert(
      property(
        string({ unit, minLength: 1, maxLength: 700 }),
        method,
        nat(255),
        nat(),
        (text, by, reference, seed) => {
          const pdus = sent(text, undefined, by, reference);
          const order = pdus.map((pdu, i) => ({ pdu, key: (i * 7919 + seed) % 251 }));
          order.sort((a, b) => a.key - b.key);
          const reassembler = new Reassembler<MessagePart & { readonly pdu: ContentPdu }>();
          let whole = pdus.length === 1 ? pdus : undefined;
          for (const { pdu } of order) {
            const concat = readConcat(pdu);
            if (pdus.length === 1) {
              expect(concat).toBeUndefined();
              continue;
            }
            const { payload } = readUserData(pdu);
            const result = reassembler.add({ source: '1', destination: '2', ...concat!, payload, pdu }, 0);
            expect(result.kind).not.toBe('rejected');
            if (result.kind === 'complete') whole = result.parts.map((each) => each.pdu);
          }
          expect(readText(whole ?? []).text).toBe(text);
        },
      ),
    );
  });

  it('comes back packed', () => {
    const unit = constantFrom('a', 'b', 'é', '€', '~', '@');
    assert(
      property(string({ unit, minLength: 1, maxLength: 700 }), (text) => {
        const pdus = sent(text, 'gsm7-packed', 'udh8', 1);
        expect(readText(pdus, { defaultAlphabet: 'gsm7-packed' }).text).toBe(text);
      }),
    );
  });

  it('comes back from a peer that cuts through pairs', () => {
    const cut = (bytes: Uint8Array, data_coding: number, at: number): ContentPdu[] =>
      [bytes.subarray(0, at), bytes.subarray(at)].map((body, i) => ({
        esm_class: 0x40,
        data_coding,
        short_message: Uint8Array.of(5, 0, 3, 1, 2, i + 1, ...body),
        tlvs: [],
      }));
    expect(readText(cut(Uint8Array.of(0x61, 0x1b, 0x65), 0, 2)).text).toBe('a€');
    expect(readText(cut(Uint8Array.of(0xd8, 0x3d, 0xde, 0x00), 8, 2)).text).toBe('😀');
    expect(readText(cut(Uint8Array.of(0xd8, 0x3d, 0xde, 0x00), 8, 1)).text).toBe('😀');
  });

  it('is read part by part where codings differ', () => {
    const first = { esm_class: 0, data_coding: 0, short_message: Uint8Array.of(0x00), tlvs: [] };
    const second = { esm_class: 0, data_coding: 8, short_message: Uint8Array.of(0x04, 0x10), tlvs: [] };
    expect(readText([first, second])).toMatchObject({ text: '@А', dataCoding: { coding: 'gsm7' } });
    expect(readText([])).toMatchObject({ text: '', bytes: { length: 0 } });
    const compressed = {
      esm_class: 0,
      data_coding: 0x20,
      short_message: Uint8Array.of(0x00, 0xff),
      tlvs: [],
    };
    expect(readText([compressed]).text).toBe('\x00ÿ');
  });

  it('survives shuffles of any subset without completing early', () => {
    const pdus = sent('x'.repeat(1000), 'gsm7', 'udh16', 9);
    assert(
      property(shuffledSubarray(pdus, { maxLength: pdus.length - 1 }), (some) => {
        const reassembler = new Reassembler();
        for (const pdu of some) {
          const { payload } = readUserData(pdu);
          const add = { source: '1', destination: '2', ...readConcat(pdu)!, payload };
          expect(reassembler.add(add, 0).kind).toBe('waiting');
        }
      }),
    );
  });
});

describe('readUserData and readConcat', () => {
  const pdu = (over: Partial<ContentPdu>): ContentPdu => ({
    esm_class: 0,
    data_coding: 0,
    tlvs: [],
    ...over,
  });
  const header = Uint8Array.of(5, 0, 3, 0, 2, 1, 0x41);

  it('look for a header only where esm_class says so, by its bit', () => {
    expect(readUserData(pdu({ esm_class: 0x43, short_message: header })).payload).toEqual(
      Uint8Array.of(0x41),
    );
    expect(readUserData(pdu({ short_message: header }))).toMatchObject({
      header: undefined,
      payload: header,
    });
    expect(readConcat(pdu({ esm_class: 0x40, short_message: header }))).toEqual({
      reference: 0,
      total: 2,
      sequence: 1,
      bits: 8,
    });
  });

  it('take a malformed header for content', () => {
    const malformed = Uint8Array.of(200, 1, 2);
    expect(readUserData(pdu({ esm_class: 0x40, short_message: malformed })).payload).toBe(malformed);
  });

  it('read message_payload where short_message is empty or absent', () => {
    const tlvs = [{ tag: 0x424, value: header }];
    expect(readConcat(pdu({ esm_class: 0x40, tlvs }))?.total).toBe(2);
    expect(readConcat(pdu({ esm_class: 0x40, tlvs, short_message: new Uint8Array(0) }))?.total).toBe(2);
    expect(readUserData(pdu({ tlvs, short_message: Uint8Array.of(1) })).payload).toEqual(Uint8Array.of(1));
    expect(readUserData(pdu({})).payload).toHaveLength(0);
  });

  it('read the SAR TLVs only together, and the header first', () => {
    const sar = (reference: number, total: number, sequence: number): ContentPdu['tlvs'] => [
      { tag: 0x20c, value: reference },
      { tag: 0x20e, value: total },
      { tag: 0x20f, value: sequence },
    ];
    expect(readConcat(pdu({ tlvs: sar(0, 2, 2) }))).toEqual({
      reference: 0,
      total: 2,
      sequence: 2,
      bits: 16,
    });
    expect(readConcat(pdu({ tlvs: sar(1, 2, 2).slice(1) }))).toBeUndefined();
    expect(readConcat(pdu({ tlvs: sar(1, 2, 3) }))).toBeUndefined();
    expect(readConcat(pdu({ tlvs: sar(1, 2, 0) }))).toBeUndefined();
    expect(readConcat(pdu({ tlvs: sar(1, 300, 2) }))).toBeUndefined();
    expect(readConcat(pdu({ esm_class: 0x40, short_message: header, tlvs: sar(9, 9, 9) }))?.reference).toBe(
      0,
    );
  });
});
