import { readLatin1, writeLatin1 } from '../codec/latin1.ts';
import { ContentError } from '../text/content-error.ts';

/** callback_num (SMPP 5.0 4.8.4): the number to call back. */
export interface CallbackNumber {
  /** `ascii` one digit per octet; `tbcd` two digits per octet, the first in the lower half. */
  readonly digitMode: 'ascii' | 'tbcd';
  /** Type of number, 0-7. */
  readonly ton: number;
  /** Numbering plan, 0-15. */
  readonly npi: number;
  /** In `tbcd` digits, `*`, `#`, `a`, `b`, `c`. */
  readonly digits: string;
}

/** 3GPP 29.002 TBCD-STRING; 15 fills the last half octet. */
const TBCD = '0123456789*#abc';
const FILLER = 0x0f;
const HEAD_OCTETS = 3;
const MAX_OCTETS = 19;

function readTbcd(bytes: Uint8Array): string {
  let digits = '';
  for (const octet of bytes) digits += (TBCD[octet & 0x0f] ?? '') + (TBCD[octet >> 4] ?? '');
  return digits;
}

/** Reads callback_num. Never throws: undefined where no digit follows its three octets. */
export function readCallbackNumber(bytes: Uint8Array): CallbackNumber | undefined {
  if (bytes.length <= HEAD_OCTETS) return undefined;
  const ascii = (bytes[0]! & 1) !== 0;
  const digits = ascii ? readLatin1(bytes, HEAD_OCTETS, bytes.length) : readTbcd(bytes.subarray(HEAD_OCTETS));
  return { digitMode: ascii ? 'ascii' : 'tbcd', ton: bytes[1]! & 7, npi: bytes[2]! & 0x0f, digits };
}

function writeTbcd(digits: string): Uint8Array {
  const halves = Array.from(digits, (digit) => TBCD.indexOf(digit));
  if (halves.includes(-1)) throw new ContentError('CHAPPE_TLV_VALUE', `'${digits}' is not all TBCD digits`);
  return Uint8Array.from({ length: Math.ceil(halves.length / 2) }, (_, i) => {
    return halves[2 * i]! | ((halves[2 * i + 1] ?? FILLER) << 4);
  });
}

/** Writes callback_num. Throws `ContentError` CHAPPE_TLV_VALUE for digits that do not fit. */
export function writeCallbackNumber({ digitMode, ton, npi, digits }: CallbackNumber): Uint8Array {
  const body = digitMode === 'tbcd' ? writeTbcd(digits) : new Uint8Array(digits.length);
  if (digitMode === 'ascii' && !writeLatin1(body, 0, digits)) {
    throw new ContentError('CHAPPE_TLV_VALUE', `'${digits}' is not all ASCII digits`);
  }
  if (body.length === 0 || body.length > MAX_OCTETS - HEAD_OCTETS) {
    throw new ContentError(
      'CHAPPE_TLV_VALUE',
      'callback_num takes 4-19 octets',
      MAX_OCTETS,
      HEAD_OCTETS + body.length,
    );
  }
  const bytes = new Uint8Array(HEAD_OCTETS + body.length);
  bytes.set([digitMode === 'ascii' ? 1 : 0, ton & 7, npi & 0x0f]);
  bytes.set(body, HEAD_OCTETS);
  return bytes;
}

const presentations = ['allowed', 'restricted', 'unavailable', 'reserved'] as const;
const screenings = ['notScreened', 'verified', 'failed', 'network'] as const;

/** callback_num_pres_ind (SMPP 5.0 4.8.4): whether the callback number may be shown, and who vouches for it. */
export interface CallbackPresentation {
  readonly presentation: (typeof presentations)[number];
  readonly screening: (typeof screenings)[number];
}

/** Reads callback_num_pres_ind. */
export function readCallbackPresentation(value: number): CallbackPresentation {
  return {
    presentation: presentations[((value >> 2) & 3) as 0 | 1 | 2 | 3],
    screening: screenings[(value & 3) as 0 | 1 | 2 | 3],
  };
}

/** Writes callback_num_pres_ind. */
export function writeCallbackPresentation({ presentation, screening }: CallbackPresentation): number {
  return (presentations.indexOf(presentation) << 2) | screenings.indexOf(screening);
}

/** callback_num_atag (SMPP 5.0 4.8.4): the name to show for the callback number. */
export interface CallbackTag {
  /** Of `text`; read it by `readDataCoding`. */
  readonly dataCoding: number;
  readonly text: Uint8Array;
}

/** Reads callback_num_atag. */
export function readCallbackTag(bytes: Uint8Array): CallbackTag | undefined {
  return bytes.length < 1 ? undefined : { dataCoding: bytes[0]!, text: bytes.subarray(1) };
}

/** Writes callback_num_atag. Throws `ContentError` CHAPPE_TLV_VALUE above 64 octets of text. */
export function writeCallbackTag({ dataCoding, text }: CallbackTag): Uint8Array {
  if (text.length > 64)
    throw new ContentError('CHAPPE_TLV_VALUE', 'callback_num_atag takes 64 octets of text', 64, text.length);
  const bytes = new Uint8Array(1 + text.length);
  bytes[0] = dataCoding;
  bytes.set(text, 1);
  return bytes;
}
