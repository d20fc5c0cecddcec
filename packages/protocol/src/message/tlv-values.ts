import { ContentError } from '../text/content-error.ts';

// Readers of TLVs that are octet strings with a structure (SMPP 5.0 4.8.4). They never throw: undefined is a value too
// short for it, octets beyond it are left out. Writers throw `ContentError` CHAPPE_TLV_VALUE for what does not fit.

function bounded(name: string, value: number, last: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= last) return value;
  throw new ContentError('CHAPPE_TLV_VALUE', `${name} ${value} is not within 0-${last}`, last, value);
}

function lengthWithin(name: string, length: number, min: number, max: number): void {
  if (length >= min && length <= max) return;
  throw new ContentError('CHAPPE_TLV_VALUE', `${name} takes ${min}-${max} octets`, max, length);
}

function prefixed(head: readonly number[], rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + rest.length);
  bytes.set(head);
  bytes.set(rest, head.length);
  return bytes;
}

/** network_error_code (SMPP 5.0 4.8.4.42). */
export interface NetworkErrorCode {
  /** 1 ANSI-136 access denied, 2 IS-95 access denied, 3 GSM, 4 ANSI-136 cause, 5 IS-95 cause, 6 ANSI-41, 7 SMPP, 8 MC. */
  readonly type: number;
  /** 0-65535, in the numbers of that network. */
  readonly code: number;
}

/** Reads network_error_code. */
export function readNetworkErrorCode(bytes: Uint8Array): NetworkErrorCode | undefined {
  if (bytes.length < 3) return undefined;
  return { type: bytes[0]!, code: (bytes[1]! << 8) | bytes[2]! };
}

/** Writes network_error_code. */
export function writeNetworkErrorCode({ type, code }: NetworkErrorCode): Uint8Array {
  bounded('type', type, 0xff);
  bounded('code', code, 0xffff);
  return Uint8Array.of(type, code >> 8, code & 0xff);
}

/** source_subaddress, dest_subaddress (SMPP 5.0 4.8.4). */
export interface Subaddress {
  /** 0x80 NSAP even, 0x88 NSAP odd, 0xa0 user specified; 1 and 2 reserved. */
  readonly type: number;
  /** 1-22 octets. */
  readonly address: Uint8Array;
}

/** Reads a subaddress. */
export function readSubaddress(bytes: Uint8Array): Subaddress | undefined {
  return bytes.length < 2 ? undefined : { type: bytes[0]!, address: bytes.subarray(1) };
}

/** Writes a subaddress. */
export function writeSubaddress({ type, address }: Subaddress): Uint8Array {
  lengthWithin('a subaddress', address.length, 1, 22);
  return prefixed([bounded('type', type, 0xff)], address);
}

/** broadcast_area_identifier and failed_broadcast_area_identifier (SMPP 5.0 4.8.4). */
export interface BroadcastArea {
  /** 0 alias or name, 1 ellipsoid arc, 2 polygon (both 3GPP 23.032). */
  readonly format: number;
  /** 0-100 octets. */
  readonly details: Uint8Array;
}

/** Reads broadcast_area_identifier. */
export function readBroadcastArea(bytes: Uint8Array): BroadcastArea | undefined {
  return bytes.length < 1 ? undefined : { format: bytes[0]!, details: bytes.subarray(1) };
}

/** Writes broadcast_area_identifier. */
export function writeBroadcastArea({ format, details }: BroadcastArea): Uint8Array {
  lengthWithin('a broadcast area', details.length, 0, 100);
  return prefixed([bounded('format', format, 0xff)], details);
}

/** broadcast_content_type (SMPP 5.0 4.8.4). */
export interface BroadcastContentType {
  /** 0 generic, 1 GSM, 2 TDMA, 3 CDMA. */
  readonly network: number;
  /** 0-65535, as 0x0001 emergency broadcasts, 0x0033 weather. */
  readonly service: number;
}

/** Reads broadcast_content_type. */
export function readBroadcastContentType(bytes: Uint8Array): BroadcastContentType | undefined {
  if (bytes.length < 3) return undefined;
  return { network: bytes[0]!, service: (bytes[1]! << 8) | bytes[2]! };
}

/** Writes broadcast_content_type. */
export function writeBroadcastContentType({ network, service }: BroadcastContentType): Uint8Array {
  bounded('network', network, 0xff);
  bounded('service', service, 0xffff);
  return Uint8Array.of(network, service >> 8, service & 0xff);
}

const intervalUnits = {
  0: 'asOftenAsPossible',
  8: 'seconds',
  9: 'minutes',
  10: 'hours',
  11: 'days',
  12: 'weeks',
  13: 'months',
  14: 'years',
} as const;

/** broadcast_frequency_interval (SMPP 5.0 4.8.4). */
export interface BroadcastInterval {
  readonly unit: (typeof intervalUnits)[keyof typeof intervalUnits];
  /** 0-65535 of them; without meaning for `asOftenAsPossible`. */
  readonly count: number;
}

/** Reads broadcast_frequency_interval; undefined for a reserved unit too. */
export function readBroadcastInterval(bytes: Uint8Array): BroadcastInterval | undefined {
  const known: { readonly [unit: number]: BroadcastInterval['unit'] } = intervalUnits;
  const unit = bytes.length < 3 ? undefined : known[bytes[0]!];
  return unit && { unit, count: (bytes[1]! << 8) | bytes[2]! };
}

/** Writes broadcast_frequency_interval. */
export function writeBroadcastInterval({ unit, count }: BroadcastInterval): Uint8Array {
  bounded('count', count, 0xffff);
  const entry = Object.entries(intervalUnits).find(([, name]) => name === unit);
  if (entry === undefined) throw new ContentError('CHAPPE_TLV_VALUE', `no interval unit ${unit}`);
  return Uint8Array.of(Number(entry[0]), count >> 8, count & 0xff);
}

/** its_session_info (SMPP 5.0 4.8.4). */
export interface ItsSession {
  /** 0-255. */
  readonly session: number;
  /** Of the dialogue unit within the session, 0-127. */
  readonly sequence: number;
  readonly end: boolean;
}

/** Reads its_session_info. */
export function readItsSession(bytes: Uint8Array): ItsSession | undefined {
  if (bytes.length < 2) return undefined;
  return { session: bytes[0]!, sequence: bytes[1]! >> 1, end: (bytes[1]! & 1) !== 0 };
}

/** Writes its_session_info. */
export function writeItsSession({ session, sequence, end }: ItsSession): Uint8Array {
  bounded('session', session, 0xff);
  bounded('sequence', sequence, 0x7f);
  return Uint8Array.of(session, (sequence << 1) | (end ? 1 : 0));
}

const behaviours = ['storeIndefinitely', 'powerDown', 'registrationArea', 'displayOnly', 'relative'] as const;
const validityUnits = ['seconds', 'minutes', 'hours', 'days', 'weeks', 'months', 'years'] as const;

/** ms_validity (SMPP 5.0 4.8.4): how long the phone keeps the message. */
export interface MsValidity {
  /** `relative` (5.0 only) goes with `period`. */
  readonly behaviour: (typeof behaviours)[number];
  readonly period?: { readonly unit: (typeof validityUnits)[number]; readonly count: number } | undefined;
}

/** Reads ms_validity, of 1 octet (3.4) or 4 (5.0); undefined for reserved values too. */
export function readMsValidity(bytes: Uint8Array): MsValidity | undefined {
  const behaviour = bytes.length < 1 ? undefined : behaviours[bytes[0]!];
  if (behaviour === undefined) return undefined;
  const unit = bytes.length < 4 ? undefined : validityUnits[bytes[1]!];
  return unit ? { behaviour, period: { unit, count: (bytes[2]! << 8) | bytes[3]! } } : { behaviour };
}

/** Writes ms_validity. */
export function writeMsValidity({ behaviour, period }: MsValidity): Uint8Array {
  const first = behaviours.indexOf(behaviour);
  if (period === undefined) return Uint8Array.of(first);
  bounded('count', period.count, 0xffff);
  return Uint8Array.of(first, validityUnits.indexOf(period.unit), period.count >> 8, period.count & 0xff);
}

/** billing_identification (SMPP 5.0 4.8.4). */
export interface BillingIdentification {
  /** Bit 7 set: vendor specific; else reserved. */
  readonly format: number;
  /** 0-1023 octets. */
  readonly data: Uint8Array;
}

/** Reads billing_identification. */
export function readBillingIdentification(bytes: Uint8Array): BillingIdentification | undefined {
  return bytes.length < 1 ? undefined : { format: bytes[0]!, data: bytes.subarray(1) };
}

/** Writes billing_identification. */
export function writeBillingIdentification({ format, data }: BillingIdentification): Uint8Array {
  lengthWithin('billing data', data.length, 0, 1023);
  return prefixed([bounded('format', format, 0xff)], data);
}

const facilities = ['voicemail', 'fax', 'email', 'other'] as const;

/** ms_msg_wait_facilities (SMPP 5.0 4.8.4). */
export interface WaitFacilities {
  readonly indication: (typeof facilities)[number];
  /** Whether the indication is to be shown. */
  readonly active: boolean;
}

/** Reads ms_msg_wait_facilities. */
export function readWaitFacilities(value: number): WaitFacilities {
  return { indication: facilities[(value & 3) as 0 | 1 | 2 | 3], active: (value & 0x80) !== 0 };
}

/** Writes ms_msg_wait_facilities. */
export function writeWaitFacilities({ indication, active }: WaitFacilities): number {
  return (active ? 0x80 : 0) | facilities.indexOf(indication);
}
