import { describe, expect, it } from 'vitest';
import { describeShared, readShared } from '../../../../test/support/shared.ts';
import { interpret } from '../../src/codec/interpret.ts';
import { type DecodedPdu, decode, encode, type Pdu } from '../../src/index.ts';

interface ExpectedTlv {
  readonly tag: number;
  readonly name: string | null;
  readonly hex: string;
  readonly int?: number;
  readonly string?: string;
}

interface Vector {
  readonly source: string;
  readonly test: string;
  readonly hex: string;
  readonly expect: 'ok' | 'reject';
  readonly assert_mismatch?: unknown;
  readonly expected?: {
    readonly command_id: number;
    readonly command_status: number;
    readonly sequence_number: number;
    readonly command: string | null;
    readonly body_hex?: string;
    readonly body?: { readonly [field: string]: unknown };
    readonly tlvs?: readonly ExpectedTlv[];
    readonly flags: readonly string[];
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const counts = new Set(['sm_length', 'number_of_dests', 'no_unsuccess']);

function isPdu(pdu: DecodedPdu): pdu is Pdu {
  return pdu.command !== 'malformed' && pdu.command !== 'unknown';
}

function expectBody(pdu: Pdu, body: { readonly [field: string]: unknown }): void {
  const fields = pdu as unknown as { readonly [field: string]: unknown };
  for (const [name, value] of Object.entries(body)) {
    if (counts.has(name)) continue;
    const got = fields[name];
    expect(got instanceof Uint8Array ? hex(got) : got, name).toEqual(value);
  }
}

function expectTlvs(pdu: Pdu, tlvs: readonly ExpectedTlv[]): void {
  expect(pdu.tlvs.map(({ tag }) => tag)).toEqual(tlvs.map(({ tag }) => tag));
  for (const [i, want] of tlvs.entries()) {
    const got = pdu.tlvs[i]!;
    // SMPP 5.0 calls it dest_port, 3.4 destination_port; so do we.
    expect(got.name ?? null).toBe(want.name === 'dest_port' ? 'destination_port' : want.name);
    if (want.int !== undefined) expect(got.value).toBe(want.int);
    else if (want.string !== undefined) expect(got.value).toBe(want.string);
    else if (got.value instanceof Uint8Array) expect(hex(got.value)).toBe(want.hex);
    else expect(hex(got.bytes!)).toBe(want.hex);
  }
}

describeShared('vectors of other projects, strict reading', () => {
  const vectors = (readShared('vectors/pdu-extracted.json') as readonly Vector[]).filter(
    (vector) => vector.assert_mismatch === undefined,
  );

  it('has all of them', () => expect(vectors.length).toBe(221));

  describe.each([
    ['codec', decode, encode],
    ['interpreter', interpret.decode, interpret.encode],
  ] as const)('%s', (_, read, write) => {
    it.each(
      vectors.map(
        (vector) => [`${vector.source}: ${vector.test} ${vector.hex.slice(0, 48)}`, vector] as const,
      ),
    )('%s', (_name, { hex: octets, expect: outcome, expected }) => {
      const bytes = Buffer.from(octets, 'hex');
      const pdu = read(bytes, { mode: 'strict' });
      if (outcome === 'reject' || expected === undefined) {
        expect(pdu.command).toBe('malformed');
        return;
      }
      expect(pdu.command_status).toBe(expected.command_status);
      expect(pdu.sequence_number).toBe(expected.sequence_number);
      if (expected.command === null) {
        expect(pdu).toMatchObject({
          command: 'unknown',
          command_id: expected.command_id,
          flags: expected.flags,
        });
        if (pdu.command === 'unknown') expect(hex(pdu.body)).toBe(expected.body_hex);
        return;
      }
      expect(pdu.command).toBe(expected.command);
      if (!isPdu(pdu)) return;
      expect(pdu.flags).toEqual(expected.flags);
      expectBody(pdu, expected.body ?? {});
      expectTlvs(pdu, expected.tlvs ?? []);
      // A lenient reader sees the same.
      expect(read(bytes)).toEqual(pdu);
      const dropped =
        expected.flags.find((flag) => flag.startsWith('trailing_garbage:'))?.slice(17).length ?? 0;
      const length = bytes.readUInt32BE(0) - dropped / 2;
      const again = Buffer.from(bytes.subarray(0, length));
      again.writeUInt32BE(length);
      expect(hex(write(pdu))).toBe(hex(again));
    });
  });
});

interface Quirk {
  readonly id: string;
  readonly hex: string;
  readonly strict_reference: { readonly result: 'ok' | 'reject'; readonly flags?: readonly string[] };
}

describeShared('quirks of real peers', () => {
  const quirks = readShared('vectors/pdu-quirks.json') as readonly Quirk[];

  it.each(quirks.map((quirk) => [quirk.id, quirk] as const))(
    'strict: %s',
    (_, { hex: octets, strict_reference }) => {
      const pdu = decode(Buffer.from(octets, 'hex'), { mode: 'strict' });
      if (strict_reference.result === 'reject') {
        expect(pdu.command).toBe('malformed');
        return;
      }
      expect(pdu.command).not.toBe('malformed');
      if (pdu.command !== 'malformed') expect(pdu.flags).toEqual(strict_reference.flags);
    },
  );
});
