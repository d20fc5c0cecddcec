/** Lets callers in by their key. Without keys (the sandbox on loopback) nobody is asked. */
import type { Clock } from '@chappe/center';
import { type Gateway, isLoopback } from '@chappe/gateway';
import { Problem } from '../problem.ts';
import { type Access, type Caller, forbidden } from './caller.ts';
import { type AuthOptions, Keys, keyIn } from './keys.ts';
import { Refusals } from './refusals.ts';

/** What is looked at of a request. */
export interface CallerRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly address: string;
}

/** Decides who a caller is. */
export interface Gate {
  /** The caller, or why it may not go on. */
  admit(request: CallerRequest, access: Access): Promise<Caller | Problem>;
}

const anybody: Caller = { kind: 'anybody' };

/** The gate that asks for keys; `auth` undefined: it asks nobody. `closing`: ends answers that are held back. */
export function gateOf(
  gateway: Gateway,
  auth: AuthOptions | undefined,
  clock: Clock,
  closing: AbortSignal,
): Gate {
  if (auth === undefined) return { admit: () => Promise.resolve(anybody) };
  const keys = new Keys(gateway, auth);
  const refusals = new Refusals(clock);
  return {
    admit: async ({ headers, address }, access) => {
      if (access === 'open') return anybody;
      const key = keyIn(headers);
      if (key === undefined) {
        const isHopeless = access === 'admin' && auth.adminKeyHashes.length === 0;
        return isHopeless
          ? unauthorized('nobody has an admin key', noAdminHint)
          : unauthorized('this needs a key');
      }
      const caller = keys.callerOf(key);
      if (caller === undefined) {
        const isSlowed = await refusals.wait(address, closing);
        return isSlowed ? unauthorized('this key is not known') : tooMany();
      }
      return refusalOf(gateway, caller, access, address) ?? caller;
    },
  };
}

function refusalOf(
  { accounts }: Gateway,
  caller: Caller,
  access: Access,
  address: string,
): Problem | undefined {
  if (caller.kind !== 'account') return undefined;
  const account = accounts.get(caller.name);
  if (account === undefined || account.suspended) return forbidden('this account is suspended');
  if (account.networks !== undefined && !account.networks(address)) {
    return forbidden('this account may not come from this address');
  }
  return access === 'account' ? undefined : forbidden('the key of an account may not do this');
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

/** Throws a RangeError when an API that asks nobody for a key would listen for more than this machine. */
export function checkExposure(host: string, auth: AuthOptions | undefined): void {
  if (isLoopback(host) || (auth !== undefined && auth.adminKeyHashes.length > 0)) return;
  throw new RangeError(
    `HTTP on ${host} without an admin key would let everybody in: set http.adminKey, or listen on 127.0.0.1`,
  );
}
