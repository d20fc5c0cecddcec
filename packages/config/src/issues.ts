/** What zod found, in our words. */
import type { z } from 'zod';
import type { Path } from './flaw.ts';
import { missing, UnknownWord, unread } from './schema/field.ts';
import { meantKey } from './suggestion.ts';

/** One thing that is wrong with a value. */
export interface IssueFlaw {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly path: Path;
  /** What is wrong is the key at the end of the path, not its value. */
  readonly isKey?: true;
  /** There is no such key: whatever stands there may be a mistyped secret. */
  readonly isUnknownKey?: true;
}

type Issue = z.core.$ZodIssue;

// A file shows two hundred of them, in the order of its lines.
const maxFlaws = 5_000;
const maxSuggestions = 200;
// Longer lists say nothing at a glance.
const maxListed = 12;

/**
 * The first flaws of issues, at most `most`, unknown keys before others: they are often why something is missing. What
 * is beyond is not worked out, and suggestions are looked for in the first ones only: looking is what takes time. `has`:
 * whether there is a value at a path.
 */
export function flawsOfIssues(
  issues: readonly Issue[],
  has: (path: Path) => boolean,
  most: number = maxFlaws,
): IssueFlaw[] {
  const flaws: IssueFlaw[] = [];
  const sorted = [...issues.filter(isOfUnknownKeys), ...issues.filter((issue) => !isOfUnknownKeys(issue))];
  for (const issue of sorted) {
    if (isUnread(issue)) continue;
    for (const { suggest, ...flaw } of flawsOf(issue, [], has)) {
      const hint = flaws.length < maxSuggestions ? suggest?.() : undefined;
      flaws.push(hint === undefined ? flaw : { ...flaw, hint });
      if (flaws.length === most) return flaws;
    }
  }
  return flaws;
}

function isOfUnknownKeys({ code }: Issue): boolean {
  return code === 'unrecognized_keys';
}

/** A flaw whose hint is still to be looked for. */
interface Found extends IssueFlaw {
  readonly suggest?: () => string | undefined;
}

function* flawsOf(issue: Issue, before: Path, has: (path: Path) => boolean): Generator<Found> {
  const path: Path = [...before, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') {
    // See `section`: the message has the keys that there are.
    const known = issue.message.split(' ');
    for (const key of issue.keys) yield unknownKey(key, [...path, key], known);
    return;
  }
  if (issue.code === 'invalid_union') {
    const branch = meantBranch(issue.errors);
    if (branch === undefined) yield has(path) ? { message: issue.message, path } : missingKey(path);
    else for (const inner of branch) if (!isUnread(inner)) yield* flawsOf(inner, path, has);
    return;
  }
  if (issue.code === 'invalid_key') {
    const [first] = issue.issues;
    const message = first?.message ?? 'this key cannot be';
    yield { message, suggest: () => hintOf(first), path, isKey: true };
  } else if (isMissing(issue) || !has(path)) yield missingKey(path);
  else if (issue.code === 'invalid_type') yield { message: expectedText(issue.expected), path };
  else yield { message: issue.message, suggest: () => hintOf(issue), path };
}

function unknownKey(key: string, path: Path, known: readonly string[]): Found {
  const suggest = (): string | undefined => {
    const meant = meantKey(key, known);
    const list = known.length <= maxListed ? `one of ${known.join(', ')}` : undefined;
    return meant === undefined ? list : `did you mean "${meant}"?`;
  };
  const message = `there is no key "${shortened(key)}" here`;
  return { message, suggest, path, isKey: true, isUnknownKey: true };
}

function missingKey(path: Path): IssueFlaw {
  const name = path.at(-1);
  return { message: typeof name === 'string' ? `"${name}" is missing` : 'a value is missing', path };
}

function isUnread(issue: Issue): boolean {
  return issue.code === 'custom' && issue.params?.isUnread === unread.isUnread;
}

function isMissing(issue: Issue): boolean {
  return issue.code === 'custom' && issue.params?.isMissing === missing.isMissing;
}

function hintOf(issue: Issue | undefined): string | undefined {
  const error: unknown = issue?.code === 'custom' ? issue.params?.error : undefined;
  const near = error instanceof UnknownWord ? error.near : undefined;
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

function expectedText(expected: string): string {
  if (expected === 'array') return 'expected a list';
  return expected === 'string' ? 'expected a single value' : 'expected keys and values';
}

/**
 * Of the ways to write a value, the one that was meant: its form fits (single value, list, keys), its keys are known,
 * and the least is wrong with it. Undefined: it is none of them.
 */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const ofForm = branches.filter((branch) => !branch.some(isOtherForm));
  const ofKeys = ofForm.filter((branch) => !branch.some(isOtherKeys));
  let best: readonly Issue[] | undefined;
  for (const branch of ofKeys.length > 0 ? ofKeys : ofForm) {
    if (best === undefined || branch.length < best.length) best = branch;
  }
  return best;
}

function isOtherForm(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return meantBranch(issue.errors) === undefined;
  // A list of none is a form of its own where that means something.
  return issue.code === 'invalid_type' || issue.code === 'too_big' || isMissing(issue);
}

function isOtherKeys(issue: Issue): boolean {
  return issue.code === 'unrecognized_keys' && issue.path.length === 0;
}

const maxShown = 64;

function shortened(text: string): string {
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text;
}
