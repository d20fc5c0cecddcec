/** Replacement of senders: the first rule that matches counts. */
import type { Address } from '@chappe/center';
import { withoutPlus } from '@chappe/protocol';
import type { SenderRule } from '../settings/account.ts';
import { addressOf, maxAddressCharacters } from './address.ts';
import { parseSenderPattern } from './sender-patterns.ts';

interface CompiledRule {
  readonly text: string;
  readonly isRefused: boolean;
  /** Undefined: stays. */
  readonly replacement: Address | undefined;
}

/** Compiled rules; `prefixes` and the numbers of `exact` keep their order. */
export interface SenderRules {
  readonly exact: ReadonlyMap<string, number>;
  /** Origins of the rules with a star. */
  readonly prefixes: readonly number[];
  readonly rules: readonly CompiledRule[];
}

// Those with a star are looked at one after the other.
const maxRules = 1_000;

/** Compiles rules. Throws a RangeError; `where` names the entry in it. */
export function compileSenderRules(rules: readonly SenderRule[], where: string): SenderRules {
  if (rules.length > maxRules) throw new RangeError(`${where}: at most ${maxRules} rules`);
  const exact = new Map<string, number>();
  const prefixes: number[] = [];
  const compiled = rules.map((rule, index): CompiledRule => {
    const { text, written, isPrefix } = parseSenderPattern(rule.from, `${where}[${index}].from`);
    if (isPrefix) prefixes.push(index);
    else for (const key of [text, written]) if (!exact.has(key)) exact.set(key, index);
    const isRefused = rule.refuse === true;
    if (isRefused && rule.replaceBy !== undefined) {
      throw new RangeError(`${where}[${index}] both refuses and replaces; leave out refuse or replaceBy`);
    }
    return { text, isRefused, replacement: replacementOf(rule.replaceBy, `${where}[${index}].replaceBy`) };
  });
  return { exact, prefixes, rules: compiled };
}

/** The sender that goes on: the same object when no rule changes it; undefined when a rule refuses it. */
export function replaceSender(rules: SenderRules, source: Address): Address | undefined {
  const sender = withoutPlus(source.digits);
  let first = rules.exact.get(sender) ?? rules.rules.length;
  for (const index of rules.prefixes) {
    if (index > first) break;
    if (sender.startsWith(rules.rules[index]?.text ?? '')) {
      first = index;
      break;
    }
  }
  const rule = rules.rules[first];
  if (rule === undefined) return source;
  return rule.isRefused ? undefined : (rule.replacement ?? source);
}

function replacementOf(text: string | undefined, where: string): Address | undefined {
  if (text === undefined) return undefined;
  const address = addressOf(text);
  if (address.digits.length > maxAddressCharacters) {
    throw new RangeError(
      `${where}: "${text}" is too long; a sender has at most ${maxAddressCharacters} characters`,
    );
  }
  return address;
}
