/** `chappe serve`: a gateway in production. Nobody binds who is no account; SIGHUP reads the configuration again. */

import type { ApiOptions } from '@chappe/api';
import { type Store, systemClock } from '@chappe/center';
import { type Config, type Flaw, flawText } from '@chappe/config';
import { Gateway, type GatewayOptions } from '@chappe/gateway';
import { compileNetworks, hashForProcess } from '@chappe/policy';
import type { Simulation } from '@chappe/sandbox';
import { serverLimits } from '@chappe/smpp';
import type { Logger } from 'pino';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Failure, usage } from '../failure.ts';
import type { ServeValues } from '../settings/serve.ts';
import { backupsOf } from '../start/backup.ts';
import { ErrorReport } from '../start/error-report.ts';
import { HangUps } from '../start/hang-ups.ts';
import type { HttpServer } from '../start/http.ts';
import { goOnAfterMistakes } from '../start/last-resort.ts';
import { PeerFaultReport } from '../start/peer-fault-report.ts';
import { aborted, stopGateway } from '../start/running.ts';
import { listenFailure } from '../start/start-failure.ts';
import { startWarnings } from '../start/start-warnings.ts';
import { storeBytes } from '../start/store.ts';
import { type ServeBanner, serveLine, serveLines } from './banner.ts';
import { ConfigFile, refusalOf } from './config-file.ts';
import { openData } from './data.ts';
import { gatewayOptions, listenersOf, simulationOf } from './gateway-options.ts';
import { Keyring } from './keyring.ts';
import { GatewayLog } from './log-gateway.ts';
import { actionForms } from './mo-actions.ts';
import { flawFields, Reload } from './reload.ts';

type ServeRun = Run<ServeValues>;

/** All that runs. */
interface Running {
  readonly gateway: Gateway;
  readonly http: HttpServer | undefined;
  readonly log: Logger;
  readonly keyring: Keyring;
  readonly errors: ErrorReport;
  readonly endLog: () => void;
}

/** Runs until a signal asks it to end; then ends in order. Rejects with a `Failure` when it cannot start. */
export async function runServe(run: ServeRun): Promise<ExitCode> {
  const hangUps = new HangUps(process);
  try {
    return await serve(run, hangUps);
  } finally {
    hangUps.close();
  }
}

async function serve(run: ServeRun, hangUps: HangUps): Promise<ExitCode> {
  const { values, terminal, signal } = run;
  const file = new ConfigFile(values.config, terminal.env, async (password) => hashForProcess(password));
  const loaded = await file.load();
  if (!loaded.ok) {
    for (const flaw of loaded.flaws) terminal.talk(flawText(flaw));
    throw usage(`${values.config} cannot be used`, `chappe check -c ${values.config} says the same`);
  }
  const { config } = loaded;
  const refusal = refusalOf(config);
  if (refusal !== undefined) throw usage(refusal.message, refusal.hint);
  const running = await startAll(run, config, [...loaded.warnings, ...loaded.advice]);
  const { gateway, http, log } = running;
  const noMoreMistakes = goOnAfterMistakes(process, running.errors);
  // A reader that has gone away is no reason to stop serving.
  const streams = [process.stdout, process.stderr];
  for (const stream of streams) stream.on('error', ignore);
  announce(run, config, running);
  await writeStart(run.version, running);
  const reload = new Reload(file, config, gateway, log, { keyring: running.keyring, http });
  hangUps.begin(() => void reload.reload());
  await aborted(signal);
  if (terminal.isTalkTty && !values.quiet) terminal.talk('stopping; once more stops at once');
  log.info('stopping');
  hangUps.end(() => log.info('SIGHUP: it is stopping; nothing is read again'));
  const { drainMs } = config.server;
  // HTTP first: what it accepts still has to be stored.
  await http?.close(drainMs);
  await stopGateway(gateway, drainMs, log);
  running.endLog();
  noMoreMistakes();
  for (const stream of streams) stream.off('error', ignore);
  return exitCodes.ok;
}

async function startAll(run: ServeRun, config: Config, warnings: readonly Flaw[]): Promise<Running> {
  const { terminal, version } = run;
  const { openLog } = await import('../start/log.ts');
  const { redactChildren, redaction } = await import('./log-redaction.ts');
  const level = config.server.logLevel;
  const log = redactChildren(openLog({ level, isPlain: terminal.isTalkTty }, terminal, redaction));
  for (const warning of warnings) log.warn(flawFields(warning), warning.message);
  const told = new GatewayLog(log, systemClock);
  const errors = new ErrorReport(systemClock);
  errors.attach(log);
  const simulation = simulationOf(config);
  const { gateway, store } = await openGateway(config, log, told, errors, simulation);
  try {
    checkAccounts(config, gateway);
    warnOfMachine(config, log);
    const endLog = told.attach(gateway);
    const keyring = new Keyring(config.server.http);
    const makeBackup = backupsOf(store, version, log);
    const http = await openHttp(gateway, config, version, log, keyring, { simulation, makeBackup });
    return { gateway, http, log, errors, keyring, endLog };
  } catch (error) {
    await gateway.stop({ drainMs: 0 });
    throw error;
  }
}

async function openGateway(
  config: Config,
  log: Logger,
  told: GatewayLog,
  errors: ErrorReport,
  outlets: Simulation,
): Promise<{ readonly gateway: Gateway; readonly store: Store }> {
  const faults = new PeerFaultReport(systemClock);
  faults.attach(log);
  const data = await openData(config.data);
  const options: GatewayOptions = {
    ...gatewayOptions(config),
    outlets,
    ...data,
    onError: (error, where) => errors.report(error, where),
    onPeerFault: (fault) => faults.report(fault),
    onBindRefused: (refusal) => told.bindRefused(refusal),
  };
  try {
    return { gateway: await Gateway.start(options), store: data.store };
  } catch (error) {
    // Both may be closed already.
    await data.control.close().catch(ignore);
    await data.store.close().catch(ignore);
    throw startFailure(error, config);
  }
}

function warnOfMachine({ data, server }: Config, log: Logger): void {
  const { listen, defaults } = server.smpp;
  const connections = (defaults.connections ?? serverLimits.connections) * listen.length;
  for (const warning of startWarnings(data, connections, 'smpp.defaults.connections'))
    log.warn({ where: 'start' }, warning);
}

/** Accounts of the file, or made at run time before. */
function checkAccounts({ server }: Config, gateway: Gateway): void {
  if (server.smpp.listen.length === 0 || gateway.settings.accounts.length > 0) return;
  throw usage(
    'there are no accounts: nobody could bind',
    'add accounts to the configuration, or close the listeners with smpp: {listen: off}',
  );
}

async function openHttp(
  gateway: Gateway,
  config: Config,
  version: string,
  log: Logger,
  keyring: Keyring,
  more: Pick<ApiOptions, 'simulation' | 'makeBackup'>,
): Promise<HttpServer | undefined> {
  const { listen, tls, cors, allowHosts, probes, trustProxy, doors } = config.server.http;
  if (listen === undefined) return undefined;
  const { serveHttp } = await import('../start/http.ts');
  const values = { httpHost: listen.host, httpPort: listen.port, allowHost: allowHosts };
  // Without any key of theirs nobody is an operator, not even on this machine.
  const isProxy = compileNetworks(trustProxy, 'http.trustProxy');
  const auth = { adminKeyHashes: [], keys: () => keyring.keys, rate: () => keyring.rate, isProxy };
  const api = { ...more, auth, tls, cors, storeBytes: storeBytes(config.data), actions: actionForms, doors };
  const keyHint = 'give http.keys, or http.adminKeyHash, or stay on 127.0.0.1';
  const http = { hostFlag: 'http.listen', portFlag: 'http.listen', keyHint, probes, api };
  return await serveHttp(gateway, values, version, log, http);
}

function startFailure(error: unknown, { server }: Config): unknown {
  if (error instanceof RangeError) return usage(error.message, 'mend the configuration, or the stored entry');
  if ((error as { readonly code?: unknown }).code !== 'CHAPPE_SMPP_CONNECT') return error;
  return refusedListener(error as Error, server.smpp.listen);
}

function refusedListener(error: Error, listen: Config['server']['smpp']['listen']): Failure {
  const found = listen.find(({ host, port }) => error.message.endsWith(`${host}:${port}`)) ?? listen[0];
  const what = found?.tls === undefined ? 'SMPP' : 'TLS';
  const { host = '', port = 0 } = found ?? {};
  return listenFailure(error, what, { host, port, hostFlag: 'smpp.listen', portFlag: 'smpp.listen' });
}

/** What the file has changed since it last ran nobody knows: the audit says that it began anew. */
async function writeStart(version: string, { gateway, log }: Running): Promise<void> {
  const line = {
    by: 'start',
    via: 'start',
    address: '',
    what: 'started',
    target: version,
    fields: [],
  } as const;
  await gateway.audit.append(line).catch((error: unknown) => log.error({ err: error }, 'audit'));
}

function announce({ values, terminal, version }: ServeRun, config: Config, running: Running): void {
  const { gateway, http, log } = running;
  const { plain, tls, more } = listenersOf(config);
  const banner: ServeBanner = {
    config,
    path: values.config,
    version,
    smpp: plain === undefined ? undefined : { host: plain.host, port: gateway.smppPort },
    tls: tls === undefined ? undefined : { host: tls.host, port: gateway.tlsPort ?? tls.port },
    more,
    http: http?.endpoint,
  };
  if (values.json) terminal.out(serveLine(banner, process.pid));
  else if (!values.quiet) for (const line of serveLines(banner, terminal)) terminal.out(line);
  log.info({ smpp: banner.smpp, tls: banner.tls, http: banner.http, version }, 'started');
  const { commits, changes } = gateway.center.files.replayed;
  if (commits > 0)
    log.info(
      { commits, changes },
      'the process before did not end in order: what only its journal had was put in its place',
    );
}

function ignore(): void {
  // Nobody reads any more; or it is closed already.
}
