/** What can be wrong with any table of rules, whatever they do with a message. */
import { checkConditions, type KnownNames } from './check-conditions.ts';
import { FlawList, type FlawSink, type RouteFlaw } from './flaw.ts';
import type { RuleSettings } from './rules.ts';
import { unreachableRules } from './unreachable.ts';
import { quoted } from './words.ts';

/** Checks names, conditions and order of the rules; `checkAction` does the rest of each. */
export function checkRules<S extends RuleSettings>(
  rules: readonly S[],
  known: KnownNames,
  checkAction: (rule: S, flaws: FlawSink) => void,
): readonly RouteFlaw[] {
  const list = new FlawList();
  const names = new Map<string, number>();
  rules.forEach((rule, index) => {
    const flaws = list.of(rule.name, index);
    const other = names.get(rule.name);
    if (rule.name === '') flaws.error('name', 'it has none: give it one');
    else if (other !== undefined) flaws.error('name', `number ${other + 1} has it too: give it its own`);
    else names.set(rule.name, index);
    checkConditions(rule, known, flaws);
    checkAction(rule, flaws);
  });
  for (const { index, by } of unreachableRules(rules)) {
    list
      .of(rules[index]?.name ?? '', index)
      .warn(
        'to',
        `it is never reached: ${quoted(rules[by]?.name ?? '')} before it takes all of its messages`,
      );
  }
  return list.flaws;
}
