/** Entries in the shape of the configuration file: from YAML, or from `key=value` words. Single values stay texts. */
import { isScalar, LineCounter, type Pair, parseDocument, visit } from 'yaml';
import { usage } from '../failure.ts';

/** A value of an entry: what it means is the server's affair, so that 0.10 and 007 stay what they are. */
export type EntryValue = string | readonly EntryValue[] | Entry;

/** An entry, or a part of one. */
export interface Entry {
  readonly [key: string]: EntryValue;
}

// An entry with a list of prefixes in it; a list of a whole country stands in the file of the server.
const maxCharacters = 16 * 1024 * 1024;
const maxAliases = 100;

/** Keys whose values nobody else shall see. */
const secretKeys: ReadonlySet<string> = new Set(['password', 'apiKey', 'secret', 'key']);

/** Whether values of the key are secrets. */
export function isSecretKey(key: string): boolean {
  return secretKeys.has(key);
}

function isEmptyPair({ value }: Pair): boolean {
  if (value === null) return true;
  if (!isScalar(value) || value.type !== 'PLAIN') return false;
  return value.value === null || ['', '~', 'null'].includes(String(value.value));
}

/** What a text in YAML says. Throws a `Failure` with its place. */
export function readYaml(text: string, where: string): unknown {
  if (text.length > maxCharacters) throw usage(`${where} is too long for an entry`);
  const lines = new LineCounter();
  // The failsafe schema has no numbers.
  const options = { schema: 'failsafe', lineCounter: lines, prettyErrors: false, logLevel: 'error' } as const;
  const document = parseDocument(text, options);
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw usage(`${where}:${line}:${col}: ${error.message}`, 'is that YAML, or JSON?');
  }
  // A key without a value is as if it were not there, as in the file.
  visit(document, { Pair: (_, pair) => (isEmptyPair(pair) ? visit.REMOVE : undefined) });
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (failure) {
    throw usage(`${where}: ${(failure as Error).message}`);
  }
}

/** Values that stand for variables are filled in where a file of the server is read, and nowhere else. */
function checkVariables(value: EntryValue, path: string): void {
  if (typeof value === 'string') {
    if (!/^\$\{\w+(?::-[^}]*)?\}$/.test(value)) return;
    throw usage(
      `${path}: ${value} stands for a variable, which only the file of \`chappe serve\` can name`,
      'give the value itself; a password can be given as -, then it is asked for',
    );
  }
  for (const [key, inner] of Object.entries(value))
    checkVariables(inner, path === '' ? key : `${path}.${key}`);
}

/** Whether it is keys and values. */
export function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One entry from a text in YAML (JSON is YAML too). `where`: the name of the file. Throws a `Failure`. */
export function readEntry(text: string, where: string): Entry {
  const value = readYaml(text, where);
  if (!isEntry(value)) {
    throw usage(`${where} holds no entry`, 'one entry is expected, its keys at the top: no list, no section');
  }
  checkVariables(value, '');
  return value;
}

/** A value as it is typed: `[a, b]` and `{a: 1}` are YAML, everything else is a text. */
function readValue(text: string, key: string): EntryValue {
  if (!/^\s*[[{]/.test(text)) return text;
  const value = readYaml(text, key) as EntryValue;
  checkVariables(value, key);
  return value;
}

/** The entry with the value at the path; undefined takes it away. */
function withValue(entry: Entry, path: readonly string[], value: EntryValue | undefined): Entry {
  const [key = '', ...rest] = path;
  const inner = Object.hasOwn(entry, key) ? entry[key] : undefined;
  const next = rest.length === 0 ? value : withValue(isEntry(inner) ? inner : {}, rest, value);
  const { [key]: _, ...others } = entry;
  return next === undefined ? others : { ...others, [key]: next };
}

/**
 * An entry with some values set: `binds=2`, `dlr.messageId=hex`, `allowFrom=[10.0.0.0/8]`; a key given twice makes a
 * list, one without value is taken away. Throws a `Failure`.
 */
export function withPairs(entry: Entry, pairs: readonly string[]): Entry {
  const given = new Map<string, EntryValue | undefined>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const key = pair.slice(0, at);
    if (at < 1 || !/^[A-Za-z0-9][\w-]*(\.[A-Za-z0-9][\w-]*)*$/.test(key))
      throw usage(
        `${JSON.stringify(at < 1 ? pair : key)} is no key=value`,
        'as in binds=2 dlr.messageId=hex',
      );
    const text = pair.slice(at + 1);
    if (isSecretKey(key.slice(key.lastIndexOf('.') + 1)) && text !== '-' && text !== '') {
      throw usage(
        `${key}: other users can see what stands on a command line`,
        `write ${key}=- and it is asked for, or give it in a file with -f`,
      );
    }
    const value = text === '' ? undefined : readValue(text, key);
    const before = given.get(key);
    if (before === undefined || value === undefined) given.set(key, value);
    else given.set(key, Array.isArray(before) ? [...before, value] : [before, value]);
  }
  let next = entry;
  for (const [key, value] of given) next = withValue(next, key.split('.'), value);
  return next;
}
