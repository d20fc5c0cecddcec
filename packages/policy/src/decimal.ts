/**
 * Amounts of money: whole millionths of the currency in safe integers, so that sums are exact. Written as plain
 * decimals. What lies beyond 2^53 millionths (9 billion) is refused, never rounded.
 */

const millionthsPerUnit = 1_000_000;
const places = 6;
/** Of a text that is no amount, for the error. */
const quotedCharacters = 40;
const DECIMAL = /^(-?)(\d{1,16})(?:\.(\d{1,6}))?$/;

/** Reads `12.5`, `-0.000001` or `7` into millionths. Throws a RangeError that says what is wrong and what to write. */
export function parseAmount(text: string): number {
  const parts = DECIMAL.exec(text);
  if (parts === null) {
    throw new RangeError(
      `amount "${text.slice(0, quotedCharacters)}" is not a plain decimal with at most ${places} places: ` +
        'write digits with a point, as 0.0125',
    );
  }
  const [, sign, whole = '', fraction = ''] = parts;
  // Rounding never brings a value that is too large back below the bound, so the check afterwards is exact.
  const millionths = Number(whole) * millionthsPerUnit + Number(fraction.padEnd(places, '0'));
  // Not minus nothing.
  return checked(sign === '-' && millionths !== 0 ? -millionths : millionths);
}

/** Writes millionths as the shortest exact decimal: 12500 is `0.0125`. Throws a RangeError for no safe integer. */
export function formatAmount(millionths: number): string {
  const absolute = Math.abs(checked(millionths));
  const fraction = absolute % millionthsPerUnit;
  const whole = (absolute - fraction) / millionthsPerUnit;
  let end = places;
  const digits = String(fraction).padStart(places, '0');
  while (end > 0 && digits[end - 1] === '0') end -= 1;
  return `${millionths < 0 ? '-' : ''}${whole}${end > 0 ? '.' : ''}${digits.slice(0, end)}`;
}

/** The exact sum. Throws a RangeError when it has no exact number. */
export function addAmounts(one: number, other: number): number {
  return checked(checked(one) + checked(other));
}

/** The exact price of `count` things; `count`: a whole number, 0 or more. Throws a RangeError when it has none. */
export function multiplyAmount(amount: number, count: number): number {
  if (!Number.isSafeInteger(count) || count < 0)
    throw new RangeError(`count ${count} is not a whole number of 0 or more`);
  const product = checked(amount) * count;
  return checked(product === 0 ? 0 : product);
}

function checked(millionths: number): number {
  if (Number.isSafeInteger(millionths)) return millionths;
  throw new RangeError(
    `amount ${millionths} is not a whole number of millionths up to ${Number.MAX_SAFE_INTEGER}: use smaller amounts`,
  );
}
