/** The text of a message's octets, for the search column and for the handsets. */
import { type DataCoding, ESM_CLASS, readDataCoding, readText } from '@chappe/protocol';

// Octets that mean the same character in GSM 03.38 and in ASCII: nearly every western text consists of them alone.
const alike = new Uint8Array(256);
for (let octet = 0x20; octet < 0x7b; octet += 1) alike[octet] = 1;
for (const octet of [0x0a, 0x0d]) alike[octet] = 1;
// $ @ [ \ ] ^ _ ` differ.
for (const octet of [0x24, 0x40, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f, 0x60]) alike[octet] = 0;

const codings: (DataCoding | undefined)[] = [];

/** readDataCoding, remembered: there are only 256 values. */
export function dataCodingOf(value: number): DataCoding {
  let known = codings[value];
  if (known === undefined) {
    known = readDataCoding(value);
    codings[value] = known;
  }
  return known;
}

/** The text of one message; undefined when the content is not text. Never throws. */
export function messageText(esmClass: number, dataCoding: number, payload: Uint8Array): string | undefined {
  // Hot path: plain texts of ordinary peers.
  if (dataCoding === 0 && (esmClass & ESM_CLASS.UDHI) === 0 && isAlike(payload)) {
    return Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1');
  }
  if (isBinary(dataCoding)) return undefined;
  return readText([{ esm_class: esmClass, data_coding: dataCoding, short_message: payload, tlvs: [] }]).text;
}

/** True when octets of that data_coding are not text: 8-bit data, or compressed. */
export function isBinary(dataCoding: number): boolean {
  const known = dataCodingOf(dataCoding);
  return known.coding === 'octet' || known.compressed;
}

function isAlike(payload: Uint8Array): boolean {
  for (let at = 0; at < payload.length; at += 1) {
    if (alike[payload[at] as number] === 0) return false;
  }
  return true;
}
