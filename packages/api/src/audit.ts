/** What callers change, as it stands in the audit. */
import type { AuditEntry } from '@chappe/gateway';
import type { Caller } from './auth/caller.ts';
import type { WrongKeysReport } from './auth/wrong-keys.ts';
import type { Answer, Route } from './route.ts';

/** Who changes something, and from where. */
export interface Changer {
  readonly caller: Caller;
  readonly address: string;
  /** What calls itself so in `User-Agent`. */
  readonly program: string | undefined;
}

/** How the commands of ours call themselves. */
const cliProgram = /^chappe-cli\b/;

/** The name that a caller has in the audit and in the ledger. */
export function callerName(caller: Caller): string {
  if (caller.kind === 'anybody') return 'anybody';
  return caller.kind === 'account' ? caller.key : caller.name;
}

/** The line about a change; undefined: there is nothing to tell. */
export function changeOf(
  route: Route,
  params: unknown,
  answer: Answer,
  { caller, address, program }: Changer,
): AuditEntry | undefined {
  if (route.method === 'GET' || route.isAudited === false || answer.isChange === false) return undefined;
  if (route.isAudited === 'operators' && caller.kind === 'account') return undefined;
  return {
    by: callerName(caller),
    via: program !== undefined && cliProgram.test(program) ? 'cli' : 'api',
    address,
    what: route.operationId,
    target: Object.values(params as Record<string, unknown>).join(' '),
    fields: answer.changed ?? [],
  };
}

/** The line about wrong keys. */
export function wrongKeysOf({ address, count }: WrongKeysReport): AuditEntry {
  return { by: 'nobody', via: 'api', address, what: 'wrongKeys', target: '', fields: [], count };
}
