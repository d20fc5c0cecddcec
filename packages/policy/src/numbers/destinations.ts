/** Destination prefixes that an account may send to: hundreds of thousands cost no more than a few. */
import { isDigits, numberKey, withoutPlus } from '@chappe/protocol';
import { type PrefixEntry, PrefixTrie } from '../lists/prefix-trie.ts';
import type { Steps } from '../slices.ts';

/** E.164: no number is longer, so no prefix is. */
const maxDigits = 15;
// Ten octets for each node of the trie.
const maxPrefixes = 1_000_000;

// Some tenths of a millisecond.
const prefixesPerStep = 2_048;

/**
 * Compiles prefixes, in steps. A plus before and a `*` behind the digits are no matter; `*` alone holds all. Throws a RangeError;
 * `where` names the entry in it.
 */
export function* compileDestinations(prefixes: readonly string[], where: string): Steps<PrefixTrie> {
  if (prefixes.length > maxPrefixes) throw new RangeError(`${where}: at most ${maxPrefixes} prefixes`);
  const entries: PrefixEntry[] = [];
  for (const [index, prefix] of prefixes.entries()) {
    entries.push([digitsOf(prefix, `${where}[${index}]`), 0]);
    if (entries.length % prefixesPerStep === 0) yield;
  }
  return yield* PrefixTrie.steps(entries);
}

/** Whether the number begins with one of the prefixes. */
export function holdsDestination(prefixes: PrefixTrie, number: string): boolean {
  return prefixes.longest(numberKey(number)) >= 0;
}

function digitsOf(prefix: string, where: string): string {
  const digits = withoutPlus(prefix.endsWith('*') ? prefix.slice(0, -1) : prefix);
  if (prefix !== '*' && (!isDigits(digits) || digits.length > maxDigits)) {
    throw new RangeError(
      `${where}: "${prefix}" is no prefix of numbers; write 1 to ${maxDigits} digits, as 447, or * for all`,
    );
  }
  return digits;
}
