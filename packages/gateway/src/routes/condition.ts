/** What a compiled condition of a rule is. */
import type { RouteConditions } from '../settings/route.ts';
import type { Reading } from './reading.ts';

/** The name of a condition in the settings. */
export type ConditionField = Exclude<keyof RouteConditions, 'textFlags'>;

/** One condition of one rule. Neither function throws, whatever the message is. */
export interface Condition {
  readonly field: ConditionField;
  /** For every message that the conditions before let through: no words, few allocations. */
  holds(reading: Reading): boolean;
  /** For explanations: why it does not hold, in words with the values; undefined when it holds. */
  failure(reading: Reading): string | undefined;
}

/** A condition made of a test and of the words for when it fails. */
export function conditionOf(
  field: ConditionField,
  holds: (reading: Reading) => boolean,
  words: (reading: Reading) => string,
): Condition {
  return { field, holds, failure: (reading) => (holds(reading) ? undefined : words(reading)) };
}
