/** Addresses as an upstream wants them: type, plan, and the digits in front. */
import type { Address } from '@chappe/center';
import { isDigits, TON, withoutPlus } from '@chappe/protocol';
import type { AddressKind, AddressRewrite } from '../settings/connector.ts';
import { addressOf } from './address.ts';

// Fewer digits are a short code (as in address.ts): it has no country in front, and no plus.
const shortestNumber = 7;
// SMPP 3.4 5.2.5.

/**
 * The address towards a connector. `stripPrefix` and `addPrefix` concern numbers of 7 digits and more (with
 * or without a plus), never names and short codes. With both, numbers that do not begin with `stripPrefix`
 * stay as they are. `auto` guesses TON and NPI from the result, `kinds` looks at what it is. It may come out longer than
 * the 20 characters of submit_sm; the caller looks.
 */
export function rewriteAddress(address: Address, rewrite: AddressRewrite): Address {
  const digits = rewrittenDigits(address.digits, rewrite.stripPrefix ?? '', rewrite.addPrefix ?? '');
  let { ton, npi } = address;
  if (rewrite.ton === 'auto' || rewrite.npi === 'auto') {
    const guessed = addressOf(digits);
    if (rewrite.ton === 'auto') ton = guessed.ton;
    if (rewrite.npi === 'auto') npi = guessed.npi;
  }
  if (typeof rewrite.ton === 'number') ton = rewrite.ton;
  if (typeof rewrite.npi === 'number') npi = rewrite.npi;
  const type = digits === '' ? undefined : rewrite.kinds?.[kindOf(digits, address.ton)];
  if (type !== undefined) {
    ton = type.ton ?? ton;
    npi = type.npi ?? npi;
  }
  // Hot path: most connectors change nothing.
  if (ton === address.ton && npi === address.npi && digits === address.digits) return address;
  return { ton, npi, digits };
}

/** What an address is, by its digits and the TON that it came with. */
function kindOf(digits: string, ton: number): AddressKind {
  const bare = withoutPlus(digits);
  if (!isDigits(bare)) return 'name';
  const hasPlus = bare !== digits;
  if (!hasPlus && (bare.length < shortestNumber || ton === TON.NETWORK_SPECIFIC || ton === TON.ABBREVIATED))
    return 'shortCode';
  if (hasPlus || ton === TON.INTERNATIONAL) return 'international';
  return ton === TON.NATIONAL ? 'national' : 'number';
}

function rewrittenDigits(digits: string, strip: string, add: string): string {
  if (strip === '' && add === '') return digits;
  const bare = withoutPlus(digits);
  if (bare.length < shortestNumber || !isDigits(bare)) return digits;
  let rest = add === '' ? digits : bare;
  if (strip !== '') {
    if (digits.startsWith(strip)) rest = digits.slice(strip.length);
    else if (bare.startsWith(withoutPlus(strip))) rest = bare.slice(withoutPlus(strip).length);
    else return digits;
    // Nothing would be left: the prefix was the number.
    if (rest === '') return digits;
  }
  return add + rest;
}
