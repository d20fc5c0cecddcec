/** What a search finds among the submissions that were not taken. */
import { type Gateway, matchesSearch, parseSearch, type Refusal, type Searchable } from '@chappe/gateway';
import { accountOf, type Caller } from './auth/caller.ts';
import { type RefusalBody, refusalOf } from './schemas/refusal.ts';

const maxRefused = 100;

/**
 * Refused submissions that fulfil a query. They have addresses, an account, a time, the state `refused`, an error and,
 * for those who run it, the route that decided; neither text nor ids. Of letters in addresses the case does not count.
 */
export function refusedBeside(
  gateway: Gateway,
  query: string,
  nowMs: number,
  caller: Caller,
): readonly RefusalBody[] {
  const parsed = parseSearch(query, nowMs);
  const terms = parsed.terms.map((term) =>
    term.key === 'to' || term.key === 'from' ? { ...term, value: term.value.toLowerCase() } : term,
  );
  const isCustomer = accountOf(caller) !== undefined;
  const account = terms.find(({ key, prefix, negated }) => key === 'account' && !prefix && !negated);
  const { afterMs: fromMs, beforeMs: untilMs } = parsed;
  const where = (one: Refusal): boolean => matchesSearch({ ...parsed, terms }, searchableOf(one, isCustomer));
  const found = gateway.refusals.find({ account: account?.value, fromMs, untilMs, where }, maxRefused);
  return found.map((one) => refusalOf(one, isCustomer));
}

/** A refusal as a search looks at it. Which rules there are is no affair of customers. */
function searchableOf(refusal: Refusal, isCustomer: boolean): Searchable {
  const { account, from, to, atMs, status, rule } = refusal;
  const { status: name } = refusalOf(refusal, isCustomer);
  return {
    publicId: '',
    kind: 'mt',
    account,
    source: { digits: from.toLowerCase() },
    destination: { digits: to.toLowerCase() },
    state: 'refused',
    acceptedMs: atMs,
    text: undefined,
    timeline: [{ detail: `${isCustomer ? '' : rule} error=${status} ${name}` }],
  };
}
