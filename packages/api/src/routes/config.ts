/** GET /api/v1/config: the settings in force. */
import { type EntryKind, exportEntry, writtenFilters, writtenMoAction, writtenPumping } from '@chappe/config';
import type { AnyEntry } from '@chappe/policy';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';
import { entryBody, originField } from '../schemas/entry.ts';

const entry = z.object({ origin: originField, settings: entryBody });

const configBody = z.object({
  accounts: z.array(entry),
  connectors: z.array(entry),
  routes: z.array(entry).describe('In their order'),
  mo: z.array(entry).describe('In their order'),
  webhooks: z.array(entry),
  unclaimed: entryBody.nullable(),
  filters: entryBody.nullable(),
  pumping: entryBody.nullable(),
  shadowed: z
    .array(z.object({ kind: z.enum(['account', 'connector', 'route', 'mo', 'webhook']), name: z.string() }))
    .describe(
      'Made over HTTP and without effect, since the file has an entry of that name; DELETE takes them away',
    ),
});

/** Everything in force, with where it comes from and without secrets. */
export function getConfig({ gateway, actions }: Context): Route {
  const shown = (kind: EntryKind, entries: readonly AnyEntry[]): z.infer<typeof entry>[] => {
    const originOf = gateway.entries.originsOf(kind);
    return entries.map((settings) => ({
      origin: originOf('name' in settings ? settings.name : settings.systemId) ?? null,
      settings: exportEntry(kind, settings as never, actions),
    }));
  };
  return route({
    method: 'GET',
    path: '/api/v1/config',
    operationId: 'getConfig',
    tag: 'operation',
    access: 'read',
    summary: 'The settings in force, in the form of the configuration file',
    description:
      'Without the part that is taken at start only (listeners, log, lifetimes), and without secrets.',
    answers: { 200: { description: 'The settings', schema: configBody } },
    takesTurns: true,
    handle: () => {
      const { accounts, connectors, routes, mo, webhooks, unclaimed, filters, pumping } = gateway.settings;
      return {
        status: 200,
        body: {
          accounts: shown('account', accounts),
          connectors: shown('connector', connectors),
          routes: shown('route', routes),
          mo: shown('mo', mo),
          webhooks: shown('webhook', webhooks),
          unclaimed: unclaimed === undefined ? null : writtenMoAction(unclaimed, actions),
          filters: filters === undefined ? null : writtenFilters(filters),
          pumping: pumping === undefined ? null : writtenPumping(pumping),
          shadowed: gateway.entries.shadowed(),
        },
      };
    },
  });
}
