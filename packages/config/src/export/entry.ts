/** Settings back in the form of the file, and the secrets that are left out there. */
import type { MoAction } from '@chappe/policy';
import type { Entries, EntryKind } from '../entry.ts';
import { builtInForms } from '../schema/built-in-actions.ts';
import { type MoForms, writtenAction } from '../schema/mo-forms.ts';
import { type Written, written } from '../values/written.ts';
import { writtenAccount } from './account.ts';
import { writtenConnector } from './connector.ts';
import { writtenMoRoute, writtenRoute, writtenWebhook } from './route.ts';

const writers: { readonly [K in EntryKind]: (entry: Entries[K], actions: MoForms) => Written } = {
  account: writtenAccount,
  connector: writtenConnector,
  route: writtenRoute,
  mo: writtenMoRoute,
  webhook: writtenWebhook,
};

/**
 * An entry as it would stand in the file, without passwords, keys and hashes; `parseEntry` reads it back. `actions`: as
 * `parseEntry` takes them.
 */
export function exportEntry<K extends EntryKind>(
  kind: K,
  entry: Entries[K],
  actions: MoForms = builtInForms,
): Written {
  return writers[kind](entry, actions);
}

/** What becomes of a message from a handset. `actions`: as `parseEntry` takes them. */
export function writtenMoAction(action: MoAction, actions: MoForms = builtInForms): Written {
  return writtenAction(action, actions);
}

/** An entry as it is written, with the secrets of another one where it has none of its own: what nobody changed stays. */
export function withSecretsOf<K extends EntryKind>(kind: K, given: Written, entry: Entries[K]): Written {
  switch (kind) {
    case 'account':
      return withHashes(given, entry as Entries['account']);
    case 'connector':
      return withConnectorSecrets(given, entry as Entries['connector']);
    case 'webhook': {
      const { secret, previousSecrets } = entry as Entries['webhook'];
      return { secret, ...(previousSecrets === undefined ? {} : { previousSecrets }), ...given };
    }
    default:
      return given;
  }
}

function withHashes(given: Written, { passwordHash, apiKeyHash }: Entries['account']): Written {
  const hasPassword = 'password' in given || 'passwordHash' in given;
  const hasKey = 'apiKey' in given || 'apiKeyHash' in given;
  return written({
    ...given,
    ...(hasPassword ? {} : { passwordHash }),
    ...(hasKey ? {} : { apiKeyHash }),
  });
}

function withConnectorSecrets(given: Written, { password, tls, outbind }: Entries['connector']): Written {
  const { tls: givenTls, outbind: givenOutbind } = given;
  return written({
    ...given,
    // No password at all is written by leaving it out.
    ...('password' in given || password === '' ? {} : { password }),
    ...(isObject(givenTls) && givenTls.cert === tls?.cert
      ? { tls: written({ key: tls?.key, ...givenTls }) }
      : {}),
    ...(isObject(givenOutbind) ? { outbind: written({ password: outbind?.password, ...givenOutbind }) } : {}),
  });
}

function isObject(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
