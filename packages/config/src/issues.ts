/** What zod found, in our words. */
import type { z } from 'zod';
import { missing } from './schema/field.ts';
import { meantKey } from './suggestion.ts';
import type { Path } from './yaml/tree.ts';

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

// Longer lists say nothing at a glance.
const maxListed = 12;

/** Flaws of issues. `has`: whether there is a value at a path. */
export function flawsOfIssues(issues: readonly Issue[], has: (path: Path) => boolean): IssueFlaw[] {
  return issues.flatMap((issue) => flawsOf(issue, [], has));
}

function flawsOf(issue: Issue, before: Path, has: (path: Path) => boolean): IssueFlaw[] {
  const path: Path = [...before, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') {
    // See `section`: the message has the keys that there are.
    const known = issue.message.split(' ');
    return issue.keys.map((key) => unknownKey(key, [...path, key], known));
  }
  if (issue.code === 'invalid_union') {
    const branch = meantBranch(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => flawsOf(inner, path, has));
    return has(path) ? [{ message: issue.message, path }] : [missingKey(path)];
  }
  if (issue.code === 'invalid_key') {
    const [first] = issue.issues;
    return [{ message: first?.message ?? 'this key cannot be', hint: hintOf(first), path, isKey: true }];
  }
  if (isMissing(issue) || !has(path)) return [missingKey(path)];
  if (issue.code === 'invalid_type') return [{ message: expectedText(issue.expected), path }];
  return [{ message: issue.message, hint: hintOf(issue), path }];
}

function unknownKey(key: string, path: Path, known: readonly string[]): IssueFlaw {
  const meant = meantKey(key, known);
  const list = known.length <= maxListed ? `one of ${known.join(', ')}` : undefined;
  const hint = meant === undefined ? list : `did you mean "${meant}"?`;
  return { message: `there is no key "${shortened(key)}" here`, hint, path, isKey: true, isUnknownKey: true };
}

function missingKey(path: Path): IssueFlaw {
  const name = path.at(-1);
  return { message: typeof name === 'string' ? `"${name}" is missing` : 'a value is missing', path };
}

function isMissing(issue: Issue): boolean {
  return issue.code === 'custom' && issue.params?.isMissing === missing.isMissing;
}

function hintOf(issue: Issue | undefined): string | undefined {
  const near: unknown = issue?.code === 'custom' ? issue.params?.near : undefined;
  return typeof near === 'string' ? `did you mean "${near}"?` : undefined;
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
