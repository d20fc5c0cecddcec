/** Where a route sends to: groups in the order of failover, shares within a group. */
import type { Target } from '@chappe/policy';
import { z } from 'zod';
import { whole } from '../values/values.ts';
import { integer, keyed, optional, required, scalar, section, UnknownWord } from './field.ts';
import type { ReadContext } from './read-context.ts';

type Group = readonly Target[];

const accountMark = 'account:';
const maxWeight = 1_000_000;

/** A connector, `handsets` or `account:NAME`. */
function readTarget(world: ReadContext): (text: string) => string {
  const { connectors, accounts } = world.known;
  return (text) => {
    if (text.startsWith(accountMark)) {
      const account = text.slice(accountMark.length);
      if (accounts === undefined || accounts.has(account)) return text;
      throw new UnknownWord(`there is no account "${account}"`, account, accounts);
    }
    if (connectors === undefined || connectors.has(text)) return text;
    if (text === 'handsets') throw new TypeError('there are no handsets: say handsets: {enabled: true}');
    throw new UnknownWord(`there is no connector "${text}"`, text, connectors);
  };
}

/** All the ways to say it: see docs/configuration.md. */
export function viaSchema(world: ReadContext): z.ZodType<readonly Group[]> {
  const read = readTarget(world);
  const weight = integer(whole(1, maxWeight), 1, maxWeight);
  const alone = scalar(read).transform((connector): Group => [{ connector }]);
  const shares = keyed(read, weight).transform(
    (pairs): Group => pairs.map(([connector, share]) => ({ connector, weight: share })),
  );
  const named = section({
    share: required(shares, 'connectors and their weights: they take turns'),
  }).transform((given): Group => given.share);
  const group = z.union([alone, named, shares], {
    error: 'expected a connector, or connectors with their weights as in {op-a: 70, op-b: 30}',
  });
  const groups = z.array(group);
  return z.union(
    [
      alone.transform((given): readonly Group[] => [given]),
      groups,
      section({ prefer: optional(groups, 'the first that is usable takes it') }).transform(
        (given, context): readonly Group[] => {
          if (given.prefer === undefined) context.addIssue({ code: 'custom', message: 'name a connector' });
          return given.prefer ?? [];
        },
      ),
      named.transform((given): readonly Group[] => [given]),
      shares.transform((given): readonly Group[] => [given]),
    ],
    {
      error:
        'expected connectors: op-a, [op-a, op-b] in the order of failover, {share: {op-a: 70, op-b: 30}}, ' +
        'or a list of both',
    },
  );
}
