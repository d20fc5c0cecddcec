/** Which TLVs of a customer go on to an upstream, and which are put in, by the connector's rules. */

import type { ConnectorSettings, TlvRule } from '@chappe/policy';
import { type Tlv, type TlvInput, type TlvName, tlvByTag, type Version } from '@chappe/protocol';
import { isSar } from '../../message/long.ts';
import type { Unfit } from '../../message/unfit.ts';
import { tlvOctets } from './tlv-value.ts';

/** What of a connector's settings is about TLVs. */
export type TlvSettings = Pick<ConnectorSettings, 'name' | 'passTlvs' | 'tlvs'>;

/** The TLVs of one message to those that go on, message_payload and SAR apart. */
export type TlvFilter = (
  tlvs: readonly Tlv[],
  userMessageReference: number | undefined,
  command: 'submit_sm' | 'data_sm',
) => readonly TlvInput[] | Unfit;

/** Shared by all messages that need none. */
export const noTlvs: readonly TlvInput[] = Object.freeze([]);

const userMessageReferenceTag = 0x0204;
const messagePayload = 0x0424;
const timeToLive = 0x0017;
// Every tag that a message may ask for has an entry in a table, so rules are few; DLT needs three.
const maxRules = 100;

// SMPP 3.4 4.4.1: what an ESME may send in a submit_sm.
const submitNames34: readonly TlvName[] = [
  'user_message_reference',
  'source_port',
  'source_addr_subunit',
  'destination_port',
  'dest_addr_subunit',
  'more_messages_to_send',
  'payload_type',
  'privacy_indicator',
  'callback_num',
  'callback_num_pres_ind',
  'callback_num_atag',
  'source_subaddress',
  'dest_subaddress',
  'user_response_code',
  'display_time',
  'sms_signal',
  'ms_validity',
  'ms_msg_wait_facilities',
  'number_of_messages',
  'alert_on_message_delivery',
  'language_indicator',
  'its_reply_type',
  'its_session_info',
];
// SMPP 3.4 4.7.1: data_sm has these besides; receipt TLVs are the centre's.
const dataNames34: readonly TlvName[] = [
  ...submitNames34,
  'source_network_type',
  'source_bearer_type',
  'source_telematics_id',
  'dest_network_type',
  'dest_bearer_type',
  'dest_telematics_id',
  'set_dpf',
];
// SMPP 5.0 4.2.4: one list for both; these came with 5.0.
const names50: readonly TlvName[] = [
  ...dataNames34,
  'ussd_service_op',
  'billing_identification',
  'dest_addr_np_country',
  'dest_addr_np_information',
  'dest_addr_np_resolution',
  'dest_network_id',
  'dest_node_id',
  'source_network_id',
  'source_node_id',
];

/** A rule ready for use. */
interface Rule {
  readonly rule: TlvRule;
  readonly injected: TlvInput | undefined;
  readonly missing: Unfit;
}

/** The filter of one connector. Throws RangeError for rules that cannot be, saying which and what to do. */
export function tlvFilter(settings: TlvSettings, version: Version): TlvFilter {
  const rules = compile(settings, version);
  // 3.3 peers know no TLVs (SMPP 3.4 2.10).
  if (version === 0x33) return () => noTlvs;
  const pass = settings.passTlvs ?? 'all';
  const whenNone = withInjected([], rules, () => false);
  if (pass === 'none') return () => whenNone;
  const submits = new Set<TlvName>(version >= 0x50 ? names50 : [...submitNames34, 'ussd_service_op']);
  const datas = new Set<TlvName>(version >= 0x50 ? names50 : dataNames34);
  return (tlvs, userMessageReference, command) => {
    // Hot path: an ordinary message has no TLVs.
    if (tlvs.length === 0 && userMessageReference === undefined) return whenNone;
    const given = userMessageReference === undefined ? tlvs : [referenceTlv(userMessageReference), ...tlvs];
    const names = pass === 'listed' ? undefined : command === 'data_sm' ? datas : submits;
    return passed(given, rules, names);
  };
}

/** `names`: of the documents' TLVs without a rule, those that go on; undefined: nothing goes without a rule. */
function passed(
  tlvs: readonly Tlv[],
  rules: readonly Rule[],
  names: ReadonlySet<TlvName> | undefined,
): readonly TlvInput[] | Unfit {
  const out: TlvInput[] = [];
  const met = new Set<Rule>();
  for (const item of tlvs) {
    if (isOurs(item.tag)) continue;
    let ruled = false;
    for (const entry of rules) {
      const { rule } = entry;
      const isMapped = rule.fromTag === item.tag;
      if (!isMapped && rule.tag !== item.tag) continue;
      ruled = true;
      // The TLV with the tag itself counts where there is none to map.
      if (!isMapped && rule.fromTag !== undefined && tlvs.some(({ tag }) => tag === rule.fromTag)) continue;
      const raw = rawOf(item);
      const limit = rule.maxOctets ?? raw.length;
      if (raw.length > limit) return tooLong(rule, raw.length, limit);
      out.push(isMapped ? { tag: rule.tag, value: raw } : (item as TlvInput));
      met.add(entry);
    }
    if (!ruled && names !== undefined && goesOn(item, names)) out.push(item as TlvInput);
  }
  return withInjected(out, rules, (entry) => met.has(entry));
}

/** TLVs of vendors pass: only the two ends know what they mean (gateways.md 2.12). */
function goesOn(item: Tlv, names: ReadonlySet<TlvName>): boolean {
  return item.name === undefined || names.has(item.name);
}

function withInjected(
  out: TlvInput[],
  rules: readonly Rule[],
  isMet: (entry: Rule) => boolean,
): readonly TlvInput[] | Unfit {
  for (const entry of rules) {
    if (isMet(entry)) continue;
    if (entry.injected !== undefined) out.push(entry.injected);
    else if (entry.rule.required === true) return entry.missing;
  }
  return out.length === 0 ? noTlvs : Object.freeze(out);
}

/** The text, what joins segments and how long it lives: the gateway writes these itself. */
function isOurs(tag: number): boolean {
  return tag === messagePayload || tag === timeToLive || isSar(tag);
}

function referenceTlv(value: number): Tlv {
  return { name: 'user_message_reference', tag: userMessageReferenceTag, value };
}

function rawOf(item: Tlv): Uint8Array {
  return tlvByTag({ tlvs: [item] }, item.tag)[0] ?? new Uint8Array(0);
}

function tooLong(rule: TlvRule, octets: number, limit: number): Unfit {
  return { reason: `TLV ${label(rule)} has ${octets} octets, at most ${limit} go there` };
}

function label({ name, tag }: TlvRule): string {
  return `${name} (0x${tag.toString(16).padStart(4, '0')})`;
}

function compile(settings: TlvSettings, version: Version): readonly Rule[] {
  const rules = settings.tlvs ?? [];
  if (rules.length > maxRules) {
    throw new RangeError(
      `connector "${settings.name}": tlvs: ${rules.length} rules; at most ${maxRules} are taken`,
    );
  }
  return rules.map((rule, index) => {
    const where = `connector "${settings.name}": tlvs: ${label(rule)}`;
    checkRule(rule, where, settings, version);
    if (rules.findIndex(({ tag }) => tag === rule.tag) !== index) {
      throw new RangeError(`${where}: two rules for one tag; keep one of them`);
    }
    return { rule, injected: injectedOf(rule, where), missing: { reason: `TLV ${label(rule)} is missing` } };
  });
}

function checkRule(rule: TlvRule, where: string, { passTlvs }: TlvSettings, version: Version): void {
  const { tag, fromTag, value, required } = rule;
  for (const [field, number] of [['tag', tag] as const, ['fromTag', fromTag] as const]) {
    if (number === undefined) continue;
    if (!Number.isInteger(number) || number < 0 || number > 0xffff) {
      throw new RangeError(`${where}: ${field} must be a whole number from 0 to 0xffff`);
    }
    if (isOurs(number)) {
      throw new RangeError(`${where}: ${field} is written by the gateway itself; take the rule away`);
    }
  }
  if (version === 0x33 && (required === true || value !== undefined)) {
    throw new RangeError(`${where}: 3.3 has no TLVs; set version to 3.4 or take the rule away`);
  }
  if (passTlvs === 'none' && value === undefined && (required === true || fromTag !== undefined)) {
    throw new RangeError(
      `${where}: passTlvs none lets no TLV of a customer through; use listed, or give a value`,
    );
  }
}

function injectedOf(rule: TlvRule, where: string): TlvInput | undefined {
  if (rule.value === undefined) return undefined;
  try {
    return Object.freeze({ tag: rule.tag, value: tlvOctets(rule, rule.value) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`${where}: value: ${error.message}`);
  }
}
