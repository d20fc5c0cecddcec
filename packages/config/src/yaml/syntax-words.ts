/**
 * What is wrong with a text that is no YAML, in our words: those of the parser may quote what stands there, and with it
 * a password.
 */
import type { ErrorCode } from 'yaml';

/** A sentence and what to do. */
export interface SyntaxWords {
  readonly message: string;
  readonly hint?: string;
}

const words: { readonly [code in ErrorCode]?: SyntaxWords } = {
  BAD_ALIAS: { message: 'this alias has no anchor', hint: 'put text that begins with * into quotes' },
  BAD_COLLECTION_TYPE: { message: 'this tag does not fit what it stands at' },
  BAD_DQ_ESCAPE: {
    message: 'there is no such escape between double quotes',
    hint: 'write \\\\ for a backslash, or use single quotes',
  },
  BAD_INDENT: { message: 'the indentation is wrong, or a bracket is not closed' },
  BAD_SCALAR_START: { message: 'a value cannot begin with this character', hint: 'put it into quotes' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second key: value on one line, or a deeper line that belongs to nothing',
    hint: 'put a value with ": " in it into quotes',
  },
  BLOCK_IN_FLOW: { message: 'between brackets everything is written with brackets' },
  DUPLICATE_KEY: { message: 'this key stands here twice' },
  KEY_OVER_1024_CHARS: { message: 'this key is too long' },
  MISSING_CHAR: { message: 'something is missing: a quote, a colon, a comma or a bracket' },
  MULTILINE_IMPLICIT_KEY: { message: 'a key goes over several lines: is a colon missing?' },
  MULTIPLE_DOCS: { message: 'there is a second document: one file is one configuration' },
  NON_STRING_KEY: { message: 'a key must be a word' },
  TAB_AS_INDENT: { message: 'a tab cannot indent', hint: 'use spaces' },
  TAG_RESOLVE_FAILED: {
    message: 'there are no tags here',
    hint: 'put text that begins with ! into quotes',
  },
  UNEXPECTED_TOKEN: {
    message: 'something stands here that does not belong: is the line before complete?',
    hint: 'put values with special characters into quotes',
  },
};

/** The words for a code. */
export function syntaxWords(code: ErrorCode): SyntaxWords {
  return words[code] ?? { message: 'this is no YAML' };
}
