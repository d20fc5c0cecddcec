/** Prices: one for all, by prefix, or a file of prefixes and prices. */
import type { PriceSettings } from '@chappe/policy';
import { z } from 'zod';
import { amount } from '../values/values.ts';
import { digitPrefix } from '../values/words.ts';
import { compact, keyed, oneOf, optional, scalar, section } from './field.ts';
import { fileLines, type ReadContext } from './read-context.ts';
import { money } from './shapes.ts';

type Line = readonly [prefix: string, price: number];

/** `447,0.0125`; also with semicolon or tab. A heading has no digits. */
function readLine(text: string): Line | undefined {
  const [prefix = '', price = '', ...more] = text
    .split(/[,;\t]/)
    .map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  if (!/\d/.test(text)) return undefined;
  if (more.length > 0) throw new TypeError('expected a prefix and a price such as 447,0.0125');
  return [digitPrefix(prefix), amount(price)];
}

function filePrices(path: string, world: ReadContext): readonly Line[] {
  const seen = new Set<string>();
  return fileLines(path, world, (text) => {
    const line = readLine(text);
    if (line === undefined) return line;
    if (seen.has(line[0])) throw new TypeError(`${line[0]} stands there twice`);
    seen.add(line[0]);
    return line;
  }).filter((line) => line !== undefined);
}

/** `0.0125`, or keys. */
export function priceSchema(world: ReadContext): z.ZodType<PriceSettings> {
  return z.union(
    [
      money.transform((perSegment): PriceSettings => ({ perSegment })),
      section({
        perSegment: optional(money, 'price of one segment, where no prefix says another', 0),
        byPrefix: optional(keyed(digitPrefix, money), 'price by the longest prefix: {"447": 0.0125}'),
        file: optional(
          scalar((path) => filePrices(path, world)),
          'a file with a prefix and a price a line: 447,0.0125',
        ),
        unlisted: optional(
          oneOf(['free', 'reject']),
          'numbers that no prefix holds, without perSegment: reject answers ESME_RINVDSTADR',
          'free',
        ),
      }).transform(({ perSegment, byPrefix = [], file = [], unlisted }) => {
        const lines = [...file, ...byPrefix];
        return compact<PriceSettings>({
          perSegment,
          byPrefix: lines.length === 0 ? undefined : Object.fromEntries(lines),
          unlisted,
        });
      }),
    ],
    { error: 'expected a price such as 0.0125, or keys perSegment, byPrefix and file' },
  );
}
