/**
 * What can happen, as it is told to others: one closed list of types, and the data of each as JSON Schema. The types of
 * TypeScript, the OpenAPI document and the tables of docs/events.md are made of it.
 *
 * The rule: what stands here stays. Types and members may be added, and those who read pass over what they do not know;
 * nothing is renamed, taken away or given another meaning. Where that will not do, there is a version 2 beside this one.
 */
import { eventData } from './event-data.ts';
import type { TypeOf, ValueSchema } from './event-schema.ts';

/** Of all events here. */
export const eventVersion = 1;

/** All types, `noun.verb`: what their data is, and where they are told. */
export const eventTypes = {
  'message.accepted': { data: 'message', about: 'Taken from who sent it, and on disk' },
  'message.received': { data: 'message', about: 'Has come from a handset, and is on disk' },
  'message.sent': { data: 'message', about: 'An operator has taken it' },
  'message.delayed': { data: 'message', about: 'Was not delivered yet, and waits for what is tried next' },
  'message.replaced': { data: 'message', about: 'Its sender has put another text in its place' },
  'message.delivered': {
    data: 'message',
    about: 'Delivered to the handset; one from a handset, to its account or webhook',
  },
  'message.expired': { data: 'message', about: 'Its validity has ended' },
  'message.failed': {
    data: 'message',
    about: '`state` says how: undeliverable, rejected, deleted, unknown or skipped',
  },
  'message.ended': { data: 'message', about: 'A broadcast is with the operator, which says no more of it' },
  'receipt.created': { data: 'receipt', about: 'Is on disk for its account' },
  'receipt.delayed': { data: 'receipt', about: 'Could not be handed over yet' },
  'receipt.delivered': { data: 'receipt', about: 'The account or webhook has it' },
  'receipt.expired': { data: 'receipt', about: 'Its validity has ended' },
  'receipt.failed': { data: 'receipt', about: 'The account or webhook will not have it' },
  'submission.refused': { data: 'submission', about: 'Was not taken' },
  'session.bound': { data: 'session', about: 'A customer has bound' },
  'session.unbound': { data: 'session', about: 'The session has ended, in whatever way' },
  'session.refused': { data: 'bind', about: 'A bind was refused', isInternal: true },
  'connector.bound': { data: 'connector', about: 'A bind to the operator has come about', isInternal: true },
  'connector.unbound': { data: 'connector', about: 'A bind to the operator was lost', isInternal: true },
  'connector.failed': { data: 'connector', about: 'A bind to the operator has failed', isInternal: true },
  'connector.stranded': {
    data: 'connector',
    about: 'Messages wait for one that is in the settings no more',
    isInternal: true,
  },
  'breaker.opened': { data: 'connector', about: 'Nothing is sent there for a while', isInternal: true },
  'breaker.closed': { data: 'connector', about: 'Messages go there again', isInternal: true },
  'webhook.failing': {
    data: 'webhook',
    about: 'Posts to it fail: 50, 70 or 90 % of what it may (`failureLimit`)',
    isInternal: true,
  },
  'webhook.disabled': { data: 'webhook', about: 'Nothing is posted to it any more', isInternal: true },
  'webhook.enabled': { data: 'webhook', about: 'Somebody has switched it on again', isInternal: true },
  'webhook.test': { data: 'webhook', about: 'Somebody has had a test posted to it', isInternal: true },
  'pumping.detected': { data: 'pumping', about: 'Messages of an account look made up', isInternal: true },
  'handset.received': { data: 'handset', about: 'A simulated handset shows it', isInternal: true },
  'pdu.received': { data: 'pdu', about: 'GET /api/v1/trace: from the peer', isInternal: true },
  'pdu.sent': { data: 'pdu', about: 'GET /api/v1/trace: to the peer', isInternal: true },
  'stream.skipped': {
    data: 'stream',
    about: 'Told only to who reads too slowly; has no id',
  },
} as const;

/** The name of a type. */
export type EventType = keyof typeof eventTypes;

type DataName = keyof typeof eventData;
type DataNameOf<T extends EventType> = (typeof eventTypes)[T]['data'];

/** Types whose data is of one kind. */
export type EventTypeOf<D extends DataName> = {
  [T in EventType]: DataNameOf<T> extends D ? T : never;
}[EventType];

/** The data of a type. */
export type EventData<T extends EventType = EventType> = TypeOf<(typeof eventData)[DataNameOf<T>]>;

/** An event as it is told: the same to readers of streams and to webhooks. */
export interface EventBody<T extends EventType = EventType> {
  readonly version: typeof eventVersion;
  /** Unique, the same whoever is told it and however often; later ones sort behind. */
  readonly id: string;
  readonly type: T;
  /** ISO 8601. */
  readonly time: string;
  readonly data: EventData<T>;
}

const names = Object.keys(eventTypes) as readonly EventType[];

/** The types that GET /api/v1/events tells. */
export const streamedTypes: readonly EventType[] = names.filter(
  (name) => !['pdu', 'stream'].includes(eventTypes[name].data),
);

/** What is no affair of customers. */
export const internalTypes: ReadonlySet<EventType> = new Set(
  names.filter((name) => 'isInternal' in eventTypes[name]),
);

/** The JSON Schema of whole events, one for each kind of data. */
export function eventSchemas(): Readonly<Record<DataName, ValueSchema>> {
  const schemas = Object.entries(eventData).map(([name, data]) => {
    const types = names.filter((type) => eventTypes[type].data === name);
    const id = { type: 'string', description: 'Unique; the same when the event is told again' } as const;
    const schema: ValueSchema = {
      type: 'object',
      description: types.map((type) => `${type}: ${eventTypes[type].about}`).join('; '),
      properties: {
        version: { const: eventVersion },
        ...(name === 'stream' ? {} : { id }),
        type: { enum: types },
        time: { type: 'string', format: 'date-time' },
        data,
      },
      required: ['version', ...(name === 'stream' ? [] : ['id']), 'type', 'time', 'data'],
    };
    return [name, schema];
  });
  return Object.fromEntries(schemas);
}
