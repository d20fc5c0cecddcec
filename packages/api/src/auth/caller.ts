/** Who calls, and what that lets them do. */
import { Problem } from '../problem.ts';

/** anybody: this API asks nobody for a key. */
export type Caller =
  | { readonly kind: 'anybody' }
  | { readonly kind: 'admin' }
  | { readonly kind: 'account'; readonly name: string };

/** Who may call a route: everybody; whoever has a key, accounts for what is their own; only those who run it. */
export type Access = 'open' | 'account' | 'admin';

/** The account that a caller is; undefined for those who may see all. */
export function accountOf(caller: Caller): string | undefined {
  return caller.kind === 'account' ? caller.name : undefined;
}

/** Tells callers apart: what is counted or remembered for one is so under this name. */
export function callerKey(caller: Caller): string {
  return caller.kind === 'account' ? `account ${caller.name}` : caller.kind;
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
export function forbidden(detail: string): Problem {
  return new Problem('forbidden', detail, {
    hint: 'the key of those who run it (http.adminKey) may do this',
  });
}
