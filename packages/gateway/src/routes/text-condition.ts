/** The condition that a text contains a match of a regular expression. */
import { type Condition, conditionOf } from './condition.ts';
import { compilePattern } from './pattern.ts';
import { quoted } from './words.ts';

/** The text contains a match; octets never do. Throws a RangeError on a pattern that is none. */
export function textCondition(pattern: string, flags: string | undefined): Condition {
  const compiled = compilePattern(pattern, flags);
  return conditionOf(
    'text',
    ({ facts }) => facts.text !== undefined && compiled.test(facts.text),
    ({ facts }) =>
      facts.text === undefined
        ? 'octets without text'
        : `no match of ${quoted(pattern)}${flags ?? ''} in ${quoted(facts.text)}`,
  );
}
