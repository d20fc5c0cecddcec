/** What an operator's receipt says beside the state of its message: for the receipt that the customer gets. */
import { type Tlv, type TlvInput, tlvByTag } from '@chappe/protocol';
import { hopsTag } from './hops.ts';

/** Beside the state. Nothing in it refers to the octets that were received. */
export interface OperatorReport {
  /** Its error code, where our number does not say it all: `0x1B`, `001234`. */
  readonly errorWord: string | undefined;
  /** TLVs by tag and octets, those apart that are about the ids and the state. At most 1,024 octets in all. */
  readonly tlvs: readonly (TlvInput & { readonly value: Uint8Array })[];
}

/** network_error_code (SMPP 3.4 5.3.2.31). */
export const networkErrorTag = 0x0423;

// receipted_message_id, message_state, message_payload, user_message_reference: the customer has its own of these.
const ours: ReadonlySet<number> = new Set([0x001e, 0x0427, 0x0424, 0x0204, hopsTag]);
// Prices, networks, dates: a few octets each. They are kept in a timeline of bounded lines as well.
const maxOctets = 1_024;
const maxToldCharacters = 100;
const maxError = 0xffff;
const formDigits = 3;
const noTlvs: OperatorReport['tlvs'] = Object.freeze([]);

/** The TLVs of a receipt that say more than we do, copied. */
export function reportedTlvs(tlvs: readonly Tlv[]): OperatorReport['tlvs'] {
  // Hot path: most receipts have none, or those of the documents.
  if (!tlvs.some(({ tag }) => !ours.has(tag))) return noTlvs;
  const told: { readonly tag: number; readonly value: Uint8Array }[] = [];
  let octets = 0;
  for (const item of tlvs) {
    if (ours.has(item.tag)) continue;
    const value = Uint8Array.from(tlvByTag({ tlvs: [item] }, item.tag)[0] ?? []);
    octets += value.length;
    if (octets > maxOctets) break;
    told.push({ tag: item.tag, value });
  }
  return told;
}

/** TLVs for a timeline: `1403:323334,1404:302e3035`, without network_error_code, which has a word of its own. */
export function tlvsAsText(tlvs: OperatorReport['tlvs']): string {
  let text = '';
  for (const { tag, value } of tlvs) {
    if (tag === networkErrorTag) continue;
    const told = `${text === '' ? '' : ','}${(tag ?? 0).toString(16).padStart(4, '0')}:${Buffer.from(value).toString('hex')}`;
    if (text.length + told.length > maxToldCharacters) return `${text}...`;
    text += told;
  }
  return text;
}

/** An operator's error code as it is told: its own word where it is no number of the form that receipts have. */
export function errorWordOf(word: string | undefined): string | undefined {
  if (word === undefined) return undefined;
  const number = errorNumberOf(word);
  // Three digits are the form of the field (SMPP 3.4 appendix B): there 5 is written 005.
  return number === 0 || (number !== undefined && word.length <= formDigits) ? undefined : word;
}

/** The number that decimal digits say; undefined where they say none that an error code can have. */
export function errorNumberOf(word: string): number | undefined {
  let number = 0;
  for (let at = 0; at < word.length; at += 1) {
    const digit = word.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
    if (number > maxError) return undefined;
  }
  return number;
}
