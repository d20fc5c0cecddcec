/** What stands in the content of a message PDU: its user data header, its text, its receipt. */
import type { DecodedPdu } from '../definitions/pdu.ts';
import { readText } from '../message/read-text.ts';
import { type Receipt, readReceipt } from '../message/receipt.ts';
import { elementIds, type InformationElement, type UserDataHeader } from '../message/udh.ts';
import { type ContentPdu, contentOctets, readConcat, readUserData } from '../message/user-data.ts';
import type { DataCoding, DefaultAlphabet } from '../text/data-coding.ts';

/** The content of one PDU, read. */
export interface ReadContent {
  /** All octets, header included. */
  readonly octets: Uint8Array;
  readonly header: UserDataHeader | undefined;
  readonly dataCoding: DataCoding;
  /** Undefined for octets that are no text. */
  readonly text: string | undefined;
  /** Which segment of how many. */
  readonly segment:
    | { readonly sequence: number; readonly total: number; readonly reference: number }
    | undefined;
  readonly receipt: Receipt | undefined;
}

/** Whether a PDU has content: submit_sm, deliver_sm, data_sm and their like. */
export function isContentPdu(pdu: DecodedPdu): pdu is DecodedPdu & ContentPdu {
  return 'esm_class' in pdu && 'data_coding' in pdu && 'tlvs' in pdu;
}

/** Reads the content; undefined for a PDU that has none. */
export function readContent(pdu: DecodedPdu, defaultAlphabet: DefaultAlphabet): ReadContent | undefined {
  if (!isContentPdu(pdu)) return undefined;
  const data = readUserData(pdu);
  const { text, dataCoding } = readText([pdu], { defaultAlphabet });
  const isReceiving = pdu.command === 'deliver_sm' || pdu.command === 'data_sm';
  return {
    octets: contentOctets(pdu),
    header: data.header,
    dataCoding,
    text: dataCoding.coding === 'octet' || dataCoding.compressed ? undefined : text,
    segment: readConcat(pdu, data),
    receipt: isReceiving ? readReceipt(pdu, { defaultAlphabet }) : undefined,
  };
}

const elementNames: { readonly [id: number]: string | undefined } = {
  [elementIds.concat8]: 'concatenation, 8 bit reference',
  [elementIds.waiting]: 'special message indication',
  [elementIds.ports8]: 'application ports, 8 bit',
  [elementIds.ports16]: 'application ports, 16 bit',
  [elementIds.concat16]: 'concatenation, 16 bit reference',
  [elementIds.singleShift]: 'national language single shift',
  [elementIds.lockingShift]: 'national language locking shift',
};

/** A user data header's element in words. */
export function elementWords({ id, data }: InformationElement, header: UserDataHeader): string {
  const name = elementNames[id] ?? 'element not read here';
  const { concat, ports } = header;
  if ((id === elementIds.concat8 || id === elementIds.concat16) && concat !== undefined) {
    return `${name}: segment ${concat.sequence} of ${concat.total}, reference ${concat.reference}`;
  }
  if ((id === elementIds.ports8 || id === elementIds.ports16) && ports !== undefined) {
    return `${name}: to ${ports.destination}, from ${ports.source}`;
  }
  return data.length === 1 ? `${name}: ${data[0]}` : name;
}

/** A receipt in words: what is known, in a fixed order. */
export function receiptWords(receipt: Receipt): string {
  const parts = [
    ['id', receipt.id],
    ['state', receipt.state],
    ['stat', receipt.stat],
    ['err', receipt.err],
    ['submitted', receipt.submitDate?.toISOString()],
    ['done', receipt.doneDate?.toISOString()],
  ] as const;
  return parts.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`])).join(', ');
}
