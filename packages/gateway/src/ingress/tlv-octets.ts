/** How much of TLVs a message may carry: they are kept, and sent, with each of its segments and to each destination. */

import type { AccountSettings } from '@chappe/policy';
import { status, type Tlv } from '@chappe/protocol';
import { octetsOfTlvs } from '../message/tlv-octets.ts';

// The longest that the documents provide for has 255 octets, and messages of a regulated market carry a handful.
const defaultOctets = 4_096;

/** 0, or the status to refuse a message with (SMPP 3.4 5.1.3). `tlvs`: those apart that are its text or its header. */
export function checkTlvOctets(tlvs: readonly Tlv[], { tlvOctets }: AccountSettings): number {
  // Hot path: nearly no message has any.
  if (tlvs.length === 0) return 0;
  return octetsOfTlvs(tlvs) > (tlvOctets ?? defaultOctets) ? status.ESME_RINVTLVLEN : 0;
}
