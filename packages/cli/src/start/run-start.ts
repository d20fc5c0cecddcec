/** `chappe start`: store, gateway and HTTP API are put together here, in the order in which they are needed. */
import { createHash } from 'node:crypto';
import type { AuthOptions } from '@chappe/api';
import { systemClock } from '@chappe/center';
import { Gateway, type GatewayOptions } from '@chappe/gateway';
import { isLoopback } from '@chappe/policy';
import { Simulation } from '@chappe/sandbox';
import { type ServerLimits, serverLimits } from '@chappe/smpp';
import type { Logger } from 'pino';
import type { Run } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { usage } from '../failure.ts';
import { programName } from '../program-name.ts';
import type { Terminal } from '../terminal.ts';
import { backupsOf } from './backup.ts';
import { type Banner, bannerLines, readyLine } from './banner.ts';
import { type ChosenCertificate, chooseCertificate } from './certificate.ts';
import { ErrorReport } from './error-report.ts';
import { HangUps } from './hang-ups.ts';
import type { HttpServer } from './http.ts';
import { goOnAfterMistakes } from './last-resort.ts';
import { LiveView } from './live-view.ts';
import { PeerFaultReport } from './peer-fault-report.ts';
import { aborted, stopGateway } from './running.ts';
import type { StartValues } from './settings.ts';
import { exposureFailure, listenFailure, storeFailure } from './start-failure.ts';
import { startWarnings } from './start-warnings.ts';
import { inMemory, openStore, storeBytes } from './store.ts';

/** All that runs. */
interface Running {
  readonly gateway: Gateway;
  readonly http: HttpServer | undefined;
  readonly log: Logger;
  readonly errors: ErrorReport;
  readonly certificate: ChosenCertificate | undefined;
}

const fewConnections = 1_000;

type StartRun = Run<StartValues>;

/** Runs until a signal asks it to end; then ends in order. Rejects with a `Failure` when it cannot start. */
export async function runStart(run: StartRun): Promise<ExitCode> {
  const hangUps = new HangUps(process);
  try {
    checkAccess(run.values);
    return await startAndServe(run, hangUps);
  } finally {
    hangUps.close();
  }
}

async function startAndServe(run: StartRun, hangUps: HangUps): Promise<ExitCode> {
  const { values, terminal, signal } = run;
  const running = await startAll(run);
  const noMoreMistakes = goOnAfterMistakes(process, running.errors);
  if (running.log.isLevelEnabled('info')) logSessions(running.gateway, running.log);
  // A reader that has gone away (`chappe start | head`) is no reason to stop serving.
  const streams = [process.stdout, process.stderr];
  for (const stream of streams) stream.on('error', ignore);
  announce(run, running);
  const view = isWatched(run) ? watch(run, running.gateway) : undefined;
  const reload = (): void => reloadCertificate(values, running);
  // The end of a terminal is told by SIGHUP too: nobody is there any more to press Ctrl-C.
  const isTerminalGone = terminal.isOutTty && values.tlsCert === undefined;
  const hangUp = new AbortController();
  hangUps.begin(() => (isTerminalGone ? hangUp.abort() : reload()));
  await aborted(AbortSignal.any([signal, hangUp.signal]));
  if (terminal.isTalkTty && !values.quiet) terminal.talk('stopping; once more stops at once');
  view?.stop();
  running.log.info('stopping');
  hangUps.end(() => running.log.info('SIGHUP: it is stopping; nothing is read again'));
  // HTTP first: what it accepts still has to be stored.
  await running.http?.close(values.drainMs);
  await stopGateway(running.gateway, values.drainMs, running.log);
  noMoreMistakes();
  for (const stream of streams) stream.off('error', ignore);
  return exitCodes.ok;
}

/** Accepting anybody is for this machine only. The listeners say the same; here it is said before anything is made. */
function checkAccess({ host, accounts, http, httpHost, httpAdminKey }: StartValues): void {
  if (http && httpAdminKey === undefined && !isLoopback(httpHost)) throw exposureFailure(httpHost);
  if (isLoopback(host) || accounts.length > 0) return;
  throw usage(
    `--host ${host} would let anybody in: without accounts every system_id and password is accepted`,
    'say who may bind with --account id:password (repeatable), or stay on 127.0.0.1',
  );
}

async function startAll(run: StartRun): Promise<Running> {
  const { values, terminal, version } = run;
  const errors = new ErrorReport(systemClock);
  const faults = new PeerFaultReport(systemClock);
  const simulation = simulationOf(values);
  // Read while the disk is waited for. Where that fails it says so to whoever needs it.
  const httpModule = values.http ? import('./http.ts') : undefined;
  httpModule?.catch(ignore);
  const store = await openStore(values.data);
  let certificate: ChosenCertificate | undefined;
  let gateway: Gateway;
  try {
    certificate = values.tls ? chooseCertificate(values, systemClock.nowMs()) : undefined;
    gateway = await Gateway.start({
      ...gatewayOptions(values, certificate),
      store,
      outlets: simulation,
      onError: (error, where) => errors.report(error, where),
      onPeerFault: (fault) => faults.report(fault),
    });
  } catch (error) {
    await store.close();
    throw startFailure(error, values);
  }
  try {
    const { openLog } = await import('./log.ts');
    const log = openLog({ level: values.logLevel, isPlain: isPlainLog(values, terminal) }, terminal);
    errors.attach(log);
    faults.attach(log);
    // A sandbox has no ten thousand customers, and whoever tries it out is not to be bothered with its limits.
    const connections = Math.min(values.maxSessions, fewConnections);
    for (const warning of startWarnings(values.data, connections, '--max-sessions'))
      log.warn({ where: 'start' }, warning);
    const http = httpModule
      ? await (await httpModule).serveHttp(gateway, values, version, log, {
          api: {
            simulation,
            storeBytes: storeBytes(values.data),
            auth: authOf(values),
            // With a key it listens for others too, of whom the accounts here ask nothing.
            doors: values.httpAdminKey === undefined ? ['kannel'] : [],
            makeBackup: backupsOf(store, version, log),
          },
        })
      : undefined;
    return { gateway, http, log, errors, certificate };
  } catch (error) {
    await gateway.stop({ drainMs: 0 });
    throw error;
  }
}

function gatewayOptions(
  values: StartValues,
  certificate: ChosenCertificate | undefined,
): Omit<GatewayOptions, 'store' | 'outlets'> {
  const { host, tlsPort, systemId, trustProxy, accounts, validityMs, receiptValidityMs } = values;
  const proxyProtocol = trustProxy.length === 0 ? undefined : { trusted: trustProxy };
  return {
    smpp: { host, port: values.smppPort, systemId, limits: limitsOf(values), proxyProtocol },
    tls: certificate === undefined ? undefined : { ...certificate.certificates, host, port: tlsPort },
    accounts: accounts.length === 0 ? { open: true } : { open: false, list: accounts },
    lifetime: { validityMs },
    receiptValidityMs,
    // Who tries it out has the receiver on the same machine.
    callbacks: { allowPrivate: values.httpAdminKey === undefined },
    center: { limits: { validityMs, retentionMs: values.retentionMs } },
  };
}

function simulationOf({ delayMs, seed, outcomes }: StartValues): Simulation {
  return new Simulation({
    delayMs,
    ...(seed === undefined ? {} : { seed }),
    ...(outcomes === undefined ? {} : { outcomes }),
  });
}

/** On this machine nobody needs a key, unless one is given. */
function authOf({ httpAdminKey }: StartValues): AuthOptions | undefined {
  if (httpAdminKey === undefined) return undefined;
  return { adminKeyHashes: [createHash('sha256').update(httpAdminKey).digest('hex')] };
}

function limitsOf({ host, window, maxSessions, trustProxy }: StartValues): Partial<ServerLimits> {
  // On loopback everybody has the same address; elsewhere one of many must not take all places.
  const isShared = isLoopback(host) && trustProxy.length === 0;
  const share = isShared ? maxSessions : Math.min(maxSessions, serverLimits.perAddress);
  return { window, connections: maxSessions, perAddress: share, perAccount: share };
}

function startFailure(error: unknown, values: StartValues): unknown {
  if ((error as { readonly code?: unknown }).code !== 'CHAPPE_SMPP_CONNECT')
    return storeFailure(error, values.data);
  const { host, smppPort, tlsPort } = values;
  // SMPP listens first: with two equal ports it is TLS that finds its port taken.
  const isSmpp = smppPort !== tlsPort && (error as Error).message.endsWith(`:${smppPort}`);
  const [what, port, portFlag] = isSmpp
    ? (['SMPP', smppPort, '--smpp-port'] as const)
    : (['TLS', tlsPort, '--tls-port'] as const);
  return listenFailure(error, what, { host, port, hostFlag: '--host', portFlag });
}

/** Lines instead of JSON where a person looks, unless a level was asked for. */
function isPlainLog({ logLevel }: StartValues, terminal: Terminal): boolean {
  return terminal.isTalkTty && logLevel === 'warn';
}

function announce(run: StartRun, { gateway, http, certificate, log }: Running): void {
  const { values, terminal, version } = run;
  const { host } = values;
  const tls = gateway.tlsPort === undefined ? undefined : { host, port: gateway.tlsPort };
  const banner: Banner = {
    addresses: { smpp: { host, port: gateway.smppPort }, tls, http: http?.endpoint },
    values,
    version,
    certificate: certificate?.about,
    program: programName(process.argv, process.env),
  };
  if (values.json) terminal.out(readyLine(banner, process.pid));
  else if (!values.quiet) for (const line of bannerLines(banner, terminal)) terminal.out(line);
  log.info({ ...banner.addresses, version }, 'started');
}

/** Who comes and goes. */
function logSessions(gateway: Gateway, log: Logger): void {
  gateway.events.subscribe((event) => {
    if (event.type !== 'session.bound' && event.type !== 'session.unbound') return;
    const { id, account, bind, version, address, port, tls } = event.session;
    const reason = event.type === 'session.unbound' ? { reason: event.reason } : {};
    log.info({ session: id, account, bind, smpp: version, address, port, tls, ...reason }, event.type);
  }, false);
}

function isWatched({ values, terminal }: StartRun): boolean {
  return !values.quiet && (values.verbose || (terminal.isOutTty && !values.json));
}

function watch({ values, terminal }: StartRun, gateway: Gateway): LiveView {
  // With --json the one line on stdout stays alone.
  const print = (line: string): void => (values.json ? terminal.talk(line) : terminal.out(line));
  return new LiveView(gateway, { print, isVerbose: values.verbose, clock: systemClock });
}

function reloadCertificate(values: StartValues, { gateway, log, certificate }: Running): void {
  if (certificate === undefined) return;
  // Kept in memory, it would only become another one.
  if (values.data === inMemory && values.tlsCert === undefined) return;
  try {
    gateway.setCertificates(chooseCertificate(values, systemClock.nowMs()).certificates);
    log.info('certificate reloaded');
  } catch (error) {
    log.error(
      { err: error, where: 'reload' },
      `the certificate stays as it was: ${(error as Error).message}`,
    );
  }
}

function ignore(): void {
  // Nobody reads any more, or it is told elsewhere.
}
