/** Commands with verbs: `chappe account ls`, `chappe account suspend acme`. */
import { nearest } from '@chappe/protocol';
import type { Run } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import { type ApiCall, callApi } from '../http-api.ts';
import type { ApiValues } from '../settings/http.ts';
import { listOf, objectOf, type Shown } from './show.ts';

/** One verb of a command. */
export interface Verb<V> {
  /** What comes after it, as a person reads it: `NAME [key=value...]`. */
  readonly words: string;
  /** How many words that are, at least and at most. */
  readonly least: number;
  readonly most: number;
  /** Does it; `words` are those after the verb. */
  readonly run: (run: Run<V>, words: readonly string[]) => Promise<ExitCode>;
}

/** Verbs by name, in the order of help. */
export type Verbs<V> = { readonly [name: string]: Verb<V> };

/** A verb without words. */
export function plain<V>(run: Verb<V>['run']): Verb<V> {
  return { words: '', least: 0, most: 0, run };
}

/** A verb for one thing, by its name. */
export function named<V>(words: string, run: Verb<V>['run']): Verb<V> {
  return { words, least: 1, most: 1, run };
}

/** A verb with at least one word. */
export function several<V>(words: string, run: Verb<V>['run']): Verb<V> {
  return { words, least: 1, most: Number.POSITIVE_INFINITY, run };
}

function helpOf<V>(command: string, verbs: Verbs<V>): string {
  const forms = Object.entries(verbs).map(([name, { words }]) => `${name} ${words}`.trim());
  return `chappe ${command} ${forms.join(' | ')}`;
}

/** Runs the verb that the words begin with; without any the first one, where that needs no words. */
export async function runVerb<V>(command: string, verbs: Verbs<V>, run: Run<V>): Promise<ExitCode> {
  const [first = ''] = Object.keys(verbs);
  const [name = verbs[first]?.least === 0 ? first : undefined, ...words] = run.words;
  if (name === undefined) throw usage('which of its verbs?', helpOf(command, verbs));
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) {
    const near = nearest(name, Object.keys(verbs));
    const meant = near === undefined ? '' : `: did you mean ${near}?`;
    throw usage(`${command} has no verb ${JSON.stringify(name)}${meant}`, helpOf(command, verbs));
  }
  if (words.length < verb.least || words.length > verb.most) {
    const what = words.length < verb.least ? `${verb.words} is missing` : 'there are too many words';
    throw usage(what, `chappe ${command} ${name} ${verb.words}`.trim());
  }
  return await verb.run(run, words);
}

/** Calls the API with what every command has. */
export async function ask(run: Run<ApiValues>, call: Omit<ApiCall, 'timeoutMs'>): Promise<unknown> {
  return await callApi(run.values, { ...call, timeoutMs: run.values.timeoutMs }, run.signal);
}

// The largest page of every list, and as many pages as a server has accounts and sessions at most.
const pageLimit = '1000';
const maxPages = 100;

/** All of a list that comes page by page. */
export async function askAll(
  run: Run<ApiValues>,
  path: string,
  name: string,
  query: ApiCall['query'] = {},
): Promise<readonly Shown[]> {
  const rows: Shown[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const answer = await ask(run, { path, query: { ...query, limit: pageLimit, cursor } });
    rows.push(...listOf(answer, name));
    const { next } = objectOf(answer);
    if (typeof next !== 'string') break;
    cursor = next;
  }
  return rows;
}

/** A part of a path. */
export function part(name: string): string {
  // A dot alone, or two, would be taken for folders.
  if (/^\.{1,2}$/.test(name) || name === '') throw usage(`${JSON.stringify(name)} is no name`);
  return encodeURIComponent(name);
}
