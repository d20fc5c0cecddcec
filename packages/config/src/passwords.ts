/** Passwords of accounts, hashed once: a reload hashes only those that are new. */
import { createHmac, randomBytes } from 'node:crypto';

/** The hash of a password, as @chappe/gateway takes it. */
export type HashPassword = (password: string) => Promise<string>;

// The threads of the pool; each hash takes one of them and 16 MiB.
const atOnce = 4;
const keyOctets = 32;

/** Hashes of passwords, kept as long as a configuration has them. */
export class PasswordHashes {
  readonly #hash: HashPassword;
  /** What is kept can be compared in this process only, so that nobody finds passwords in its memory. */
  readonly #key = randomBytes(keyOctets);
  #known: ReadonlyMap<string, string> = new Map();

  constructor(hash: HashPassword) {
    this.#hash = hash;
  }

  /** The hashes for passwords by account, in order. Hashes of others are forgotten. */
  async hashAll(
    passwords: readonly { readonly systemId: string; readonly password: string }[],
  ): Promise<string[]> {
    const kept = new Map<string, string>();
    const hashes: string[] = [];
    for (let from = 0; from < passwords.length; from += atOnce) {
      const part = passwords.slice(from, from + atOnce).map(async ({ systemId, password }) => {
        const mark = createHmac('sha256', this.#key).update(`${systemId}\0${password}`).digest('base64');
        const hash = this.#known.get(mark) ?? (await this.#hash(password));
        kept.set(mark, hash);
        return hash;
      });
      hashes.push(...(await Promise.all(part)));
    }
    this.#known = kept;
    return hashes;
  }
}
