/**
 * What a gateway in production writes down: upstreams and sessions that come and go, binds that are refused, alarms,
 * receipts without message. Never more than some lines a minute about one thing, whatever peers do.
 */
import type { Clock } from '@chappe/center';
import type { GatewayEvent, GatewayListener, SessionView } from '@chappe/gateway';
import type { BindRefusal } from '@chappe/policy';
import { LineLimit, type Suppressed } from './log-limit.ts';

/** Where lines end up: pino, with `redaction`. */
export interface GatewayLogLines {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What of a gateway is looked at. */
export interface LoggedGateway {
  readonly events: { subscribe(listener: GatewayListener, withMessages?: boolean): () => void };
  readonly network: {
    readonly upstreams: {
      list(): readonly { readonly name: string; readonly counters: { readonly receiptsUnmatched: number } }[];
    };
  };
}

type OfConnector = Extract<GatewayEvent, { readonly connector: string }>;
type OfWebhook = Extract<GatewayEvent, { readonly webhook: string }>;
type OfSession = Extract<GatewayEvent, { readonly session: SessionView }>;

const minuteMs = 60_000;
// Somebody who tries passwords is one line a minute; a botnet of many addresses twenty.
const refusalLimits = { perKey: 1, inAll: 20 };
// A flapping upstream shows its rhythm.
const upstreamLimits = { perKey: 5, inAll: 100 };
const sessionLimits = { perKey: 10, inAll: 200 };
const alarmLimits = { perKey: 5, inAll: 50 };
// Of things that were not told, the most frequent have a line of their own.
const maxSuppressedLines = 5;
const maxNameCharacters = 64;

const connectorWords: Readonly<Record<OfConnector['type'], string>> = {
  'connector.bound': 'upstream bound',
  'connector.unbound': 'upstream lost',
  'connector.failed': 'bind to upstream failed',
  'connector.stranded': 'messages wait for an upstream that is in the settings no more',
  'breaker.opened': 'circuit breaker of upstream open: nothing is sent there',
  'breaker.closed': 'circuit breaker of upstream closed: messages go there again',
};

const webhookWords: Readonly<Record<OfWebhook['type'], string>> = {
  'webhook.failing': 'posts to a webhook fail; it will be switched off',
  'webhook.disabled': 'webhook switched off: nothing is posted there until somebody switches it on',
  'webhook.enabled': 'webhook switched on again',
  'webhook.test': 'a test was posted to a webhook',
};

/** Writes it down. What happens before `attach` is kept back and counted. */
export class GatewayLog {
  readonly #clock: Pick<Clock, 'setTimer'>;
  readonly #log: GatewayLogLines;
  readonly #refusals = new LineLimit(refusalLimits);
  readonly #upstreams = new LineLimit(upstreamLimits);
  readonly #webhooks = new LineLimit(upstreamLimits);
  readonly #sessions = new LineLimit(sessionLimits);
  readonly #alarms = new LineLimit(alarmLimits);
  /** Unmatched receipts told already, by connector. */
  #unmatched: ReadonlyMap<string, number> = new Map();
  #gateway: LoggedGateway | undefined;

  constructor(log: GatewayLogLines, clock: Pick<Clock, 'setTimer'>) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Begins to listen; returns what ends it. */
  attach(gateway: LoggedGateway): () => void {
    this.#gateway = gateway;
    this.#unmatched = unmatchedOf(gateway);
    const unsubscribe = gateway.events.subscribe((event) => this.#hear(event), false);
    let disarm = (): void => undefined;
    const arm = (): void => {
      disarm = this.#clock.setTimer(() => {
        this.turn();
        arm();
      }, minuteMs);
    };
    arm();
    return () => {
      unsubscribe();
      disarm();
      this.turn();
    };
  }

  /** A bind was refused: for `GatewayOptions.onBindRefused`. */
  bindRefused(refusal: BindRefusal): void {
    const account = refusal.account.slice(0, maxNameCharacters);
    const { address, reason, text } = refusal;
    if (!this.#refusals.allows(`${account} from ${address}`)) return;
    this.#log.warn({ account, address, reason, status: refusal.status }, `bind refused: ${text}`);
  }

  /** A minute has passed: what was kept back is counted in some lines. */
  turn(): void {
    this.#tellSuppressed('binds refused', this.#refusals.turn());
    this.#tellSuppressed('events of upstreams', this.#upstreams.turn());
    this.#tellSuppressed('events of webhooks', this.#webhooks.turn());
    this.#tellSuppressed('sessions bound or closed', this.#sessions.turn());
    this.#tellSuppressed('alarms', this.#alarms.turn());
    this.#tellUnmatched();
  }

  #hear(event: GatewayEvent): void {
    if ('session' in event) this.#session(event);
    else if ('connector' in event) this.#connector(event);
    else if ('webhook' in event) this.#webhook(event);
    else if (event.type === 'pumping.detected') {
      const { account, kind: alarm, prefix, value, stopped } = event.alarm;
      if (!this.#alarms.allows(account)) return;
      const then = stopped ? 'what goes there is refused now' : 'nothing is refused';
      this.#log.warn({ account, alarm, prefix, value, stopped }, `messages look made up: ${then}`);
    }
  }

  #connector({ type, connector, detail }: OfConnector): void {
    if (!this.#upstreams.allows(`${connector} ${type}`)) return;
    const level = type === 'connector.bound' || type === 'breaker.closed' ? 'info' : 'warn';
    this.#log[level]({ event: type, connector, detail }, connectorWords[type]);
  }

  #webhook({ type, webhook, detail, failures, limit }: OfWebhook): void {
    if (!this.#webhooks.allows(`${webhook} ${type}`)) return;
    const level = type === 'webhook.failing' || type === 'webhook.disabled' ? 'warn' : 'info';
    this.#log[level]({ event: type, webhook, failures, limit, detail }, webhookWords[type]);
  }

  #session(event: OfSession): void {
    const { type } = event;
    const { id, account, bind, version, address, port, tls } = event.session;
    if (!this.#sessions.allows(`${account} ${type}`)) return;
    const reason = type === 'session.unbound' ? { reason: event.reason } : {};
    this.#log.info(
      { event: type, session: id, account, bind, smpp: version, address, port, tls, ...reason },
      type === 'session.bound' ? 'session bound' : 'session closed',
    );
  }

  #tellSuppressed(what: string, suppressed: readonly Suppressed[]): void {
    const shown = suppressed.filter(({ key }) => key !== '').slice(0, maxSuppressedLines);
    for (const { key, count } of shown)
      this.#log.warn({ about: key, count }, `${what}: more that were not told`);
    const rest = suppressed.filter((one) => !shown.includes(one));
    const count = rest.reduce((sum, one) => sum + one.count, 0);
    if (count > 0) this.#log.warn({ count }, `${what}: more of others that were not told`);
  }

  #tellUnmatched(): void {
    if (this.#gateway === undefined) return;
    const now = unmatchedOf(this.#gateway);
    const grown: Record<string, number> = {};
    let count = 0;
    for (const [connector, sum] of now) {
      const before = this.#unmatched.get(connector) ?? 0;
      // Other settings make another connector, which counts from zero.
      const more = sum >= before ? sum - before : sum;
      if (more === 0) continue;
      grown[connector] = more;
      count += more;
    }
    this.#unmatched = now;
    if (count > 0)
      this.#log.warn({ count, connectors: grown }, 'receipts without message: chappe receipts shows them');
  }
}

function unmatchedOf({ network }: LoggedGateway): ReadonlyMap<string, number> {
  return new Map(network.upstreams.list().map(({ name, counters }) => [name, counters.receiptsUnmatched]));
}
