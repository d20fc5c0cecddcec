/** Settings of `chappe start`. Flags, variables, help and the table in docs/cli.md derive from these. */
import { serverLimits } from '@chappe/smpp';
import type { Settings } from '../settings/setting.ts';
import { duration, durationText, many, one, oneOf, onOff, port, text, whole } from '../settings/values.ts';
import {
  type AccountValue,
  accounts,
  delayRange,
  host,
  hostName,
  httpAdminKey,
  network,
  type OutcomeValues,
  outcomes,
  systemId,
} from './readers.ts';

/** From silent to talkative. */
export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

/** What start can be told. */
export interface StartValues {
  readonly host: string;
  readonly smppPort: number;
  readonly tlsPort: number;
  readonly httpHost: string;
  readonly httpPort: number;
  readonly allowHost: readonly string[];
  /** Undefined: the API asks nobody for a key. */
  readonly httpAdminKey: string | undefined;
  /** A folder, or `:memory:`. */
  readonly data: string;
  /** None: every system_id and password is right. */
  readonly accounts: readonly AccountValue[];
  readonly delayMs: readonly [number, number];
  readonly seed: number | undefined;
  readonly outcomes: OutcomeValues | undefined;
  readonly validityMs: number;
  readonly receiptValidityMs: number;
  readonly retentionMs: number;
  readonly window: number;
  readonly maxSessions: number;
  readonly systemId: string;
  readonly trustProxy: readonly string[];
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly tls: boolean;
  readonly http: boolean;
  readonly logLevel: LogLevel;
  readonly drainMs: number;
}

const hourMs = 3_600_000;
// HTTP, sessions and commits have this one after the other, and Docker kills after 10 s.
const defaultDrainMs = 3_000;
const maxSeed = 0xffff_ffff;
// More file descriptors than that need a kernel set up for it.
const maxSessions = 1_000_000;

type Part<K extends keyof StartValues> = Settings<Pick<StartValues, K>>;

const listening: Part<
  | 'host'
  | 'smppPort'
  | 'tlsPort'
  | 'httpHost'
  | 'httpPort'
  | 'allowHost'
  | 'httpAdminKey'
  | 'tls'
  | 'http'
  | 'trustProxy'
> = {
  host: {
    flag: 'host',
    value: 'address',
    env: 'CHAPPE_HOST',
    about: 'where SMPP and TLS listen; beyond this machine only together with --account',
    fallback: '127.0.0.1',
    read: one(host),
  },
  smppPort: {
    flag: 'smpp-port',
    value: 'port',
    env: 'CHAPPE_SMPP_PORT',
    about: 'port of SMPP, 0 for any free one',
    fallback: 2775,
    read: one(port),
  },
  tlsPort: {
    flag: 'tls-port',
    value: 'port',
    env: 'CHAPPE_TLS_PORT',
    about: 'port of SMPP over TLS, 0 for any free one',
    fallback: 3550,
    read: one(port),
  },
  httpHost: {
    flag: 'http-host',
    value: 'address',
    env: 'CHAPPE_HTTP_HOST',
    about: 'where the HTTP API listens; beyond this machine only together with --http-admin-key',
    fallback: '127.0.0.1',
    read: one(host),
  },
  httpPort: {
    flag: 'http-port',
    value: 'port',
    env: 'CHAPPE_HTTP_PORT',
    about: 'port of the HTTP API, 0 for any free one',
    fallback: 8080,
    read: one(port),
  },
  allowHost: {
    flag: 'allow-host',
    value: 'name',
    isRepeatable: true,
    env: 'CHAPPE_ALLOW_HOST',
    about: 'host name that the HTTP API is called by, beside localhost and addresses; * for any',
    fallback: [],
    read: many(hostName),
  },
  httpAdminKey: {
    flag: 'http-admin-key',
    value: 'key',
    env: 'CHAPPE_HTTP_ADMIN_KEY',
    isSecret: true,
    about:
      'key that the HTTP API asks everybody for; better in the variable, since other users can see command lines',
    fallback: undefined,
    read: one(httpAdminKey),
  },
  tls: {
    flag: 'tls',
    env: 'CHAPPE_TLS',
    about: 'do not listen for TLS',
    fallback: true,
    read: one(onOff),
  },
  http: {
    flag: 'http',
    env: 'CHAPPE_HTTP',
    about: 'no HTTP API',
    fallback: true,
    read: one(onOff),
  },
  trustProxy: {
    flag: 'trust-proxy',
    value: 'network',
    isRepeatable: true,
    env: 'CHAPPE_TRUST_PROXY',
    about: 'network (CIDR) of load balancers whose connections begin with a PROXY header',
    fallback: [],
    read: many(network),
  },
};

const admitting: Part<'accounts' | 'systemId' | 'window' | 'maxSessions' | 'tlsCert' | 'tlsKey'> = {
  accounts: {
    flag: 'account',
    value: 'id:password',
    isRepeatable: true,
    env: 'CHAPPE_ACCOUNT',
    isSecret: true,
    about:
      'who may bind; without any, every system_id and password is accepted; better in the variable, or one a line in the ' +
      'file of CHAPPE_ACCOUNT_FILE, since other users can see command lines',
    fallback: [],
    read: accounts,
  },
  systemId: {
    flag: 'system-id',
    value: 'name',
    env: 'CHAPPE_MC_SYSTEM_ID',
    about: 'our name in answers to binds',
    fallback: 'chappe',
    read: one(systemId),
  },
  window: {
    flag: 'window',
    value: 'requests',
    env: 'CHAPPE_WINDOW',
    about: 'requests of one session that may await our answer; beyond, ESME_RTHROTTLED',
    fallback: serverLimits.window,
    read: one(whole(1, 100_000)),
  },
  maxSessions: {
    flag: 'max-sessions',
    value: 'sessions',
    env: 'CHAPPE_MAX_SESSIONS',
    about: 'connections at once, of SMPP and of TLS each',
    fallback: serverLimits.connections,
    read: one(whole(1, maxSessions)),
  },
  tlsCert: {
    flag: 'tls-cert',
    value: 'file',
    env: 'CHAPPE_TLS_CERT',
    about: 'own certificate (PEM), read again on SIGHUP; without it a self-signed one is made',
    fallback: undefined,
    read: one(text),
  },
  tlsKey: {
    flag: 'tls-key',
    value: 'file',
    env: 'CHAPPE_TLS_KEY',
    about: 'its private key (PEM)',
    fallback: undefined,
    read: one(text),
  },
};

const keeping: Part<'data' | 'validityMs' | 'receiptValidityMs' | 'retentionMs'> = {
  data: {
    flag: 'data',
    value: 'folder',
    env: 'CHAPPE_DATA',
    about: 'where messages are kept; :memory: keeps nothing',
    fallback: './data',
    read: one(text),
  },
  validityMs: {
    flag: 'validity',
    value: 'duration',
    env: 'CHAPPE_VALIDITY',
    about: 'how long a message without validity_period is tried',
    fallback: 48 * hourMs,
    shown: durationText(48 * hourMs),
    read: one(duration),
  },
  receiptValidityMs: {
    flag: 'receipt-validity',
    value: 'duration',
    env: 'CHAPPE_RECEIPT_VALIDITY',
    about: 'how long receipts and messages from handsets wait for a bind',
    fallback: 72 * hourMs,
    shown: durationText(72 * hourMs),
    read: one(duration),
  },
  retentionMs: {
    flag: 'retention',
    value: 'duration',
    env: 'CHAPPE_RETENTION',
    about: 'how long finished messages are kept, in whole days',
    fallback: 30 * 24 * hourMs,
    shown: durationText(30 * 24 * hourMs),
    read: one(duration),
  },
};

const playing: Part<'delayMs' | 'outcomes' | 'seed'> = {
  delayMs: {
    flag: 'delay',
    value: 'min-max',
    env: 'CHAPPE_DELAY',
    about: 'milliseconds until a handset has a message',
    fallback: [50, 500],
    shown: '50-500',
    read: one(delayRange),
  },
  outcomes: {
    flag: 'outcomes',
    value: 'weights',
    env: 'CHAPPE_OUTCOMES',
    about:
      'how often ordinary numbers deliver or fail, as delivered:90,undeliverable:10 (also expired, rejected)',
    fallback: undefined,
    shown: 'all deliver',
    read: one(outcomes),
  },
  seed: {
    flag: 'seed',
    value: 'number',
    env: 'CHAPPE_SEED',
    about: 'makes delays and outcomes repeat themselves',
    fallback: undefined,
    read: one(whole(0, maxSeed)),
  },
};

const running: Part<'logLevel' | 'drainMs'> = {
  logLevel: {
    flag: 'log-level',
    value: 'level',
    env: 'CHAPPE_LOG_LEVEL',
    about: 'JSON log on stderr from this level on: debug, info, warn, error, silent',
    fallback: 'warn',
    read: one(oneOf('silent', 'error', 'warn', 'info', 'debug')),
  },
  drainMs: {
    flag: 'drain',
    value: 'duration',
    env: 'CHAPPE_DRAIN',
    about: 'how long open work may take to end after Ctrl-C or SIGTERM',
    fallback: defaultDrainMs,
    shown: durationText(defaultDrainMs),
    read: one(duration),
  },
};

/** Their table, in the order of help. */
export const startSettings: Settings<StartValues> = {
  ...listening,
  ...admitting,
  ...keeping,
  ...playing,
  ...running,
};
