/** Keys of the HTTP API that have names, so that what was done with each is known, and each can be taken away. */
import { z } from 'zod';
import type { NamedKey } from '../config.ts';
import { rate } from '../values/values.ts';
import { name, systemId } from '../values/words.ts';
import { keyHash, sha256 } from './account.ts';
import { compact, oneOf, optional, reference, required, scalar, section } from './field.ts';
import type { ReadContext } from './read-context.ts';
import { rateShape } from './shapes.ts';

const roles = ['admin', 'operator', 'read-only', 'account'] as const;
// Each person and each program that calls has one.
const maxKeys = 1_000;

/** The list of named keys. */
export function namedKeysSchema(world: ReadContext): z.ZodType<readonly NamedKey[]> {
  return z
    .array(namedKeySchema(world))
    .max(maxKeys, { error: `expected at most ${maxKeys} keys` })
    .superRefine((keys, context) => {
      for (const field of ['name', 'hash'] as const) {
        const seen = new Set<string>();
        for (const [index, key] of keys.entries()) {
          if (seen.has(key[field])) {
            const message =
              field === 'name' ? `"${key.name}" is the name of two keys` : 'another one is the same key';
            context.addIssue({
              code: 'custom',
              message,
              path: [index, 'name'],
            });
          }
          seen.add(key[field]);
        }
      }
    });
}

function namedKeySchema(world: ReadContext): z.ZodType<NamedKey> {
  const isAccount = reference(world.known.accounts, 'account');
  return section({
    name: required(scalar(name), 'who has it: stands in the audit'),
    role: required(oneOf(roles), 'what it may: everything, run things, look on, or what its account may'),
    account: optional(
      scalar((text) => isAccount(systemId(text))),
      'of role account: whose it is',
    ),
    apiKey: optional(scalar(keyHash(world)), 'the key'),
    apiKeyHash: optional(scalar(sha256), 'or its SHA-256, in hexadecimal'),
    rate: optional(scalar(rate, rateShape), 'requests that it may make: 100/s; default http.rate'),
  }).transform(({ name: called, role, account, apiKey, apiKeyHash, rate: perSecond }, context): NamedKey => {
    const flaw = (message: string, key: string): void =>
      context.addIssue({ code: 'custom', message, path: [key] });
    if ((apiKey === undefined) === (apiKeyHash === undefined))
      flaw('give apiKey, or apiKeyHash: one of them', 'name');
    if ((role === 'account') !== (account !== undefined))
      flaw('account goes with the role account, and only with it', 'role');
    return compact<NamedKey>({
      name: called,
      role,
      account,
      hash: apiKey ?? apiKeyHash ?? '',
      rate: perSecond,
    });
  });
}
