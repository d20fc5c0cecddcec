/** What zod found, in the words of the API: every flaw with its field and a hint. */
import { nearest } from '@chappe/protocol';
import { z } from 'zod';
import { type Flaw, problemOf } from './problem.ts';

/** Where a value stood in the request. */
export type Place = 'body' | 'query' | 'path';

// Enough to mend a request; a body of thousands of wrong things gets no answer of thousands of lines.
const maxFlaws = 20;
const maxShownCharacters = 64;

/** Checks a value. Throws a `Problem` that lists what is wrong. */
export function check<T>(schema: z.ZodType<T>, value: unknown, place: Place): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  // An unknown name comes first: it is often why another one is missing.
  const isUnknown = ({ code }: Issue): boolean => code === 'unrecognized_keys';
  const sorted = [...issues.filter(isUnknown), ...issues.filter((issue) => !isUnknown(issue))];
  throw problemOf(firstOf(sorted, (issue) => flawsOf(issue, schema, value, place)));
}

/** The first flaws: those beyond are not even worked out. */
function firstOf(issues: readonly Issue[], of: (issue: Issue) => Iterable<Flaw>): readonly Flaw[] {
  const flaws: Flaw[] = [];
  for (const issue of issues) {
    for (const flaw of of(issue)) {
      flaws.push(flaw);
      if (flaws.length === maxFlaws) return flaws;
    }
  }
  return flaws;
}

/** Refuses every key. */
export function checkEmpty(value: unknown, place: Place): void {
  check(z.strictObject({}), value, place);
}

type Issue = z.core.$ZodIssue;

function* flawsOf(issue: Issue, schema: z.ZodType, value: unknown, place: Place): Generator<Flaw> {
  if (issue.code === 'unrecognized_keys') {
    const known = namesIn(schema);
    for (const key of issue.keys) yield unknownFlaw(key, issue.path, known, place);
    return;
  }
  const field = issue.path.length === 0 ? undefined : fieldName(issue.path);
  const isMissing = field !== undefined && valueAt(value, issue.path) === undefined;
  const name = field ?? `the ${place}`;
  if (isMissing) {
    const code = place === 'body' ? 'missing_field' : 'missing_parameter';
    yield { code, detail: `"${field}" is missing`, field };
    return;
  }
  yield {
    code: place === 'body' ? 'invalid_field' : 'invalid_parameter',
    detail: `${field === undefined ? name : `"${name}"`}: ${reason(issue)}`,
    field,
    ...(field === undefined ? { hint: 'send a JSON object' } : {}),
  };
}

function unknownFlaw(key: string, path: Issue['path'], known: readonly string[], place: Place): Flaw {
  const meant = nearest(key, known);
  const shown = key.length > maxShownCharacters ? `${key.slice(0, maxShownCharacters)}...` : key;
  const word = place === 'body' ? 'field' : 'parameter';
  return {
    code: place === 'body' ? 'unknown_field' : 'unknown_parameter',
    detail: `there is no ${word} "${shown}"`,
    field: fieldName([...path, shown]),
    hint: hintOf(meant, known, word),
  };
}

function hintOf(meant: string | undefined, known: readonly string[], word: string): string {
  if (meant !== undefined) return `did you mean "${meant}"?`;
  return known.length === 0 ? `this takes no ${word}s` : `one of ${known.join(', ')}`;
}

function reason(issue: Issue): string {
  return issue.message.replace(/^(Invalid input|Invalid option|Too (big|small)): /, '');
}

/** `to[2]`, `a.b`. */
function fieldName(path: Issue['path']): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}

function valueAt(value: unknown, path: Issue['path']): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[part];
  }
  return at;
}

function namesIn(schema: z.ZodType): readonly string[] {
  const { properties } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.keys(properties ?? {});
}
