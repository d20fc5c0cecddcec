/** Lists of names and senders as rules have them: exact, or with `*` at the end. */
import { numberKey } from '@chappe/protocol';
import { type PrefixEntry, PrefixTrie } from './prefix-trie.ts';

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

/** The same for senders: how a number is written makes no difference, neither in the rule nor in the message. */
export function compileSenders(patterns: readonly string[]): (sender: string) => boolean {
  const holds = compileNames(patterns.map(keyOfPattern));
  return (sender) => holds(numberKey(sender));
}

function keyOfPattern(pattern: string): string {
  return pattern.endsWith('*') ? `${numberKey(pattern.slice(0, -1))}*` : numberKey(pattern);
}
