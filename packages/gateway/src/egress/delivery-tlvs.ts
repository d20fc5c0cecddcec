/** Which TLVs of a stored message go on to an ESME, by where they came from and what the ESME knows. */
import type { MessageKind } from '@chappe/center';
import {
  type SmppVersion,
  type Tlv,
  type TlvInput,
  type TlvName,
  tlvs,
  type Version,
} from '@chappe/protocol';
import type { Content } from '../message/content.ts';
import { hopsTag } from '../message/hops.ts';

/** Shared by all messages that have none. */
export const noTlvs: readonly TlvInput[] = Object.freeze([]);

// What another ESME submitted: SMPP 3.4 4.6.1 and SMPP 5.0 4.3.1.1, what a deliver_sm may have. The rest of a submission
// told the centre something, not the receiver.
const ofSubmissions: ReadonlySet<TlvName> = new Set<TlvName>([
  'user_message_reference',
  'source_port',
  'destination_port',
  'sar_msg_ref_num',
  'sar_total_segments',
  'sar_segment_seqnum',
  'user_response_code',
  'privacy_indicator',
  'payload_type',
  'callback_num',
  'callback_num_atag',
  'callback_num_pres_ind',
  'source_subaddress',
  'dest_subaddress',
  'language_indicator',
  'its_reply_type',
  'its_session_info',
  'dest_addr_np_country',
  'dest_addr_np_information',
  'dest_addr_np_resolution',
  'dest_addr_subunit',
  'dest_network_id',
  'dest_node_id',
  'source_addr_subunit',
  'source_network_id',
  'source_node_id',
  'ussd_service_op',
]);
// What an operator handed over for an ESME is for the ESME, but for this: it is about the link to us, or an id of its own.
const ofTheLink: ReadonlySet<TlvName> = new Set<TlvName>([
  'receipted_message_id',
  'qos_time_to_live',
  'set_dpf',
  'more_messages_to_send',
  'congestion_state',
]);

/**
 * The TLVs of a message for a peer of 3.4 or 5.0. `asPayload`: the text is one of them. TLVs of vendors pass: only the two
 * ends know what they mean. A TLV that the peer's version does not know is left out (SMPP 5.0 2.8).
 */
export function deliveryTlvs(
  content: Content,
  kind: MessageKind,
  asPayload: boolean,
  version: Version,
): readonly TlvInput[] {
  const { userMessageReference, payload } = content;
  if (!asPayload && userMessageReference === undefined && content.tlvs.length === 0) return noTlvs;
  const passed: TlvInput[] = [];
  if (asPayload) passed.push({ name: 'message_payload', value: payload });
  if (userMessageReference !== undefined) {
    passed.push({ name: 'user_message_reference', value: userMessageReference });
  }
  const known: SmppVersion = version >= 0x50 ? '5.0' : '3.4';
  for (const item of content.tlvs) if (goesOn(item, kind, known)) passed.push(item as TlvInput);
  return passed;
}

function goesOn({ tag, name }: Tlv, kind: MessageKind, known: SmppVersion): boolean {
  if (name === undefined) return tag !== hopsTag;
  if (!(tlvs[name].versions as readonly SmppVersion[]).includes(known)) return false;
  return kind === 'mo' ? !ofTheLink.has(name) : ofSubmissions.has(name);
}
