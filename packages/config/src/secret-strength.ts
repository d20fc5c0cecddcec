/** Passwords and keys that are guessed before the guessing is slowed down, or soon after; and keys that two have. */
import type { Flaw, Path } from './flaw.ts';
import type { ReadSections } from './schema/config-schema.ts';
import { type ReadContext, secret } from './schema/read-context.ts';
import { type Placed, placedAt } from './yaml/tree.ts';

// SMPP 3.4 5.2.2 has room for eight.
const leastPassword = 5;
const leastPasswordCharacters = 4;
const leastKeyCharacters = 8;
/** What is tried first, in small letters. */
const common: ReadonlySet<string> = new Set([
  ...[
    'password',
    'passwort',
    'passw0rd',
    'secret',
    'letmein',
    'welcome',
    'changeme',
    'default',
    'smppclient',
  ],
  ...[
    'smppuser',
    'smsc',
    'smpp',
    'admin',
    'administrator',
    'root',
    'test',
    'testtest',
    'user',
    'guest',
    'demo',
  ],
  ...['qwerty', 'qwertz', 'azerty', 'abc123', 'password1', 'pass1234', 'admin123', 'test1234'],
]);

/** Why a password of an account is weak; undefined: nothing is known against it. */
export function weakPassword(password: string, systemId: string): string | undefined {
  const small = password.toLowerCase();
  if (password.length < leastPassword) return `it has ${count(password.length, 'character')}`;
  if (small === systemId.toLowerCase()) return 'it is the name of the account';
  if (common.has(small)) return 'it is one of those that are tried first';
  return monotonous(password, leastPasswordCharacters);
}

/** Why a key of the HTTP API is weak; undefined: nothing is known against it. */
export function weakKey(key: string): string | undefined {
  return monotonous(key, leastKeyCharacters);
}

function monotonous(text: string, least: number): string | undefined {
  const characters = new Set(text).size;
  if (characters < least) return `it is made of ${count(characters, 'different character')}`;
  // A text that repeats itself stands in its own double before its end (so a shorter one is all that is to be guessed).
  const period = `${text}${text}`.indexOf(text, 1);
  if (period < text.length) return `it repeats ${count(period, 'character')}`;
  return isRow(text) ? 'its characters stand in a row' : undefined;
}

/** `abcdefgh`, `87654321`: each character is the neighbour of the one before. */
function isRow(text: string): boolean {
  const step = text.charCodeAt(1) - text.charCodeAt(0);
  if (Math.abs(step) !== 1) return false;
  for (let at = 1; at < text.length; at += 1) {
    const isNext = text.charCodeAt(at) - text.charCodeAt(at - 1) === step;
    // 9 is followed by 0 on every keyboard, and by a where digits are hexadecimal.
    const isTurn = text[at - 1] === '9' && (text[at] === '0' || text[at] === 'a');
    if (!isNext && !isTurn) return false;
  }
  return true;
}

/** Warnings about passwords and keys that are given in clear: in the file, by a variable, or in a file of their own. */
export function weakSecrets(root: Placed, world: ReadContext): Flaw[] {
  const read = secret(world);
  const keys = (path: Path): Flaw[] =>
    valuesAt(root, path).flatMap(({ text, at }) => told('a key', weakKey(read(text)), at));
  return [
    ...keys(['http', 'adminKey']),
    ...items(root, ['http', 'keys']).flatMap((path) => keys([...path, 'apiKey'])),
    ...items(root, ['accounts']).flatMap((path): Flaw[] => {
      const name = valuesAt(root, [...path, 'systemId'])[0]?.text ?? '';
      const passwords = valuesAt(root, [...path, 'password']);
      return [
        ...passwords.flatMap(({ text, at }) => told('a password', weakPassword(read(text), name), at)),
        ...keys([...path, 'apiKey']),
      ];
    }),
  ];
}

function items(root: Placed, path: Path): Path[] {
  const list = placedAt(root, path);
  return list?.kind === 'list' ? list.items.map((_, index) => [...path, index]) : [];
}

function told(what: string, weakness: string | undefined, path: Path): Flaw[] {
  if (weakness === undefined) return [];
  return [{ message: `${what} that is easily guessed: ${weakness}`, hint: 'make one at random', path }];
}

function valuesAt(root: Placed, path: Path): { readonly text: string; readonly at: Path }[] {
  const placed = placedAt(root, path);
  if (placed?.kind === 'scalar') return [{ text: placed.text, at: path }];
  if (placed?.kind !== 'list') return [];
  return placed.items.flatMap((item, index) =>
    item.kind === 'scalar' ? [{ text: item.text, at: [...path, index] }] : [],
  );
}

/** Keys that two have: nobody could tell which of them calls. */
export function sharedKeys({ accounts = [], http }: ReadSections): Flaw[] {
  const owners = new Map<string, { readonly words: string; readonly account: string | undefined }>();
  const flaws: Flaw[] = [];
  const add = (hash: string, words: string, account: string | undefined, path: Path): void => {
    const key = hash.toLowerCase();
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, { words, account });
    else if (account === undefined || owner.account !== account) {
      const message = `the key of ${owner.words} is that of ${words} too: who calls could be either`;
      flaws.push({ message, hint: 'give each a key of its own', path });
    }
  };
  for (const hash of new Set(http?.adminKeyHashes)) add(hash, 'an admin', undefined, ['http', 'adminKey']);
  for (const [index, { name, hash, account }] of (http?.keys ?? []).entries())
    add(hash, `"${name}"`, account, ['http', 'keys', index, 'apiKey']);
  for (const [index, { settings }] of accounts.entries()) {
    const { systemId, apiKeyHash } = settings;
    if (apiKeyHash !== undefined)
      add(apiKeyHash, `account "${systemId}"`, systemId, ['accounts', index, 'apiKey']);
  }
  return flaws;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
