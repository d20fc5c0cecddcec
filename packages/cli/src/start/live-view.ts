/**
 * The life of a running system, a line each: who binds and goes, which messages come. A person reads some lines a
 * second and messages may come by the ten thousand, so a busy second is told in one line, and listening is given up
 * for the rest of it: then the view costs nothing.
 */

import type { Clock } from '@chappe/center';
import {
  type EventData,
  type EventType,
  eventBodyOf,
  type Gateway,
  type GatewayEvent,
  type SessionView,
} from '@chappe/gateway';
import { printable, quoted } from '@chappe/protocol';

/** What a view looks at. */
export type Watched = Pick<Gateway, 'events' | 'counters' | 'sessions'>;

/** How a view is shown. */
export interface ViewOptions {
  /** Shows a line. */
  readonly print: (line: string) => void;
  /** With the texts of messages, and with their ends. */
  readonly isVerbose: boolean;
  readonly clock: Clock;
}

const linesPerSecond = 20;
const secondMs = 1_000;
const beginnings: ReadonlySet<EventType> = new Set(['message.accepted', 'message.received']);
const ends: ReadonlySet<EventType> = new Set([
  'message.delivered',
  'message.expired',
  'message.failed',
  'message.ended',
]);
const shownText = 60;

/** A running view. */
export class LiveView {
  readonly #watched: Watched;
  readonly #options: ViewOptions;
  #unsubscribe: (() => void) | undefined;
  #cancel: (() => void) | undefined;
  #sinceMs = 0;
  #lines = 0;

  constructor(watched: Watched, options: ViewOptions) {
    this.#watched = watched;
    this.#options = options;
    this.#listen();
  }

  /** Ends the view. */
  stop(): void {
    this.#unsubscribe?.();
    this.#cancel?.();
  }

  #listen(): void {
    this.#sinceMs = this.#options.clock.monotonicMs();
    this.#lines = 0;
    this.#unsubscribe = this.#watched.events.subscribe((event) => this.#take(event));
  }

  #take(event: GatewayEvent): void {
    const line = lineOf(event, this.#options.isVerbose);
    if (line === undefined) return;
    const { clock, print } = this.#options;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#sinceMs >= secondMs) {
      this.#sinceMs = nowMs;
      this.#lines = 0;
    }
    this.#lines += 1;
    if (this.#lines > linesPerSecond) this.#rest();
    else print(`${clockText(clock.nowMs())}  ${line}`);
  }

  /** Hears nothing for a second, then says in one line what it was. */
  #rest(): void {
    const { clock, print } = this.#options;
    this.#unsubscribe?.();
    const before = this.#watched.counters().center;
    this.#cancel = clock.setTimer(() => {
      const { center } = this.#watched.counters();
      const accepted = center.accepted - before.accepted;
      const delivered = center.delivered - before.delivered;
      const bound = this.#watched.sessions().length;
      print(
        `${clockText(clock.nowMs())}  busy     ${accepted} messages more, ${delivered} delivered, ${bound} sessions bound`,
      );
      this.#listen();
    }, secondMs);
  }
}

/** The line of an event; undefined for those that are not shown. */
export function lineOf(event: GatewayEvent, isVerbose: boolean): string | undefined {
  switch (event.type) {
    case 'session.bound':
      return `bound    ${sessionText(event.session)}`;
    case 'session.unbound':
      return `unbound  ${sessionText(event.session)}: ${event.reason.replaceAll('_', ' ')}`;
    default:
      // Nothing is made of those that are not shown: there may be thousands a second.
      if (!beginnings.has(event.type) && !(isVerbose && ends.has(event.type))) return undefined;
      return messageLine(event, isVerbose);
  }
}

function messageLine(event: GatewayEvent, isVerbose: boolean): string {
  const { type, data } = eventBodyOf(event, isVerbose ? { shown: shortened } : {});
  const { kind, account, from, to, id, state, content } = data as EventData<'message.accepted'>;
  const head = `${kind.padEnd(7)}  ${printable(account)}  ${printable(from)} -> ${printable(to)}  id ${id}`;
  if (ends.has(type)) return `${head}  ${state}`;
  const text = content?.text ?? null;
  return text === null ? head : `${head}  ${quoted(text)}`;
}

function shortened(text: string): string {
  return text.length > shownText ? `${text.slice(0, shownText)}…` : text;
}

function sessionText({ account, bind, version, address, port, tls }: SessionView): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `${printable(account)}  ${bind} ${version}${tls ? ' TLS' : ''}  ${host}:${port}`;
}

function clockText(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}
