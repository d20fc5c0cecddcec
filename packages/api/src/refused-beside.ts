/** What a search finds among the submissions that were not taken. */
import { type Gateway, parseSearch, type SearchTerm } from '@chappe/gateway';
import { accountOf, type Caller } from './auth/caller.ts';
import { type RefusalBody, refusalOf } from './schemas/refusal.ts';

const maxRefused = 100;

/**
 * Refused submissions that fulfil a query as far as they have what it asks about: addresses, account and time. One that
 * asks for an id, a text, a reference or any state but `refused` is not about them.
 */
export function refusedBeside(
  gateway: Gateway,
  query: string,
  nowMs: number,
  caller: Caller,
): readonly RefusalBody[] {
  const { terms, afterMs, beforeMs } = parseSearch(query, nowMs);
  if (!terms.every(isAbout)) return [];
  const wantedOf = (key: SearchTerm['key']): string | undefined => {
    const term = terms.find((one) => one.key === key);
    return term === undefined ? undefined : `${term.value}${term.prefix ? '*' : ''}`;
  };
  const account = terms.find(({ key }) => key === 'account');
  const found = gateway.refusals.find(
    {
      account: account?.prefix === true ? undefined : account?.value,
      to: wantedOf('to'),
      from: wantedOf('from'),
      fromMs: afterMs,
      untilMs: beforeMs,
    },
    maxRefused,
  );
  const isCustomer = accountOf(caller) !== undefined;
  return found
    .filter((one) => account?.prefix !== true || one.account.startsWith(account.value))
    .map((one) => refusalOf(one, isCustomer));
}

function isAbout({ key, value, negated, states }: SearchTerm): boolean {
  if (negated) return false;
  if (key === 'kind') return value === 'mt';
  if (key === 'state') return states.includes('refused');
  return key === 'to' || key === 'from' || key === 'account';
}
