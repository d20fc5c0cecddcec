/** Keys of callers against the hashes that are known: never kept. */
import { createHash } from 'node:crypto';
import type { Gateway } from '@chappe/gateway';
import type { GatewaySettings } from '@chappe/policy';
import type { Caller } from './caller.ts';
import type { IsProxy } from './caller-address.ts';
import { type Role, roles } from './roles.ts';

/** A key with a name. */
export interface NamedKey {
  /** Who has it; stands in the audit. */
  readonly name: string;
  /** `account`: that of the account named beside it. */
  readonly role: Role | 'account';
  readonly account?: string | undefined;
  /** SHA-256, in hexadecimal. */
  readonly hash: string;
  /** Requests per second; default that of all keys. */
  readonly rate?: number | undefined;
}

/** Keys of those who run it. */
export interface AuthOptions {
  /** SHA-256 of keys of admins, in hexadecimal. In the audit they are `admin`, `admin-2` and so on. */
  readonly adminKeyHashes: readonly string[];
  /** Further keys, as they are now: asked at each request, equal by identity while they are the same. */
  readonly keys?: (() => readonly NamedKey[]) | undefined;
  /** Requests per second of each key that has no rate of its own, asked at each request; undefined: as many as it likes. */
  readonly rate?: (() => number | undefined) | undefined;
  /** Which peers are proxies whose `X-Forwarded-For` is believed; default none. */
  readonly isProxy?: IsProxy | undefined;
}

// Ours have some forty characters.
const maxKeyCharacters = 1_024;
const noKeys: readonly NamedKey[] = [];

/** Whose a key is, and what it may. */
export interface KnownKey {
  /** SHA-256, in hexadecimal. */
  readonly hash: string;
  readonly caller: Caller;
  /** Its own requests per second. */
  readonly rate?: number | undefined;
}

/** All keys: those of accounts follow the settings. */
export class Keys {
  readonly #gateway: Gateway;
  readonly #auth: AuthOptions;
  #settings: GatewaySettings | undefined;
  #named: readonly NamedKey[] | undefined;
  #known: ReadonlyMap<string, KnownKey> = new Map();

  constructor(gateway: Gateway, auth: AuthOptions) {
    this.#gateway = gateway;
    this.#auth = auth;
  }

  /** Whether anybody has the role of an admin. */
  get hasAdmin(): boolean {
    const { adminKeyHashes, keys } = this.#auth;
    return adminKeyHashes.length > 0 || keys?.().some(({ role }) => role === 'admin') === true;
  }

  /**
   * Whose key it is, by its hash; undefined: nobody's. What is looked up is a hash of what the caller sent, so its place
   * in the map, and how long that takes, tells nothing of a key.
   */
  keyOf(hash: Buffer): KnownKey | undefined {
    const { settings } = this.#gateway;
    const named = this.#auth.keys?.() ?? noKeys;
    if (settings !== this.#settings || named !== this.#named) {
      this.#settings = settings;
      this.#named = named;
      this.#known = knownKeys(this.#auth.adminKeyHashes, named, settings);
    }
    return this.#known.get(hash.toString('hex'));
  }
}

/** A key that several have is that of the one who may most. */
function knownKeys(
  adminKeyHashes: readonly string[],
  named: readonly NamedKey[],
  { accounts }: GatewaySettings,
): ReadonlyMap<string, KnownKey> {
  const known = new Map<string, KnownKey>();
  const add = (hash: string, caller: Caller, rate?: number): void => {
    const name = hash.toLowerCase();
    if (!known.has(name)) known.set(name, { hash: name, caller, rate });
  };
  for (const [index, hash] of adminKeyHashes.entries()) {
    add(hash, { kind: 'key', name: index === 0 ? 'admin' : `admin-${index + 1}`, role: 'admin' });
  }
  for (const wanted of roles) {
    for (const { name, role, hash, rate } of named)
      if (role === wanted) add(hash, { kind: 'key', name, role }, rate);
  }
  for (const { name, role, account, hash, rate } of named) {
    if (role === 'account' && account !== undefined)
      add(hash, { kind: 'account', name: account, key: name }, rate);
  }
  for (const { systemId, apiKeyHash } of accounts) {
    if (apiKeyHash !== undefined) add(apiKeyHash, { kind: 'account', name: systemId, key: systemId });
  }
  return known;
}

/**
 * The name of the key with that hash which is not the account's own: of an admin, or a named one. Undefined: there is
 * none. An account with such a key would be whoever has it.
 */
export function otherOwnerOf(
  hash: string,
  account: string,
  { adminKeyHashes, keys }: AuthOptions,
): string | undefined {
  const wanted = hash.toLowerCase();
  if (adminKeyHashes.some((one) => one.toLowerCase() === wanted)) return 'admin';
  return keys?.().find((key) => key.hash.toLowerCase() === wanted && key.account !== account)?.name;
}

/** The hash of a key; undefined for what can be none. */
export function hashOfKey(key: string): Buffer | undefined {
  if (key === '' || key.length > maxKeyCharacters) return undefined;
  return createHash('sha256').update(key).digest();
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
