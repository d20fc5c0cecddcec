/** Events of the gateway as their readers see them, and which of them a reader wants. */
import { type Message, timelineSteps } from '@chappe/center';
import type { GatewayEvent } from '@chappe/gateway';
import type { EventBody } from './event-stream.ts';
import { shortened } from './list-text.ts';
import { refusalOf } from './schemas/refusal.ts';
import { type SessionBody, sessionOf } from './schemas/session.ts';

/** Kinds that can be asked for. */
export const eventKinds = ['message', 'receipt', 'refused', 'session', 'upstream', 'pumping'] as const;

/** One of them. */
export type EventKind = (typeof eventKinds)[number];

/** What a reader wants, and may see. */
export interface EventFilter {
  /** Undefined: all. */
  readonly kinds: ReadonlySet<EventKind> | undefined;
  readonly account: string | undefined;
  readonly connector: string | undefined;
  readonly session: number | undefined;
  /** Texts of messages too. */
  readonly withText: boolean;
  /** A customer learns nothing of upstreams, and not that its messages look made up. */
  readonly isCustomer: boolean;
}

/** A step of a message, a receipt or a notice. */
export interface MessageEventBody extends EventBody {
  readonly kind: 'message' | 'receipt';
  /** `enroute`, `sent`, `retry`, or the state in which it ended. */
  readonly step: string;
  readonly id: string;
  /** mt, mo, receipt or notice. */
  readonly of: Message['kind'];
  readonly account: string;
  /** The group of connectors that has it. */
  readonly connector: string | null;
  readonly from: string;
  readonly to: string;
  readonly state: string;
  readonly error: number;
  readonly attempts: number;
  /** Only when asked for; its first 1,000 characters. */
  readonly text?: string | null;
}

/** A session of a customer. */
export interface SessionEventBody extends EventBody {
  readonly kind: 'session';
  readonly what: 'bound' | 'closed';
  readonly session: SessionBody;
  readonly reason?: string;
}

/** The kind that an event is asked for by; undefined for those of the sandbox. */
function kindOf(event: GatewayEvent): EventKind | undefined {
  switch (event.kind) {
    case 'message':
      return event.message.kind === 'receipt' || event.message.kind === 'notice' ? 'receipt' : 'message';
    case 'bound':
    case 'closed':
      return 'session';
    case 'upstream':
    case 'refused':
    case 'pumping':
      return event.kind;
    default:
      return undefined;
  }
}

/** Whether a reader wants an event. A filter that an event has nothing of leaves it out. */
export function isWanted(event: GatewayEvent, filter: EventFilter): boolean {
  const kind = kindOf(event);
  if (kind === undefined || filter.kinds?.has(kind) === false) return false;
  const { account, connector, session, isCustomer } = filter;
  if (isCustomer && (kind === 'upstream' || kind === 'pumping')) return false;
  if (account !== undefined && accountOf(event) !== account) return false;
  if (connector !== undefined && !isOf(event, connector)) return false;
  return session === undefined || isOfSession(event, session);
}

/** The event as it is told. To be called at once: messages go on changing. `at`: ISO 8601. */
export function bodyOf(
  event: GatewayEvent,
  at: string,
  filter: Pick<EventFilter, 'withText' | 'isCustomer'>,
): EventBody {
  switch (event.kind) {
    case 'message':
      return messageBodyOf(event.message, event.step, at, filter);
    case 'bound':
      return { kind: 'session', at, what: 'bound', session: sessionOf(event.session) } as SessionEventBody;
    case 'closed': {
      const { reason } = event;
      const session = sessionOf(event.session);
      return { kind: 'session', at, what: 'closed', session, reason } as SessionEventBody;
    }
    case 'upstream':
      return { ...event, at };
    case 'refused':
      return { kind: 'refused', ...refusalOf(event.refusal, filter.isCustomer), at };
    case 'pumping': {
      const { account, kind: alarm, prefix, value, stopped } = event.alarm;
      return { kind: 'pumping', at, account, alarm, prefix, value, stopped } as EventBody;
    }
    default:
      return { kind: event.kind, at };
  }
}

function messageBodyOf(
  message: Message,
  step: string,
  at: string,
  { withText, isCustomer }: Pick<EventFilter, 'withText' | 'isCustomer'>,
): MessageEventBody {
  const { kind, publicId, account, group, source, destination, state, error, attempts, text } = message;
  return {
    kind: kind === 'receipt' || kind === 'notice' ? 'receipt' : 'message',
    at,
    step,
    id: publicId,
    of: kind,
    account,
    connector: isCustomer ? null : (group ?? null),
    from: source.digits,
    to: destination.digits,
    state,
    error,
    attempts,
    ...(withText ? { text: shortened(text ?? null) } : {}),
  };
}

function accountOf(event: GatewayEvent): string | undefined {
  switch (event.kind) {
    case 'message':
      return event.message.account;
    case 'bound':
    case 'closed':
      return event.session.account;
    case 'refused':
      return event.refusal.account;
    case 'pumping':
      return event.alarm.account;
    default:
      return undefined;
  }
}

function isOf(event: GatewayEvent, connector: string): boolean {
  if (event.kind === 'upstream') return event.connector === connector;
  if (event.kind !== 'message') return false;
  const { message } = event;
  if (message.group === connector) return true;
  // A connector of a group is told by the words of the timeline.
  return hasWord(message, `connector=${connector}`);
}

function isOfSession(event: GatewayEvent, session: number): boolean {
  if (event.kind === 'bound' || event.kind === 'closed') return event.session.id === session;
  if (event.kind === 'refused') return event.refusal.session === session;
  return event.kind === 'message' && hasWord(event.message, `session=${session}`);
}

function hasWord(message: Message, word: string): boolean {
  // Nearly all messages are told apart by this alone.
  if (!message.timeline.includes(word)) return false;
  return timelineSteps(message.timeline).some(({ detail }) => detail.split(' ').includes(word));
}
