// Digits at the end of a number that survive whatever an upstream puts before it.
const tellingDigits = 6;

/** The end of a number, by which a handset is known again. */
export function handsetOf(digits: string): string {
  return digits.slice(-tellingDigits);
}

/** Stands for a handset among the names of messages: no id of an upstream begins so. */
export function handsetName(digits: string): string {
  return `\u0000${handsetOf(digits)}`;
}
