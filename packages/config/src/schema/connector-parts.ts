/** Parts of a connector: TLS, addresses, receipts, retries, outbind. */
import { createSecureContext } from 'node:tls';
import type { ErrorClass, RetryDelays } from '@chappe/center';
import type {
  AddressKind,
  AddressRewrite,
  AddressType,
  BreakerSettings,
  ConnectorSettings,
  StatusRule,
  UpstreamReceiptSettings,
  UpstreamTls,
} from '@chappe/policy';
import { messageStates } from '@chappe/protocol';
import { z } from 'zod';
import { durations, rate, timeZone, whole } from '../values/values.ts';
import { digits, endpoint, handedOut, host, plainText, port } from '../values/words.ts';
import { compact, keyed, oneOf, optional, required, scalar, section } from './field.ts';
import { pem, type ReadContext, secret } from './read-context.ts';
import { count, durationMs, flag, number, pauseMs, rangeShape, rateShape } from './shapes.ts';
import { readStatus } from './status.ts';
import { npi, npiOrAuto, ton, tonOrAuto } from './ton-npi.ts';

const maxErrorCode = 65_535;
const maxErrorText = 20;
const maxUnmatched = 1_000_000;
const maxFailures = 100_000;
const maxAttempts = 1_000_000;
const maxBurst = 1_000_000;
/** Characters of a list of suites: all that OpenSSL knows fit in. */
export const maxCiphers = 4_000;
/** What is said of `ciphers`. */
export const cipherAbout =
  'suites of TLS 1.2 by OpenSSL names, parted by colons, for peers too old for the default: ECDHE or DHE with GCM or ChaCha20';

/** TLS to an upstream: true, or its keys. Undefined for false. */
export function upstreamTls(world: ReadContext): z.ZodType<UpstreamTls | undefined> {
  const file = scalar(pem(world));
  return z.union(
    [
      flag.transform((isOn): UpstreamTls | undefined => (isOn ? {} : undefined)),
      section({
        ca: optional(file, 'PEM file of the issuers to trust instead of those of the system'),
        cert: optional(file, 'PEM file of our certificate'),
        key: optional(file, 'PEM file of its private key'),
        serverName: optional(scalar(host), 'name in the certificate of the upstream; else the host'),
        verify: optional(flag, 'false takes any certificate: for tests only', true),
        ciphers: optional(scalar(plainText(maxCiphers)), cipherAbout),
      }).transform(({ ca, cert, key, serverName, verify, ciphers }, context): UpstreamTls | undefined => {
        const problem = certificateProblem({ cert, key, ca, ciphers });
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
        return compact<UpstreamTls>({ ca, cert, key, serverName, verify, ciphers });
      }),
    ],
    { error: 'expected true, or keys ca, cert, key, serverName, verify and ciphers' },
  );
}

/** What an end of TLS is made of, as PEM texts and OpenSSL's names. */
interface TlsParts {
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly ca: string | undefined;
  readonly ciphers: string | undefined;
}

/** What keeps a certificate, or a list of suites, from being used. */
export function certificateProblem({ cert, key, ca, ciphers }: TlsParts): string | undefined {
  if ((cert === undefined) !== (key === undefined)) return 'a certificate and its key go together: give both';
  try {
    createSecureContext({
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(ca === undefined ? {} : { ca }),
    });
  } catch (error) {
    return `these certificates cannot be used: ${(error as Error).message}`;
  }
  try {
    if (ciphers !== undefined) createSecureContext({ ciphers });
    return undefined;
  } catch {
    return 'ciphers: OpenSSL knows none of these suites; write its names, as ECDHE-RSA-AES128-SHA256, parted by colons';
  }
}

const addressType: z.ZodType<AddressType> = section({
  ton: optional(ton, 'TON by number or name'),
  npi: optional(npi, 'NPI by number or name'),
}).transform((given) => compact<AddressType>({ ton: given.ton, npi: given.npi }));

const addressKinds: { readonly [K in AddressKind]: z.ZodOptional<z.ZodType<AddressType>> } = {
  name: optional(addressType, 'what has other characters than digits'),
  shortCode: optional(addressType, 'less than 7 digits, or TON network or abbreviated'),
  international: optional(addressType, 'begins with a plus, or its TON says so'),
  national: optional(addressType, 'its TON says so'),
  number: optional(addressType, 'any other number'),
};

/** TON, NPI and form of addresses. */
export const addressRewrite: z.ZodType<AddressRewrite> = section({
  ton: optional(tonOrAuto, 'TON by number or name, or auto: guessed from the address; else as it is'),
  npi: optional(npiOrAuto, 'NPI by number or name, or auto: guessed from the address; else as it is'),
  kinds: optional(
    section(addressKinds).transform(({ name, shortCode, international, national, number: other }) =>
      compact<NonNullable<AddressRewrite['kinds']>>({
        name,
        shortCode,
        international,
        national,
        number: other,
      }),
    ),
    'TON and NPI by what the address is: {shortCode: {ton: 3, npi: 0}, number: {ton: 0}}; counts before ton and npi',
  ),
  stripPrefix: optional(scalar(digits), 'digits taken away from the front of a number'),
  addPrefix: optional(scalar(digits), 'digits put there then'),
}).transform(({ ton: tonOfAll, npi: npiOfAll, kinds, stripPrefix, addPrefix }) =>
  compact<AddressRewrite>({ ton: tonOfAll, npi: npiOfAll, kinds, stripPrefix, addPrefix }),
);

const errorMap = keyed(plainText(maxErrorText), number(0, maxErrorCode)).transform((pairs) =>
  Object.fromEntries(pairs),
);
const stateMap = keyed(plainText(maxErrorText), oneOf(messageStates)).transform(
  (pairs): Record<string, string> => Object.fromEntries(pairs),
);

/** What receipts of an upstream say. */
export const upstreamReceipts: z.ZodType<UpstreamReceiptSettings> = section({
  idIn: optional(
    oneOf(['auto', 'same', 'hex-dec', 'dec-hex', 'loose']),
    'ids in receipts against those in responses: auto learns it; hex-dec: hexadecimal in responses, decimal in ' +
      'receipts; loose: any form, case and leading zeros aside',
    'auto',
  ),
  timezone: optional(scalar(timeZone), 'of its dates: Europe/Paris, +02:00', 'UTC'),
  longMessages: optional(
    oneOf(['auto', 'each', 'one']),
    'its receipts for a long message: one for each part, or one for the whole; auto: as each, but where all parts have ' +
      'one id those without a receipt end as the last one says, 3 s after it',
    'auto',
  ),
  errors: optional(errorMap, "its error codes to ours: {'013': 27}; others pass as they are"),
  states: optional(stateMap, 'receipt words with a meaning of their own: {FAILED: UNDELIVERABLE}'),
  early: optional(
    pauseMs,
    'how long one that finds no message waits for the response to a submission',
    '10m',
  ),
  unmatched: optional(
    number(0, maxUnmatched),
    'unmatched ones kept for looking and rematching; more are only counted',
    10_000,
  ),
}).transform((given) =>
  compact<UpstreamReceiptSettings>({
    ids: given.idIn,
    offsetMinutes: isOffset(given.timezone) ? Number(given.timezone) : undefined,
    timeZone: isOffset(given.timezone) ? undefined : given.timezone,
    longMessages: given.longMessages,
    errors: given.errors,
    states: given.states,
    earlyMs: given.early,
    unmatched: given.unmatched,
  }),
);

/** Whether a time zone is one in minutes, and not a name. */
function isOffset(zone: string | undefined): boolean {
  return zone !== undefined && /^-?\d/.test(zone);
}

const meanings = ['permanent', 'temporary', 'throttled', 'full', 'accepted', 'rebind'] as const;

/** What statuses of an upstream mean, by name or number. */
export const statusRules: z.ZodType<readonly StatusRule[]> = keyed(readStatus, oneOf(meanings)).transform(
  (pairs) => pairs.map(([status, means]): StatusRule => ({ status, means })),
);

/** When a connector is taken out of use for a while. */
export const breaker: z.ZodType<BreakerSettings> = section({
  failures: optional(number(0, maxFailures), 'failures in a row that open it; 0: never', 20),
  pause: optional(pauseMs, 'how long it stays open before one message tries again', '30s'),
}).transform(({ failures, pause }) => compact<BreakerSettings>({ failures, pauseMs: pause }));

const readAttempts = whole(1, maxAttempts);
const attempts = scalar((text) => (text === 'unlimited' ? Number.POSITIVE_INFINITY : readAttempts(text)), {
  anyOf: [{ type: 'integer', minimum: 1 }, { const: 'unlimited' }],
});

const delays: z.ZodType<Partial<RetryDelays>> = z.union(
  [
    scalar(durations, rangeShape).transform(
      ([firstMs, longestMs]): Partial<RetryDelays> => ({ firstMs, longestMs }),
    ),
    section({
      first: optional(durationMs, 'before the second attempt'),
      longest: optional(durationMs, 'longest delay'),
      factor: optional(
        scalar(readFactor, { type: 'number', minimum: 1 }),
        'each delay is this many times the one before',
      ),
      attempts: optional(attempts, 'attempts in all, or unlimited: until the validity ends'),
    }).transform(({ first, longest, factor, attempts: most }, context) => {
      if (first !== undefined && longest !== undefined && first > longest)
        context.addIssue({ code: 'custom', message: 'the first delay is longer than the longest' });
      return compact<{ -readonly [K in keyof RetryDelays]?: RetryDelays[K] | undefined }>({
        firstMs: first,
        longestMs: longest,
        factor,
        attempts: most,
      }) as Partial<RetryDelays>;
    }),
  ],
  { error: 'expected a delay such as 5s or 1s..60s, or keys first, longest, factor and attempts' },
);

function readFactor(text: string): number {
  const factor = /^\d{1,3}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (factor >= 1) return factor;
  throw new TypeError('expected a number from 1 on');
}

const retryKeys: { readonly [K in ErrorClass]: z.ZodOptional<z.ZodType<Partial<RetryDelays>>> } = {
  unreachable: optional(delays, 'the handset is off or out of reach'),
  busy: optional(delays, 'the handset is busy'),
  full: optional(delays, 'a queue or a memory is full'),
  throttled: optional(delays, 'we were told to slow down'),
  system: optional(delays, 'the upstream failed'),
  unknown: optional(delays, 'there was no answer'),
};

/** Delays by error class. */
export const retry: z.ZodType<NonNullable<ConnectorSettings['retry']>> = section(retryKeys).transform(
  (given) =>
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as NonNullable<
      ConnectorSettings['retry']
    >,
);

/** The wait before the next try to bind. */
export const reconnect: z.ZodType<NonNullable<ConnectorSettings['reconnect']>> = z.union(
  [
    scalar(durations, rangeShape).transform(([minMs, maxMs]) => ({ minMs, maxMs })),
    section({
      min: optional(durationMs, 'shortest wait', '1s'),
      max: optional(durationMs, 'longest wait', '60s'),
    }).transform(({ min, max }, context) => {
      if (min !== undefined && max !== undefined && min > max)
        context.addIssue({ code: 'custom', message: 'the shortest wait is longer than the longest' });
      return compact<NonNullable<ConnectorSettings['reconnect']>>({ minMs: min, maxMs: max });
    }),
  ],
  { error: 'expected a range such as 1s..60s' },
);

/** Where we listen for an upstream's outbind. */
export function outbind(world: ReadContext): z.ZodType<NonNullable<ConnectorSettings['outbind']>> {
  return z.union(
    [
      scalar(endpoint),
      section({
        host: optional(scalar(host), 'address to listen on', '127.0.0.1'),
        port: required(scalar(port, { type: 'integer', minimum: 0, maximum: 65_535 }), 'port to listen on'),
        systemId: optional(scalar(handedOut), 'what its outbind must say'),
        password: optional(
          scalar((text) => handedOut(secret(world)(text))),
          'what its outbind must say',
        ),
      }).transform((given) => ({
        ...(given.host === undefined ? {} : { host: given.host }),
        port: given.port,
        ...(given.systemId === undefined ? {} : { systemId: given.systemId }),
        ...(given.password === undefined ? {} : { password: given.password }),
      })),
    ],
    { error: 'expected a port, host:port, or keys host, port, systemId and password' },
  );
}

/** Messages per second over all binds, and the burst. */
export interface Pace {
  readonly perSecond: number;
  readonly burst?: number | undefined;
}

const perSecond = scalar(rate, rateShape);

/** A pace: `100/s`, or its keys. */
export const pace: z.ZodType<Pace> = z.union(
  [
    perSecond.transform((given): Pace => ({ perSecond: given })),
    section({
      rate: required(perSecond, 'messages per second over all binds'),
      burst: optional(count(maxBurst), 'messages that may go at once after a pause'),
    }).transform((given) => compact<Pace>({ perSecond: given.rate, burst: given.burst })),
  ],
  { error: 'expected a rate such as 100/s, or keys rate and burst' },
);
