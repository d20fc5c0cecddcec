/** Decides on binds: who it is, where it comes from, and whether there is room for one more. */
import { status } from '@chappe/protocol';
import type { BindRequest, Clock } from '@chappe/smpp';
import type { Account } from './account.ts';
import type { Accounts } from './accounts.ts';
import { Credentials } from './credentials.ts';
import type { CheckResult } from './password-checks.ts';
import { Places } from './places.ts';

/** Why a bind is refused. The peer sees a status only: the same for `unknown` and `password`. */
export type BindRefusalReason =
  | 'unknown'
  | 'password'
  | 'held'
  | 'busy'
  | 'suspended'
  | 'network'
  | 'tls'
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
  kind: 'the account may not bind in this way: see bindKinds',
  binds: 'the account has all the sessions it may have: see binds',
};

/**
 * Makes the decision on binds. In an open gateway everybody is let in under the name they say. Else the password comes
 * first, so that somebody without it learns nothing about an account, not even that there is one.
 */
export function authenticator(
  accounts: Accounts,
  options: AdmissionOptions,
): (bind: BindRequest) => Admission | Promise<Admission> {
  const credentials = new Credentials(accounts, options.clock);
  const places = new Places();

  const decide = (bind: BindRequest, checked: CheckResult): Admission => {
    // Looked up now: it may have been removed or suspended while the password was checked.
    const account = accounts.get(bind.pdu.system_id);
    const reason = refusalOf(bind, checked, account) ?? roomFor(bind, account, places);
    if (reason === undefined) return admitted(bind.pdu.system_id, account?.settings.window);
    const commandStatus = statusOf(reason, bind.version);
    options.onRefused?.({
      account: bind.pdu.system_id,
      address: bind.remote.address,
      reason,
      status: commandStatus,
      text: texts[reason],
    });
    return { accept: false, status: commandStatus };
  };

  return (bind) => {
    const { system_id: name, password } = bind.pdu;
    if (accounts.open) return admitted(accounts.meet(name).name, undefined);
    const checked = credentials.check(name, password, bind.remote.address);
    return typeof checked === 'string'
      ? decide(bind, checked)
      : checked.then((result) => decide(bind, result));
  };
}

function admitted(context: string, window: number | undefined): Admission {
  return { accept: true, context, window };
}

function refusalOf(
  { remote, kind }: BindRequest,
  checked: CheckResult,
  account: Account | undefined,
): BindRefusalReason | undefined {
  if (checked === 'held' || checked === 'busy') return checked;
  if (account === undefined) return 'unknown';
  if (checked === 'wrong') return 'password';
  if (account.suspended) return 'suspended';
  if (account.networks?.(remote.address) === false) return 'network';
  if (account.settings.tlsOnly === true && !remote.tls) return 'tls';
  if (account.settings.bindKinds?.includes(kind) === false) return 'kind';
  return undefined;
}

function roomFor(
  { session }: BindRequest,
  account: Account | undefined,
  places: Places,
): BindRefusalReason | undefined {
  if (account === undefined) return undefined;
  return places.take(account.name, session, account.settings.binds ?? defaultBinds) ? undefined : 'binds';
}

function statusOf(reason: BindRefusalReason, version: BindRequest['version']): number {
  // shared/spec/sessions.md: 5.0 keeps 0x0E and 0x0F for malformed fields, older peers expect 0x0E.
  const isWrong = reason === 'unknown' || reason === 'password';
  if (isWrong) return version >= 0x50 ? status.ESME_RBINDFAIL : status.ESME_RINVPASWD;
  // shared/spec/statuses.json: also said by servers for too many binds of an account.
  return reason === 'binds' ? status.ESME_RALYBND : status.ESME_RBINDFAIL;
}
