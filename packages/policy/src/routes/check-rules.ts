/** What can be wrong with any table of rules, whatever they do with a message. */
import { numberKey, textCodings, withoutPlus } from '@chappe/protocol';
import { filesOf, textsOf } from '../lists/list-file.ts';
import { PathCursor, type PrefixEntry, PrefixTrie } from '../lists/prefix-trie.ts';
import type { RouteConditions } from '../settings/conditions.ts';
import type { Steps } from '../slices.ts';
import { TimeZones } from '../time-zone.ts';
import type { ConditionField } from './condition.ts';
import { compileConditions } from './conditions.ts';
import type { RuleSettings } from './rules.ts';
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

/**
 * What no rule may be but for its conditions, which are looked at where they are compiled: one text for each error, with
 * rule and field, in steps. `kind` is what they are called in it.
 */
export function* ruleErrors<S extends RuleSettings>(
  rules: readonly S[],
  kind: string,
  checkAction: (rule: S, flaws: FlawSink) => void,
): Steps<readonly string[]> {
  const errors: string[] = [];
  for (const rule of rules) {
    checkAction(rule, {
      error: (field, message) => {
        if (errors.length < maxFlaws) errors.push(`${kind} ${quoted(rule.name)}: ${field}: ${message}`);
      },
      warn: () => undefined,
    });
    yield;
  }
  return errors;
}

/** One flaw of one rule. */
export interface RouteFlaw {
  readonly route: string;
  /** Its place in the settings, from 0. */
  readonly index: number;
  /** Where in the rule: `to`, `action.groups.0.1.weight`. */
  readonly field: string;
  /** `error`: the table is not taken. `warning`: it is, but something in it is hardly meant. */
  readonly severity: 'error' | 'warning';
  /** What is wrong and what to do. */
  readonly message: string;
}

// More than anybody mends at one go; a table of 100,000 wrong lines must not make as many words.
const maxFlaws = 1_000;

/** Gathers flaws, at most 1,000. */
export class FlawList {
  readonly #flaws: RouteFlaw[] = [];

  /** All so far. */
  get flaws(): readonly RouteFlaw[] {
    return this.#flaws;
  }

  /** For the flaws of one rule. */
  of(route: string, index: number): FlawSink {
    const add = (severity: RouteFlaw['severity'], field: string, message: string): void => {
      if (this.#flaws.length < maxFlaws) this.#flaws.push({ route, index, field, severity, message });
    };
    return {
      error: (field, message) => add('error', field, message),
      warn: (field, message) => add('warning', field, message),
    };
  }
}

/** Takes the flaws of one rule. */
export interface FlawSink {
  error(field: string, message: string): void;
  warn(field: string, message: string): void;
}

const fieldsBesideTo: readonly ConditionField[] = [
  'accounts',
  'from',
  'text',
  'codings',
  'segments',
  'time',
  'tlvs',
  'tags',
  'keywords',
  'connectors',
  'when',
];

/** Names that there are; undefined: any may come. */
export interface KnownNames {
  readonly accounts: ReadonlySet<string> | undefined;
  readonly connectors: ReadonlySet<string>;
}

/** True when a rule has no condition but `to`, or none at all. */
export function isPlainTo(rule: RouteConditions): boolean {
  return fieldsBesideTo.every((field) => rule[field] === undefined);
}

/** Checks all conditions of a rule: those that cannot be, and those that can hardly be meant. */
export function checkConditions(rule: RouteConditions, known: KnownNames, flaws: FlawSink): void {
  compileConditions(rule, new TimeZones(), ({ field, message }) => flaws.error(field, message));
  for (const field of [...fieldsBesideTo, 'to'] as const) {
    const given = rule[field];
    if (Array.isArray(given) && given.length === 0) {
      flaws.warn(field, 'its list is empty, so nothing matches: leave it out if all shall');
    }
  }
  rule.to?.forEach((prefix, at) => {
    if (typeof prefix !== 'string' || /^[0-9]*$/.test(withoutPlus(prefix))) return;
    flaws.warn(`to.${at}`, `${quoted(prefix)} has characters that numbers do not have`);
  });
  rule.accounts?.forEach((account, at) => {
    if (account.includes('*') || known.accounts === undefined || known.accounts.has(account)) return;
    flaws.warn(`accounts.${at}`, `there is no account ${quoted(account)}`);
  });
  rule.connectors?.forEach((connector, at) => {
    if (known.connectors.has(connector)) return;
    flaws.warn(`connectors.${at}`, `there is no connector ${quoted(connector)}`);
  });
  rule.codings?.forEach((coding, at) => {
    if ((textCodings as readonly string[]).includes(coding.toLowerCase())) return;
    flaws.warn(`codings.${at}`, `${quoted(coding)} is not known: there are ${textCodings.join(', ')}`);
  });
}

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
