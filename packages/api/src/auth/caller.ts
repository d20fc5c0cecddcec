/** Who calls, and what that lets them do. */
import { Problem } from '../problem.ts';
import { type Right, type Role, rightsOf, rolesWith } from './roles.ts';

/** anybody: this API asks nobody for a key. */
export type Caller =
  | { readonly kind: 'anybody' }
  /** Of those who run it, by the name of the key. */
  | { readonly kind: 'key'; readonly name: string; readonly role: Role }
  /** `name`: the account; `key`: the name of the key, which is that of the account unless it has several. */
  | { readonly kind: 'account'; readonly name: string; readonly key: string };

/** Who may call a route: everybody, or who has that right. */
export type Access = 'open' | Right;

/** The account that a caller is; undefined for those who may see all. */
export function accountOf(caller: Caller): string | undefined {
  return caller.kind === 'account' ? caller.name : undefined;
}

/** Tells callers apart: what is counted or remembered for one is so under this name. */
export function callerKey(caller: Caller): string {
  return caller.kind === 'anybody' ? caller.kind : `${caller.kind} ${caller.name}`;
}

/** Texts of messages are personal data: whoever only looks on does not see them. */
export function seesTexts(caller: Caller): boolean {
  return caller.kind !== 'key' || caller.role !== 'read-only';
}

/** Why a caller may not call a route; undefined: it may. `isForAccounts`: an account may, for what is its own. */
export function refusalOf(caller: Caller, right: Right, isForAccounts: boolean): Problem | undefined {
  switch (caller.kind) {
    case 'anybody':
      return undefined;
    case 'account':
      return isForAccounts ? undefined : forbidden('the key of an account may not do this', right);
    case 'key':
      if (rightsOf[caller.role].includes(right)) return undefined;
      return forbidden(`a key with the role ${caller.role} may not do this`, right);
  }
}

/** The account that is meant: an account means itself. Throws a `Problem` when it asks for another one. */
export function ownAccount(caller: Caller, asked: string): string;
export function ownAccount(caller: Caller, asked: string | undefined): string | undefined;
export function ownAccount(caller: Caller, asked: string | undefined): string | undefined {
  const own = accountOf(caller);
  if (own === undefined || asked === undefined) return own ?? asked;
  if (asked === own) return own;
  throw forbidden('this key is that of another account');
}

/** A key that is right, for something else. */
export function forbidden(detail: string, right: Right = 'read'): Problem {
  return new Problem('forbidden', detail, {
    hint: `one with the role ${rolesWith(right).join(' or ')} may (http.keys; http.adminKey is admin)`,
  });
}
