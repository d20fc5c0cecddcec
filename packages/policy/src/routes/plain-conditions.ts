/** Conditions that compare: accounts, senders, codings, segments, tags, connectors, keywords. */
import { numberKey } from '@chappe/protocol';
import { type AddressList, filesOf, type ListFile, namesOf, textsOf } from '../lists/list-file.ts';
import { type PrefixEntry, PrefixTrie } from '../lists/prefix-trie.ts';
import type { RouteConditions } from '../settings/conditions.ts';
import { type Condition, conditionOf } from './condition.ts';
import { bareWord, foldWord, maxKeywordCharacters } from './first-word.ts';
import { compilePattern } from './pattern.ts';
import { listed, quoted, shown } from './words.ts';

/** The submitter is one of them. */
export function accountsCondition(accounts: readonly string[]): Condition {
  const holds = compileNames(accounts);
  return conditionOf(
    'accounts',
    ({ facts }) => holds(facts.account),
    ({ facts }) => `${shown(facts.account)} is none of ${listed(accounts)}`,
  );
}

/** The sender is one of them. */
export function fromCondition(list: AddressList): Condition {
  const isNamed = compileSenders(textsOf(list));
  const files = filesOf(list);
  const holds = (sender: string): boolean => isNamed(sender) || files.some((file) => file.has(sender));
  const senders = namesOf(list);
  return conditionOf(
    'from',
    ({ facts }) => holds(facts.source.digits),
    ({ facts }) => `${shown(facts.source.digits)} is none of ${listed(senders)}`,
  );
}

/** The destination begins with one of the prefixes, or with one of the files. */
export function toFilesCondition(prefixes: readonly string[], files: readonly ListFile[]): Condition {
  const trie = new PrefixTrie(prefixes.map((prefix) => [numberKey(prefix), 0]));
  const words = [...prefixes, ...files.map(({ file }) => `file:${file}`)];
  const holds = (digits: string): boolean =>
    trie.longest(numberKey(digits)) >= 0 || files.some((file) => file.has(digits));
  return conditionOf(
    'to',
    ({ facts }) => holds(facts.destination.digits),
    ({ facts }) => `${shown(facts.destination.digits)} begins with none of ${listed(words)}`,
  );
}

/** The coding is one of them; their names in any case. */
export function codingsCondition(codings: readonly string[]): Condition {
  const names = new Set(codings.map((coding) => coding.toLowerCase()));
  return conditionOf(
    'codings',
    ({ facts }) => names.has(facts.coding),
    ({ facts }) => `${shown(facts.coding)} is none of ${listed(codings)}`,
  );
}

/** It takes so many segments. Throws a RangeError when no number can be meant. */
export function segmentsCondition({ min, max }: NonNullable<RouteConditions['segments']>): Condition {
  const least = min ?? 1;
  const most = max ?? Number.POSITIVE_INFINITY;
  if (!(least >= 0)) throw new RangeError(`min ${least}: give a number from 1`);
  if (!(most >= least)) throw new RangeError(`max ${most} is less than min ${least}: no message has so many`);
  const range = max === undefined ? `at least ${least}` : `${least} to ${most}`;
  return conditionOf(
    'segments',
    ({ facts }) => facts.segments >= least && facts.segments <= most,
    ({ facts }) => `${facts.segments} is not ${range}`,
  );
}

/** One of its tags is one of them. */
export function tagsCondition(tags: readonly string[]): Condition {
  const wanted = new Set(tags);
  return conditionOf(
    'tags',
    ({ facts }) => {
      for (const tag of facts.tags) if (wanted.has(tag)) return true;
      return false;
    },
    ({ facts }) => {
      const has = facts.tags.length === 0 ? 'it has none' : `it has ${listed(facts.tags)}`;
      return `${has}, wanted is one of ${listed(tags)}`;
    },
  );
}

/** It came by one of them. */
export function connectorsCondition(connectors: readonly string[]): Condition {
  const names = new Set(connectors);
  return conditionOf(
    'connectors',
    ({ facts }) => names.has(facts.connector),
    ({ facts }) => `${shown(facts.connector)} is none of ${listed(connectors)}`,
  );
}

/** Its first word is one of them, in any case and with or without marks around it. Throws a RangeError on no word. */
export function keywordsCondition(keywords: readonly string[]): Condition {
  const words = new Set<string>();
  for (const keyword of keywords) {
    const word = keyword.trim();
    if (word === '') throw new RangeError('an empty keyword: leave it out, or use text "^$" for empty texts');
    if (/\s/.test(word)) throw new RangeError(`${quoted(word)} is more than one word: use text instead`);
    if (word.length > maxKeywordCharacters) {
      throw new RangeError(
        `${quoted(word)}: a keyword has at most ${maxKeywordCharacters} characters: use text instead`,
      );
    }
    words.add(foldWord(word));
  }
  return conditionOf(
    'keywords',
    ({ word }) => word !== '' && (words.has(foldWord(word)) || words.has(foldWord(bareWord(word)))),
    ({ facts, word }) => {
      const first = facts.text === undefined ? 'octets without text' : quoted(word);
      return `${first} is none of ${listed(keywords)}`;
    },
  );
}

/** True when one of the patterns holds the name. Throws a RangeError on a `*` that is not at the end. */
export function compileNames(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set<string>();
  const beginnings: PrefixEntry[] = [];
  for (const pattern of patterns) {
    const star = pattern.indexOf('*');
    if (star < 0) exact.add(pattern);
    else if (star === pattern.length - 1) beginnings.push([pattern.slice(0, -1), 0]);
    else throw new RangeError(`"${pattern}": * may stand at the end only`);
  }
  if (beginnings.length === 0) return (name) => exact.has(name);
  const trie = new PrefixTrie(beginnings);
  return (name) => exact.has(name) || trie.longest(name) >= 0;
}

/** The same for senders: how a number is written makes no difference, neither in the rule nor in the message. */
export function compileSenders(patterns: readonly string[]): (sender: string) => boolean {
  const holds = compileNames(patterns.map(keyOfPattern));
  return (sender) => holds(numberKey(sender));
}

function keyOfPattern(pattern: string): string {
  return pattern.endsWith('*') ? `${numberKey(pattern.slice(0, -1))}*` : numberKey(pattern);
}

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
