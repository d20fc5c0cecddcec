/** Ordered rules, compiled once: the first whose conditions all hold counts. */
import { numberKey } from '@chappe/protocol';
import { refusalTo, type SettingsFlaws } from '../errors.ts';
import type { MessageFacts } from '../facts.ts';
import { filesOf, textsOf } from '../lists/list-file.ts';
import { PathCursor, type PrefixEntry, PrefixTrie } from '../lists/prefix-trie.ts';
import type { RouteConditions } from '../settings/conditions.ts';
import { atOnce, type Steps } from '../slices.ts';
import { TimeZones } from '../time-zone.ts';
import { AccountIndex, type IndexedRule } from './account-index.ts';
import type { Condition } from './condition.ts';
import { Reading } from './condition.ts';
import { type ConditionFlaw, compileConditions } from './conditions.ts';
import { type ExplainedRule, explainRules, type RuleVerdict } from './explain.ts';
import type { FailureCount, WhenCondition } from './when.ts';
import { quoted } from './words.ts';

/** The least that a rule has. */
export interface RuleSettings extends RouteConditions {
  readonly name: string;
  readonly disabled?: boolean | undefined;
}

interface CompiledRule<S> extends ExplainedRule, IndexedRule {
  readonly settings: S & RuleSettings;
  /** What is tried for each message: all conditions but `to` and `accounts`, which are answered by then. */
  readonly checks: readonly Condition[];
  readonly when: WhenCondition | undefined;
}

/**
 * The rules of one table. Prefixes of all rules stand in one trie, and each account has its list of rules without any:
 * so only rules that destination and account allow are looked at, in their order, however many there are.
 */
export class Rules<S extends RuleSettings> {
  readonly #rules: readonly CompiledRule<S>[];
  readonly #accounts: AccountIndex;
  readonly #cursor: PathCursor;
  readonly #reading = new Reading();

  /**
   * Compiles the rules. `kind` is what they are called in errors. Throws a RangeError that names rule and field: a name
   * that is empty or given twice, a condition that cannot be.
   */
  constructor(
    settings: readonly S[],
    kind = 'route',
    compiled: Compiled<S> = atOnce(compile(settings, kind)),
  ) {
    this.#rules = compiled.rules;
    this.#accounts = new AccountIndex(this.#rules);
    this.#cursor = new PathCursor(compiled.prefixes);
  }

  /**
   * Compiles them in steps. `flaws`: is told all that the constructor would throw, and what is wrong is left out: such
   * rules are not to be used. Default: it throws.
   */
  static *steps<S extends RuleSettings>(
    settings: readonly S[],
    kind = 'route',
    flaws?: SettingsFlaws,
  ): Steps<Rules<S>> {
    return new Rules(settings, kind, yield* compile(settings, kind, flaws));
  }

  /**
   * Place of the first rule that matches, -1 for none. `counted` false: expressions that fail are not counted. `among`:
   * rules that it does not hold are passed over; default: none is.
   */
  find(facts: MessageFacts, counted = true, among?: (settings: S) => boolean): number {
    const { digits } = facts.destination;
    const reading = this.#reading;
    reading.begin(facts, counted);
    const { open, allowed } = this.#accounts.of(reading);
    const cursor = this.#cursor;
    cursor.start(numberKey(digits), 0, open);
    for (let index = cursor.next(); index >= 0; index = cursor.next()) {
      if (allowed !== undefined && allowed[index] === 0) continue;
      const rule = this.#rules[index];
      if (rule === undefined || (among !== undefined && !among(rule.settings))) continue;
      if (holdsAll(rule.checks, reading)) return index;
    }
    return -1;
  }

  /** The first rule that matches. */
  match(facts: MessageFacts): S | undefined {
    const index = this.find(facts);
    return index < 0 ? undefined : this.#rules[index]?.settings;
  }

  /** For each rule, in order and at most 1,000, whether it matches, or the first condition that fails, in words. */
  explain(facts: MessageFacts): readonly RuleVerdict[] {
    const { digits } = facts.destination;
    this.#reading.begin(facts, false);
    const reached = new Set<number>();
    this.#cursor.start(numberKey(digits), 0, this.#accounts.everybody.open);
    for (let index = this.#cursor.next(); index >= 0; index = this.#cursor.next()) reached.add(index);
    return explainRules(this.#rules, reached, this.#reading);
  }

  /** Counts the failures of the expression of the rule at that place there, from now on. */
  countFailures(index: number, count: FailureCount): void {
    const when = this.#rules[index]?.when;
    if (when !== undefined) when.count = count;
  }
}

interface Compiled<S> {
  readonly rules: readonly CompiledRule<S>[];
  readonly prefixes: PrefixTrie;
}

function* compile<S extends RuleSettings>(
  settings: readonly S[],
  kind: string,
  flaws?: SettingsFlaws,
): Steps<Compiled<S>> {
  const refuse = refusalTo(flaws);
  const names = new Set<string>();
  const zones = new TimeZones();
  const rules: CompiledRule<S>[] = [];
  for (const [index, rule] of settings.entries()) {
    if (rule.name === '') refuse(`${kind} number ${index + 1}: name: give it one`);
    if (names.has(rule.name))
      refuse(`${kind} ${quoted(rule.name)}: name: another has it too, give it its own`);
    names.add(rule.name);
    rules.push(
      compileRule(rule, index, zones, ({ field, message }) =>
        refuse(`${kind} ${quoted(rule.name)}: ${field}: ${message}`),
      ),
    );
    yield;
  }
  return { rules, prefixes: yield* PrefixTrie.steps(yield* prefixesOf(rules)) };
}

function compileRule<S extends RuleSettings>(
  settings: S,
  index: number,
  zones: TimeZones,
  onFlaw: (flaw: ConditionFlaw) => void,
): CompiledRule<S> {
  const conditions = compileConditions(settings, zones, onFlaw);
  const accounts = conditions.find(({ field }) => field === 'accounts');
  return {
    settings,
    index,
    disabled: settings.disabled === true,
    hasPrefixes: isInTrie(settings),
    accountHolds: accounts?.holds,
    conditions,
    checks: conditions.filter((condition) => condition !== accounts),
    when: conditions.find((condition): condition is WhenCondition => condition.field === 'when'),
  };
}

/** Prefixes in a file are too many for the trie: such a rule is looked at for each message. */
function isInTrie({ to }: RuleSettings): boolean {
  return to !== undefined && filesOf(to).length === 0;
}

function* prefixesOf(rules: readonly CompiledRule<RuleSettings>[]): Steps<PrefixEntry[]> {
  const entries: PrefixEntry[] = [];
  for (const { settings, index, disabled } of rules) {
    yield;
    if (disabled || !isInTrie(settings)) continue;
    for (const prefix of textsOf(settings.to ?? [])) entries.push([numberKey(prefix), index]);
  }
  return entries;
}

function holdsAll(conditions: readonly Condition[], reading: Reading): boolean {
  for (const condition of conditions) if (!condition.holds(reading)) return false;
  return true;
}
