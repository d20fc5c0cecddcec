/**
 * Which numbers are whose: what an operator has given to its customers (`ownNumbers`). A customer's bind says for itself
 * which numbers it serves, and anybody may write in any number's name, so neither gives away what handsets write.
 */
import { isDigits, numberKey, withoutPlus } from '@chappe/protocol';
import { atOnce, type Steps } from '../slices.ts';
import { parseSenderPattern, type SenderPattern } from './sender-patterns.ts';

// A country's block of virtual numbers is one prefix; single ones in a file.
const maxNumbers = 100_000;
const nobody: readonly string[] = Object.freeze([]);

// Some tenths of a millisecond.
const numbersPerStep = 1_024;

/** The numbers of one account, taken apart, in steps. Throws a RangeError; `where` names the entry in it. */
export function* compileOwnNumbers(
  numbers: readonly string[] | undefined,
  where: string,
): Steps<readonly SenderPattern[]> {
  if (numbers === undefined) return [];
  if (numbers.length > maxNumbers) throw new RangeError(`${where}: at most ${maxNumbers} numbers`);
  const patterns: SenderPattern[] = [];
  for (const [index, number] of numbers.entries()) {
    patterns.push(ownNumber(number, `${where}[${index}]`));
    if (patterns.length % numbersPerStep === 0) yield;
  }
  return patterns;
}

function ownNumber(number: string, where: string): SenderPattern {
  const parsed = parseSenderPattern(number, where);
  const pattern = { ...parsed, text: numberKey(parsed.text) };
  if (pattern.text !== '' || pattern.isPrefix) return pattern;
  throw new RangeError(`${where} is empty; write a number, or its beginning with a * at the end`);
}

/** Whether a range of addresses that begins like `literal` and `holds` some may have one of these numbers in it. */
export function overlaps(
  numbers: readonly SenderPattern[],
  literal: string,
  holds: (number: string) => boolean,
): boolean {
  return numbers.some(({ text, isPrefix }) =>
    isPrefix ? text.startsWith(literal) || literal.startsWith(text) : holds(text),
  );
}

interface Owner {
  readonly name: string;
  readonly ownNumbers: readonly SenderPattern[];
}

interface OwnerTables {
  readonly exact: ReadonlyMap<string, readonly string[]>;
  readonly prefixes: ReadonlyMap<string, readonly string[]>;
  /** Of the prefixes, the longest first: of two that hold a number it is the one that was given for it. */
  readonly lengths: readonly number[];
}

/** The numbers of all accounts. Never changes: another list of accounts makes another. */
export class NumberOwners {
  readonly #exact: OwnerTables['exact'];
  readonly #prefixes: OwnerTables['prefixes'];
  readonly #lengths: OwnerTables['lengths'];

  constructor(accounts: Iterable<Owner>, tables: OwnerTables = atOnce(tablesOf(accounts))) {
    this.#exact = tables.exact;
    this.#prefixes = tables.prefixes;
    this.#lengths = tables.lengths;
  }

  /** The same, in steps. */
  static *steps(accounts: Iterable<Owner>): Steps<NumberOwners> {
    return new NumberOwners(accounts, yield* tablesOf(accounts));
  }

  /** True when no account has any. */
  get isEmpty(): boolean {
    return this.#exact.size === 0 && this.#lengths.length === 0;
  }

  /**
   * The accounts that a number is given to: those that have it exactly, else those with the longest prefix of it. In the
   * order of the accounts; empty: nobody's.
   */
  of(number: string): readonly string[] {
    const bare = withoutPlus(number);
    const exact = this.#exact.get(bare);
    if (exact !== undefined) return exact;
    for (const length of this.#lengths) {
      if (length > bare.length) continue;
      const prefix = bare.slice(0, length);
      const owners = this.#prefixes.get(prefix);
      // `4477*` holds numbers: the name `4477 YOUR BANK` is nobody's.
      if (owners !== undefined && (!isDigits(prefix) || isDigits(bare))) return owners;
    }
    return nobody;
  }

  /** Whether an account may be remembered as the one that wrote as that sender: it is its own, or nobody's. */
  mayWriteAs(account: string, sender: string): boolean {
    if (this.isEmpty) return true;
    const owners = this.of(sender);
    return owners.length === 0 || owners.includes(account);
  }
}

function* tablesOf(accounts: Iterable<Owner>): Steps<OwnerTables> {
  const exact = new Map<string, readonly string[]>();
  const prefixes = new Map<string, readonly string[]>();
  const lengths = new Set<number>();
  let count = 0;
  for (const { name, ownNumbers } of accounts) {
    for (const { text, isPrefix } of ownNumbers) {
      add(isPrefix ? prefixes : exact, text, name);
      if (isPrefix) lengths.add(text.length);
      count += 1;
      if (count % numbersPerStep === 0) yield;
    }
  }
  return { exact, prefixes, lengths: [...lengths].sort((a, b) => b - a) };
}

function add(table: Map<string, readonly string[]>, text: string, name: string): void {
  const owners = table.get(text);
  if (owners === undefined) table.set(text, [name]);
  else if (!owners.includes(name)) table.set(text, [...owners, name]);
}
