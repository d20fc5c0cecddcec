/** What is around an entry while it is read: the names that others have, and files. */
import type { ListFile, ListFileKind } from '@chappe/policy';
import type { CheckEntry } from '../list-files.ts';
import type { KnownNames } from './known-names.ts';
import type { MoForms } from './mo-forms.ts';

/** Given to all schemas. */
export interface ReadContext {
  readonly known: KnownNames;
  /** What rules for messages from handsets may do. */
  readonly actions: MoForms;
  /**
   * Reads a file named in the configuration. Undefined where files cannot be named: who sends entries over the network
   * must not make us read any.
   */
  readonly readFile: ((path: string) => string) | undefined;
  /** The entries of a file, compiled; undefined as `readFile`. Throws a `TypeError` that names wrong lines. */
  readonly listFile: ((name: string, kind: ListFileKind, check: CheckEntry) => ListFile) | undefined;
}

/** The world of an entry that stands alone: no files, and these names. */
export function withoutFiles(known: KnownNames, actions: MoForms): ReadContext {
  return { known, actions, readFile: undefined, listFile: undefined };
}

const noFiles = 'no files can be named here: give the value itself';

const fileMark = 'file:';
// A key with its chain has some thousands.
const maxSecretLength = 65_536;

/** A text file. Throws a `TypeError` that names it, never what is in it. */
export function fileText(path: string, { readFile }: ReadContext): string {
  if (readFile === undefined) throw new TypeError(noFiles);
  try {
    return readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TypeError(`${path} cannot be read${code === undefined ? '' : `: ${code}`}`);
  }
}

/** A secret: its text, or `file:/run/secrets/name` for that of a file, without the line end. Never empty. */
export function secret(world: ReadContext): (text: string) => string {
  return (text) => {
    const isFile = text.startsWith(fileMark);
    const value = isFile ? fileText(text.slice(fileMark.length), world).replace(/\r?\n$/, '') : text;
    if (isFile && value.includes('\ufffd'))
      throw new TypeError('this file is no UTF-8: it may be in Latin-1; save it as UTF-8');
    if (value === '') throw new TypeError(isFile ? 'this file is empty' : 'this is empty');
    if (value.length > maxSecretLength) throw new TypeError('this is too long');
    return value;
  };
}

/** A PEM text: as it stands, or of a file. */
export function pem(world: ReadContext): (text: string) => string {
  return (text) => {
    const value = text.trimStart().startsWith('-----BEGIN')
      ? text
      : fileText(text.replace(/^file:/, ''), world);
    if (value.includes('-----BEGIN')) return value;
    throw new TypeError('expected a PEM file');
  };
}

/** The entries of a file as tables. Throws a `TypeError` that names the file and wrong lines. */
export function tableOfFile(
  name: string,
  kind: ListFileKind,
  { listFile }: ReadContext,
  check: CheckEntry,
): ListFile {
  if (listFile === undefined) throw new TypeError(noFiles);
  return listFile(name, kind, check);
}

// Names of accounts, and numbers that are given to them.
const maxLines = 100_000;
const maxFlaws = 5;

/** Lines of a list in a file, without comments (`#`) and empty ones. Throws a `TypeError` that names wrong lines. */
export function fileLines<T>(path: string, world: ReadContext, read: (line: string) => T): T[] {
  const lines = fileText(path, world).split(/\r?\n/);
  // The end of the last line begins none.
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > maxLines) throw new TypeError(`${path} has more than ${maxLines} lines`);
  const values: T[] = [];
  const wrong: string[] = [];
  lines.forEach((line, index) => {
    const text = line.replace(/#.*$/, '').trim();
    if (text === '') return;
    try {
      values.push(read(text));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      wrong.push(`line ${index + 1}: ${error.message}`);
    }
  });
  if (wrong.length === 0) return values;
  const more = wrong.length > maxFlaws ? `; and ${wrong.length - maxFlaws} lines more` : '';
  throw new TypeError(`${path} ${wrong.slice(0, maxFlaws).join('; ')}${more}`);
}
