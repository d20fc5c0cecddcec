/** Years of two digits count from here: SMPP is younger than the century, and what it writes about is now. */
export const CENTURY = 2000;

/** Days of a month (1-12) of the Gregorian calendar. */
export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Minutes in milliseconds. */
export function minutesToMs(minutes: number): number {
  return minutes * 60_000;
}

/** Two digits. */
export function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
