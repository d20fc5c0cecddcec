/** GET /api/v1/info: what runs here. */
import { basename } from 'node:path';
import { magicNumbers } from '@chappe/sandbox';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { type Route, route } from '../route.ts';
import { isoOf } from '../times.ts';

const infoBody = z.object({
  name: z.literal('chappe'),
  version: z.string(),
  node: z.string(),
  startedAt: z.iso.datetime(),
  uptimeSeconds: z.int(),
  smpp: z.object({ port: z.int() }),
  tls: z.object({ port: z.int() }).nullable(),
  accounts: z.object({ open: z.boolean().describe('True: every system_id and password is right') }),
  sessions: z.int().describe('Bound now'),
  messages: z.object({
    accepted: z.int().describe('Since the start, one for each segment'),
    delivered: z.int(),
    failed: z.int().describe('Expired, undeliverable, rejected and the like'),
    unfinished: z.int().describe('Receipts included'),
  }),
  storeFailure: z
    .string()
    .nullable()
    .describe('Why messages are refused now, with what to do; null: they are not'),
  daysAside: z
    .array(z.object({ day: z.string(), file: z.string(), why: z.string() }))
    .describe('Days (UTC) whose file is damaged: their messages wait until it is repaired'),
  magicNumbers: z
    .array(z.object({ suffix: z.string(), magic: z.string(), meaning: z.string() }))
    .describe('Numbers that end so do not behave as others'),
});

/** Version, ports and figures. */
export function info({ gateway, version, clock, startedMs }: Context): Route {
  return route({
    method: 'GET',
    path: '/api/v1/info',
    operationId: 'info',
    tag: 'operation',
    access: 'read',
    summary: 'What runs here: version, ports, figures, magic numbers',
    answers: { 200: { description: 'What runs here', schema: infoBody } },
    handle: () => {
      const { center } = gateway.counters();
      const { tlsPort } = gateway;
      const body: z.infer<typeof infoBody> = {
        name: 'chappe',
        version,
        node: process.versions.node,
        startedAt: isoOf(startedMs),
        uptimeSeconds: Math.max(0, Math.floor((clock.nowMs() - startedMs) / 1_000)),
        smpp: { port: gateway.smppPort },
        tls: tlsPort === undefined ? null : { port: tlsPort },
        accounts: { open: gateway.accounts.open },
        sessions: gateway.sessions().length,
        messages: {
          accepted: center.accepted,
          delivered: center.delivered,
          failed: center.expired + center.deleted + center.failed,
          unfinished: gateway.center.unfinished,
        },
        storeFailure: gateway.center.failure?.message ?? null,
        daysAside: gateway.center.files.aside.map(({ day, path, why }) => ({
          day,
          file: basename(path),
          why,
        })),
        magicNumbers: magicNumbers.map(({ suffix, magic, meaning }) => ({ suffix, magic, meaning })),
      };
      return { status: 200, body };
    },
  });
}
