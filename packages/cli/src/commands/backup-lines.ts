/** What is in a backup, for people. */
import { cell, type Shown } from './show.ts';

const megabyte = 1_000_000;

/** Lines about one as the API shows it. */
export function contentLines(shown: Shown): string[] {
  const { moment, files, octets, messages, unfinished, accounts, entries, daysAside } = shown;
  const aside = Array.isArray(daysAside) ? daysAside : [];
  return [
    `as of ${cell(moment)}: ${cell(files)} files, ${(Number(octets) / megabyte).toFixed(1)} MB`,
    `${cell(messages)} messages, ${cell(unfinished)} not over; money of ${cell(accounts)} accounts, which adds up; ${cell(entries)} entries`,
    ...(aside.length === 0 ? [] : [`set aside, as damaged as they were: ${cell(aside)}`]),
  ];
}
