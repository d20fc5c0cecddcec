/**
 * Checks of submitted fields: each gives the command_status to answer with, 0 when all is well. What SMPP calls
 * reserved is refused where it would change what happens to the message, and let through where it would not.
 */
import { ESM_CLASS, fieldMasks, readNumber, status, TON, type Version } from '@chappe/protocol';

// SMPP 3.4 5.2.5: 0 to 6; GSM has three bits for it, so 7 can be carried, and more is nonsense.
const maxTon = 7;
// SMPP 3.4 5.2.6: the highest value is 18 (WAP client id); gaps are reserved and harmless.
const maxNpi = 18;
// SMPP 3.4 5.2.14: 0 to 3; SMPP 5.0 4.7.19 adds 4 (background) for cell broadcast.
const maxPriority = 3;
const maxBroadcastPriority = 4;
// Text of one message in 3.3: 140 octets, and 160 characters by older books; both are accepted.
const maxText33 = 160;
// SMPP 3.4 5.2.22: sm_length 255 is not allowed.
const maxText34 = 254;

/**
 * The source address. An empty one is "not known" (SMPP 3.4 4.4.1), unless its type says international. What no address
 * can carry is refused here, where it can be mended, and not by each operator later.
 */
export function checkSource(ton: number, npi: number, digits: string): number {
  if (!isCarriable(digits)) return status.ESME_RINVSRCADR;
  if (ton > maxTon) return status.ESME_RINVSRCTON;
  if (npi > maxNpi) return status.ESME_RINVSRCNPI;
  if (ton === TON.INTERNATIONAL && readNumber(digits) === undefined) return status.ESME_RINVSRCADR;
  return 0;
}

/**
 * The destination address: never empty; a number when its type says international. `numbersOnly`: in any case, as no
 * operator delivers to a name; rules and lists are about numbers, too.
 */
export function checkDestination(ton: number, npi: number, digits: string, numbersOnly: boolean): number {
  if (digits.length === 0) return status.ESME_RINVDSTADR;
  if (ton > maxTon) return status.ESME_RINVDSTTON;
  if (npi > maxNpi) return status.ESME_RINVDSTNPI;
  if (readNumber(digits) !== undefined) return 0;
  if (numbersOnly || ton === TON.INTERNATIONAL) return status.ESME_RINVDSTADR;
  // In the sandbox it may be a name: control characters are neither.
  return isPrintable(digits) ? 0 : status.ESME_RINVDSTADR;
}

/** A C-octet string has one octet for each character and ends with the first NUL (SMPP 3.4 3.1). */
export function isCarriable(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0 || code > 0xff) return false;
  }
  return true;
}

function isPrintable(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < 0x20) return false;
  return true;
}

/** What submit_sm, submit_multi and data_sm have in common. */
export interface SubmittedFields {
  readonly esm_class: number;
  readonly registered_delivery: number;
  readonly priority_flag?: number;
  readonly replace_if_present_flag?: number;
  readonly sm_default_msg_id?: number;
}

// SMPP 3.4 5.2.12, SMPP 5.0 4.7.12: message types that an ESME may send.
const typesOf34 = new Set<number>([0, ESM_CLASS.DELIVERY_ACKNOWLEDGEMENT, ESM_CLASS.USER_ACKNOWLEDGEMENT]);
const typesOf50 = new Set<number>([
  ...typesOf34,
  ESM_CLASS.DELIVERY_RECEIPT,
  ESM_CLASS.CONVERSATION_ABORT,
  ESM_CLASS.INTERMEDIATE_NOTIFICATION,
]);

/** Flags of a submission, text and addresses apart. `datagramCommand`: data_sm, where 3.4 knows transaction mode. */
export function checkFlags(pdu: SubmittedFields, version: Version, datagramCommand: boolean): number {
  // 3.3 gives esm_class other meanings, on which books differ: nothing to check.
  if (version !== 0x33 && pdu.esm_class !== 0) {
    const allowed = version >= 0x50 ? typesOf50 : typesOf34;
    if (!allowed.has(pdu.esm_class & fieldMasks.esm_class.type)) return status.ESME_RINVESMCLASS;
    // Transaction mode asks for the outcome in the response; a store-and-forward centre cannot give it.
    if (
      (pdu.esm_class & fieldMasks.esm_class.mode) === ESM_CLASS.FORWARD &&
      !(datagramCommand || version >= 0x50)
    ) {
      return status.ESME_RINVESMCLASS;
    }
  }
  if ((pdu.priority_flag ?? 0) > maxPriority) return status.ESME_RINVPRTFLG;
  // SMPP 3.4 5.2.17: 3 is reserved; SMPP 5.0 4.7.21: success only. A silent choice would cost somebody receipts.
  if (version < 0x50 && (pdu.registered_delivery & 3) === 3) return status.ESME_RINVREGDLVFLG;
  if ((pdu.replace_if_present_flag ?? 0) > 1) return status.ESME_RINVREPFLAG;
  // SMPP 3.4 5.2.20: an index into predefined messages, of which this centre has none.
  if ((pdu.sm_default_msg_id ?? 0) !== 0) return status.ESME_RINVDFTMSGID;
  return 0;
}

/** Priority of a broadcast: 0 to 4 (SMPP 5.0 4.7.19). */
export function checkBroadcastPriority(priority: number): number {
  return priority > maxBroadcastPriority ? status.ESME_RINVPRTFLG : 0;
}

/** short_message beside message_payload: one of them carries the text (SMPP 3.4 4.4.1, 5.3.2.32). */
export function checkText(shortOctets: number, payloadOctets: number | undefined, version: Version): number {
  if (payloadOctets !== undefined && shortOctets > 0) return status.ESME_RINVMSGLEN;
  if (version === 0x33 && shortOctets > maxText33) return status.ESME_RINVMSGLEN;
  if (version === 0x34 && shortOctets > maxText34) return status.ESME_RINVMSGLEN;
  return 0;
}

/** shared/spec/sessions.md "Errors", row "field too long": tolerated by the decoder, answered with the field's status. */
const oversizeStatus: ReadonlyMap<string, number> = new Map([
  ['service_type', status.ESME_RINVSERTYP],
  ['source_addr', status.ESME_RINVSRCADR],
  ['destination_addr', status.ESME_RINVDSTADR],
  ['schedule_delivery_time', status.ESME_RINVSCHED],
  ['validity_period', status.ESME_RINVEXPIRY],
  ['message_id', status.ESME_RINVMSGID],
  ['dl_name', status.ESME_RINVDLNAME],
  ['short_message', status.ESME_RINVMSGLEN],
]);

/** What the decoder tolerated and this centre does not: a field longer than the documents allow. */
export function checkTolerated(flags: readonly string[]): number {
  for (const flag of flags) {
    if (!flag.startsWith('oversize:')) continue;
    const field = flag.slice('oversize:'.length, flag.indexOf(':', 'oversize:'.length));
    const answer = oversizeStatus.get(field);
    if (answer !== undefined) return answer;
  }
  return 0;
}
