/** The user data header of a message, of the octets and the ports that a request gives. */
import { elementIds, type InformationElement, readUdh, udhOctets, writeUdh } from '@chappe/protocol';
import { Problem } from './problem.ts';
import type { PortsBody } from './schemas/carried.ts';

/** What of a request is about it. */
export interface GivenHeader {
  readonly udh?: string | undefined;
  readonly ports?: PortsBody | undefined;
  readonly text?: string | undefined;
  readonly longMessage?: string | undefined;
}

// 3GPP 23.040 9.2.3.24: user data of one message, where the text has to find room too.
const maxOctets = 140;

/** The header with its length before it; undefined: there is none. Throws a `Problem`. */
export function headerOf({ udh = '', ports, text, longMessage }: GivenHeader): Uint8Array | undefined {
  const given = udh === '' ? [] : elementsOf(udh);
  const field = ports === undefined ? 'udh' : 'ports';
  if (ports !== undefined && given.some(({ id }) => id === elementIds.ports8 || id === elementIds.ports16)) {
    throw wrong(field, '"udh" has ports too', 'give them once');
  }
  if (text !== undefined && given.some(isShift)) {
    throw wrong('udh', 'national tables are for octets, a text is coded without them', 'give "hex"');
  }
  const elements = ports === undefined ? given : [...given, portsElement(ports)];
  if (elements.length === 0) return undefined;
  if (longMessage === 'sar') {
    // SMPP 3.4 5.2.12.
    throw wrong(field, 'a user data header excludes "longMessage": "sar"', 'leave "longMessage" out');
  }
  const octets = udhOctets(elements);
  if (octets > maxOctets) throw wrong(field, `the header has ${octets} octets; at most ${maxOctets} go`);
  return writeUdh(elements);
}

function elementsOf(udh: string): readonly InformationElement[] {
  const octets = new Uint8Array(Buffer.from(udh, 'hex'));
  const [length = 0] = octets;
  if (length !== octets.length - 1) {
    const rest = octets.length - 1;
    throw wrong('udh', `its first octet says ${length} octets, and ${rest} follow`, 'give the whole header');
  }
  const elements = readUdh(octets)?.elements ?? [];
  const whole = Math.max(udhOctets(elements), 1);
  if (whole !== octets.length) {
    throw wrong('udh', `the element at octet ${whole} is not whole`, 'each has an id, a length and as much');
  }
  return elements;
}

function isShift({ id }: InformationElement): boolean {
  return id === elementIds.singleShift || id === elementIds.lockingShift;
}

/** 3GPP 23.040 9.2.3.24.4. */
function portsElement({ to, from = 0 }: PortsBody): InformationElement {
  return { id: elementIds.ports16, data: Uint8Array.of(to >> 8, to, from >> 8, from) };
}

function wrong(field: string, reason: string, hint?: string): Problem {
  return new Problem('invalid_field', `"${field}": ${reason}`, { field, hint });
}
