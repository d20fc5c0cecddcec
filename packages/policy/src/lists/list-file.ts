/** Lists of addresses in files of their own: read once, kept as tables, never as texts. */
import { NumberTable, type NumberTableData } from './number-table.ts';

/** What an entry means: an address, or a prefix where it ends with `*`; or a prefix in any case. */
export type ListFileKind = 'addresses' | 'prefixes';

/** Entries as they stand, or all those of a file. */
export type AddressList = readonly (string | ListFile)[];

/** A list file as another thread can have it. */
export interface ListFileData {
  readonly file: string;
  readonly kind: ListFileKind;
  readonly digest: string;
  readonly table: NumberTableData;
}

/** The entries of a file, compiled. Two of the same file, kind and digest hold the same. */
export class ListFile {
  /** Its name, as it is written in the configuration. */
  readonly file: string;
  readonly kind: ListFileKind;
  /** Of what was read. */
  readonly digest: string;
  readonly #table: NumberTable;

  constructor(file: string, kind: ListFileKind, digest: string, table: NumberTable) {
    this.file = file;
    this.kind = kind;
    this.digest = digest;
    this.#table = table;
  }

  /** The same list in another thread: its tables change hands. */
  static of({ file, kind, digest, table }: ListFileData): ListFile {
    return new ListFile(file, kind, digest, new NumberTable(table));
  }

  /** What `of` takes. */
  get data(): ListFileData {
    return { file: this.file, kind: this.kind, digest: this.digest, table: this.#table.data };
  }

  /** Entries that differ. */
  get size(): number {
    return this.#table.size;
  }

  /** Whether the address is in it; a leading plus and case do not count. */
  has(address: string): boolean {
    return this.#table.has(address);
  }

  /** What is in it, as it can stand in a list itself; in no order. For few readers: it may be millions. */
  entries(): string[] {
    const entries = [...this.#table.entries()];
    return this.kind === 'prefixes' ? entries.map((entry) => entry.slice(0, -1)) : entries;
  }

  /** For texts that tell settings apart: not what is in it. */
  toJSON(): object {
    return { file: this.file, kind: this.kind, digest: this.digest };
  }
}

/** The entries of a list that stand there themselves. */
export function textsOf(list: AddressList): string[] {
  return list.filter((entry) => typeof entry === 'string');
}

/** The files of a list. */
export function filesOf(list: AddressList): ListFile[] {
  return list.filter((entry) => typeof entry !== 'string');
}

/** A list in words: its entries, and files by their names. */
export function namesOf(list: AddressList): string[] {
  return list.map((entry) => (typeof entry === 'string' ? entry : `file:${entry.file}`));
}
