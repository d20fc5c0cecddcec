/** What can be wrong with any table of rules, whatever they do with a message. */

import type { Steps } from '../slices.ts';
import { checkConditions, type KnownNames } from './check-conditions.ts';
import { FlawList, type FlawSink, type RouteFlaw } from './flaw.ts';
import type { RuleSettings } from './rules.ts';
import { unreachableRules } from './unreachable.ts';
import { quoted } from './words.ts';

/** Checks names, conditions and order of the rules, in steps; `checkAction` does the rest of each. */
export function* checkRules<S extends RuleSettings>(
  rules: readonly S[],
  known: KnownNames,
  checkAction: (rule: S, flaws: FlawSink) => void,
): Steps<readonly RouteFlaw[]> {
  const list = new FlawList();
  const names = new Map<string, number>();
  for (const [index, rule] of rules.entries()) {
    const flaws = list.of(rule.name, index);
    const other = names.get(rule.name);
    if (rule.name === '') flaws.error('name', 'it has none: give it one');
    else if (other !== undefined) flaws.error('name', `number ${other + 1} has it too: give it its own`);
    else names.set(rule.name, index);
    checkConditions(rule, known, flaws);
    checkAction(rule, flaws);
    yield;
  }
  for (const { index, by } of yield* unreachableRules(rules)) {
    list
      .of(rules[index]?.name ?? '', index)
      .warn(
        'to',
        `it is never reached: ${quoted(rules[by]?.name ?? '')} before it takes all of its messages`,
      );
  }
  return list.flaws;
}
