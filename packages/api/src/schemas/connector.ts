/** Connectors as the API shows them. */
import { exportEntry } from '@chappe/config';
import { type ConnectorView, type Gateway, type Upstream, viewOfSession } from '@chappe/gateway';
import type { Origin } from '@chappe/policy';
import { type SmppVersion, smppVersions, statusName } from '@chappe/protocol';
import { z } from 'zod';
import { type EntryBody, entryBody, originField } from './entry.ts';

/** One connector of a list. */
export interface ConnectorBody {
  readonly name: string;
  readonly group: string;
  readonly origin: Origin | null;
  readonly state: ConnectorView['state'];
  readonly binds: { readonly bound: number; readonly wanted: number };
  readonly inFlight: number;
  readonly window: number;
  readonly queued: number;
  readonly ratePerSecond: number | null;
  readonly breaker: ConnectorView['breaker'];
  readonly rttMs: number | null;
  readonly limit: ConnectorView['limit'];
  readonly limitText: string;
  readonly lastError: string | null;
  readonly counters: Readonly<Record<string, number>>;
}

/** One session with an upstream. */
export interface ConnectorSessionBody {
  readonly id: number;
  readonly bind: 'transmitter' | 'receiver' | 'transceiver';
  readonly version: SmppVersion;
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
  readonly outstanding: number;
  readonly windowFree: number;
  readonly counters: Readonly<Record<string, number>>;
}

/** One connector with its settings and sessions. */
export interface ConnectorDetailBody extends ConnectorBody {
  readonly settings: EntryBody;
  readonly sessions: readonly ConnectorSessionBody[];
  readonly statuses: Readonly<Record<string, number>>;
}

const fields = {
  name: z.string(),
  group: z.string().describe('Whose receipts it shares'),
  origin: originField,
  state: z
    .enum(['bound', 'connecting', 'paused', 'stopped', 'draining', 'removed'])
    .describe(
      'bound: at least one bind stands; paused: bound, but nothing is sent; removed: in the settings no more, but messages wait',
    ),
  binds: z.object({ bound: z.int(), wanted: z.int() }),
  inFlight: z.int().describe('Requests without response'),
  window: z.int().describe('How many may be without response'),
  queued: z.int().describe('Messages in the lanes that lead there'),
  ratePerSecond: z.number().nullable().describe('Messages per second that it lets out now; null: no limit'),
  breaker: z.enum(['closed', 'open', 'trying']),
  rttMs: z.number().nullable().describe('Time to a response, smoothed; null before the first'),
  limit: z
    .enum(['window', 'rate', 'breaker', 'binds', 'upstream', 'none', 'idle'])
    .describe('Why it is not faster'),
  limitText: z.string().describe('The same as a sentence, with its figures and the remedy'),
  lastError: z
    .string()
    .nullable()
    .describe('Why the last try to bind failed, or the last bind was lost; null once one stands'),
  counters: z.record(z.string(), z.number()).describe('Since the start'),
};

const session = z.object({
  id: z.int(),
  bind: z.enum(['transmitter', 'receiver', 'transceiver']),
  version: z.enum(smppVersions),
  address: z.string(),
  port: z.int(),
  tls: z.boolean(),
  outstanding: z.int(),
  windowFree: z.int(),
  counters: z.record(z.string(), z.number()),
});

/** Schema of `ConnectorBody`. */
export const connectorBody: z.ZodType<ConnectorBody> = z.object(fields).describe('A connector');

/** Schema of `ConnectorDetailBody`. */
export const connectorDetailBody: z.ZodType<ConnectorDetailBody> = z
  .object({
    ...fields,
    settings: entryBody,
    sessions: z.array(session).describe('Bound now'),
    statuses: z.record(z.string(), z.number()).describe('Error answers by command_status'),
  })
  .describe('A connector with its settings and sessions');

/** Milliseconds with as many places as mean something. */
export function roundedMs(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** A connector for a list. */
export function connectorOf(gateway: Gateway, view: ConnectorView): ConnectorBody {
  const { ratePerSecond, rttMs, lastError, counters, ...rest } = view;
  return {
    ...rest,
    origin: gateway.entries.originOf('connector', view.name) ?? null,
    ratePerSecond: ratePerSecond ?? null,
    rttMs: rttMs === undefined ? null : roundedMs(rttMs),
    lastError: lastError ?? null,
    counters: { ...counters },
  };
}

/** A connector with all that is shown of it. */
export function connectorDetailOf(
  gateway: Gateway,
  upstream: Upstream,
  view: ConnectorView,
): ConnectorDetailBody {
  const { settings, binds, counters } = upstream;
  return {
    ...connectorOf(gateway, view),
    settings: exportEntry('connector', settings),
    sessions: [...binds.sessions].map((one) => {
      const {
        id,
        bind,
        version,
        address,
        port,
        tls,
        outstanding,
        windowFree,
        counters: counts,
      } = viewOfSession(one);
      return { id, bind, version, address, port, tls, outstanding, windowFree, counters: { ...counts } };
    }),
    statuses: Object.fromEntries(
      [...counters.statuses].map(([status, count]) => [
        statusName(status) ?? `0x${status.toString(16)}`,
        count,
      ]),
    ),
  };
}
