/** Rules that no message reaches, because rules before them take all that they could. */

import { numberKey } from '@chappe/protocol';
import { filesOf, textsOf } from '../filters/list-file.ts';
import type { Steps } from '../slices.ts';
import { isPlainTo } from './check-conditions.ts';
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
export function* unreachableRules(rules: readonly RuleSettings[]): Steps<readonly Unreachable[]> {
  const entries: PrefixEntry[] = [];
  rules.forEach((rule, index) => {
    if (rule.disabled !== true && isPlainTo(rule) && !hasFiles(rule))
      for (const prefix of prefixesOf(rule)) entries.push([prefix, index]);
  });
  const cursor = new PathCursor(yield* PrefixTrie.steps(entries));
  const found: Unreachable[] = [];
  for (const [index, rule] of rules.entries()) {
    const by = rule.disabled === true || hasFiles(rule) ? -1 : firstBefore(rule, index, cursor);
    if (by >= 0) found.push({ index, by });
    yield;
  }
  return found;
}

/** The first rule before it that takes all of its messages; -1: none does. */
function firstBefore(rule: RuleSettings, index: number, cursor: PathCursor): number {
  let by = -1;
  for (const prefix of prefixesOf(rule)) {
    cursor.start(prefix);
    const first = cursor.next();
    if (first < 0 || first >= index) return -1;
    by = by < 0 ? first : Math.min(by, first);
  }
  return by;
}

function prefixesOf({ to }: RuleSettings): readonly string[] {
  return to === undefined ? [''] : textsOf(to).map(numberKey);
}

/** What is in a file is not compared: some hundred thousand numbers seldom cover those of another. */
function hasFiles({ to = [] }: RuleSettings): boolean {
  return filesOf(to).length > 0;
}
