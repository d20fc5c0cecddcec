/** Query parameters of a search, put together to one query of the search language. */
import { parseSearch, SearchError } from '@chappe/gateway';
import { z } from 'zod';
import { type Caller, forbidden, ownAccount, seesTexts } from './auth/caller.ts';
import { Problem } from './problem.ts';

/** Which messages are meant; all conditions must hold. */
export interface MessageFilter {
  readonly q?: string | undefined;
  readonly to?: string | undefined;
  readonly from?: string | undefined;
  readonly state?: string | undefined;
  readonly text?: string | undefined;
  readonly account?: string | undefined;
  readonly kind?: string | undefined;
  readonly clientReference?: string | undefined;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
}

const maxCharacters = 1_000;
const word = z.string().min(1).max(maxCharacters);
const number = 'as 447700900123; 4477* for all that begin so';

/** Schemas of the parameters of `MessageFilter`. */
export const filterParameters: Readonly<Record<keyof MessageFilter, z.ZodOptional<z.ZodString>>> = {
  q: word.optional().describe('The search language: to:4477* state:delivered text:"two words" -account:test'),
  to: word.optional().describe(`Destination, ${number}`),
  from: word.optional().describe(`Sender, ${number}`),
  state: word
    .optional()
    .describe(
      'scheduled, enroute, delivered, expired, deleted, undeliverable, rejected; failed, final, waiting',
    ),
  text: word.optional().describe('Part of the text, in any case'),
  account: word.optional().describe('Account, acme* for all that begin so'),
  kind: word.optional().describe('mt, mo, receipt or notice; without it receipts are left out'),
  clientReference: word.optional().describe('What the submitter called it'),
  after: word
    .optional()
    .describe(
      'Accepted at or after: 2026-07-20T10:00 (UTC, or with a zone), epoch seconds, or 10m for ten minutes ago',
    ),
  before: word.optional().describe('Accepted before, as after'),
};

const keys: Readonly<Record<Exclude<keyof MessageFilter, 'q'>, string>> = {
  to: 'to',
  from: 'from',
  state: 'state',
  text: 'text',
  account: 'account',
  kind: 'kind',
  clientReference: 'ref',
  after: 'after',
  before: 'before',
};

/**
 * The filter of an account looks at its own messages only. Throws a `Problem` when it asks for others, or has a name that
 * the search language would read as many names.
 */
export function ownFilter(filter: MessageFilter, caller: Caller): MessageFilter {
  const account = ownAccount(caller, filter.account);
  if (caller.kind === 'account' && /[*"\s]/.test(caller.name)) {
    throw forbidden('an account with * or quotes in its name cannot search by HTTP');
  }
  return { ...filter, account };
}

/**
 * The query in the search language. `nowMs`: epoch milliseconds. Throws a `Problem` that names the parameter; also when
 * the caller asks for texts that it may not see.
 */
export function searchText(filter: MessageFilter, nowMs: number, caller: Caller): string {
  const terms: string[] = [];
  for (const [name, key] of Object.entries(keys) as [keyof typeof keys, string][]) {
    const value = filter[name];
    if (value === undefined) continue;
    const written = `${key}:${quoted(name, name === 'to' || name === 'from' ? plused(value) : value)}`;
    check(written, name, nowMs);
    terms.push(written);
  }
  if (filter.q !== undefined) {
    check(filter.q, 'q', nowMs);
    terms.push(filter.q);
  }
  const whole = terms.join(' ');
  // Each term is good by itself: only the limits of a whole query can be broken here.
  check(whole, filter.q === undefined ? undefined : 'q', nowMs);
  if (!seesTexts(caller) && parseSearch(whole, nowMs).terms.some(({ key }) => key === 'text')) {
    throw forbidden('a key that is read-only does not look into texts', 'operate');
  }
  return whole;
}

/** In a query string a plus stands for a space: `?to=+44...` arrives as ` 44...`. */
function plused(value: string): string {
  return value.startsWith(' ') ? value.slice(1) : value;
}

function quoted(name: string, value: string): string {
  if (!/[\s"]/.test(value)) return value;
  if (!value.includes('"')) return `"${value}"`;
  if (!/\s/.test(value) && !value.startsWith('"')) return value;
  const detail = `"${name}" cannot begin with a quote, nor hold quotes together with spaces`;
  throw new Problem('invalid_parameter', detail, { field: name });
}

function check(text: string, field: string | undefined, nowMs: number): void {
  try {
    parseSearch(text, nowMs);
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
    const at = field === 'q' ? ` (character ${error.at + 1})` : '';
    throw new Problem('invalid_parameter', `${error.message}${at}`, { field });
  }
}
