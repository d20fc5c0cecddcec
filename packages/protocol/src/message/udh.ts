import { ContentError } from '../text/content-error.ts';

/** Information element ids of 3GPP 23.040 9.2.3.24 that are read into named properties. */
export const elementIds = {
  concat8: 0x00,
  waiting: 0x01,
  ports8: 0x04,
  ports16: 0x05,
  concat16: 0x08,
  singleShift: 0x24,
  lockingShift: 0x25,
} as const;

/** One information element of a user data header. */
export interface InformationElement {
  /** 0-255. */
  readonly id: number;
  readonly data: Uint8Array;
}

/** A concatenation element: this message is one segment of several. */
export interface Concatenation {
  /** The same in all segments; 0 is legal. */
  readonly reference: number;
  /** 1-255. */
  readonly total: number;
  /** 1 to `total`. */
  readonly sequence: number;
  /** Width of the reference; SAR TLVs count as 16. */
  readonly bits: 8 | 16;
}

/** Application ports (3GPP 23.040 9.2.3.24.3 and .4). */
export interface ApplicationPorts {
  readonly destination: number;
  readonly source: number;
  readonly bits: 8 | 16;
}

/** A special SMS message indication (3GPP 23.040 9.2.3.24.2). */
export interface WaitingCount {
  readonly indication: 'voicemail' | 'fax' | 'email' | 'other' | 'video';
  /** How many messages wait, 0-255. */
  readonly count: number;
  /** Whether the phone keeps this message. */
  readonly store: boolean;
  /** Multiple subscriber profile, 0-3. */
  readonly profile: number;
}

/** A user data header. Of elements that exclude each other or must not repeat the last one counts. */
export interface UserDataHeader {
  /** All whole elements in their order, unknown ones too; data are views of the received bytes. */
  readonly elements: readonly InformationElement[];
  /** Octets of the header, its length octet included: the content starts there. */
  readonly headerOctets: number;
  readonly concat?: Concatenation | undefined;
  readonly ports?: ApplicationPorts | undefined;
  /** National language of the single shift table. */
  readonly single?: number | undefined;
  /** National language of the locking shift table. */
  readonly locking?: number | undefined;
  /** One for each kind that the header announces. */
  readonly waiting?: readonly WaitingCount[] | undefined;
}

/** `bytes` where the length octet fits; the elements end where one of them does not. */
function readElements(bytes: Uint8Array, end: number): InformationElement[] {
  const elements: InformationElement[] = [];
  let at = 1;
  while (at + 2 <= end) {
    const dataEnd = at + 2 + bytes[at + 1]!;
    if (dataEnd > end) break;
    elements.push({ id: bytes[at]!, data: bytes.subarray(at + 2, dataEnd) });
    at = dataEnd;
  }
  return elements;
}

function readConcatenation({ id, data }: InformationElement): Concatenation | undefined {
  const wide = id === elementIds.concat16;
  if (data.length !== (wide ? 4 : 3)) return undefined;
  const reference = wide ? (data[0]! << 8) | data[1]! : data[0]!;
  const total = data[data.length - 2]!;
  const sequence = data[data.length - 1]!;
  // 3GPP 23.040 9.2.3.24.1: a total or sequence of 0, or a sequence above the total: ignore the element.
  if (sequence === 0 || sequence > total) return undefined;
  return { reference, total, sequence, bits: wide ? 16 : 8 };
}

/** 8-bit ports below 240 are reserved (3GPP 23.040 9.2.3.24.3). */
const FIRST_PORT_OF_8_BITS = 240;

function readPorts({ id, data }: InformationElement): ApplicationPorts | undefined {
  if (id === elementIds.ports16) {
    if (data.length !== 4) return undefined;
    return { destination: (data[0]! << 8) | data[1]!, source: (data[2]! << 8) | data[3]!, bits: 16 };
  }
  if (data.length !== 2 || data[0]! < FIRST_PORT_OF_8_BITS || data[1]! < FIRST_PORT_OF_8_BITS)
    return undefined;
  return { destination: data[0]!, source: data[1]!, bits: 8 };
}

const indications = ['voicemail', 'fax', 'email'] as const;
/** Bits 4-2 (extended kind) and 1-0 (kind) of a video message waiting. */
const VIDEO = 0b111;

function readWaiting({ data }: InformationElement): WaitingCount | undefined {
  const [flags, count] = data;
  if (data.length !== 2 || flags === undefined || count === undefined) return undefined;
  const indication = indications[flags & 3] ?? ((flags & 0x1f) === VIDEO ? 'video' : 'other');
  return { indication, count, store: (flags & 0x80) !== 0, profile: (flags >> 5) & 3 };
}

/**
 * Reads the user data header at the start of `bytes` (3GPP 23.040 9.2.3.24). Never throws: undefined where its length
 * octet is missing or passes the end, which means that there is no header; elements that do not fit are left out.
 */
export function readUdh(bytes: Uint8Array): UserDataHeader | undefined {
  if (bytes.length === 0 || bytes[0]! + 1 > bytes.length) return undefined;
  const headerOctets = bytes[0]! + 1;
  const elements = readElements(bytes, headerOctets);
  let concat: Concatenation | undefined;
  let ports: ApplicationPorts | undefined;
  let single: number | undefined;
  let locking: number | undefined;
  let waiting: WaitingCount[] | undefined;
  for (const element of elements) {
    const { id, data } = element;
    if (id === elementIds.concat8 || id === elementIds.concat16)
      concat = readConcatenation(element) ?? concat;
    else if (id === elementIds.ports8 || id === elementIds.ports16) ports = readPorts(element) ?? ports;
    else if (id === elementIds.singleShift && data.length === 1) single = data[0];
    else if (id === elementIds.lockingShift && data.length === 1) locking = data[0];
    else if (id === elementIds.waiting) {
      const read = readWaiting(element);
      if (read) waiting = [...(waiting ?? []), read];
    }
  }
  return { elements, headerOctets, concat, ports, single, locking, waiting };
}

/** The length octet counts the rest of the header. */
const MAX_UDH_OCTETS = 255;

/** Octets that a header of these elements takes; 0 for no element, which is no header. */
export function udhOctets(elements: readonly InformationElement[]): number {
  if (elements.length === 0) return 0;
  return elements.reduce((octets, { data }) => octets + 2 + data.length, 1);
}

/** Writes a user data header. No element, no octets. Throws `ContentError` CHAPPE_UDH_TOO_LONG above 256 octets. */
export function writeUdh(elements: readonly InformationElement[]): Uint8Array {
  const octets = udhOctets(elements);
  if (octets > MAX_UDH_OCTETS + 1) {
    throw new ContentError(
      'CHAPPE_UDH_TOO_LONG',
      'the user data header is too long',
      MAX_UDH_OCTETS + 1,
      octets,
    );
  }
  const bytes = new Uint8Array(octets);
  if (octets === 0) return bytes;
  bytes[0] = octets - 1;
  let at = 1;
  for (const { id, data } of elements) {
    bytes[at++] = id;
    bytes[at++] = data.length;
    bytes.set(data, at);
    at += data.length;
  }
  return bytes;
}

function within(name: string, value: number, from: number, to: number): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw new ContentError('CHAPPE_UDH_ELEMENT', `${name} ${value} is not within ${from}-${to}`, to, value);
}

function checkPlace(total: number, sequence: number): void {
  within('total', total, 1, 255);
  within('sequence', sequence, 1, total);
}

/** Concatenation with a reference of 0-255 (element 0x00). Throws `ContentError` CHAPPE_UDH_ELEMENT out of range. */
export function concat8(reference: number, total: number, sequence: number): InformationElement {
  within('reference', reference, 0, 0xff);
  checkPlace(total, sequence);
  return { id: elementIds.concat8, data: Uint8Array.of(reference, total, sequence) };
}

/** Concatenation with a reference of 0-65535 (element 0x08). Throws `ContentError` CHAPPE_UDH_ELEMENT out of range. */
export function concat16(reference: number, total: number, sequence: number): InformationElement {
  within('reference', reference, 0, 0xffff);
  checkPlace(total, sequence);
  return { id: elementIds.concat16, data: Uint8Array.of(reference >> 8, reference & 0xff, total, sequence) };
}

/** Application ports 240-255 (element 0x04). Throws `ContentError` CHAPPE_UDH_ELEMENT out of range. */
export function ports8(destination: number, source: number): InformationElement {
  within('port', destination, FIRST_PORT_OF_8_BITS, 0xff);
  within('port', source, FIRST_PORT_OF_8_BITS, 0xff);
  return { id: elementIds.ports8, data: Uint8Array.of(destination, source) };
}

/** Application ports 0-65535 (element 0x05). Throws `ContentError` CHAPPE_UDH_ELEMENT out of range. */
export function ports16(destination: number, source: number): InformationElement {
  within('port', destination, 0, 0xffff);
  within('port', source, 0, 0xffff);
  return {
    id: elementIds.ports16,
    data: Uint8Array.of(destination >> 8, destination & 0xff, source >> 8, source & 0xff),
  };
}

/** National language single shift (element 0x24); language ids of 3GPP 23.038 6.2.1.2.4. */
export function singleShift(language: number): InformationElement {
  within('language', language, 0, 0xff);
  return { id: elementIds.singleShift, data: Uint8Array.of(language) };
}

/** National language locking shift (element 0x25); language ids of 3GPP 23.038 6.2.1.2.4. */
export function lockingShift(language: number): InformationElement {
  within('language', language, 0, 0xff);
  return { id: elementIds.lockingShift, data: Uint8Array.of(language) };
}

/** Special SMS message indication (element 0x01). Throws `ContentError` CHAPPE_UDH_ELEMENT out of range. */
export function waitingCount(waiting: WaitingCount): InformationElement {
  within('count', waiting.count, 0, 0xff);
  within('profile', waiting.profile, 0, 3);
  const kinds: readonly string[] = indications;
  const kind = waiting.indication === 'video' ? VIDEO : kinds.indexOf(waiting.indication);
  const flags = (waiting.store ? 0x80 : 0) | (waiting.profile << 5) | (kind < 0 ? 3 : kind);
  return { id: elementIds.waiting, data: Uint8Array.of(flags, waiting.count) };
}
