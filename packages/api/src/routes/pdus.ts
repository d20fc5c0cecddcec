/** POST /api/v1/decode and /encode: octets to fields and back, as `chappe decode` and the codec have them. */
import { cutPdus, reportJson, reportOf, versionByName } from '@chappe/protocol';
import type { Context } from '../context.ts';
import { octetsOf, valuesOf } from '../pdu-values.ts';
import { Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { decodeAnswer, decodeQuestion, encodeAnswer, encodeQuestion, maxPduOctets } from '../schemas/pdu.ts';

// What is read and answered in some tens of milliseconds.
const maxPdus = 500;
const maxFields = 8_192;
const maxNotes = 100;
// Of a submit_multi to 255 numbers, each of four fields.
const pduShape = { depth: 6, keys: 100, values: 20_000 };

/** Takes octets apart. */
export function decodePdus({ clock }: Context): Route {
  return route({
    method: 'POST',
    path: '/api/v1/decode',
    operationId: 'decodePdus',
    tag: 'tools',
    access: 'read',
    isForAccounts: true,
    summary: 'Octets taken apart: fields, TLVs, text, and what is wrong with them',
    description:
      'Whatever the octets, the answer is what can be read of them. The same as `chappe decode --lint --json` prints.',
    body: decodeQuestion,
    example: { hex: '00000010000000150000000000000001' },
    isAudited: false,
    takesTurns: true,
    answers: { 200: { description: 'What they are', schema: decodeAnswer } },
    handle: ({ body: { hex, defaultAlphabet = 'gsm7', version } }) => {
      const bytes = bytesOf(hex);
      const options = {
        defaultAlphabet,
        isLinted: true,
        version: version && versionByName[version],
        now: new Date(clock.nowMs()),
      };
      const pdus: object[] = [];
      let offset = 0;
      let fields = 0;
      for (const piece of cutPdus(bytes)) {
        if (pdus.length === maxPdus || fields >= maxFields) break;
        const report = reportOf(piece, options);
        const json = reportJson(report);
        fields += report.fields.length;
        pdus.push({
          offset,
          ...json,
          notes: json.notes.slice(0, maxNotes),
          otherNotes: Math.max(0, json.notes.length - maxNotes),
          pdu: valuesOf(report.pdu) ?? null,
        });
        offset += piece.length;
      }
      const left = bytes.length - offset;
      return { status: 200, body: { pdus, left: left === 0 ? null : { offset, octets: left } } };
    },
  });
}

function bytesOf(hex: string): Uint8Array {
  const digits = hex.replaceAll(/\s/g, '');
  const wrong =
    digits === ''
      ? 'there are no octets'
      : digits.length % 2 !== 0
        ? `${digits.length} digits are no whole number of octets`
        : digits.length > 2 * maxPduOctets
          ? `more than ${maxPduOctets} octets`
          : undefined;
  if (wrong !== undefined) throw new Problem('invalid_field', `"hex": ${wrong}`, { field: 'hex' });
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** Writes a PDU. */
export function encodePdu(): Route {
  return route({
    method: 'POST',
    path: '/api/v1/encode',
    operationId: 'encodePdu',
    tag: 'tools',
    access: 'read',
    isForAccounts: true,
    summary: 'The octets of a PDU',
    description:
      'Fields that are left out are empty or 0. What cannot be written is a problem `invalid_field` with `field` as the ' +
      'codec names it, and the code of the codec in `reason`: CHAPPE_UNKNOWN_COMMAND, CHAPPE_UNKNOWN_TLV, ' +
      'CHAPPE_FIELD_TYPE, CHAPPE_FIELD_TOO_LONG, CHAPPE_FIELD_TOO_SHORT, CHAPPE_FIELD_RANGE, CHAPPE_FIELD_CHARACTER.',
    body: encodeQuestion,
    example: { pdu: { command: 'enquire_link', sequence_number: 1 } },
    bodyShape: pduShape,
    isAudited: false,
    answers: { 200: { description: 'The octets', schema: encodeAnswer } },
    handle: ({ body: { pdu } }) => {
      const bytes = octetsOf(pdu);
      return { status: 200, body: { hex: Buffer.from(bytes).toString('hex'), length: bytes.length } };
    },
  });
}
