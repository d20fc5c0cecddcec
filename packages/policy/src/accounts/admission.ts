/** Decides on binds: who it is, where it comes from, and whether there is room for one more. */
import { status } from '@chappe/protocol';
import type { BindRequest, Clock } from '@chappe/smpp';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import type { BindMemory } from './bind-memory.ts';
import { Credentials } from './credentials.ts';
import { Origins } from './origins.ts';
import type { CheckResult } from './password-checks.ts';

/**
 * Why a bind is refused. The peer sees a status only: the same for `unknown`, `password`, `suspended`, `network`, `tls`
 * and `certificate`, of which none says whether the password was right.
 */
export type BindRefusalReason =
  | 'unknown'
  | 'password'
  | 'held'
  | 'busy'
  | 'suspended'
  | 'network'
  | 'tls'
  | 'certificate'
  | 'kind'
  | 'binds';

/** A bind that was refused, for the log. Holds no password and no hash. */
export interface BindRefusal {
  /** system_id as the peer wrote it. */
  readonly account: string;
  readonly address: string;
  readonly reason: BindRefusalReason;
  /** command_status that it was answered with. */
  readonly status: number;
  /** The reason in a sentence, with what may be done about it. */
  readonly text: string;
}

/** What `authenticator` works with. */
export interface AdmissionOptions {
  readonly clock: Clock;
  /** What was known before the process began. */
  readonly memory?: BindMemory | undefined;
  /** As often as binds are refused: whoever writes it down must limit it. */
  readonly onRefused?: ((refusal: BindRefusal) => void) | undefined;
}

/** What becomes of a bind; a `BindDecision` of @chappe/smpp. */
export type Admission =
  | {
      readonly accept: true;
      /** Name of the account. */
      readonly context: string;
      /** Requests that may await our answer; undefined: as many as the listener allows. */
      readonly window: number | undefined;
    }
  | { readonly accept: false; readonly status: number };

const defaultBinds = 100;

const texts: Readonly<Record<BindRefusalReason, string>> = {
  unknown: 'there is no such account',
  password: 'the password is wrong',
  held: 'too many wrong passwords came before; it was not tried. Addresses in allowFrom are not held by others',
  busy: 'too many passwords are being checked; it was not tried',
  suspended: 'the account is suspended',
  network: 'the address is in none of the networks of allowFrom',
  tls: 'the account is for TLS only',
  certificate: 'the client certificate is none of the account: see clientCertificates',
  kind: 'the account may not bind in this way: see bindKinds',
  binds: 'the account has all the sessions it may have: see binds',
};

/**
 * Makes the decision on binds. In an open gateway everybody is let in under the name they say. Else nobody learns anything
 * about an account who has not its password and comes from where it may come from, not even that there is one: where it
 * is shut, whatever password comes is checked in vain.
 */
export function authenticator(
  accounts: Accounts,
  options: AdmissionOptions,
): (bind: BindRequest) => Admission | Promise<Admission> {
  const { clock } = options;
  const credentials = new Credentials(accounts, clock, options.memory);
  const places = new Origins();

  const refused = (bind: BindRequest, reason: BindRefusalReason): Admission => {
    const { address } = bind.remote;
    const commandStatus = statusOf(reason, bind.version, credentials.hasGuessed(address));
    const account = bind.pdu.system_id;
    options.onRefused?.({ account, address, reason, status: commandStatus, text: texts[reason] });
    return { accept: false, status: commandStatus };
  };

  const decide = (
    bind: BindRequest,
    checked: CheckResult,
    wasShut: BindRefusalReason | undefined,
  ): Admission => {
    // Looked up now: it may have been removed or suspended while the password was checked.
    const account = accounts.get(bind.pdu.system_id);
    const reason = refusalOf(bind, checked, account, wasShut) ?? roomFor(bind, account, places);
    if (reason !== undefined) return refused(bind, reason);
    credentials.welcome(bind.pdu.system_id, bind.remote.address);
    return admitted(bind.pdu.system_id, account?.settings.window);
  };

  return (bind) => {
    const { system_id: name, password } = bind.pdu;
    if (accounts.open) return admitted(accounts.ensure(name).name, undefined);
    const shut = shutFor(bind, accounts.get(name));
    const checked = credentials.check(name, password, bind.remote.address, shut !== undefined);
    if (typeof checked !== 'string') return checked.then((result) => decide(bind, result, shut));
    const delayMs = checked === 'held' ? credentials.lastRunMs : 0;
    if (delayMs < 1) return decide(bind, checked, shut);
    // As late as if it had been tried: whether it was is nobody's business.
    return new Promise((resolve) => {
      clock.setTimer(() => resolve(decide(bind, checked, shut)), delayMs);
    });
  };
}

function admitted(context: string, window: number | undefined): Admission {
  return { accept: true, context, window };
}

/** Why no password of an account is right for this bind. */
function shutFor({ remote }: BindRequest, account: Account | undefined): BindRefusalReason | undefined {
  if (account === undefined) return undefined;
  if (account.suspended) return 'suspended';
  if (account.networks?.(remote.address) === false) return 'network';
  const { tlsOnly, clientCertificates } = account.settings;
  if (tlsOnly === true && !remote.tls) return 'tls';
  return clientCertificates === undefined || showsOne(clientCertificates, remote) ? undefined : 'certificate';
}

/** Whether the peer has shown one of these certificates; the listener takes none that it cannot verify. */
function showsOne(certificates: readonly string[], remote: BindRequest['remote']): boolean {
  const { certificateSubject, certificateFingerprint } = remote;
  return certificates.some((one) => one === certificateSubject || one === certificateFingerprint);
}

function refusalOf(
  bind: BindRequest,
  checked: CheckResult,
  account: Account | undefined,
  wasShut: BindRefusalReason | undefined,
): BindRefusalReason | undefined {
  if (checked === 'held' || checked === 'busy') return checked;
  if (account === undefined) return 'unknown';
  const shut = shutFor(bind, account) ?? (checked === 'wrong' ? wasShut : undefined);
  if (shut !== undefined) return shut;
  if (checked === 'wrong') return 'password';
  return account.settings.bindKinds?.includes(bind.kind) === false ? 'kind' : undefined;
}

function roomFor(
  { session }: BindRequest,
  account: Account | undefined,
  places: Origins,
): BindRefusalReason | undefined {
  if (account === undefined) return undefined;
  return places.take(account.name, session, account.settings.binds ?? defaultBinds) ? undefined : 'binds';
}

/** The reasons by which somebody could find out that there is an account, or what its password is. */
const secretReasons: ReadonlySet<BindRefusalReason> = new Set([
  'unknown',
  'password',
  'suspended',
  'network',
  'tls',
  'certificate',
]);

/** `hasGuessed`: many wrong ones have come from there; whether this one was tried depends on who lists the address. */
function statusOf(reason: BindRefusalReason, version: BindRequest['version'], hasGuessed: boolean): number {
  // 5.0 keeps 0x0E and 0x0F for malformed fields (SMPP 5.0 4.7.6), older peers expect 0x0E.
  if (secretReasons.has(reason) && !hasGuessed && version < 0x50) return status.ESME_RINVPASWD;
  // In the field also said by servers for too many binds of an account.
  return reason === 'binds' ? status.ESME_RALYBND : status.ESME_RBINDFAIL;
}
