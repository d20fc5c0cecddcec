import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpret } from '../../src/codec/interpret.ts';
import { decode, encode, Framer, type PduInput, PduWriter, type TlvName } from '../../src/index.ts';
import { anyPdu, anyTlv, commandNames, damage, pduOf } from './arbitraries.ts';
import { hex, plain } from './plain.ts';

describe('every command', () => {
  it.each(commandNames)('%s: round trip, generated like interpreted', (name) => {
    fc.assert(
      fc.property(pduOf(name), (pdu) => {
        const bytes = encode(pdu);
        expect(hex(bytes)).toBe(hex(interpret.encode(pdu)));
        const again = decode(bytes);
        expect(plain(again)).toEqual(plain(pdu));
        expect(plain(interpret.decode(bytes, { mode: 'strict' }))).toEqual(plain(pdu));
      }),
      { numRuns: 60 },
    );
  });
});

describe('damaged and random octets', () => {
  const modes = fc.constantFrom('lenient' as const, 'strict' as const);

  it('generated reads as interpreted, in both modes', () => {
    fc.assert(
      fc.property(anyPdu, damage, modes, (pdu, hurt, mode) => {
        const bytes = hurt(encode(pdu));
        expect(plain(decode(bytes, { mode }))).toEqual(plain(interpret.decode(bytes, { mode })));
      }),
      { numRuns: 3000 },
    );
  });

  it('what decodes encodes again, and then stays as it is', () => {
    fc.assert(
      fc.property(anyPdu, damage, (pdu, hurt) => {
        const decoded = decode(hurt(encode(pdu)));
        if (decoded.command === 'malformed' || decoded.command === 'unknown') return;
        const bytes = encode(decoded);
        expect(hex(bytes)).toBe(hex(interpret.encode(decoded)));
        const again = decode(bytes);
        expect(again.command).toBe(decoded.command);
        expect(hex(encode(again as PduInput))).toBe(hex(bytes));
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws on random octets', () => {
    const header = fc.tuple(fc.constantFrom(...commandNames), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 64 }), modes, ([name, body], noise, mode) => {
        const framed = Buffer.concat([encode({ command: name } as PduInput).subarray(0, 16), body]);
        framed.writeUInt32BE(framed.length);
        for (const bytes of [framed, noise]) {
          expect(plain(decode(bytes, { mode }))).toEqual(plain(interpret.decode(bytes, { mode })));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('wrong input', () => {
  const wrong = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom(null, true, 'a\0b', '\u20ac', -1, 256, 2 ** 32, Number.NaN, 1.5),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.anything(), { maxLength: 3 }),
    fc.anything({ withNullPrototype: true, withBigInt: true, withTypedArray: true, withDate: true }),
    fc.constantFrom(Symbol('x'), () => 0, new Proxy({}, {})),
  );

  it('is refused by both encoders alike, with EncodeError', () => {
    fc.assert(
      fc.property(anyPdu, fc.nat(), wrong, (pdu, at, value) => {
        const keys = Object.keys(pdu).filter((key) => key !== 'flags');
        const input = { ...pdu, [keys[at % keys.length]!]: value } as unknown as PduInput;
        const attempt = (write: (input: PduInput) => Uint8Array): string => {
          try {
            return hex(write(input));
          } catch (error) {
            const { name, code, field } = error as { name: string; code: string; field: string };
            expect(name).toBe('EncodeError');
            return `${code} ${field}`;
          }
        };
        const expected = attempt(interpret.encode);
        expect(attempt(encode)).toBe(expected);
        const writer = new PduWriter(64);
        writer.write({ command: 'enquire_link' });
        attempt((one) => {
          writer.write(one);
          return new Uint8Array(0);
        });
        const written = hex(writer.take());
        expect(written.startsWith('00000010000000150000000000000000')).toBe(true);
        if (expected.startsWith('CHAPPE')) expect(written.length).toBe(32);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('TLV input', () => {
  it('is the same as a list and as a record', () => {
    fc.assert(
      fc.property(fc.array(anyTlv, { maxLength: 5 }), (list) => {
        const known = list.filter((item) => item.name !== undefined);
        const record: { [name in TlvName]?: unknown[] } = {};
        for (const { name, value } of known) record[name!] = [...(record[name!] ?? []), value];
        const grouped = Object.entries(record).flatMap(([name, values]) =>
          values.map((value) => ({ name, value })),
        );
        const asList = encode({ command: 'submit_sm', tlvs: grouped as never });
        const asRecord = encode({ command: 'submit_sm', tlvs: record as never });
        expect(hex(asRecord)).toBe(hex(asList));
      }),
    );
  });
});

describe('framing', () => {
  it('gives the same PDUs at every split', () => {
    fc.assert(
      fc.property(
        fc.array(anyPdu, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 99 }),
        (pdus, step) => {
          const frames = pdus.map((pdu) => encode(pdu));
          const stream = Buffer.concat(frames);
          const framer = new Framer();
          const got: string[] = [];
          for (let at = 0; at < stream.length; at += step) {
            framer.push(stream.subarray(at, at + step));
            for (let frame = framer.next(); frame instanceof Uint8Array; frame = framer.next())
              got.push(hex(frame));
          }
          expect(got).toEqual(frames.map(hex));
          expect(framer.pendingOctets).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
