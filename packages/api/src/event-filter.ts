/** Which events a reader wants, and may see. */
import { type Message, timelineSteps } from '@chappe/center';
import { type EventType, type GatewayEvent, internalTypes, streamedTypes } from '@chappe/gateway';

/** The types that a word stands for: a type itself, or all of its noun; undefined: there are none. */
export function typesOf(word: string): readonly EventType[] | undefined {
  const types = streamedTypes.filter((type) => type === word || type.startsWith(`${word}.`));
  return types.length === 0 ? undefined : types;
}

/** Nouns of the types that can be asked for. */
export const eventNouns: readonly string[] = [
  ...new Set(streamedTypes.map((type) => type.split('.')[0] as string)),
];

/** What a reader wants, and may see. */
export interface EventFilter {
  /** Undefined: all. */
  readonly types: ReadonlySet<EventType> | undefined;
  readonly account: string | undefined;
  readonly connector: string | undefined;
  readonly session: number | undefined;
  /** A customer learns nothing of what is internal: connectors, and that its messages look made up. */
  readonly isCustomer: boolean;
}

/** Whether a reader wants an event. A filter that an event has nothing of leaves it out. */
export function isWanted(event: GatewayEvent, filter: EventFilter): boolean {
  if (filter.types?.has(event.type) === false) return false;
  const { account, connector, session, isCustomer } = filter;
  if (isCustomer && internalTypes.has(event.type)) return false;
  if (account !== undefined && accountOf(event) !== account) return false;
  if (connector !== undefined && !isOf(event, connector)) return false;
  return session === undefined || isOfSession(event, session);
}

function accountOf(event: GatewayEvent): string | undefined {
  if ('step' in event) return event.message.account;
  switch (event.type) {
    case 'session.bound':
    case 'session.unbound':
      return event.session.account;
    case 'session.refused':
    case 'submission.refused':
      return event.refusal.account;
    case 'pumping.detected':
      return event.alarm.account;
    case 'handset.received':
      return event.message.account;
    default:
      return undefined;
  }
}

function isOf(event: GatewayEvent, connector: string): boolean {
  if ('connector' in event) return event.connector === connector;
  if (!('step' in event)) return false;
  const { message } = event;
  if (message.group === connector) return true;
  // A connector of a group is told by the words of the timeline.
  return hasWord(message, `connector=${connector}`);
}

function isOfSession(event: GatewayEvent, session: number): boolean {
  if ('step' in event) return hasWord(event.message, `session=${session}`);
  if ('session' in event) return event.session.id === session;
  return event.type === 'submission.refused' && event.refusal.session === session;
}

function hasWord(message: Message, word: string): boolean {
  // Nearly all messages are told apart by this alone.
  if (!message.timeline.includes(word)) return false;
  return timelineSteps(message.timeline).some(({ detail }) => detail.split(' ').includes(word));
}
