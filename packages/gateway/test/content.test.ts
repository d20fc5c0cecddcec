import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dataCodingByteOf,
  esmClassOf,
  payloadOf,
  readContent,
  readGroupOf,
  writeContent,
} from '../src/message/content.ts';

const plain = {
  shape: 'submit' as const,
  esmClass: 0,
  protocolId: 0,
  dataCoding: 0,
  registeredDelivery: 1,
  inPayloadTlv: false,
  payload: new Uint8Array([72, 105]),
};

describe('content of a stored message', () => {
  it('a plain text takes nine octets more than its text', () => {
    expect([...writeContent(plain)]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 2, 72, 105]);
  });

  it('comes back as it was written, whatever it holds', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const word = fc.integer({ min: 0, max: 0xffff });
    const group = fc.record({
      kind: fc.constantFrom('segments' as const, 'destinations' as const),
      index: word,
      count: word,
      reference: word,
    });
    const receipt = fc.record({
      state: octet,
      error: word,
      idOctets: octet,
      doneMs: fc.option(fc.integer({ min: 0, max: 2 ** 48 - 1 }), { nil: undefined }),
      errorWord: fc.option(
        fc.string({
          unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)),
          maxLength: 60,
        }),
        { nil: undefined },
      ),
    });
    const content = fc.record({
      shape: fc.constantFrom('submit' as const, 'data' as const, 'broadcast' as const, 'receipt' as const),
      esmClass: octet,
      protocolId: octet,
      dataCoding: octet,
      registeredDelivery: octet,
      inPayloadTlv: fc.boolean(),
      payload: fc.uint8Array({ maxLength: 300 }),
      group: fc.option(group, { nil: undefined }),
      userMessageReference: fc.option(word, { nil: undefined }),
      callback: fc.option(fc.string({ unit: 'grapheme', maxLength: 300 }), { nil: undefined }),
      meta: fc.option(fc.string({ unit: 'grapheme', maxLength: 300 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(content, receipt, (input, facts) => {
        const withReceipt = { ...input, receipt: input.shape === 'receipt' ? facts : undefined, tlvs: [] };
        const bytes = writeContent(withReceipt);
        const read = readContent(bytes);
        expect({ ...read, payload: new Uint8Array(read.payload) }).toEqual(withReceipt);
        expect(new Uint8Array(payloadOf(bytes))).toEqual(input.payload);
        expect(esmClassOf(bytes)).toBe(input.esmClass);
        expect(dataCodingByteOf(bytes)).toBe(input.dataCoding);
        expect(readGroupOf(bytes)).toEqual(input.group);
      }),
    );
  });

  it('keeps TLVs in order with repeats and vendor tags', () => {
    const tlvs = [
      { name: 'source_port', tag: 0x020a, value: 5 },
      { name: undefined, tag: 0x1403, value: new Uint8Array([1, 2, 3]) },
      { name: 'callback_num', tag: 0x0381, value: new Uint8Array([1, 1, 1, 50]) },
      { name: 'callback_num', tag: 0x0381, value: new Uint8Array([1, 1, 1, 51]) },
    ] as const;
    const read = readContent(writeContent({ ...plain, tlvs, userMessageReference: 7 }));
    expect(read.tlvs.map(({ tag, value }) => [tag, value])).toEqual(
      tlvs.map(({ tag, value }) => [tag, value]),
    );
    expect(read.userMessageReference).toBe(7);
    expect([...read.payload]).toEqual([...plain.payload]);
  });

  it('holds the longest message_payload', () => {
    const payload = new Uint8Array(0xffff).fill(65);
    expect(new Uint8Array(readContent(writeContent({ ...plain, payload })).payload)).toEqual(payload);
  });

  it('reads damaged rows as something, never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(readContent(bytes).payload.length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
