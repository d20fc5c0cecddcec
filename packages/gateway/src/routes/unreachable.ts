/** Rules that no message reaches, because rules before them take all that they could. */
import { isPlainTo } from './check-conditions.ts';
import { withoutPlus } from './names.ts';
import { PathCursor, type PrefixEntry, PrefixTrie } from './prefix-trie.ts';
import type { RuleSettings } from './rules.ts';

/** A rule that is never reached and the first of those that stand before it. */
export interface Unreachable {
  readonly index: number;
  readonly by: number;
}

/**
 * Only what prefixes decide: a rule is unreachable when each of its prefixes (all numbers, when it has none) begins with
 * one of an earlier rule that has no other condition.
 */
export function unreachableRules(rules: readonly RuleSettings[]): readonly Unreachable[] {
  const entries: PrefixEntry[] = [];
  rules.forEach((rule, index) => {
    if (rule.disabled !== true && isPlainTo(rule))
      for (const prefix of prefixesOf(rule)) entries.push([prefix, index]);
  });
  const cursor = new PathCursor(new PrefixTrie(entries));
  const found: Unreachable[] = [];
  rules.forEach((rule, index) => {
    if (rule.disabled === true) return;
    let by = -1;
    for (const prefix of prefixesOf(rule)) {
      cursor.start(prefix);
      const first = cursor.next();
      if (first < 0 || first >= index) return;
      by = by < 0 ? first : Math.min(by, first);
    }
    if (by >= 0) found.push({ index, by });
  });
  return found;
}

function prefixesOf({ to }: RuleSettings): readonly string[] {
  return to === undefined ? [''] : to.map(withoutPlus);
}
