/** The HTTP API of a gateway, ready to listen. */
import { type Clock, systemClock } from '@chappe/center';
import { builtInForms, type ListenTls, type MoForms } from '@chappe/config';
import type { Gateway } from '@chappe/gateway';
import type { Simulation } from '@chappe/sandbox';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  fastify,
  LogController,
} from 'fastify';
import { wrongKeysOf } from './audit.ts';
import { gateOf } from './auth/gate.ts';
import type { AuthOptions } from './auth/keys.ts';
import { Backups, type MakeBackup } from './backups.ts';
import { type ConnectionLimits, Connections } from './connections.ts';
import type { Context } from './context.ts';
import { answerPagesOf, answerPreflights } from './cors.ts';
import { type DoorName, openDoors } from './doors/doors.ts';
import { answerFailures } from './failures.ts';
import { brokenRequests, requestIds, unreadableUrl } from './http-edge.ts';
import { IdempotencyKeys, type IdempotencyLimits } from './idempotency.ts';
import { takeJsonOnly } from './json-body.ts';
import { serverFactoryOf } from './listen.ts';
import { metricsOf } from './metrics.ts';
import { methodsAt, mount } from './mount.ts';
import { observe } from './observe.ts';
import { openapiOf } from './openapi.ts';
import { answerOwnCallersOnly } from './origin.ts';
import { type BodyLimits, RequestBodies } from './request-bodies.ts';
import { routesOf } from './routes/all.ts';
import { Turns } from './turns.ts';
import { UnreadAnswers } from './unread.ts';

/** What `buildApi` takes. */
export interface ApiOptions {
  /** The outlets of the gateway where they are simulated handsets. Default: there are none. */
  readonly simulation?: Simulation | undefined;
  readonly gateway: Gateway;
  /** What rules for messages from handsets may do, as the configuration is read. Default: what they always may. */
  readonly actions?: MoForms | undefined;
  /** Of the program, for /api/v1/info, /metrics and /openapi.json. */
  readonly version: string;
  /** A pino logger or one like it. Default: nothing is logged. Texts and numbers of messages are never logged. */
  readonly logger?: FastifyBaseLogger | undefined;
  /** Default: that of this machine. */
  readonly clock?: Clock | undefined;
  /** Host names, beside localhost and addresses, that the API is called by; `*` for any. Default none. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** With it, without any key in it too, whoever calls needs one. Default: nobody does, for a sandbox on this machine. */
  readonly auth?: AuthOptions | undefined;
  /** With it, it speaks HTTPS only. Default: HTTP. */
  readonly tls?: ListenTls | undefined;
  /** Origins of web pages that may call, as browsers send them. Default: none but its own. */
  readonly cors?: readonly string[] | undefined;
  readonly idempotency?: Partial<IdempotencyLimits> | undefined;
  readonly connections?: Partial<ConnectionLimits> | undefined;
  readonly bodies?: Partial<BodyLimits> | undefined;
  /** Octets of answers that one caller may leave unread; default 16 MiB. */
  readonly unreadOctetsEach?: number | undefined;
  /** Octets of the data folder, asked at each scrape. Default: not told. */
  readonly storeBytes?: (() => number | undefined) | undefined;
  /** Other products' ways of handing in messages, see docs/doors. Default: none. */
  readonly doors?: readonly DoorName[] | undefined;
  /** Makes a backup. Default: nothing is kept that there could be one of. */
  readonly makeBackup?: MakeBackup | undefined;
}

// The store reads one after the other; each holds some megabytes until it is answered.
const turnLimits = { atOnce: 4, each: 4, waiting: 100 };
// Lists are sent one group after the other; two of a caller hide the time of a commit from each other.
const sendingLimits = { atOnce: 8, each: 2, waiting: 20 };
// Longer than any number or id of ours, and than a system_id of 64 characters that are all written as %XX.
const maxParamLength = 200;

/** Builds the API. Listening is the caller's affair (`listenApi`); `close()` ends open waits first. */
export function buildApi(options: ApiOptions): FastifyInstance {
  const { gateway, version, clock = systemClock } = options;
  const closing = new AbortController();
  const startedMs = clock.nowMs();
  const connections = new Connections(clock, options.connections, options.auth?.isProxy);
  const bodies = new RequestBodies(options.bodies);
  const metrics = metricsOf(gateway, version, {
    clock,
    storeBytes: options.storeBytes,
    connections: connections.counters,
  });
  const app = fastify({
    ...loggerOptions(options.logger),
    serverFactory: serverFactoryOf(connections, bodies, options.tls),
    routerOptions: { maxParamLength, ignoreTrailingSlash: true },
    genReqId: requestIds(startedMs),
    frameworkErrors: unreadableUrl,
    clientErrorHandler: brokenRequests(connections),
  });
  const turns = new Turns(turnLimits);
  const idempotency = new IdempotencyKeys(gateway.control, clock, options.idempotency);
  // Made when first asked for: it takes longer than all else that is done here.
  let document: ReturnType<typeof openapiOf> | undefined;
  const context: Context = {
    actions: options.actions ?? builtInForms,
    simulation: options.simulation,
    gateway,
    version,
    clock,
    auth: options.auth,
    idempotency,
    metrics,
    backups: options.makeBackup === undefined ? undefined : new Backups(options.makeBackup),
    turns,
    sending: new Turns(sendingLimits),
    startedMs,
    closing: closing.signal,
    openapi: () => (document ??= openapiOf(routes, version)),
  };
  const routes = routesOf(context);
  observe(app, metrics, clock);
  answerPagesOf(app, options.cors ?? []);
  answerOwnCallersOnly(app, options.allowedHosts ?? [], options.cors);
  answerPreflights(app, options.cors ?? []);
  takeJsonOnly(app, bodies, (request) => connections.watch(request));
  answerFailures(app, (path) => methodsAt(routes, path));
  const gate = gateOf({
    gateway,
    auth: options.auth,
    clock,
    closing: closing.signal,
    onWrongKeys: (report) => app.log.warn({ where: 'http', ...report }, 'wrong keys for the HTTP API'),
    onWrongKeysOfHour: (report) => {
      gateway.audit
        .append(wrongKeysOf(report))
        .catch((error: unknown) => app.log.error({ err: error }, 'audit'));
    },
  });
  const unread = new UnreadAnswers(options.unreadOctetsEach);
  const mounting = { gate, turns, unread, audit: gateway.audit, closing: closing.signal };
  for (const route of routes) mount(app, route, mounting);
  openDoors(app, options.doors ?? [], {
    gateway,
    clock,
    bodies,
    sending: context.sending,
    addressOf: ({ headers, socket }) => gate.addressOf({ headers, address: socket.remoteAddress ?? '' }),
    closing: closing.signal,
  });
  app.addHook('preClose', async () => {
    closing.abort();
    connections.drain();
  });
  app.addHook('onClose', async () => {
    gate.close();
    connections.close();
    metrics.close();
    await idempotency.close();
  });
  return app;
}

/** Fastify's own lines hold whole URLs, and with them numbers and texts: ours take their place. */
function loggerOptions(logger: FastifyBaseLogger | undefined): FastifyServerOptions {
  return {
    logController: new LogController({ disableRequestLogging: true }),
    ...(logger === undefined ? { logger: false } : { loggerInstance: logger }),
  };
}
