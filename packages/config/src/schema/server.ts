/** The rest of the server part: HTTP, log, lifetimes, simulated handsets. */
import type { z } from 'zod';
import type { DoorName, HandsetSettings, LifetimeSettings, LogLevel, ServerSettings } from '../config.ts';
import { durations, rate, whole } from '../values/values.ts';
import { type Endpoint, endpoint, hostName, network, webOrigin } from '../values/words.ts';
import { keyHash, sha256 } from './account.ts';
import { compact, integer, oneOf, oneOrMany, optional, scalar, section } from './field.ts';
import { namedKeysSchema } from './http-keys.ts';
import type { ReadContext } from './read-context.ts';
import { flag, number, pauseMs, rangeShape, rateShape } from './shapes.ts';
import { listenTls } from './smpp.ts';

const maxSeed = 0xffff_ffff;
const maxWeight = 1_000_000;
const dayMs = 86_400_000;
const doorNames: readonly DoorName[] = ['kannel'];
const defaultHttp: Endpoint = { host: '127.0.0.1', port: 8080 };

/** HTTP. */
export function httpSchema(world: ReadContext): z.ZodType<ServerSettings['http']> {
  return section({
    listen: optional(
      scalar((text): Endpoint | undefined => (text === 'off' ? undefined : endpoint(text)), {
        type: ['string', 'integer'],
      }),
      'where the HTTP API listens: host:port, or off',
      '127.0.0.1:8080',
    ),
    tls: optional(listenTls(world), 'keys cert, key, clientCa and ciphers: HTTPS only'),
    probes: optional(
      scalar(endpoint, { type: ['string', 'integer'] }),
      'where /livez and /readyz are answered as well, apart from all other requests and without TLS: host:port',
    ),
    allowHosts: optional(
      oneOrMany(scalar(hostName)),
      'host names that it is called by, beside localhost and addresses; * for any',
    ),
    trustProxy: optional(
      oneOrMany(scalar(network)),
      'networks of reverse proxies: callers are those that their X-Forwarded-For names',
    ),
    cors: optional(
      oneOrMany(scalar(webOrigin)),
      'origins of web pages that may call it, as https://console.example.com; no patterns',
    ),
    rate: optional(
      scalar(rate, rateShape),
      'requests that each key may make that has no rate of its own: 100/s; read again by a reload',
    ),
    keys: optional(
      namedKeysSchema(world),
      'named keys of those who call, each with a role; read again by a reload',
    ),
    doors: optional(
      oneOrMany(oneOf(doorNames)),
      "other products' ways of handing in messages that are open here, see docs/doors (kannel)",
    ),
    privateCallbacks: optional(
      flag,
      'whether a dlr-url may lead to this machine and to private networks',
      false,
    ),
    adminKey: optional(
      oneOrMany(scalar(keyHash(world))),
      'keys of those who run it; without any, nobody changes anything',
    ),
    adminKeyHash: optional(oneOrMany(scalar(sha256)), 'or their SHA-256, in hexadecimal'),
  }).transform((given) => ({
    // Given as off, it is there and undefined.
    listen: 'listen' in given ? given.listen : defaultHttp,
    tls: given.tls,
    probes: given.probes,
    allowHosts: given.allowHosts ?? [],
    trustProxy: given.trustProxy ?? [],
    cors: given.cors ?? [],
    rate: given.rate,
    keys: given.keys ?? [],
    doors: given.doors ?? [],
    privateCallbacks: given.privateCallbacks ?? false,
    adminKeyHashes: [...(given.adminKey ?? []), ...(given.adminKeyHash ?? [])],
  }));
}

const logLevels: readonly LogLevel[] = ['silent', 'error', 'warn', 'info', 'debug'];

/** The log. */
export const logSchema: z.ZodType<LogLevel> = section({
  level: optional(oneOf(logLevels), 'JSON log on stderr from this level on', 'info'),
}).transform(({ level = 'info' }) => level);

/** How long things last. */
export const lifetimeSchema: z.ZodType<LifetimeSettings> = section({
  validity: optional(pauseMs, 'how long a message without validity_period is tried', '2d'),
  maxValidity: optional(pauseMs, 'a longer validity_period is cut to this', '7d'),
  maxSchedule: optional(pauseMs, 'a later schedule is refused', '14d'),
  receiptValidity: optional(pauseMs, 'how long receipts and messages from handsets wait for a bind', '3d'),
  retention: optional(pauseMs, 'how long finished messages are kept, in whole days', '30d'),
}).transform((given, context): LifetimeSettings => {
  const validityMs = given.validity ?? 2 * dayMs;
  const maxValidityMs = given.maxValidity ?? Math.max(7 * dayMs, validityMs);
  if (validityMs > maxValidityMs)
    context.addIssue({ code: 'custom', message: 'must not be longer than maxValidity', path: ['validity'] });
  return {
    validityMs,
    maxValidityMs,
    maxScheduleMs: given.maxSchedule ?? 14 * dayMs,
    receiptValidityMs: given.receiptValidity ?? 3 * dayMs,
    retentionMs: given.retention ?? 30 * dayMs,
  };
});

const weight = optional(integer(whole(0, maxWeight), 0, maxWeight), 'weight against the others', 0);

const outcomes: z.ZodType<NonNullable<HandsetSettings['outcomes']>> = section({
  delivered: weight,
  undeliverable: weight,
  expired: weight,
  rejected: weight,
}).transform((given, context) => {
  const found = compact<NonNullable<HandsetSettings['outcomes']>>({
    delivered: given.delivered,
    undeliverable: given.undeliverable,
    expired: given.expired,
    rejected: given.rejected,
  });
  if (!Object.values(found).some((share) => share > 0))
    context.addIssue({ code: 'custom', message: 'expected a weight above 0' });
  return found;
});

/** The simulated handsets. */
export const handsetsSchema: z.ZodType<HandsetSettings> = section({
  enabled: optional(flag, 'whether routes may name handsets: simulated ones, for tests and trials', false),
  delay: optional(scalar(durations, rangeShape), 'until a handset has a message', '50ms..500ms'),
  outcomes: optional(outcomes, 'how often ordinary numbers deliver or fail; else all deliver'),
  seed: optional(number(0, maxSeed), 'makes delays and outcomes repeat themselves'),
}).transform(({ enabled = false, delay, outcomes: weights, seed }) =>
  compact<HandsetSettings>({ enabled, delayMs: delay, outcomes: weights, seed }),
);
