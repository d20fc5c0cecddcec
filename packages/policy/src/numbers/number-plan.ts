/** Numbers as somebody writes them, brought into international form (E.164 without plus). */
import type { Address } from '@chappe/center';
import { isDigits, NPI, TON, withoutPlus } from '@chappe/protocol';
import type { NumberPlan } from '../settings/account.ts';

// SMPP 3.4 5.2.5 and 5.2.6.
const unknown = 0;
const zero = 0x30;
/** E.164: 15 digits at most, and nobody writes prefixes longer than a few. */
const maxPrefixDigits = 15;
const maxPrefixes = 20;

// Numbers with fewer digits are short codes: they belong to a network, not to a country.
const leastInternationalDigits = 7;

/** Throws a RangeError on a plan that cannot be; `where` names the entry in it. */
export function checkNumberPlan(plan: NumberPlan, where: string): void {
  const { countryCode, nationalPrefix, internationalPrefixes = [], leastDigits } = plan;
  if (countryCode !== undefined && (!isPrefix(countryCode) || countryCode.charCodeAt(0) === zero)) {
    throw new RangeError(`${where}.countryCode must be digits that do not begin with 0, as 44`);
  }
  if (nationalPrefix !== undefined && nationalPrefix !== '') {
    if (!isPrefix(nationalPrefix)) throw new RangeError(`${where}.nationalPrefix must be digits, as 0`);
    if (countryCode === undefined) {
      throw new RangeError(`${where}.nationalPrefix needs countryCode, which is put in its place`);
    }
  }
  if (internationalPrefixes.length > maxPrefixes || !internationalPrefixes.every(isPrefix)) {
    throw new RangeError(
      `${where}.internationalPrefixes must be at most ${maxPrefixes} entries of digits, as 00`,
    );
  }
  if (
    leastDigits !== undefined &&
    !(Number.isInteger(leastDigits) && leastDigits >= 1 && leastDigits <= 15)
  ) {
    throw new RangeError(
      `${where}.leastDigits must be 1 to 15; leave it out for ${leastInternationalDigits}`,
    );
  }
}

/**
 * The number in international form, with TON 1; the same object when there is nothing to change. Taken away are a
 * plus, an international prefix, or a national prefix, for which the country code is put. Names, short codes and
 * numbers of other types (network specific, subscriber, abbreviated) stay as they are, and so does what fits no rule.
 */
export function normaliseNumber(address: Address, plan: NumberPlan | undefined): Address {
  if (plan === undefined || address.ton > TON.NATIONAL) return address;
  const digits = withoutPlus(address.digits);
  if (!isDigits(digits)) return address;
  const hasPlus = digits !== address.digits;
  const number =
    digits.length < (plan.leastDigits ?? leastInternationalDigits)
      ? undefined
      : full(digits, hasPlus, address.ton, plan);
  if (number !== undefined) return asInternational(address, number);
  return hasPlus ? { ...address, digits } : address;
}

/** The full number; undefined when nothing says that it is one. */
function full(digits: string, hasPlus: boolean, ton: number, plan: NumberPlan): string | undefined {
  // No country code begins with 0. What says that it is international and does so was written carelessly.
  const isFull = hasPlus || ton === TON.INTERNATIONAL;
  if (isFull && digits.charCodeAt(0) !== zero) return digits;
  const prefix = longestPrefix(digits, plan.internationalPrefixes);
  if (prefix > 0) {
    return digits.length > prefix && digits.charCodeAt(prefix) !== zero ? digits.slice(prefix) : undefined;
  }
  const { countryCode, nationalPrefix = '' } = plan;
  if (countryCode === undefined) return undefined;
  if (nationalPrefix !== '' && digits.startsWith(nationalPrefix)) {
    return countryCode + digits.slice(nationalPrefix.length);
  }
  return ton === TON.NATIONAL ? countryCode + digits : undefined;
}

function asInternational(address: Address, digits: string): Address {
  const { ton, npi } = address;
  if (ton === TON.INTERNATIONAL && digits === address.digits) return address;
  return { ton: TON.INTERNATIONAL, npi: npi === unknown ? NPI.ISDN : npi, digits };
}

/** Length of the longest prefix that the digits begin with; 0 for none. */
function longestPrefix(digits: string, prefixes: readonly string[] | undefined): number {
  let longest = 0;
  if (prefixes === undefined) return 0;
  for (const prefix of prefixes) {
    if (prefix.length > longest && digits.startsWith(prefix)) longest = prefix.length;
  }
  return longest;
}

function isPrefix(text: string): boolean {
  return text.length <= maxPrefixDigits && isDigits(text);
}
