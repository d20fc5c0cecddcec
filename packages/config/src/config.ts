/** What a configuration file says, checked. Durations in milliseconds. */
import type { GatewaySettings } from '@chappe/policy';
import type { Endpoint } from './values/words.ts';

/** Certificate of a listener, as PEM texts. */
export interface ListenTls {
  readonly cert: string;
  readonly key: string;
  /** Issuers of the certificates that clients must show; undefined: they need none. */
  readonly clientCa?: string | undefined;
  /** Suites of TLS 1.2; undefined: those with forward secrecy and AEAD. */
  readonly ciphers?: string | undefined;
}

/** One address that ESMEs connect to. */
export interface ListenSettings extends Endpoint {
  /** With it, TLS only. */
  readonly tls?: ListenTls | undefined;
  /** Networks whose connections begin with a PROXY header. */
  readonly trustProxy?: readonly string[] | undefined;
}

/** Limits of sessions that customers make; what is left out has the default of @chappe/smpp. */
export interface SessionDefaults {
  readonly connections?: number | undefined;
  readonly perAddress?: number | undefined;
  readonly perAccount?: number | undefined;
  readonly window?: number | undefined;
  readonly outgoingWindow?: number | undefined;
  readonly queue?: number | undefined;
  readonly maxPduOctets?: number | undefined;
  readonly sessionInitMs?: number | undefined;
  readonly pduReadMs?: number | undefined;
  readonly inactivityMs?: number | undefined;
  readonly enquireLinkMs?: number | undefined;
  readonly enquireLinkResponseMs?: number | undefined;
  readonly responseTimeoutMs?: number | undefined;
  readonly writeStallMs?: number | undefined;
}

/** From silent to talkative. */
export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug';

/** A key of the HTTP API with a name and what it is for. */
export interface NamedKey {
  readonly name: string;
  readonly role: 'admin' | 'operator' | 'read-only' | 'account';
  /** Of the role `account`. */
  readonly account?: string | undefined;
  /** SHA-256, in hexadecimal. */
  readonly hash: string;
  /** Requests per second; undefined: those of `http.rate`. */
  readonly rate?: number | undefined;
}

/** A way in that is another product's. */
export type DoorName = 'kannel';

/** What the process is, apart from customers, operators and routes. Taken at start only. */
export interface ServerSettings {
  readonly smpp: {
    /** Our name in answers to binds. */
    readonly systemId: string;
    /** Empty: nobody connects to us. */
    readonly listen: readonly ListenSettings[];
    readonly defaults: SessionDefaults;
    /** Whether passwords that were right are known after a restart, as sealed digests. */
    readonly rememberPasswords: boolean;
  };
  readonly http: {
    /** Undefined: no HTTP. */
    readonly listen: Endpoint | undefined;
    /** With it, HTTPS only. */
    readonly tls: ListenTls | undefined;
    /** Where /livez and /readyz are answered too, without key; undefined: nowhere else. */
    readonly probes: Endpoint | undefined;
    /** Host names that it is called by, beside localhost and addresses. */
    readonly allowHosts: readonly string[];
    /** Networks of reverse proxies whose `X-Forwarded-For` is believed. */
    readonly trustProxy: readonly string[];
    /** Origins of web pages that may call: a scheme, a host, a port that is not the scheme's own. */
    readonly cors: readonly string[];
    /** Requests per second of each key that has no rate of its own; undefined: as many as it likes. */
    readonly rate: number | undefined;
    /** Named keys. */
    readonly keys: readonly NamedKey[];
    /** Other products' ways of handing in messages. */
    readonly doors: readonly DoorName[];
    /** Whether URLs that are called about messages may lead to this machine and to private networks. */
    readonly privateCallbacks: boolean;
    /** SHA-256 (hex) of the keys of those who run it; empty: nobody has one. */
    readonly adminKeyHashes: readonly string[];
  };
  readonly logLevel: LogLevel;
  /** How long open work may take to end. */
  readonly drainMs: number;
}

/** How long things last. */
export interface LifetimeSettings {
  readonly validityMs: number;
  readonly maxValidityMs: number;
  readonly maxScheduleMs: number;
  readonly receiptValidityMs: number;
  readonly retentionMs: number;
}

/** The simulated handsets. */
export interface HandsetSettings {
  readonly enabled: boolean;
  readonly delayMs?: readonly [number, number] | undefined;
  readonly seed?: number | undefined;
  readonly outcomes?:
    | Readonly<Partial<Record<'delivered' | 'undeliverable' | 'expired' | 'rejected', number>>>
    | undefined;
}

/** A whole configuration. */
export interface Config {
  /** The data folder, or `:memory:`. */
  readonly data: string;
  readonly server: ServerSettings;
  readonly lifetime: LifetimeSettings;
  readonly handsets: HandsetSettings;
  /** What a reload changes. */
  readonly settings: GatewaySettings;
}
