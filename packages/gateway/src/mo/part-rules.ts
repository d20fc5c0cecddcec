/** Which rule is right for a message: its segments come one by one, but rules speak of the whole. */
import type { MessageFacts, MoRouteSettings } from '@chappe/policy';
import type { MoContext, MoRules } from './context.ts';

/**
 * The rules by which single segments are held back: a text is only known once it is whole, so conditions on texts are
 * left out. A rule with such conditions holds what it might match; one that would pass it on as it came says nothing.
 * Once the message is whole the rules themselves decide.
 */
export function partRules(rules: readonly MoRouteSettings[]): MoRouteSettings[] {
  return rules.flatMap((rule) => {
    const { text, textFlags: _flags, keywords, when, ...rest } = rule;
    if (text === undefined && keywords === undefined && when === undefined) return [rule];
    return rule.reassemble === true ? [rest] : [];
  });
}

/**
 * The first rule that matches. `hasHead`: whether the text begins where the message does; if not, its first word is no
 * keyword. Never throws: a rule that fails counts as no rule, so that the message is kept.
 */
export function ruleFor(
  facts: MessageFacts,
  hasHead: boolean,
  rules: MoRules,
  onError: MoContext['onError'],
): MoRouteSettings | undefined {
  try {
    const rule = rules.match(facts);
    if (hasHead || rule?.keywords === undefined) return rule;
    return rules.match({ ...facts, text: undefined });
  } catch (error) {
    onError(error, 'rules for messages from handsets');
    return undefined;
  }
}
