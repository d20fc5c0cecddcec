/** Addresses in the form that the gateway goes by: numbers are digits, and their type says whether a country is in front. */
import type { Address } from '@chappe/center';
import { readNumber, readSenderNumber, type WrittenNumber } from '@chappe/protocol';

// SMPP 3.4 5.2.5 and 5.2.6.
const ton = { unknown: 0, international: 1, national: 2, networkSpecific: 3, alphanumeric: 5 } as const;
const npi = { unknown: 0, isdn: 1 } as const;
/** Shorter numbers are short codes: they belong to a network, not to a country. */
const shortestInternational = 7;
/** The longest address of submit_sm and deliver_sm without its NUL (SMPP 3.4 4.4.1). */
export const maxAddressCharacters = 20;

/**
 * `+447700900123` and `44 7700 900123` are international, `12345` is a short code, `ACME` and `7-11` are names. Types may
 * be given apart: then they count as they are.
 */
export function addressOf(
  text: string,
  given: { readonly ton?: number; readonly npi?: number } = {},
): Address {
  const number = readSenderNumber(text);
  const guessed = number === undefined ? nameTypes(text) : typesOf(number);
  return { ton: given.ton ?? guessed.ton, npi: given.npi ?? guessed.npi, digits: number?.digits ?? text };
}

/** As `addressOf`, for whom a message is for: whatever can be read as a number is one. */
export function destinationOf(
  text: string,
  given: { readonly ton?: number; readonly npi?: number } = {},
): Address {
  const number = readNumber(text);
  return number === undefined ? addressOf(text, given) : addressOf(number.digits, given);
}

/** A destination as a peer wrote it. The same object when there is nothing to change. */
export function cleanDestination(address: Address): Address {
  const number = readNumber(address.digits);
  if (number === undefined) return address;
  // A number as a name: some write every address so.
  if (address.ton === ton.alphanumeric)
    return cleaned({ ...address, ton: ton.unknown, npi: npi.isdn }, number);
  return cleaned(address, number);
}

/** A sender as a peer wrote it; a name stays one, though it be made of digits. The same object when nothing changes. */
export function cleanSource(address: Address): Address {
  if (address.ton === ton.alphanumeric) return address;
  const number = address.ton === ton.unknown ? readSenderNumber(address.digits) : readNumber(address.digits);
  return number === undefined ? address : cleaned(address, number);
}

function cleaned(address: Address, { digits, hasPlus }: WrittenNumber): Address {
  if (digits === address.digits) return address;
  if (!hasPlus || address.ton > ton.national) return { ...address, digits };
  // The plus says what the type says in its place.
  return { ton: ton.international, npi: address.npi === npi.unknown ? npi.isdn : address.npi, digits };
}

function nameTypes(text: string): { readonly ton: number; readonly npi: number } {
  return { ton: text === '' ? ton.unknown : ton.alphanumeric, npi: npi.unknown };
}

function typesOf({ digits }: WrittenNumber): { readonly ton: number; readonly npi: number } {
  const isShort = digits.length < shortestInternational;
  return { ton: isShort ? ton.networkSpecific : ton.international, npi: npi.isdn };
}
