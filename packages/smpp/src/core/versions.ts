/**
 * What a session of an older version must not be sent. Rules of the compatibility chapters (SMPP 3.4 2.10 and 2.11,
 * SMPP 5.0 2.12 and 2.13): to 3.3 peers no TLVs and short message ids, to all but 5.0 peers no TLVs, statuses and
 * message states that came with 5.0.
 */
import {
  type CommandName,
  type PduInput,
  status,
  type TlvInput,
  type TlvName,
  type TlvRecord,
  tlvName,
  type Version,
} from '@chappe/protocol';
import { SmppError } from '../errors.ts';

/** interface_version of a bind to the version that we treat the peer as. */
export function versionOfBind(interfaceVersion: number, newest: Version): Version {
  // SMPP 3.4 5.2.4: 0x00 to 0x33 is 3.3 or earlier. 0xCD is -0x33: a slip of two Java libraries that means 3.3.
  const theirs: Version =
    interfaceVersion <= 0x33 || interfaceVersion === 0xcd ? 0x33 : interfaceVersion < 0x50 ? 0x34 : 0x50;
  return theirs < newest ? theirs : newest;
}

/**
 * The version that holds for an ESME that asked for `asked`, by sc_interface_version of the response.
 * `assumed`: what a missing one means. The documents say that such an MC takes no TLVs; in practice many 3.4 MCs
 * omit it and do.
 */
export function versionOfBindResponse(
  interfaceVersion: number | undefined,
  asked: Version,
  assumed: Version,
): Version {
  if (interfaceVersion === undefined) return assumed < asked ? assumed : asked;
  return versionOfBind(interfaceVersion, asked);
}

/** Longest message_id a peer can hold, in characters: 3.3 has 8 (hexadecimal), later versions 64. */
export function messageIdCharactersMax(version: Version): 8 | 64 {
  return version === 0x33 ? 8 : 64;
}

/**
 * 3.4: 254 octets of text; 5.0: 255 (SMPP 3.4 5.2.21, SMPP 5.0 4.7.28). 3.3: what one short message of the network
 * holds, which is 140 octets, or 160 characters of the default alphabet, each in an octet of its own.
 */
const textOctetsMax: { readonly [V in Version]: number } = { 51: 160, 52: 254, 80: 255 };
/** SMPP 3.4 5.2.24: 254; 5.0 4.7.17: 255. */
const destinationsMax: { readonly [V in Version]: number } = { 51: 255, 52: 254, 80: 255 };

// SMPP 5.0 4.7.15: states that 3.4 does not have, and the nearest that it has.
const SCHEDULED = 0;
const SKIPPED = 9;
const ENROUTE = 1;
const REJECTED = 8;

/** A status of 5.0 in the words of 3.4: nearest meaning, for SMPP 5.0 4.7.6 codes 0x100 to 0x112. */
const olderStatus: ReadonlyMap<number, number> = new Map([
  [status.ESME_RSERTYPUNAUTH, status.ESME_RINVSERTYP],
  [status.ESME_RPROHIBITED, status.ESME_RINVCMDID],
  [status.ESME_RSERTYPUNAVAIL, status.ESME_RINVSERTYP],
  [status.ESME_RSERTYPDENIED, status.ESME_RINVSERTYP],
]);
const FIRST_STATUS_OF_50 = 0x100;
const LAST_STATUS_OF_50 = 0x112;

/** A command_status that a peer of this version knows. */
export function statusFor(version: Version, value: number): number {
  if (version === 0x50 || value < FIRST_STATUS_OF_50 || value > LAST_STATUS_OF_50) return value;
  return olderStatus.get(value) ?? status.ESME_RSUBMITFAIL;
}

/** A denied feature or operation: 5.0 has a status of its own (SMPP 5.0 2.8.5). */
export function deniedStatus(version: Version): number {
  return statusFor(version, status.ESME_RPROHIBITED);
}

/** TLVs that came with 5.0 (SMPP 5.0 4.8.1): congestion_state and the block 0x0600 to 0x0613. */
function isTagOf50(tag: number): boolean {
  return tag === 0x0428 || (tag >= 0x0600 && tag <= 0x0613);
}

const namesOf50: ReadonlySet<string> = new Set<TlvName>([
  'congestion_state',
  'broadcast_channel_indicator',
  'broadcast_content_type',
  'broadcast_content_type_info',
  'broadcast_message_class',
  'broadcast_rep_num',
  'broadcast_frequency_interval',
  'broadcast_area_identifier',
  'broadcast_error_status',
  'broadcast_area_success',
  'broadcast_end_time',
  'broadcast_service_group',
  'billing_identification',
  'source_network_id',
  'dest_network_id',
  'source_node_id',
  'dest_node_id',
  'dest_addr_np_resolution',
  'dest_addr_np_information',
  'dest_addr_np_country',
]);

const contentTlvs: ReadonlySet<string | undefined> = new Set<TlvName>([
  'message_payload',
  'sar_msg_ref_num',
  'sar_total_segments',
  'sar_segment_seqnum',
]);

type TlvsInput = readonly TlvInput[] | TlvRecord;

function isList(tlvs: TlvsInput): tlvs is readonly TlvInput[] {
  return Array.isArray(tlvs);
}

/** Whether they are TLVs at all; of what is none the encoder says what is wrong. */
function areTlvs(tlvs: unknown): boolean {
  const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
  return Array.isArray(tlvs)
    ? tlvs.every(isObject)
    : isObject(tlvs) && !(Symbol.iterator in (tlvs as object));
}

function isTlvOf50(tlv: TlvInput): boolean {
  return tlv.name === undefined ? isTagOf50(tlv.tag) : namesOf50.has(tlv.name);
}

function olderState(value: unknown): number | undefined {
  return value === SCHEDULED ? ENROUTE : value === SKIPPED ? REJECTED : undefined;
}

/** The TLVs without those of 5.0, and with a message_state that 3.4 has. The same object where nothing changes. */
function tlvsFor34(tlvs: TlvsInput): TlvsInput {
  if (isList(tlvs)) {
    const changes = tlvs.some(
      (tlv) => isTlvOf50(tlv) || (tlv.name === 'message_state' && olderState(tlv.value)),
    );
    if (!changes) return tlvs;
    return tlvs
      .filter((tlv) => !isTlvOf50(tlv))
      .map((tlv) => {
        const older = tlv.name === 'message_state' ? olderState(tlv.value) : undefined;
        return older === undefined ? tlv : ({ ...tlv, value: older, bytes: undefined } as TlvInput);
      });
  }
  const kept = Object.entries(tlvs).filter(([name]) => !namesOf50.has(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [name, name === 'message_state' ? (olderState(value) ?? value) : value]),
  ) as TlvRecord;
}

/** Anything that is about to be encoded, seen without knowing which PDU it is. */
interface Fields {
  readonly command: CommandName;
  readonly command_status?: number | undefined;
  readonly tlvs?: TlvsInput | undefined;
  readonly message_id?: unknown;
  readonly message_state?: unknown;
  readonly registered_delivery?: unknown;
  readonly short_message?: Uint8Array | undefined;
  readonly dest_address?: readonly unknown[] | undefined;
}

function refuse(message: string): never {
  throw new SmppError('CHAPPE_SMPP_VERSION', message);
}

/** A 3.3 peer takes no TLVs, and without these a text would be lost, or come in pieces that nobody joins. */
function checkContentTlvs(tlvs: TlvsInput | undefined): void {
  if (tlvs === undefined || !areTlvs(tlvs)) return;
  const given = isList(tlvs)
    ? tlvs.map(({ name, tag, value }) => ({
        name: name ?? (tag === undefined ? undefined : tlvName(tag)),
        value,
      }))
    : Object.entries(tlvs).map(([name, value]) => ({ name, value }));
  for (const { name, value } of given) {
    if (value === undefined || !contentTlvs.has(name)) continue;
    refuse(`${name}: a 3.3 peer takes no TLVs; a long text goes there in segments with a user data header`);
  }
}

function checkLimits(version: Version, pdu: Fields): void {
  const octets = pdu.short_message?.length ?? 0;
  if (octets > textOctetsMax[version]) {
    refuse(`short_message: ${octets} octets, a peer of this version takes ${textOctetsMax[version]}`);
  }
  const destinations = pdu.dest_address?.length ?? 0;
  if (destinations > destinationsMax[version]) {
    refuse(
      `dest_address: ${destinations} addresses, a peer of this version takes ${destinationsMax[version]}`,
    );
  }
  if (version === 0x33) checkContentTlvs(pdu.tlvs);
  if (version === 0x33 && typeof pdu.message_id === 'string' && pdu.message_id.length > 8) {
    refuse(`message_id: ${pdu.message_id.length} characters, a 3.3 peer takes 8`);
  }
}

/**
 * The PDU as a peer of this version may be sent it; the same object where nothing has to change. Throws
 * `CHAPPE_SMPP_VERSION` for what cannot be expressed: a text, a list of destinations or a message_id too long for it.
 */
export function fitTo(version: Version, pdu: PduInput): PduInput {
  if (version === 0x50) return pdu;
  const fields = pdu as Fields;
  checkLimits(version, fields);
  const changes: { -readonly [K in keyof Fields]?: Fields[K] } = {};
  const { command_status: given = 0, tlvs } = fields;
  if (given >= FIRST_STATUS_OF_50) changes.command_status = statusFor(version, given);
  if (tlvs !== undefined && !(isList(tlvs) && tlvs.length === 0)) {
    const fitting = version === 0x33 ? [] : areTlvs(tlvs) ? tlvsFor34(tlvs) : tlvs;
    if (fitting !== tlvs) changes.tlvs = fitting;
  }
  const older = fields.message_state === undefined ? undefined : olderState(fields.message_state);
  if (older !== undefined) changes.message_state = older;
  // 0b11, a receipt on success only, is reserved before 5.0 (SMPP 3.4 5.2.17): a receipt in any case says more.
  const registered = fields.registered_delivery;
  if (typeof registered === 'number' && (registered & 0b11) === 0b11)
    changes.registered_delivery = registered & ~0b10;
  for (const _ in changes) return { ...pdu, ...changes } as PduInput;
  return pdu;
}
