/** Time and scrypt under the tests' control. */
import type { BindKind, BindRequest, Clock, Session, Version } from '@chappe/smpp';
import type { Derive } from '../../src/accounts/password.ts';
import type { AccountSettings } from '../../src/settings/account.ts';

/** 2026-07-20 12:00:00 UTC. */
export const start = Date.UTC(2026, 6, 20, 12);

/** A clock that stands until it is moved; it has no timers. */
export class StandingClock implements Clock {
  ms = 0;

  nowMs(): number {
    return start + this.ms;
  }

  monotonicMs(): number {
    return this.ms;
  }

  setTimer(): () => void {
    throw new Error('nothing here waits');
  }
}

/** scrypt without its work: the key is made of password and salt, so that equal ones give equal keys. */
export class CountedScrypt {
  runs = 0;
  running = 0;
  mostRunning = 0;
  /** What each run was asked for. */
  readonly costs: number[] = [];

  readonly derive: Derive = async (password, salt, octets, cost) => {
    this.runs += 1;
    this.costs.push(cost.N);
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    await new Promise((resolve) => setImmediate(resolve));
    this.running -= 1;
    return keyOf(password, salt, octets);
  };
}

function keyOf(password: string, salt: Uint8Array, octets: number): Uint8Array {
  const key = new Uint8Array(octets);
  [...Buffer.from(password), 0, ...salt].forEach((octet, at) => {
    key[at % octets] = (((key[at % octets] ?? 0) * 31 + octet) ^ at) & 0xff;
  });
  return key;
}

/** A hash that `CountedScrypt` finds right for that password. */
export function hashFor(password: string, N = 16_384): string {
  const salt = Buffer.alloc(16, password.length);
  const key = Buffer.from(keyOf(password, new Uint8Array(salt), 32));
  return `scrypt$${N}$8$1$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** Settings of an account whose password `CountedScrypt` finds right. */
export function account(
  systemId: string,
  password: string,
  more: Partial<AccountSettings> = {},
): AccountSettings {
  return { systemId, passwordHash: hashFor(password), ...more };
}

/** What a bind is made of, where it matters. */
export interface BindArguments {
  readonly address?: string;
  readonly tls?: boolean;
  /** Subject of its client certificate, whose fingerprint is `abab...`. */
  readonly certificate?: string;
  readonly kind?: BindKind;
  readonly version?: Version;
  readonly session?: Session;
}

/** A bind request as the server hands it over. */
export function bindRequest(system_id: string, password: string, given: BindArguments = {}): BindRequest {
  const { certificate } = given;
  const {
    address = '198.51.100.7',
    tls = certificate !== undefined,
    kind = 'transceiver',
    version = 0x34,
  } = given;
  return {
    pdu: { system_id, password } as BindRequest['pdu'],
    kind,
    version,
    remote: {
      address,
      port: 40_000,
      tls,
      ...(certificate === undefined
        ? {}
        : { certificateSubject: certificate, certificateFingerprint: 'ab'.repeat(32) }),
    },
    session: (given.session ?? openSession()) as BindRequest['session'],
  };
}

/** A session that has not bound yet; its state can be moved on. */
export function openSession(): Session & { state: Session['state'] } {
  return { state: 'open' } as Session & { state: Session['state'] };
}
