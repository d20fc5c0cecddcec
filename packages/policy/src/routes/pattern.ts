/** Regular expressions of operators on texts of peers: RE2, whose time grows with the text only, whatever both contain. */
import { RE2JS, RE2JSException } from 're2js';
import { quoted } from './words.ts';

// A list of some hundred words fits; larger ones make automata that are slow to build.
const maxPatternCharacters = 10_000;

/**
 * Compiles a regular expression. `flags`: `i` any case, `s` a dot holds line ends, `m` ^ and $ hold at line ends.
 * Throws a RangeError that says what is wrong with it.
 */
export function compilePattern(pattern: string, flags = ''): RE2JS {
  if (pattern.length > maxPatternCharacters) {
    throw new RangeError(
      `a pattern of ${pattern.length} characters: at most ${maxPatternCharacters}, make it several rules`,
    );
  }
  let bits = 0;
  for (const flag of flags) {
    if (flag === 'i') bits |= RE2JS.CASE_INSENSITIVE;
    else if (flag === 's') bits |= RE2JS.DOTALL;
    else if (flag === 'm') bits |= RE2JS.MULTILINE;
    else throw new RangeError(`flag ${quoted(flag)} is not known: there are i, m and s`);
  }
  try {
    return RE2JS.compile(pattern, bits);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new RangeError(
      `${quoted(pattern)} is no regular expression of RE2: ${error.message}; it has no lookaround and no backreferences`,
      { cause: error },
    );
  }
}
