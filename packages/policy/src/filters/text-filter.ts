/**
 * Texts that are refused, dropped or changed, by patterns of RE2: linear in pattern and text, whatever both
 * contain. All patterns of a list run as one automaton first; only when one of them is there they are looked
 * at one by one.
 */
import { RE2JS, RE2JSException, RE2Set } from 're2js';
import type { TextFilter } from '../settings/filters.ts';
import { parseReplacement, type Replacement, replaceAll } from './replacement.ts';

/** What the patterns say of a text. `rule`: index of the pattern. */
export type TextFinding =
  | { readonly kind: 'reject' | 'drop' | 'too-long'; readonly rule: number }
  | { readonly kind: 'pass'; readonly text: string };

/** Compiled patterns. */
export interface TextRules {
  /**
   * What is to be done; undefined: no pattern is in the text. The patterns are asked in their order, each
   * sees what the replacements before it left. `hit` is called with the index of each pattern that was there.
   * Never throws.
   */
  find(text: string, hit: (rule: number) => void): TextFinding | undefined;
}

// Each is looked at in one automaton of at most 8 MB (re2js) and has a cache of its own.
const maxPatterns = 200;
// A person has written it.
const maxPatternCharacters = 1_000;
// Instructions of the compiled programs: x{1000} is one thousand. They bound the cost of one character.
const maxProgram = 5_000;
const maxPrograms = 20_000;
/**
 * Longest text that is looked at: 255 segments of 153 characters, more than any handset gets. A longer one is
 * refused, not let through unread.
 */
export const maxFilteredCharacters: number = 255 * 153;

interface Rule {
  readonly pattern: RE2JS;
  readonly action: 'reject' | 'drop' | 'replace';
  readonly replacement: Replacement;
}

/**
 * Compiles patterns. Flags: `i` any case, `m` `^` and `$` at line ends, `s` `.` holds line ends too. Throws a
 * RangeError that names `place`, the pattern and where in it the trouble is.
 */
export function compileTextFilters(filters: readonly TextFilter[], place: string): TextRules {
  if (filters.length > maxPatterns) {
    throw new RangeError(`${place}: more than ${maxPatterns} patterns; join some with "|"`);
  }
  const rules = filters.map((filter, index) => compileRule(filter, `${place}[${index}]`));
  const size = rules.reduce((sum, { pattern }) => sum + pattern.programSize(), 0);
  if (size > maxPrograms) throw tooLarge(place);
  // One pattern alone is as fast without.
  const all = filters.length > 1 ? compileAll(filters, place) : undefined;
  return {
    find: (text, hit) => {
      if (rules.length === 0) return undefined;
      if (text.length > maxFilteredCharacters) return { kind: 'too-long', rule: 0 };
      if (all !== undefined && all.match(text).length === 0) return undefined;
      return inOrder(rules, text, hit);
    },
  };
}

function inOrder(
  rules: readonly Rule[],
  original: string,
  hit: (rule: number) => void,
): TextFinding | undefined {
  let text = original;
  for (let rule = 0; rule < rules.length; rule += 1) {
    const { pattern, action, replacement } = rules[rule] as Rule;
    if (!pattern.test(text)) continue;
    hit(rule);
    if (action !== 'replace') return { kind: action, rule };
    const replaced = replaceAll(pattern, replacement, text, maxFilteredCharacters);
    if (replaced === undefined) return { kind: 'too-long', rule };
    text = replaced;
  }
  return text === original ? undefined : { kind: 'pass', text };
}

function compileRule(filter: TextFilter, place: string): Rule {
  const { pattern, action = 'reject', replacement } = filter;
  if (pattern === '') throw new RangeError(`${place}.pattern: is empty and would be in every text`);
  if (pattern.length > maxPatternCharacters) {
    throw new RangeError(`${place}.pattern: has more than ${maxPatternCharacters} characters; split it`);
  }
  if (replacement !== undefined && action !== 'replace') {
    throw new RangeError(
      `${place}.replacement: has no meaning with action "${action}"; use action "replace"`,
    );
  }
  const compiled = compilePattern(pattern, flagsOf(filter.flags ?? '', place), place);
  if (compiled.programSize() > maxProgram) {
    throw new RangeError(`${place}.pattern: "${pattern}" is too large; use smaller counts in {}`);
  }
  return {
    pattern: compiled,
    action,
    replacement: parseReplacement(replacement ?? '', compiled, `${place}.replacement`),
  };
}

function compilePattern(pattern: string, flags: number, place: string): RE2JS {
  try {
    return RE2JS.compile(pattern, flags);
  } catch (error) {
    throw new RangeError(`${place}.pattern: "${pattern}": ${reasonOf(error, pattern)}`, { cause: error });
  }
}

/** The library names the piece of the pattern that it cannot read; we say where that is. */
function reasonOf(error: unknown, pattern: string): string {
  if (!(error instanceof RE2JSException)) return 'cannot be compiled (RE2)';
  const { error: what, input: piece } = error as { error?: string; input?: string | null };
  if (what === undefined) return error.message;
  const at = piece === undefined || piece === null || piece === '' ? -1 : pattern.indexOf(piece);
  return at < 0 ? `${what} (RE2)` : `${what} at character ${at + 1}: "${piece}" (RE2)`;
}

function flagsOf(flags: string, place: string): number {
  let bits = 0;
  for (const flag of flags) {
    if (flag === 'i') bits |= RE2JS.CASE_INSENSITIVE;
    else if (flag === 'm') bits |= RE2JS.MULTILINE;
    else if (flag === 's') bits |= RE2JS.DOTALL;
    else throw new RangeError(`${place}.flags: "${flag}" is not known; there are i, m and s`);
  }
  return bits;
}

function compileAll(filters: readonly TextFilter[], place: string): RE2Set {
  const all = new RE2Set();
  try {
    for (const { pattern, flags = '' } of filters) {
      all.add(flags === '' ? `(?:${pattern})` : `(?${flags}:${pattern})`);
    }
    all.compile();
  } catch (error) {
    throw tooLarge(place, error);
  }
  return all;
}

function tooLarge(place: string, cause?: unknown): RangeError {
  return new RangeError(`${place}: the patterns are too large together; use fewer or smaller ones`, {
    cause,
  });
}
