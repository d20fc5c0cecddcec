/** Messages and rules for these tests. */
import type { MessageFacts } from '../../src/facts.ts';
import { type RuleSettings, Rules } from '../../src/routes/rules.ts';
import type { RouteConditions } from '../../src/settings/conditions.ts';
import type { RouteSettings } from '../../src/settings/route.ts';

/** A Monday: 2026-07-20 12:00:00 UTC. */
export const noon = Date.UTC(2026, 6, 20, 12);

/** A message with a plain text, but for what is given. */
export function factsOf(
  given: Omit<Partial<MessageFacts>, 'source' | 'destination'> & {
    readonly from?: string;
    readonly to?: string;
  } = {},
): MessageFacts {
  const { from = 'ACME', to = '447700900123', ...rest } = given;
  return {
    kind: 'mt',
    account: 'acme',
    connector: '',
    source: { ton: 5, npi: 0, digits: from },
    destination: { ton: 1, npi: 1, digits: to },
    text: 'Your code is 1234',
    coding: 'gsm7',
    segments: 1,
    tlvs: [],
    tags: [],
    priority: 0,
    nowMs: noon,
    ...rest,
  };
}

/** Whether one rule with those conditions matches. The explanation must say the same. */
export function matches(conditions: RouteConditions, facts: MessageFacts): boolean {
  const rules = new Rules<RuleSettings>([{ name: 'one', ...conditions }]);
  const isMatch = rules.match(facts) !== undefined;
  const [verdict] = rules.explain(facts);
  if ((verdict?.outcome === 'chosen') !== isMatch) throw new Error(`explained otherwise: ${verdict?.words}`);
  return isMatch;
}

/** The words for the rule that failed. */
export function whyNot(conditions: RouteConditions, facts: MessageFacts): string | undefined {
  const [verdict] = new Rules<RuleSettings>([{ name: 'one', ...conditions }]).explain(facts);
  return verdict?.outcome === 'fails' ? verdict.words : undefined;
}

/** A route to one connector. */
export function routeVia(connector: string, rest: Partial<RouteSettings> = {}): RouteSettings {
  return { name: connector, action: { kind: 'via', groups: [[{ connector }]] }, ...rest };
}
