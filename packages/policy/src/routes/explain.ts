/** Why a rule took a message and the others did not, in words. */
import { numberKey } from '@chappe/protocol';
import { filesOf, namesOf, textsOf } from '../lists/list-file.ts';
import type { RouteConditions } from '../settings/conditions.ts';
import type { Condition, ConditionField, Reading } from './condition.ts';
import { listed, shown } from './words.ts';

// What a person or a page can still show; the rule that was chosen is always among them.
const maxVerdicts = 1_000;

/** What became of one rule. */
export interface RuleVerdict {
  readonly rule: string;
  /** Its place in the settings, from 0. */
  readonly index: number;
  /** `matches`: it would have taken the message too, had the chosen one not come first. */
  readonly outcome: 'chosen' | 'matches' | 'fails' | 'disabled';
  /** The first condition that failed. */
  readonly field: ConditionField | undefined;
  /** `to: 447700900123 is none of 336, 337`. */
  readonly words: string;
}

/** A rule with its conditions, `to` apart. */
export interface ExplainedRule {
  readonly settings: RouteConditions & { readonly name: string };
  readonly index: number;
  readonly disabled: boolean;
  readonly conditions: readonly Condition[];
}

/**
 * The verdicts in the order of the rules, at most 1,000. `reached`: the rules whose prefixes hold the destination, or
 * that have none.
 */
export function explainRules(
  rules: readonly ExplainedRule[],
  reached: ReadonlySet<number>,
  reading: Reading,
): readonly RuleVerdict[] {
  const verdicts: RuleVerdict[] = [];
  let isChosen = false;
  for (const rule of rules) {
    const isFull = verdicts.length === maxVerdicts;
    if (isFull && isChosen) break;
    const verdict = verdictOf(rule, reached, reading, isChosen);
    if (!isFull) verdicts.push(verdict);
    // Without the chosen one an explanation explains nothing.
    else if (verdict.outcome === 'chosen') verdicts[maxVerdicts - 1] = verdict;
    isChosen ||= verdict.outcome === 'chosen';
  }
  return verdicts;
}

function verdictOf(
  rule: ExplainedRule,
  reached: ReadonlySet<number>,
  reading: Reading,
  isChosen: boolean,
): RuleVerdict {
  const named = { rule: rule.settings.name, index: rule.index };
  if (rule.disabled) return { ...named, outcome: 'disabled', field: undefined, words: 'it is disabled' };
  const failure = failureOf(rule, reached, reading);
  if (failure !== undefined) {
    const [field, words] = failure;
    return { ...named, outcome: 'fails', field, words: `${field}: ${words}` };
  }
  const words = matchWords(rule, reading);
  if (isChosen) {
    return { ...named, outcome: 'matches', field: undefined, words: `${words}, but another came first` };
  }
  return { ...named, outcome: 'chosen', field: undefined, words };
}

function failureOf(
  rule: ExplainedRule,
  reached: ReadonlySet<number>,
  reading: Reading,
): readonly [ConditionField, string] | undefined {
  if (!reached.has(rule.index)) {
    const prefixes = rule.settings.to ?? [];
    const { digits } = reading.facts.destination;
    return prefixes.length === 0
      ? ['to', 'its list is empty, so nothing matches']
      : ['to', `${shown(digits)} is none of ${listed(namesOf(prefixes))}`];
  }
  for (const condition of rule.conditions) {
    const words = condition.failure(reading);
    if (words !== undefined) return [condition.field, words];
  }
  return undefined;
}

function matchWords({ settings, conditions }: ExplainedRule, reading: Reading): string {
  const fields: string[] = conditions.map(({ field }) => field).filter((field) => field !== 'to');
  if (settings.to !== undefined) {
    const { digits } = reading.facts.destination;
    const file = filesOf(settings.to).find((one) => one.has(digits));
    fields.unshift(
      file === undefined ? `to ${shown(longestOf(textsOf(settings.to), digits))}` : `to file:${file.file}`,
    );
  }
  return fields.length === 0 ? 'it has no conditions' : `all hold: ${fields.join(', ')}`;
}

function longestOf(prefixes: readonly string[], address: string): string {
  const digits = numberKey(address);
  let longest = '';
  for (const prefix of prefixes) {
    const bare = numberKey(prefix);
    if (bare.length > longest.length && digits.startsWith(bare)) longest = bare;
  }
  return longest;
}
