import { readNumber } from '@chappe/protocol';

/** Digits at the end of a number that survive whatever an MC puts before it. */
const TELLING_DIGITS = 6;
/** A number of fewer digits is a short code, or cut off: it says nothing against another one. */
const FULL_DIGITS = 7;

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** The end of a number, by which a handset is known again; what has no digits as it is. */
export function endOf(address: string): string {
  let digits = '';
  for (let at = address.length - 1; at >= 0 && digits.length < TELLING_DIGITS; at--) {
    if (isDigit(address.charCodeAt(at))) digits = address.charAt(at) + digits;
  }
  return digits === '' ? address : digits;
}

/** Whether it is a whole number, and no short code, name or masked number. */
export function isFullNumber(address: string): boolean {
  return (readNumber(address)?.digits.length ?? 0) >= FULL_DIGITS;
}
