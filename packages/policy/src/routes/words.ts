/** Values of messages and rules in words, short whatever they are. */
import type { RouteAction, Target } from '../settings/route.ts';

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

/** `op-a 70, op-c 30; else op-b`, `rejected with 0x45`, `dropped`, `held`. The same words mean the same way. */
export function wayOf(action: RouteAction): string {
  switch (action.kind) {
    case 'via':
      return action.groups.map(groupWords).join('; else ');
    case 'reject':
      return `rejected with 0x${action.status.toString(16)}`;
    case 'drop':
      return 'dropped';
    case 'hold':
      return 'held';
  }
}

function groupWords(group: readonly Target[]): string {
  // A single target takes all, whatever its weight.
  if (group.length === 1) return group[0]?.connector ?? '';
  return group.map(({ connector, weight }) => `${connector} ${weight ?? 1}`).join(', ');
}
