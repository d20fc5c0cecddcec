/** The conditions of a rule, compiled: the cheapest first, so that a text is only looked at when all else holds. */
import { type AddressList, filesOf, textsOf } from '../lists/list-file.ts';
import type { RouteConditions } from '../settings/conditions.ts';
import type { TimeZones } from '../time-zone.ts';
import type { Condition, ConditionField } from './condition.ts';
import {
  accountsCondition,
  codingsCondition,
  connectorsCondition,
  fromCondition,
  keywordsCondition,
  segmentsCondition,
  tagsCondition,
  textCondition,
  toFilesCondition,
} from './plain-conditions.ts';
import { timeCondition } from './time-of-day.ts';
import { tlvsCondition } from './tlv-condition.ts';
import { whenCondition } from './when.ts';
import { quoted } from './words.ts';

// SMPP 5.0 4.7.8: the longest address of all PDUs.
const maxPrefixCharacters = 65;

type Compile = (settings: RouteConditions, zones: TimeZones) => Condition | undefined;

// By what they cost: some nanoseconds for the first, some hundred for the last. Prefixes that stand in `to` are only
// checked: the trie answers them before all others. Those in files are looked up.
const compilers: readonly (readonly [ConditionField, Compile])[] = [
  ['to', ({ to }) => to && toCondition(to)],
  ['segments', ({ segments }) => segments && segmentsCondition(segments)],
  ['codings', ({ codings }) => codings && codingsCondition(codings)],
  ['accounts', ({ accounts }) => accounts && accountsCondition(accounts)],
  ['connectors', ({ connectors }) => connectors && connectorsCondition(connectors)],
  ['tags', ({ tags }) => tags && tagsCondition(tags)],
  ['from', ({ from }) => from && fromCondition(from)],
  ['tlvs', ({ tlvs }) => tlvs && tlvsCondition(tlvs)],
  ['time', ({ time }, zones) => time && timeCondition(time, zones)],
  ['keywords', ({ keywords }) => keywords && keywordsCondition(keywords)],
  ['text', ({ text, textFlags }) => (text === undefined ? undefined : textCondition(text, textFlags))],
  ['when', ({ when }) => (when === undefined ? undefined : whenCondition(when))],
];

/** What is wrong with a condition. */
export interface ConditionFlaw {
  readonly field: ConditionField;
  readonly message: string;
}

/**
 * Compiles all conditions but `to`. Those that are wrong are told to `onFlaw` and left out.
 */
export function compileConditions(
  settings: RouteConditions,
  zones: TimeZones,
  onFlaw: (flaw: ConditionFlaw) => void,
): readonly Condition[] {
  const conditions: Condition[] = [];
  for (const [field, compile] of compilers) {
    try {
      const given = settings[field];
      const condition = Array.isArray(given) && given.length === 0 ? never(field) : compile(settings, zones);
      if (condition !== undefined) conditions.push(condition);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      onFlaw({ field, message: error.message });
    }
  }
  return conditions;
}

function toCondition(to: AddressList): Condition | undefined {
  const prefixes = textsOf(to);
  checkPrefixes(prefixes);
  const files = filesOf(to);
  return files.length === 0 ? undefined : toFilesCondition(prefixes, files);
}

function checkPrefixes(prefixes: readonly string[]): void {
  for (const prefix of prefixes) {
    if (prefix.endsWith('*')) {
      throw new RangeError(`${quoted(prefix)}: prefixes need no * at their end, leave it out`);
    }
    if (prefix.length > maxPrefixCharacters) {
      throw new RangeError(
        `${quoted(prefix)} is longer than any address: at most ${maxPrefixCharacters} characters`,
      );
    }
  }
}

/** Of a list, one must hold: of an empty one, none can. */
function never(field: ConditionField): Condition {
  return { field, holds: () => false, failure: () => 'its list is empty, so nothing matches' };
}
