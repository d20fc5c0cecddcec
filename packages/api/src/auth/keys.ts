/** Keys of callers against the hashes that are known: never kept, compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Gateway, GatewaySettings } from '@chappe/gateway';
import type { Caller } from './caller.ts';
import type { IsProxy } from './caller-address.ts';

/** Keys of those who run it. */
export interface AuthOptions {
  /** SHA-256 of each, in hexadecimal. */
  readonly adminKeyHashes: readonly string[];
  /** Which peers are proxies whose `X-Forwarded-For` is believed; default none. */
  readonly isProxy?: IsProxy | undefined;
}

// Ours have some forty characters.
const maxKeyCharacters = 1_024;

/** All keys: those of the admins are given at the start, those of accounts follow the settings. */
export class Keys {
  readonly #gateway: Gateway;
  readonly #admins: readonly Buffer[];
  #settings: GatewaySettings | undefined;
  #accounts: ReadonlyMap<string, string> = new Map();

  constructor(gateway: Gateway, { adminKeyHashes }: AuthOptions) {
    this.#gateway = gateway;
    this.#admins = adminKeyHashes.map((hash) => Buffer.from(hash, 'hex'));
  }

  /** Whose key it is, by its hash; undefined: nobody's. */
  callerOf(hash: Buffer): Caller | undefined {
    // All of them, always: how long it takes says nothing about which one is near.
    const isAdmin = this.#admins.reduce((found, admin) => isSame(admin, hash) || found, false);
    if (isAdmin) return { kind: 'admin' };
    // What is looked up is a hash of what the caller sent, so its place in the map tells nothing of a key.
    const name = this.#byHash().get(hash.toString('hex'));
    return name === undefined ? undefined : { kind: 'account', name };
  }

  #byHash(): ReadonlyMap<string, string> {
    const { settings } = this.#gateway;
    if (settings !== this.#settings) {
      this.#settings = settings;
      this.#accounts = new Map(
        settings.accounts.flatMap(({ systemId, apiKeyHash }) =>
          apiKeyHash === undefined ? [] : [[apiKeyHash.toLowerCase(), systemId] as const],
        ),
      );
    }
    return this.#accounts;
  }
}

/** The hash of a key; undefined for what can be none. */
export function hashOfKey(key: string): Buffer | undefined {
  if (key === '' || key.length > maxKeyCharacters) return undefined;
  return createHash('sha256').update(key).digest();
}

function isSame(known: Buffer, hash: Buffer): boolean {
  return known.length === hash.length && timingSafeEqual(known, hash);
}

/** The key in the headers of a request: `Authorization: Bearer KEY`, or `X-API-Key: KEY`. */
export function keyIn(headers: Readonly<Record<string, string | string[] | undefined>>): string | undefined {
  const { authorization } = headers;
  if (typeof authorization === 'string') {
    const space = authorization.indexOf(' ');
    const scheme = authorization.slice(0, Math.max(0, space)).toLowerCase();
    return scheme === 'bearer' ? authorization.slice(space + 1).trim() : undefined;
  }
  const key = headers['x-api-key'];
  return typeof key === 'string' ? key.trim() : undefined;
}
