/** What a segment costs by a route. */
import type { Address } from '@chappe/center';
import { numberKey } from '@chappe/protocol';
import { refusalTo } from '../errors.ts';
import { PrefixTrie } from '../lists/prefix-trie.ts';
import type { PriceSettings, RouteSettings } from '../settings/route.ts';
import { quoted } from './words.ts';

/** The price of one segment to a destination, in millionths of the currency; undefined: it has none, and is refused. */
export type PriceLookup = (destination: Address) => number | undefined;

/** What is wrong with a price. */
export interface PriceFlaw {
  /** `price.perSegment`, `price.byPrefix.44`. */
  readonly field: string;
  readonly message: string;
}

/**
 * Compiles the prices of a route: that of the longest prefix, else `perSegment`, else 0, or none. `refuse`: is told of a
 * price that is none, by route and field; default: throws a RangeError.
 */
export function compilePrice(
  { name, price }: RouteSettings,
  refuse: (message: string) => void = refusalTo(undefined),
): PriceLookup {
  for (const { field, message } of priceFlaws(price)) refuse(`route ${quoted(name)}: ${field}: ${message}`);
  const perSegment = price?.perSegment ?? (price?.unlisted === 'reject' ? undefined : 0);
  const byPrefix = Object.entries(price?.byPrefix ?? {});
  if (byPrefix.length === 0) return () => perSegment;
  const trie = new PrefixTrie(byPrefix.map(([prefix], index) => [numberKey(prefix), index]));
  const amounts = byPrefix.map(([, amount]) => amount);
  return ({ digits }) => {
    const index = trie.longest(numberKey(digits));
    return index < 0 ? perSegment : (amounts[index] ?? perSegment);
  };
}

/** Prices that are no whole millionths from 0, and prefixes that are given twice, with and without plus. */
export function priceFlaws(price: PriceSettings | undefined): readonly PriceFlaw[] {
  const flaws: PriceFlaw[] = [];
  const check = (field: string, amount: number): void => {
    if (Number.isSafeInteger(amount) && amount >= 0) return;
    flaws.push({ field, message: `${amount} is no price: give whole millionths of the currency from 0` });
  };
  check('price.perSegment', price?.perSegment ?? 0);
  if (price?.unlisted === 'reject' && price.perSegment !== undefined) {
    const message = 'perSegment is a price for all, so there is nothing to reject: leave one of them out';
    flaws.push({ field: 'price.unlisted', message });
  }
  const byPrefix = price?.byPrefix ?? {};
  for (const [prefix, amount] of Object.entries(byPrefix)) {
    const field = `price.byPrefix.${prefix}`;
    check(field, amount);
    const bare = numberKey(prefix);
    if (bare !== prefix && Object.hasOwn(byPrefix, bare)) {
      flaws.push({ field, message: `${bare} is there too: leave one of them out` });
    }
  }
  return flaws;
}

/** Whether there is a list of prices, and nothing said of what is not in it. */
export function isFreeUnawares(price: PriceSettings | undefined, to?: RouteSettings['to']): boolean {
  const { byPrefix = {}, perSegment, unlisted } = price ?? {};
  const priced = Object.keys(byPrefix).map(numberKey);
  if (perSegment !== undefined || unlisted !== undefined || priced.length === 0) return false;
  // All that may come is priced. Of numbers in files nobody has looked.
  const isAll = to?.every(
    (entry) => typeof entry === 'string' && priced.some((prefix) => numberKey(entry).startsWith(prefix)),
  );
  return isAll !== true;
}
