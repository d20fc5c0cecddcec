/** The content: user data header, segments, receipt. What coding its octets are in is told by `coding.ts`. */
import { ESM_CLASS } from '../../definitions/constants.ts';
import { tlvTag } from '../../definitions/tlvs.ts';
import { isReceipt } from '../../message/receipt.ts';
import { parseReceiptText } from '../../message/receipt-text.ts';
import { readUdh } from '../../message/udh.ts';
import type { ContentPdu } from '../../message/user-data.ts';
import { isContentPdu, type ReadContent } from '../content.ts';
import type { Note, Rule } from './note.ts';

const sarTags = (['sar_msg_ref_num', 'sar_total_segments', 'sar_segment_seqnum'] as const).map(tlvTag);
const payloadTag = tlvTag('message_payload');
// Elements that peers really send; a text that begins by chance like a header rarely has one of these and its length.
const elementOctets: { readonly [id: number]: number | undefined } = {
  0: 3,
  4: 2,
  5: 4,
  8: 4,
  36: 1,
  37: 1,
};

/** Whether octets that are not announced as such begin with a header: its elements fill it and have right lengths. */
function looksLikeHeader(octets: Uint8Array): boolean {
  const header = readUdh(octets);
  if (header === undefined || header.elements.length === 0) return false;
  const filled = header.elements.reduce((sum, element) => sum + 2 + element.data.length, 1);
  return (
    filled === header.headerOctets &&
    header.elements.every(({ id, data }) => elementOctets[id] === data.length) &&
    header.headerOctets > 3
  );
}

function headerNotes(pdu: ContentPdu, { octets, header }: ReadContent): Note[] {
  const field = pdu.short_message?.length ? 'short_message' : 'message_payload';
  if ((pdu.esm_class & ESM_CLASS.UDHI) === 0) {
    if (!looksLikeHeader(octets)) return [];
    return [
      {
        code: 'udhi-missing',
        level: 'error',
        field: 'esm_class',
        text: `${field} begins with a user data header, but UDHI (0x40) of esm_class is not set`,
        hint: 'the handset shows the header as text: set esm_class to 0x40',
      },
    ];
  }
  if (header === undefined) {
    const text = `UDHI is set, but ${field} does not begin with a user data header`;
    return [{ code: 'udh-broken', level: 'error', field, text }];
  }
  const notes: Note[] = [];
  const filled = header.elements.reduce((sum, element) => sum + 2 + element.data.length, 1);
  if (filled !== header.headerOctets) {
    const text = `the user data header has ${header.headerOctets} octets, its elements ${filled}`;
    notes.push({ code: 'udh-elements', level: 'error', field, text });
  }
  const hasConcat = header.elements.some(({ id }) => id === 0x00 || id === 0x08);
  if (hasConcat && header.concat === undefined) {
    const text = 'the concatenation element has a segment number that is 0 or above its total: it is ignored';
    notes.push({ code: 'concatenation', level: 'error', field, text });
  }
  if (field === 'message_payload') {
    notes.push({
      code: 'udh-in-payload',
      level: 'warning',
      field,
      text: 'a user data header inside message_payload: many message centres cut it again or drop it',
      hint: 'put segments with headers into short_message',
    });
  }
  return notes;
}

function tlvNotes(pdu: ContentPdu, { header }: ReadContent): Note[] {
  const notes: Note[] = [];
  const sar = sarTags.filter((tag) => pdu.tlvs.some((tlv) => tlv.tag === tag));
  if (sar.length > 0 && sar.length < sarTags.length) {
    const text = 'the three sar_ TLVs only count together (SMPP 5.0 4.8.4.52)';
    notes.push({ code: 'sar-incomplete', level: 'error', field: 'sar_msg_ref_num', text });
  }
  if (sar.length > 0 && header?.concat !== undefined) {
    const text = 'segments are numbered twice, by the header and by sar_ TLVs';
    notes.push({ code: 'udh-and-sar', level: 'error', field: 'sar_msg_ref_num', text });
  }
  const hasPayload = pdu.tlvs.some((tlv) => tlv.tag === payloadTag);
  if (hasPayload && pdu.short_message !== undefined && pdu.short_message.length > 0) {
    const text = 'short_message and message_payload are both there: only one may be (SMPP 5.0 4.8.4.36)';
    notes.push({ code: 'both-contents', level: 'error', field: 'message_payload', text });
  }
  return notes;
}

function receiptNotes(pdu: ContentPdu, { receipt, text }: ReadContent): Note[] {
  if (receipt === undefined) {
    const read = text === undefined ? undefined : parseReceiptText(text);
    if (!read?.id || !read.stat) return [];
    return [
      {
        code: 'receipt-unmarked',
        level: 'error',
        field: 'esm_class',
        text: 'the text is that of a receipt, but esm_class does not say so (0x04)',
        hint: 'clients hand it to people as a message',
      },
    ];
  }
  const notes: Note[] = [];
  if (isReceipt(pdu) && receipt.source.id !== 'tlv') {
    const text = 'the receipt has no receipted_message_id: clients must find the id in its text';
    notes.push({ code: 'receipt-without-tlv', level: 'info', field: 'receipted_message_id', text });
  }
  if (receipt.id === undefined) {
    const text = 'the receipt does not say which message it is about';
    notes.push({ code: 'receipt-without-id', level: 'error', text });
  }
  if (receipt.ids.length > 1) {
    const text = `the receipt names two ids: ${receipt.ids.join(' and ')}`;
    notes.push({ code: 'receipt-two-ids', level: 'warning', text });
  }
  return notes;
}

/** Header, segments and receipt of a message PDU. */
export const contentRules: Rule = ({ pdu, content }) => {
  if (content === undefined || !isContentPdu(pdu)) return [];
  const notes = [...headerNotes(pdu, content), ...tlvNotes(pdu, content)];
  const isFromMc = pdu.command === 'deliver_sm' || pdu.command === 'data_sm';
  return isFromMc ? [...notes, ...receiptNotes(pdu, content)] : notes;
};
