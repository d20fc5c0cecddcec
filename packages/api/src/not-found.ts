/** What is asked for and is not there. */

import type { Gateway, Upstream } from '@chappe/gateway';
import type { Account } from '@chappe/policy';
import { Problem } from './problem.ts';

/** `what`: account, connector and so on; `list`: where one sees which there are. */
export function notFound(what: string, name: string, list: string): Problem {
  const shown = name.length > 100 ? `${name.slice(0, 100)}...` : name;
  return new Problem('not_found', `there is no ${what} "${shown}"`, { hint: `GET ${list} lists them` });
}

/** The account of that name. Throws a `Problem` when there is none. */
export function accountNamed({ accounts }: Gateway, name: string): Account {
  const account = accounts.get(name);
  if (account === undefined) throw notFound('account', name, '/api/v1/accounts');
  return account;
}

/** The upstream of that name. Throws a `Problem` when there is none. */
export function upstreamNamed({ network }: Gateway, name: string): Upstream {
  const upstream = network.upstreams.get(name);
  if (upstream === undefined) throw notFound('connector', name, '/api/v1/connectors');
  return upstream;
}
