/**
 * SIGHUP: the configuration is read again. First all of it is prepared: whatever is wrong with it, what runs goes on. Then
 * all of it is taken in one step; what fails after that is told as what it is, and changes nothing of what is in force.
 */
import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '@chappe/center';
import {
  type Config,
  type ConfigChange,
  type Flaw,
  type ListenSettings,
  type ListenTls,
  settingsDiff,
} from '@chappe/config';
import type { AuditEntry, Gateway } from '@chappe/gateway';
import { type GatewaySettings, inSlices, SettingsError } from '@chappe/policy';
import type { HttpServer } from '../start/http.ts';
import { type ConfigFile, refusalOf } from './config-file.ts';
import { listenersOf, serverTls } from './gateway-options.ts';
import type { KeyChange, Keyring } from './keyring.ts';

/** Where it is told what happened. */
export interface ReloadLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What of a running gateway a reload changes. */
export type Reloaded = Pick<Gateway, 'apply' | 'setCertificates'> & {
  readonly audit: Pick<Gateway['audit'], 'append'>;
  readonly messageCounts: { readonly backlog: Pick<Gateway['messageCounts']['backlog'], 'of'> };
};

/** What of HTTP a reload changes. */
export interface ReloadedHttp {
  readonly keyring: Keyring;
  /** Undefined: nobody listens. */
  readonly http?: Pick<HttpServer, 'setCertificates'> | undefined;
}

const where = 'reload';
const stays = 'the configuration stays as it was';
// Beyond that it is another table, and a line for each change would keep everybody waiting.
const toldChanges = 200;
// As many of them stand in the audit, each by its name.
const auditedChanges = 1_000;

interface AuditedChange {
  readonly kind: string;
  readonly name: string;
  readonly change: string;
  readonly fields: readonly string[];
}

/** A configuration that has been read, and may be taken. */
interface Read {
  readonly config: Config;
  readonly changes: readonly ConfigChange[];
  /** With the entries of before where they are equal. */
  readonly settings: GatewaySettings;
}

/** What was taken beside the settings of the gateway. */
interface Taken {
  readonly keyChanges: readonly KeyChange[];
  /** Whether `http.rate` is another one. */
  readonly isOtherRate: boolean;
  readonly renewals: readonly Renewal[];
  /** The process as it is; its settings are those of before. */
  readonly before: Config;
}

/** Other certificates of one listener; `error`: why it has kept its old ones. */
interface Renewal {
  readonly host: string;
  readonly port: number;
  readonly error: Error | undefined;
}

/** Reads a configuration again, one time after the other. */
export class Reload {
  readonly #file: ConfigFile;
  readonly #gateway: Reloaded;
  readonly #log: ReloadLog;
  readonly #keyring: Keyring;
  readonly #http: ReloadedHttp['http'];
  #config: Config;
  #running: Promise<void> | undefined;
  #isWanted = false;

  /** `config`: the one in force. */
  constructor(
    file: ConfigFile,
    config: Config,
    gateway: Reloaded,
    log: ReloadLog,
    { keyring, http }: ReloadedHttp,
  ) {
    this.#file = file;
    this.#config = config;
    this.#gateway = gateway;
    this.#log = log;
    this.#keyring = keyring;
    this.#http = http;
  }

  /** Reads it again; asked for while that is under way, it is done once more after it. Never rejects. */
  reload(): Promise<void> {
    this.#isWanted = true;
    this.#running ??= this.#reloadAll().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #reloadAll(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      try {
        await this.#reloadOnce();
      } catch (error) {
        this.#log.error({ where, err: error }, `${stays}: ${(error as Error).message}`);
      }
    }
  }

  async #reloadOnce(): Promise<void> {
    const read = await this.#read();
    if (read === undefined) return;
    let taken: Taken | undefined;
    try {
      await this.#gateway.apply(read.settings, () => {
        taken = this.#take(read);
      });
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      for (const flaw of error.flaws) this.#log.error({ where }, flaw);
      this.#log.error({ where, flaws: error.flaws.length }, stays);
      return;
    }
    if (taken !== undefined) await this.#tell(read, taken);
  }

  /** What the file says now; undefined: it is told what is wrong with it. */
  async #read(): Promise<Read | undefined> {
    const loaded = await this.#file.reload();
    for (const warning of loaded.warnings) this.#log.warn(flawFields(warning), warning.message);
    if (!loaded.ok) {
      for (const flaw of loaded.flaws) this.#log.error(flawFields(flaw), flaw.message);
      this.#log.error({ where, flaws: loaded.flaws.length }, stays);
      return undefined;
    }
    const { config } = loaded;
    const refusal = refusalOf(config);
    if (refusal !== undefined) {
      this.#log.error({ where, hint: refusal.hint }, `${stays}: ${refusal.message}`);
      return undefined;
    }
    return { config, ...(await inSlices(settingsDiff(this.#config.settings, config.settings), systemClock)) };
  }

  /** In the step in which the gateway takes the settings: keys and certificates, and what the next reload is compared with. */
  #take({ config, settings }: Read): Taken {
    const rateBefore = this.#keyring.rate;
    const keyChanges = this.#keyring.take(config.server.http);
    const isOtherRate = this.#keyring.rate !== rateBefore;
    const { listen, renewals } = this.#renewCertificates(config);
    const ofHttp = this.#renewCertificateOfHttp(config);
    renewals.push(...ofHttp.renewals);
    const before = { ...this.#config, server: withTls(this.#config.server, listen, ofHttp.tls) };
    // What needs a restart is told again at each reload until that has happened.
    this.#config = { ...before, settings };
    return { keyChanges, isOtherRate, renewals, before };
  }

  async #tell(
    { config, changes }: Read,
    { keyChanges, isOtherRate, renewals, before }: Taken,
  ): Promise<void> {
    for (const { kind, name, change: what, fields } of changes.slice(0, toldChanges)) {
      this.#log.info({ where, kind, name, fields }, `${`${kind} ${name}`.trimEnd()} ${what}`);
    }
    this.#tellBacklog(changes);
    const untold = changes.length - toldChanges;
    if (untold > 0) this.#log.info({ where, changes: untold }, `and ${untold} changes more`);
    for (const { name, change, fields } of keyChanges) {
      this.#log.info({ where, kind: 'key', name, fields }, `key ${name} ${change}`);
    }
    if (isOtherRate) this.#log.info({ where, kind: 'http', fields: ['rate'] }, 'http changed');
    await this.#audit([
      ...changes,
      ...keyChanges.map((change) => ({ kind: 'key', ...change })),
      ...(isOtherRate ? [{ kind: 'http', name: '', change: 'changed', fields: ['rate'] }] : []),
    ]);
    for (const { host, port, error } of renewals) {
      if (error === undefined) this.#log.info({ where, host, port }, 'the certificate has changed');
      else
        this.#log.error(
          { where, host, port, err: error },
          `the certificate stays as it was: ${error.message}`,
        );
    }
    this.#tellRest(before, config);
    this.#log.info({ where, changes: changes.length }, 'the configuration was read again');
  }

  /** Receipts of an account that is gone wait for a bind that cannot come any more, and no list shows them. */
  #tellBacklog(changes: readonly AuditedChange[]): void {
    for (const { kind, name, change } of changes) {
      const waiting =
        kind === 'account' && change === 'removed' ? this.#gateway.messageCounts.backlog.of(name) : 0;
      if (waiting === 0) continue;
      const hint = 'give it back until its receipts have been fetched; else they expire';
      this.#log.warn(
        { where, account: name, receipts: waiting, hint },
        'receipts wait for an account that is removed',
      );
    }
  }

  /** What was changed is in force, whether it can be written down or not. */
  async #audit(changes: readonly AuditedChange[]): Promise<void> {
    if (changes.length === 0) return;
    const by = { by: where, via: where, address: '' } as const;
    const lines = changes.slice(0, auditedChanges).map(({ kind, name, change, fields }): AuditEntry => {
      const what = `${kind}${change.slice(0, 1).toUpperCase()}${change.slice(1)}`;
      return { ...by, what, target: name, fields };
    });
    const count = changes.length - lines.length;
    if (count > 0) lines.push({ ...by, what: 'moreChanges', target: '', fields: [], count });
    try {
      await this.#gateway.audit.append(...lines);
    } catch (error) {
      this.#log.error({ where, err: error }, 'what has changed does not stand in the audit');
    }
  }

  /** Takes new certificates over; gives the listeners in force, and what became of those whose certificates are others. */
  #renewCertificates(config: Config): { listen: readonly ListenSettings[]; renewals: Renewal[] } {
    const { tls: first, more } = listenersOf(this.#config);
    const renewals: Renewal[] = [];
    const listen = this.#config.server.smpp.listen.map((one) => {
      const { host, port, tls: before } = one;
      const isSame = (other: ListenSettings): boolean =>
        other.tls !== undefined && other.host === host && other.port === port;
      const after = config.server.smpp.listen.find(isSame)?.tls;
      if (before === undefined || after === undefined || isDeepStrictEqual(before, after)) return one;
      // Whether clients must show a certificate is decided when listening begins.
      if ((before.clientCa === undefined) !== (after.clientCa === undefined)) return one;
      try {
        this.#gateway.setCertificates(serverTls(after), one === first ? undefined : more.indexOf(one));
      } catch (error) {
        renewals.push({ host, port, error: error as Error });
        return one;
      }
      renewals.push({ host, port, error: undefined });
      return { ...one, tls: after };
    });
    return { listen, renewals };
  }

  /** The same for HTTP. */
  #renewCertificateOfHttp({ server: { http: said } }: Config): {
    tls: ListenTls | undefined;
    renewals: readonly Renewal[];
  } {
    const { listen: at, tls: before } = this.#config.server.http;
    const after = said.tls;
    const none = { tls: before, renewals: [] };
    if (this.#http === undefined || at === undefined || before === undefined || after === undefined)
      return none;
    if (isDeepStrictEqual(before, after)) return none;
    if ((before.clientCa === undefined) !== (after.clientCa === undefined)) return none;
    try {
      this.#http.setCertificates(after);
    } catch (error) {
      return { tls: before, renewals: [{ ...at, error: error as Error }] };
    }
    return { tls: after, renewals: [{ ...at, error: undefined }] };
  }

  /** What a running process cannot change about itself. */
  #tellRest(before: Config, config: Config): void {
    const is = serverParts(before);
    const said = serverParts(config);
    const changed = Object.keys(said).filter((name) => !isDeepStrictEqual(is[name], said[name]));
    if (changed.length > 0) this.#log.warn({ where, changed }, `needs a restart: ${changed.join(', ')}`);
  }
}

function withTls(
  server: Config['server'],
  listen: readonly ListenSettings[],
  tls: ListenTls | undefined,
): Config['server'] {
  return { ...server, smpp: { ...server.smpp, listen }, http: { ...server.http, tls } };
}

/** The parts by their keys. */
function serverParts({ data, server, lifetime, handsets }: Config): { readonly [name: string]: unknown } {
  const { smpp, http, logLevel, drainMs } = server;
  return {
    data,
    'smpp.systemId': smpp.systemId,
    'smpp.listen': smpp.listen,
    'smpp.defaults': smpp.defaults,
    'smpp.rememberPasswords': smpp.rememberPasswords,
    // Keys and their rates are taken over.
    http: { ...http, adminKeyHashes: [], keys: [], rate: undefined },
    'log.level': logLevel,
    drain: drainMs,
    lifetime,
    handsets,
  };
}

/** A flaw for the log: its place without the line of the file. */
export function flawFields({ hint, place, path }: Flaw): object {
  const at =
    place === undefined
      ? { path: path.join('.') }
      : 'variable' in place
        ? { variable: place.variable }
        : { file: place.file, line: place.line, column: place.column };
  return { where: 'configuration', ...at, ...(hint === undefined ? {} : { hint }) };
}
