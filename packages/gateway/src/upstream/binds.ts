/** The binds to one upstream: made, kept, and made again when they are lost; also those that it asks for by outbind. */

import { type ConnectorSettings, type End, endsOf } from '@chappe/policy';
import type { PduOf } from '@chappe/protocol';
import { versionByName } from '@chappe/protocol';
import {
  type BindKind,
  type ClientOptions,
  type Clock,
  type CloseReason,
  type DEFERRED,
  type Loss,
  type Operations,
  OutbindListener,
  type Random,
  type Renewal,
  type ResponseInput,
  type Session,
  SmppClient,
  type SmppError,
  type Transport,
} from '@chappe/smpp';
import { Tracers } from '../observation/trace.ts';
import { Traffic } from '../observation/traffic.ts';
import { dialedKinds } from './bind-kinds.ts';
import { boundToItself, refusedBind, unheldBind } from './bind-problem.ts';
import { type Home, isKin, leadsBack } from './leads-back.ts';

/**
 * Makes the connection for one bind of a connector, for tunnels and tests; `host` and `port` of the settings are those of
 * the bind. Undefined: TCP or TLS to them.
 */
export type ConnectUpstream = (
  connector: ConnectorSettings,
  kind: BindKind,
) => Transport | Promise<Transport>;

/** A message or receipt from an upstream. */
export type FromUpstream = PduOf<'deliver_sm'> | PduOf<'data_sm'>;

/** What comes from an upstream, and what happens to its binds. */
export interface BindsEvents {
  /** Answered with `session.respond`, or by what is returned. */
  onDelivery(pdu: FromUpstream, session: Session): ResponseInput | typeof DEFERRED;
  onAlert(pdu: PduOf<'alert_notification'>, connector: string): void;
  onBound(connector: string, session: Session): void;
  onLost(connector: string, session: Session, reason: string): void;
  /** `retryInMs`: undefined when it is not tried again. */
  onBindFailed(connector: string, error: SmppError, retryInMs: number | undefined): void;
  /** Its circuit breaker has opened, or closed again. */
  onBreaker?(connector: string, isOpen: boolean, detail: string): void;
  onError(error: unknown, where: string): void;
}

/** Who is told that more can be sent. */
export interface BindsListener {
  onSendable(): void;
  onRoom(): void;
}

const defaultReconnect = { minMs: 1_000, maxMs: 60_000 };
const defaultResponseMs = 60_000;

/** The binds of one connector. */
export class Binds {
  readonly #settings: ConnectorSettings;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #events: BindsEvents;
  readonly #connect: ConnectUpstream | undefined;
  readonly #home: Home;
  readonly #listener: BindsListener;
  #clients: SmppClient[] = [];
  #isRunning = false;
  #outbind: OutbindListener | undefined;
  readonly #sending: Session[] = [];
  readonly #all: Set<Session> = new Set();
  /** Why binds are made anew that we have ended ourselves. */
  readonly #renewals: WeakMap<Session, string> = new WeakMap();
  /** Binds that we do not want. */
  readonly #unwanted: WeakMap<Session, SmppError> = new WeakMap();
  readonly #perBind: number;
  #turn = 0;
  /** A bind has been ended by intention, and the next is a moment away. */
  #isBetween = false;
  /** Counters of all sessions, those that have ended included. */
  readonly traffic: Traffic = new Traffic();
  /** Who watches its PDUs. */
  readonly tracers: Tracers = new Tracers();
  /** The upstream seems to be another Chappe, as of the last bind. */
  isKin = false;
  /** Why the last try to bind failed, or the last bind was lost; undefined once one succeeded. */
  lastError: string | undefined;
  /** How many binds that had stood for a while were lost. */
  lost = 0;

  constructor(
    settings: ConnectorSettings,
    context: {
      readonly clock: Clock;
      readonly random: Random;
      readonly events: BindsEvents;
      readonly home?: Home | undefined;
      readonly connect?: ConnectUpstream | undefined;
    },
    listener: BindsListener,
  ) {
    this.#settings = settings;
    this.#perBind = settings.messagesPerBind ?? Number.POSITIVE_INFINITY;
    this.#clock = context.clock;
    this.#random = context.random;
    this.#events = context.events;
    this.#connect = context.connect;
    this.#home = context.home ?? { systemId: '', customers: () => [] };
    this.#listener = listener;
  }

  /** Bound sessions that messages can be sent on. */
  get sending(): readonly Session[] {
    return this.#sending;
  }

  /** All bound sessions. */
  get sessions(): ReadonlySet<Session> {
    return this.#all;
  }

  /** Whether messages can be sent, or will be in a moment. */
  get canSend(): boolean {
    if (this.#isBetween) return true;
    // Hot path: nearly always it is the first.
    for (const session of this.#sending) if (session.isBound) return true;
    return false;
  }

  get windowFree(): number {
    let free = 0;
    for (const session of this.#sending) free += this.#freeOf(session);
    return free;
  }

  get outstanding(): number {
    let open = 0;
    for (const session of this.#sending) open += session.outstanding;
    return open;
  }

  /** The bound session with the most free slots, of several alike the next in turn; undefined when none has any. */
  freest(): Session | undefined {
    const { length } = this.#sending;
    let best: Session | undefined;
    let most = 0;
    this.#turn = this.#turn + 1 < length ? this.#turn + 1 : 0;
    for (let step = 0; step < length; step += 1) {
      const session = this.#sending[(this.#turn + step) % length] as Session;
      const free = this.#freeOf(session);
      if (free <= most) continue;
      most = free;
      best = session;
    }
    return best;
  }

  /** A request has been sent on a session that `freest` gave. */
  used(session: Session): void {
    if (session.counters.requestsOut >= this.#perBind)
      this.renew(session, 'planned', `made anew after ${this.#perBind} requests`);
  }

  /**
   * Ends a bind in order and makes it anew. `void`: the upstream does not honour it; `why` is told then. `planned`: the
   * next one is made at once. What is on its way is still answered.
   */
  renew(session: Session, renewal: Renewal, why: string): void {
    if (this.#renewals.has(session)) return;
    this.#renewals.set(session, why);
    this.#leave(session);
    const drainMs = this.#settings.responseTimeoutMs ?? defaultResponseMs;
    const isOurs = this.#clients.some((client) => client.renew(session, renewal, { drainMs }));
    // What the operator has called for, it calls for again.
    if (!isOurs) void session.close({ drainMs });
    if (renewal === 'planned') this.#isBetween = isOurs;
    else this.lastError = why;
  }

  /** Begins to bind, and goes on trying. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.lastError = undefined;
    const kinds = dialedKinds(this.#settings);
    for (const end of endsOf(this.#settings)) for (const kind of kinds) this.#open(kind, end);
    this.#listen();
  }

  /** What one bind to each host, beside those that are kept, is made with: trials that end when they fail. */
  trials(): readonly { readonly url: string; readonly options: ClientOptions }[] {
    const { version, name } = this.#settings;
    // As `start`: 3.3 has no transceivers.
    const { bind = version === '3.3' ? 'transmitter' : 'transceiver' } = this.#settings;
    const kind = bind === 'transmitter+receiver' ? 'transmitter' : bind;
    const optionsTo = (end: End): ClientOptions => ({
      ...this.#options(kind, end),
      binds: 1,
      reconnect: false,
      // What is delivered to it meanwhile is taken as any other.
      onBound: (session) => {
        session.context = name;
      },
      onDisconnected: undefined,
      onConnectFailed: undefined,
    });
    return endsOf(this.#settings).map((end) => ({ url: this.#url(kind, end), options: optionsTo(end) }));
  }

  /** Ends all binds in order, within `drainMs`, and tries no more. */
  async stop(drainMs: number): Promise<void> {
    this.#isRunning = false;
    this.#isBetween = false;
    const clients = this.#clients;
    this.#clients = [];
    const listening = this.#outbind;
    this.#outbind = undefined;
    // An upstream that hangs answers the unbind no more than anything else.
    const disarm =
      drainMs > 0
        ? this.#clock.setTimer(() => {
            for (const session of [...this.#all]) session.destroy('closed');
          }, drainMs)
        : undefined;
    await Promise.all([...clients.map((client) => client.close({ drainMs })), listening?.close({ drainMs })]);
    disarm?.();
  }

  #open(kind: BindKind, end: End): void {
    try {
      this.#clients.push(SmppClient.open(this.#url(kind, end), this.#options(kind, end)));
    } catch (error) {
      // Settings that no bind can be made of: the others are made all the same.
      this.#failed(error as SmppError, undefined);
    }
  }

  #url(kind: BindKind, { host, port }: End): string {
    const { tls, receiveHost, receivePort } = this.#settings;
    const isElsewhere = kind === 'receiver';
    const name = (isElsewhere ? receiveHost : undefined) ?? host;
    const at = (isElsewhere ? receivePort : undefined) ?? port;
    return `${tls === undefined ? 'smpp' : 'smpps'}://${name.includes(':') ? `[${name}]` : name}:${at}`;
  }

  #options(kind: BindKind, end: End): ClientOptions {
    const settings = this.#settings;
    const { name, tls } = settings;
    const { serverName: servername, ...trust } = tls ?? {};
    const version = versionByName[settings.version ?? '3.4'];
    const connect = this.#connect;
    return {
      transport: connect === undefined ? undefined : () => connect({ ...settings, ...end }, kind),
      bind: kind,
      binds: settings.binds ?? 1,
      version,
      assumeVersion: version === 0x33 ? 0x33 : 0x34,
      window: settings.window ?? 10,
      onThrottled: 'report',
      systemId: settings.systemId,
      password: settings.password,
      systemType: settings.systemType,
      addressRange: settings.addressRange,
      ton: settings.bindTon,
      npi: settings.bindNpi,
      connectTimeoutMs: settings.connectTimeoutMs,
      bindTimeoutMs: settings.connectTimeoutMs,
      responseTimeoutMs: settings.responseTimeoutMs,
      enquireLinkMs: settings.enquireLinkMs,
      enquireLinkResponseMs: settings.enquireLinkResponseMs,
      reconnect: {
        minMs: settings.reconnect?.minMs ?? defaultReconnect.minMs,
        maxMs: settings.reconnect?.maxMs ?? defaultReconnect.maxMs,
        // A gateway is there for years: a wrong password may be mended at the other end.
        giveUpOn: [],
      },
      tls: tls === undefined ? undefined : { ...trust, servername },
      operations: this.#operations(),
      onAlert: (pdu) => this.#events.onAlert(pdu as PduOf<'alert_notification'>, name),
      onSession: (session) => this.tracers.joined(session),
      onBound: (session) => this.#bound(session),
      onDisconnected: (session, reason, loss) => this.#lost(session, reason, loss),
      onConnectFailed: (error, retryInMs) => this.#failed(refusedBind(error, tls !== undefined), retryInMs),
      onError: (error, where) => this.#events.onError(error, `${name} ${where}`),
      clock: this.#clock,
      random: this.#random,
    };
  }

  #operations(): Operations {
    return {
      deliver_sm: (pdu, session) => this.#events.onDelivery(pdu, session) as ResponseInput<'deliver_sm'>,
      data_sm: (pdu, session) => this.#events.onDelivery(pdu, session) as ResponseInput<'data_sm'>,
    };
  }

  #listen(): void {
    const { outbind, systemId, password, name, bind, version, window } = this.#settings;
    const { enquireLinkMs, enquireLinkResponseMs, responseTimeoutMs } = this.#settings;
    const { systemType, addressRange, bindTon, bindNpi } = this.#settings;
    if (outbind === undefined) return;
    OutbindListener.listen({
      host: outbind.host,
      port: outbind.port,
      authenticate: (pdu) =>
        (outbind.systemId === undefined || pdu.system_id === outbind.systemId) &&
        (outbind.password === undefined || pdu.password === outbind.password),
      systemId,
      password,
      systemType,
      addressRange,
      ton: bindTon,
      npi: bindNpi,
      bind: bind === 'transceiver' ? bind : 'receiver',
      version: versionByName[version ?? '3.4'],
      window,
      enquireLinkMs,
      enquireLinkResponseMs,
      responseTimeoutMs,
      operations: this.#operations(),
      onBound: (session) => this.#bound(session),
      onClosed: (session, reason, loss) => this.#lost(session, reason, loss),
      onBindFailed: (error) => this.#failed(refusedBind(error, false), undefined),
      onError: (error, where) => this.#events.onError(error, `${name} outbind ${where}`),
      clock: this.#clock,
    }).then(
      (listener) => {
        // Stopped while it was being opened.
        if (!this.#isRunning) void listener.close({ drainMs: 0 });
        else this.#outbind = listener;
      },
      (error: unknown) => this.#events.onError(error, `${name} outbind`),
    );
  }

  #freeOf(session: Session): number {
    return session.isBound ? Math.min(session.windowFree, this.#perBind - session.counters.requestsOut) : 0;
  }

  #bound(session: Session): void {
    if (leadsBack(session, this.#home.customers())) {
      this.#unwanted.set(session, boundToItself(session.remote));
      session.destroy();
      return;
    }
    this.isKin = isKin(session, this.#home);
    this.lastError = undefined;
    session.context = this.#settings.name;
    this.#all.add(session);
    if (session.kind !== 'receiver') {
      this.#isBetween = false;
      this.#sending.push(session);
      session.onWindowFree = () => this.#listener.onRoom();
    }
    this.#events.onBound(this.#settings.name, session);
    if (session.kind !== 'receiver') this.#listener.onSendable();
  }

  /** Nothing more is sent on it. */
  #leave(session: Session): void {
    const at = this.#sending.indexOf(session);
    if (at >= 0) this.#sending.splice(at, 1);
  }

  #lost(session: Session, reason: CloseReason, { hasHeld, retryInMs }: Loss): void {
    this.tracers.left(session);
    if (this.#all.delete(session)) this.traffic.add(session.counters);
    this.#leave(session);
    const renewal = this.#renewals.get(session);
    if (!this.#unwanted.has(session)) this.#events.onLost(this.#settings.name, session, renewal ?? reason);
    if (this.#isRunning && renewal === undefined) {
      this.lost += Number(hasHeld);
      if (hasHeld) this.lastError = `the bind was lost (${reason})`;
      else this.#failed(this.#unwanted.get(session) ?? unheldBind(reason), retryInMs);
    }
    // The others may take what it gave back.
    this.#listener.onRoom();
  }

  #failed(error: SmppError, retryInMs: number | undefined): void {
    this.#isBetween = false;
    this.lastError = error.message;
    this.#events.onBindFailed(this.#settings.name, error, retryInMs);
    // Others may take what it would have got.
    this.#listener.onRoom();
  }
}
