/**
 * Who may connect. The sandbox is open: every system_id is an account and every password is right. A closed
 * gateway knows its accounts and keeps only scrypt hashes of their passwords.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** One account as given by the operator. */
export interface AccountInput {
  /** 1 to 15 octets (SMPP 3.4 5.2.1). */
  readonly systemId: string;
  /** Hashed at once; the text is not kept. */
  readonly password: string;
}

/** Which accounts there are. */
export type AccountOptions =
  | { readonly open: true }
  | { readonly open: false; readonly list: readonly AccountInput[] };

/** One account. `name` is its system_id. */
export interface Account {
  readonly name: string;
}

interface Credentials {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

// 16 MiB and some 50 ms for each guess: the values of the scrypt paper for interactive logins.
const cost = { N: 16_384, r: 8, p: 1 } as const;
const hashOctets = 32;
const saltOctets = 16;
// Each check takes 16 MiB and a thread of the pool; binds beyond are refused until one is done.
const maxChecksAtOnce = 16;
// An open gateway meets as many names as there are peers; beyond this the eldest name is forgotten (not its messages).
const maxOpenAccounts = 10_000;

/** The accounts of a gateway. */
export class Accounts {
  /** True when every system_id and password is accepted. */
  readonly open: boolean;
  readonly #known = new Map<string, Account>();
  readonly #credentials = new Map<string, Credentials>();
  #decoy: Credentials | undefined;
  #checks = 0;

  private constructor(open: boolean) {
    this.open = open;
  }

  /** Hashes the passwords and builds the accounts. Throws a RangeError on an empty, too long or repeated system_id. */
  static async create(options: AccountOptions): Promise<Accounts> {
    const accounts = new Accounts(options.open);
    if (options.open) return accounts;
    accounts.#decoy = await newCredentials(randomBytes(saltOctets).toString('hex'));
    for (const { systemId, password } of options.list) await accounts.add({ systemId, password });
    return accounts;
  }

  /** Adds an account to a closed gateway. Throws a RangeError on an empty, too long or repeated system_id. */
  async add({ systemId, password }: AccountInput): Promise<Account> {
    // SMPP 3.4 5.2.1: 16 octets with the NUL. Longer ones exist in the field; 64 is what our decoder lets through.
    if (systemId.length === 0 || systemId.length > 64) {
      throw new RangeError(`account "${systemId}": system_id must have 1 to 64 characters`);
    }
    if (this.#credentials.has(systemId)) throw new RangeError(`account "${systemId}" is given twice`);
    const credentials = await newCredentials(password);
    const account = { name: systemId };
    this.#credentials.set(systemId, credentials);
    this.#known.set(systemId, account);
    return account;
  }

  /** The account of that name, if it is known: configured, or met before in an open gateway. */
  get(name: string): Account | undefined {
    return this.#known.get(name);
  }

  /** Names of all known accounts. */
  names(): string[] {
    return [...this.#known.keys()];
  }

  /**
   * The account when system_id and password are right. An unknown system_id costs the same time as a wrong
   * password. `busy`: too many checks are under way; the peer should try again.
   */
  async verify(systemId: string, password: string): Promise<Account | 'refused' | 'busy'> {
    if (this.open) return this.meet(systemId);
    if (this.#checks >= maxChecksAtOnce) return 'busy';
    this.#checks += 1;
    try {
      const credentials = this.#credentials.get(systemId) ?? this.#decoy;
      const account = this.#known.get(systemId);
      if (credentials === undefined) return 'refused';
      const hash = await hashOf(password, credentials.salt);
      const right = timingSafeEqual(hash, credentials.hash);
      return right && account !== undefined ? account : 'refused';
    } finally {
      this.#checks -= 1;
    }
  }

  /** The account of an open gateway for that name, made when it is new. */
  meet(name: string): Account {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (this.#known.size >= maxOpenAccounts) {
      const eldest = this.#known.keys().next();
      if (eldest.done !== true) this.#known.delete(eldest.value);
    }
    const account = { name };
    this.#known.set(name, account);
    return account;
  }
}

async function newCredentials(password: string): Promise<Credentials> {
  const salt = new Uint8Array(randomBytes(saltOctets));
  return { salt, hash: await hashOf(password, salt) };
}

function hashOf(password: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hashOctets, cost, (error, key) => {
      if (error === null) resolve(new Uint8Array(key));
      else reject(error);
    });
  });
}
