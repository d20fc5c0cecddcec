/** Lists of numbers, names and prefixes of them: whom nothing is sent to, who may not send. */
import type { AddressList, ListFile } from './list-file.ts';
import { NumberTable } from './number-table.ts';

/** A compiled list. */
export interface NumberList {
  /** Entries that differ. */
  readonly size: number;
  /**
   * True when the address is in the list or begins as one of its prefixes. A leading plus and case do not
   * count.
   */
  has(address: string): boolean;
}

/**
 * Compiles a list: exact addresses, or prefixes with `*` at the end (`*` alone: all). Spaces, `-`, `.`, `(`
 * and `)` inside numbers are left out. Throws a RangeError that names `place` and the entry.
 */
export function numberList(entries: AddressList, place: string): NumberList {
  const texts = new NumberTable();
  const files: ListFile[] = [];
  entries.forEach((entry, index) => {
    if (typeof entry === 'string') texts.add(entry, `${place}[${index}]`);
    else files.push(entry);
  });
  if (files.length === 0) return texts;
  return {
    size: files.reduce((sum, { size }) => sum + size, texts.size),
    has: (address) => texts.has(address) || files.some((file) => file.has(address)),
  };
}
