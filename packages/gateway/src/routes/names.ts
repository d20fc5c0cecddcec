/** Lists of names and senders as rules have them: exact, or with `*` at the end. */
import { type PrefixEntry, PrefixTrie } from './prefix-trie.ts';

const plus = 0x2b;

/** Where a number begins after its plus: 1 or 0. */
export function numberStart(text: string): 0 | 1 {
  return text.charCodeAt(0) === plus ? 1 : 0;
}

/** True when one of the patterns holds the name. Throws a RangeError on a `*` that is not at the end. */
export function compileNames(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set<string>();
  const beginnings: PrefixEntry[] = [];
  for (const pattern of patterns) {
    const star = pattern.indexOf('*');
    if (star < 0) exact.add(pattern);
    else if (star === pattern.length - 1) beginnings.push([pattern.slice(0, -1), 0]);
    else throw new RangeError(`"${pattern}": * may stand at the end only`);
  }
  if (beginnings.length === 0) return (name) => exact.has(name);
  const trie = new PrefixTrie(beginnings);
  return (name) => exact.has(name) || trie.longest(name) >= 0;
}

/** The same for senders: a plus before a number makes no difference, neither in the rule nor in the message. */
export function compileSenders(patterns: readonly string[]): (sender: string) => boolean {
  const holds = compileNames(patterns.map(withoutPlus));
  return (sender) => holds(withoutPlus(sender));
}

/** A number without its plus; anything else as it is. */
export function withoutPlus(text: string): string {
  return numberStart(text) === 1 ? text.slice(1) : text;
}
