/**
 * Hashes of passwords. At rest: scrypt, written as `scrypt$N$r$p$salt$hash` with base64url for the last two. In memory
 * only, of passwords that stand in clear in a file: their HMAC under a key that lives and dies with this process, written
 * as `process$salt$hash`.
 */
import { createHmac, randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';

/** Work of one scrypt run: 128 * N * r octets of memory, N * r * p steps. */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** A password hash taken apart. */
export interface PasswordHash {
  /** As it was written. */
  readonly text: string;
  /** Undefined: no scrypt, but the key of this process. */
  readonly cost: ScryptCost | undefined;
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

/** Runs scrypt, off the event loop. Rejects when there is no memory for it. */
export type Derive = (
  password: string,
  salt: Uint8Array,
  octets: number,
  cost: ScryptCost,
) => Promise<Uint8Array>;

/** 16 MiB and some 50 ms for each guess: the values of the scrypt paper for interactive logins. */
export const defaultCost: ScryptCost = { N: 16_384, r: 8, p: 1 };
/**
 * A sixteenth of that, for passwords that a generator has made: there is no list of likely ones to try, so what they need
 * is no slowness but that all who come back at once are let in soon. Eight characters of 56 are 46 bits.
 */
const generatedCost: ScryptCost = { N: 1_024, r: 8, p: 1 };
const keyOctets = 32;
const saltOctets = 16;

// A hash comes from a file or over the API: what it asks for must not stall the pool of threads or eat the memory.
const leastN = 1_024;
const maxN = 131_072;
const maxR = 32;
const maxP = 16;
// Eight times the default: half a second.
const maxSteps = 8 * 16_384 * 8;
// Four run at a time.
const maxMemoryOctets = 64 * 1024 * 1024;
const maxTextCharacters = 256;
const processMark = 'process';
const processKey = randomBytes(keyOctets);

/**
 * Hashes a new password with a fresh salt. The result goes into `AccountSettings.passwordHash`. `derive`: scrypt, for
 * tests. `cost`: less only for passwords that a generator has made.
 */
export async function hashPassword(
  password: string,
  derive: Derive = scryptInPool,
  cost: ScryptCost = defaultCost,
): Promise<string> {
  const salt = new Uint8Array(randomBytes(saltOctets));
  const { N, r, p } = cost;
  const key = await derive(password, salt, keyOctets, cost);
  return `scrypt$${N}$${r}$${p}$${base64url(salt)}$${base64url(key)}`;
}

// Without those that are taken for one another when they are read out: 0 O, 1 I l, o.
const passwordLetters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
// SMPP 3.4 5.2.2: 9 octets with the NUL, which is what the peers of all customers can send.
const generatedCharacters = 8;

/** A random password, and its hash, which is checked with a sixteenth of the work that others take. */
export async function generatePassword(): Promise<{ readonly password: string; readonly hash: string }> {
  const letters = Array.from(
    { length: generatedCharacters },
    () => passwordLetters[randomInt(passwordLetters.length)] ?? '',
  );
  const password = letters.join('');
  return { password, hash: await hashPassword(password, scryptInPool, generatedCost) };
}

/**
 * Hashes a password that is known in clear as long as it is used: it stands in a file that this process has read. Costs
 * next to nothing, as does every check; good in this process only, so it is never to be written anywhere.
 */
export function hashForProcess(password: string): string {
  const salt = new Uint8Array(randomBytes(saltOctets));
  return `${processMark}$${base64url(salt)}$${base64url(processHash(password, salt))}`;
}

/** Whether the password is the one that was hashed with `hashForProcess`. */
export function matchesAtOnce(password: string, { salt, key }: PasswordHash): boolean {
  const given = processHash(password, salt);
  return given.length === key.length && timingSafeEqual(given, key);
}

/** Whether the password is the one that was hashed. False for a text that is no hash. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const parsed = parsePasswordHash(hash);
  return parsed !== undefined && (await matches(password, parsed, scryptInPool));
}

/** Derives and compares in constant time. */
export async function matches(password: string, hash: PasswordHash, derive: Derive): Promise<boolean> {
  if (hash.cost === undefined) return matchesAtOnce(password, hash);
  const key = await derive(password, hash.salt, hash.key.length, hash.cost);
  return key.length === hash.key.length && timingSafeEqual(key, hash.key);
}

/** Takes a hash apart; undefined when it is none, or asks for too little or too much work. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  if (text.length > maxTextCharacters) return undefined;
  const parts = text.split('$');
  if (parts[0] === processMark && parts.length === 3) {
    const salt = octetsOf(parts[1], saltOctets, saltOctets);
    const key = octetsOf(parts[2], keyOctets, keyOctets);
    return salt === undefined || key === undefined ? undefined : { text, cost: undefined, salt, key };
  }
  if (parts.length !== 6 || parts[0] !== 'scrypt') return undefined;
  const [, N, r, p] = parts.map(wholeNumber);
  if (N === undefined || r === undefined || p === undefined) return undefined;
  const cost = { N, r, p };
  const salt = octetsOf(parts[4], 8, 64);
  const key = octetsOf(parts[5], 16, 64);
  if (!isBearable(cost) || salt === undefined || key === undefined) return undefined;
  return { text, cost, salt, key };
}

/** scrypt in the thread pool of Node. */
export const scryptInPool: Derive = (password, salt, octets, cost) =>
  new Promise((resolve, reject) => {
    // Node's own limit is 32 MiB; what is over the block memory is small.
    const maxmem = 128 * cost.N * cost.r + 128 * cost.r * cost.p + 1024 * 1024;
    scrypt(password, salt, octets, { ...cost, maxmem }, (error, key) => {
      if (error === null) resolve(new Uint8Array(key));
      else reject(error);
    });
  });

function isBearable({ N, r, p }: ScryptCost): boolean {
  const isPowerOfTwo = (N & (N - 1)) === 0;
  if (!isPowerOfTwo || N < leastN || N > maxN || r < 1 || r > maxR || p < 1 || p > maxP) return false;
  return N * r * p <= maxSteps && 128 * N * r <= maxMemoryOctets;
}

function processHash(password: string, salt: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', processKey).update(salt).update(password).digest());
}

function wholeNumber(text: string): number | undefined {
  const value = Number(text);
  // One way of writing a number, so that one hash has one text.
  return Number.isSafeInteger(value) && String(value) === text ? value : undefined;
}

function octetsOf(text: string | undefined, least: number, most: number): Uint8Array | undefined {
  if (text === undefined) return undefined;
  const octets = new Uint8Array(Buffer.from(text, 'base64url'));
  // Buffer skips what is no base64url, so it is written again and compared.
  const isWhole = base64url(octets) === text;
  return isWhole && octets.length >= least && octets.length <= most ? octets : undefined;
}

function base64url(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64url');
}
