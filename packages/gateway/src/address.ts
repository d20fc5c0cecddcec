/** Addresses as people write them, to addresses as the wire carries them. */
import type { Address } from '@chappe/center';

// SMPP 3.4 5.2.5 and 5.2.6.
const ton = { unknown: 0, international: 1, networkSpecific: 3, alphanumeric: 5 } as const;
const npi = { unknown: 0, isdn: 1 } as const;
// Shorter numbers are short codes: they belong to a network, not to a country.
const shortestInternational = 7;
/** The longest address of submit_sm and deliver_sm without its NUL (SMPP 3.4 4.4.1). */
export const maxAddressCharacters = 20;

/**
 * `+447700900123` and `447700900123` are international, `12345` is a short code, `ACME` a name. Types may be given
 * apart: then they count as they are.
 */
export function addressOf(
  text: string,
  given: { readonly ton?: number; readonly npi?: number } = {},
): Address {
  const digits = text.startsWith('+') ? text.slice(1) : text;
  const guessed = guess(digits);
  const isName = guessed.ton === ton.alphanumeric;
  return { ton: given.ton ?? guessed.ton, npi: given.npi ?? guessed.npi, digits: isName ? text : digits };
}

function guess(digits: string): { readonly ton: number; readonly npi: number } {
  if (digits === '') return { ton: ton.unknown, npi: npi.unknown };
  if (!isDigits(digits)) return { ton: ton.alphanumeric, npi: npi.unknown };
  if (digits.length < shortestInternational) return { ton: ton.networkSpecific, npi: npi.isdn };
  return { ton: ton.international, npi: npi.isdn };
}

/** True for one or more digits and nothing else. */
export function isDigits(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return text.length > 0;
}
