/** Values of messages and rules in words, short whatever they are. */

// Enough to know a number or a text by; explanations of many rules stay readable and small.
const maxCharacters = 40;
const maxListed = 5;

/** A value in quotes with its control characters escaped, cut after 40 characters. */
export function quoted(text: string): string {
  return text.length <= maxCharacters
    ? JSON.stringify(text.toWellFormed())
    : `${JSON.stringify(text.slice(0, maxCharacters).toWellFormed())}…`;
}

/** A value as it is; in quotes when it would be misread without. */
export function shown(text: string): string {
  return /^[\p{L}\p{N}+*:_.=-]{1,40}$/u.test(text) ? text : quoted(text);
}

/** The first values and how many more there are: `336, 337 and 12 more`. */
export function listed(values: readonly string[]): string {
  const first = values.slice(0, maxListed).map(shown).join(', ');
  return values.length <= maxListed ? first : `${first} and ${values.length - maxListed} more`;
}
