/** Lets callers in by their key. Without keys (the sandbox on loopback) nobody is asked. */
import type { Clock } from '@chappe/center';
import type { Gateway } from '@chappe/gateway';
import { isLoopback } from '@chappe/policy';
import { Problem } from '../problem.ts';
import { type Allowance, Allowances } from './allowances.ts';
import { type Access, type Caller, forbidden, refusalOf } from './caller.ts';
import { callerAddress, type IsProxy } from './caller-address.ts';
import { type AuthOptions, hashOfKey, Keys, type KnownKey, keyIn } from './keys.ts';
import { ProvenKeys } from './proven-keys.ts';
import { Refusals } from './refusals.ts';
import { WrongKeys, type WrongKeysReport } from './wrong-keys.ts';

/** What is looked at of a request. */
export interface CallerRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of the peer of the connection. */
  readonly address: string;
}

/** What is looked at of a route. */
export interface GuardedRoute {
  /** Default: only who may do everything. */
  readonly access?: Access | undefined;
  readonly isForAccounts?: boolean | undefined;
}

/** What became of a request. */
export interface Admission {
  /** The caller, or why it may not go on. */
  readonly admitted: Caller | Problem;
  /** What its key has left, where that is limited. */
  readonly allowance?: Allowance | undefined;
}

/** Decides who a caller is. */
export interface Gate {
  /** Lets a request in, or not; either way it counts against the limit of its key. */
  admit(request: CallerRequest, route: GuardedRoute): Promise<Admission>;
  /** Whether a request that was let in would be so now: keys are taken away, accounts suspended. */
  holds(request: CallerRequest, route: GuardedRoute): boolean;
  /** Where a caller is. */
  addressOf(request: CallerRequest): string;
  /** Tells what was not told yet. */
  close(): void;
}

/** What a gate stands on. */
export interface GateOptions {
  readonly gateway: Gateway;
  /** Undefined: nobody is asked for a key. */
  readonly auth: AuthOptions | undefined;
  readonly clock: Clock;
  /** Ends answers that are held back. */
  readonly closing: AbortSignal;
  /** Hears of wrong keys: of the first one at once, then of those of each minute. */
  readonly onWrongKeys: (report: WrongKeysReport) => void;
  /** The same for what is kept: of those of each hour. */
  readonly onWrongKeysOfHour: (report: WrongKeysReport) => void;
}

const anybody: Caller = { kind: 'anybody' };
const minuteMs = 60_000;

/** Makes the gate of an API. */
export function gateOf(options: GateOptions): Gate {
  const { auth } = options;
  if (auth === undefined) {
    const addressOf = ({ address }: CallerRequest): string => address;
    return {
      admit: () => Promise.resolve({ admitted: anybody }),
      holds: () => true,
      addressOf,
      close: () => undefined,
    };
  }
  return new KeyGate(options, auth);
}

/** Asks for keys. */
class KeyGate implements Gate {
  readonly #gateway: Gateway;
  readonly #closing: AbortSignal;
  readonly #keys: Keys;
  readonly #defaultRate: () => number | undefined;
  readonly #allowances: Allowances;
  readonly #refusals: Refusals;
  readonly #proven = new ProvenKeys();
  readonly #wrong: readonly WrongKeys[];
  readonly #isProxy: IsProxy;

  constructor({ gateway, clock, closing, onWrongKeys, onWrongKeysOfHour }: GateOptions, auth: AuthOptions) {
    this.#gateway = gateway;
    this.#closing = closing;
    this.#keys = new Keys(gateway, auth);
    this.#defaultRate = auth.rate ?? (() => undefined);
    this.#allowances = new Allowances(clock);
    this.#refusals = new Refusals(clock);
    this.#wrong = [
      new WrongKeys(clock, minuteMs, onWrongKeys),
      new WrongKeys(clock, 60 * minuteMs, onWrongKeysOfHour),
    ];
    this.#isProxy = auth.isProxy ?? (() => false);
  }

  async admit(
    request: CallerRequest,
    { access = 'manage', isForAccounts = false }: GuardedRoute,
  ): Promise<Admission> {
    if (access === 'open') return { admitted: anybody };
    const key = keyIn(request.headers);
    if (key === undefined) {
      const isHopeless = !isForAccounts && !this.#keys.hasAdmin;
      const admitted = isHopeless
        ? unauthorized('nobody has an admin key', noAdminHint)
        : unauthorized('this needs a key');
      return { admitted };
    }
    const known = await this.#known(hashOfKey(key), this.addressOf(request));
    if (known instanceof Problem) return { admitted: known };
    const { caller } = known;
    // Before anything else is looked at: what is refused takes work too.
    const allowance = this.#allowanceOf(known);
    if (allowance?.isGranted === false) return { admitted: tooFast(), allowance };
    return {
      admitted: this.#suspension(caller) ?? refusalOf(caller, access, isForAccounts) ?? caller,
      allowance,
    };
  }

  #allowanceOf({ hash, rate = this.#defaultRate() }: KnownKey): Allowance | undefined {
    return rate === undefined ? undefined : this.#allowances.take(hash, rate);
  }

  holds(request: CallerRequest, { access = 'manage', isForAccounts = false }: GuardedRoute): boolean {
    if (access === 'open') return true;
    const hash = hashOfKey(keyIn(request.headers) ?? '');
    const caller = hash === undefined ? undefined : this.#keyFrom(hash, this.addressOf(request))?.caller;
    if (caller === undefined) return false;
    return (this.#suspension(caller) ?? refusalOf(caller, access, isForAccounts)) === undefined;
  }

  addressOf({ headers, address: peer }: CallerRequest): string {
    const forwarded = headers['x-forwarded-for'];
    return callerAddress(peer, Array.isArray(forwarded) ? forwarded.join() : forwarded, this.#isProxy);
  }

  close(): void {
    for (const wrong of this.#wrong) wrong.close();
  }

  #note(address: string): void {
    for (const wrong of this.#wrong) wrong.note(address);
  }

  #suspension(caller: Caller): Problem | undefined {
    if (caller.kind !== 'account') return undefined;
    const account = this.#gateway.accounts.get(caller.name);
    return account?.suspended === false ? undefined : forbidden('this account is suspended');
  }

  /** Whose key it is. Where somebody guesses, it is not looked at sooner than a wrong one would be answered. */
  async #known(hash: Buffer | undefined, address: string): Promise<KnownKey | Problem> {
    const text = hash?.toString('hex') ?? '';
    const mustWait = !this.#proven.has(text, address) && this.#refusals.isSuspect(address);
    if (mustWait && !(await this.#refusals.wait(address, this.#closing))) {
      this.#note(address);
      return tooMany();
    }
    const known = hash === undefined ? undefined : this.#keyFrom(hash, address);
    if (known !== undefined) {
      if (mustWait) this.#refusals.forgive(address);
      this.#proven.add(text, address);
      return known;
    }
    this.#note(address);
    const isSlowed = mustWait || (await this.#refusals.wait(address, this.#closing));
    return isSlowed ? unauthorized('this key is not known') : tooMany();
  }

  /** From where an account may not come its key is nobody's: whoever has found one there does not learn that it is right. */
  #keyFrom(hash: Buffer, address: string): KnownKey | undefined {
    const known = this.#keys.keyOf(hash);
    if (known?.caller.kind !== 'account') return known;
    const { networks } = this.#gateway.accounts.get(known.caller.name) ?? {};
    return networks?.(address) === false ? undefined : known;
  }
}

const keyHint = 'send the header "Authorization: Bearer KEY", or "X-API-Key: KEY"';
const noAdminHint = 'set http.adminKey in the configuration, and start anew';

function unauthorized(detail: string, hint: string = keyHint): Problem {
  return new Problem('unauthorized', detail, {
    hint,
    headers: { 'www-authenticate': 'Bearer realm="chappe"' },
  });
}

function tooMany(): Problem {
  return new Problem('throttled', 'too many wrong keys from this address', {
    hint: 'wait a few seconds, and use the right one',
    headers: { 'retry-after': '5' },
  });
}

/** When to come again stands in the headers of the allowance. */
function tooFast(): Problem {
  return new Problem('throttled', 'this key has made more requests than it may', {
    hint: 'wait as Retry-After says; the header RateLimit tells what is left before that happens',
  });
}

/** Throws a RangeError when an API that asks nobody for a key would listen for more than this machine. */
export function checkExposure(host: string, auth: AuthOptions | undefined): void {
  const hasKeys = auth !== undefined && (auth.adminKeyHashes.length > 0 || (auth.keys?.().length ?? 0) > 0);
  if (isLoopback(host) || hasKeys) return;
  throw new RangeError(
    `HTTP on ${host} without an admin key would let everybody in: set http.adminKey, or listen on 127.0.0.1`,
  );
}
