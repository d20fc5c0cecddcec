/** The whole file. */
import type {
  ConnectorSettings,
  FilterSettings,
  MoAction,
  PumpingSettings,
  RouteSettings,
  WebhookSettings,
} from '@chappe/policy';
import { z } from 'zod';
import type { HandsetSettings, LifetimeSettings, LogLevel, ServerSettings } from '../config.ts';
import { plainText } from '../values/words.ts';
import { type AccountDraft, accountSchema } from './account.ts';
import { connectorSchema } from './connector.ts';
import { optional, scalar, section } from './field.ts';
import { filtersSchema, pumpingSchema } from './filters.ts';
import { type MoRouteDraft, moSchema, unclaimedSchema } from './mo.ts';
import type { ReadContext } from './read-context.ts';
import { routeSchema } from './route.ts';
import { handsetsSchema, httpSchema, lifetimeSchema, logSchema } from './server.ts';
import { durationMs } from './shapes.ts';
import { smppSchema } from './smpp.ts';
import { webhookSchema } from './webhook.ts';

/** What the sections of the file say; undefined: not there. */
interface Sections {
  readonly data: string;
  readonly log: LogLevel;
  readonly drain: number;
  readonly smpp: ServerSettings['smpp'];
  readonly http: ServerSettings['http'];
  readonly lifetime: LifetimeSettings;
  readonly handsets: HandsetSettings;
  readonly accounts: readonly AccountDraft[];
  readonly connectors: readonly ConnectorSettings[];
  readonly routes: readonly RouteSettings[];
  readonly mo: readonly MoRouteDraft[];
  readonly unclaimed: MoAction;
  readonly webhooks: readonly WebhookSettings[];
  readonly filters: FilterSettings;
  readonly pumping: PumpingSettings;
}

type SectionKeys = { readonly [K in keyof Sections]: z.ZodOptional<z.ZodType<Sections[K]>> };

/** What was read of the file. */
export type ReadSections = { readonly [K in keyof Sections]?: Sections[K] | undefined };

// The longest path of common file systems.
const maxPath = 4_096;

/** Keys of the server part, whose single values have variables. */
export const serverKeys = ['data', 'log', 'drain', 'smpp', 'http', 'lifetime', 'handsets'] as const;

/** Keys of the part that a reload changes. */
export const listKeys = ['accounts', 'connectors', 'routes', 'mo', 'webhooks'] as const;

/** The sections of the file. */
export function sectionKeys(world: ReadContext): SectionKeys {
  return {
    data: optional(scalar(plainText(maxPath)), 'the data folder; :memory: keeps nothing', './data'),
    log: optional(logSchema, 'the log'),
    drain: optional(durationMs, 'how long open work may take to end after SIGTERM', '8s'),
    smpp: optional(smppSchema(world), 'where customers connect, and the limits of their sessions'),
    http: optional(httpSchema(world), 'the HTTP API'),
    lifetime: optional(lifetimeSchema, 'how long things last'),
    handsets: optional(handsetsSchema, 'simulated handsets'),
    accounts: optional(z.array(accountSchema(world)), 'customers: they connect to us'),
    connectors: optional(z.array(connectorSchema(world)), 'operators: we connect to them'),
    routes: optional(
      z.array(routeSchema(world)),
      'where messages of customers go; the first that matches counts',
    ),
    mo: optional(z.array(moSchema(world)), 'where messages from handsets go; the first that matches counts'),
    unclaimed: optional(
      unclaimedSchema(world),
      "what becomes of those that no rule takes, to numbers that are nobody's; else they wait",
    ),
    webhooks: optional(z.array(webhookSchema(world)), 'where messages and receipts are posted to'),
    filters: optional(filtersSchema(world), 'filters of all messages'),
    pumping: optional(pumpingSchema, 'alarm on many messages to numbers that look made up'),
  };
}

/** The file's schema. */
export function fileSchema(world: ReadContext): z.ZodType<ReadSections> {
  return section(sectionKeys(world));
}
