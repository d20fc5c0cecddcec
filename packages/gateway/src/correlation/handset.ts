// Digits at the end of a number that survive whatever an upstream puts before it.
const tellingDigits = 6;

/** The end of a number, by which a handset is known again. */
export function handsetOf(digits: string): string {
  return digits.slice(-tellingDigits);
}
