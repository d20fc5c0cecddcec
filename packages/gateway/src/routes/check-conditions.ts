/** What can be wrong with the conditions of any rule. */
import { textCodings, withoutPlus } from '@chappe/protocol';
import type { RouteConditions } from '../settings/route.ts';
import type { ConditionField } from './condition.ts';
import { compileConditions } from './conditions.ts';
import type { FlawSink } from './flaw.ts';
import { TimeZones } from './time-zone.ts';
import { quoted } from './words.ts';

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
