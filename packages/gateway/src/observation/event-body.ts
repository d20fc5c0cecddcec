/** What happened as it is told to others, made of fields: see event-types.ts. */
import type { Message } from '@chappe/center';
import { readConcat, statusName } from '@chappe/protocol';
import { type Content, metaOf, readContent } from '../message/content.ts';
import { dataCodingOf } from '../message/message-text.ts';
import { readMeta } from '../message/meta.ts';
import { errorWordOf } from '../message/operator-report.ts';
import { stateOfValue } from '../message/states.ts';
import { eventIdOf } from './event-ids.ts';
import { type EventBody, type EventData, type EventTypeOf, eventVersion } from './event-types.ts';
import type { GatewayEvent } from './events.ts';
import type { Refusal } from './refusals.ts';

/** What of an event is told. */
export interface EventView {
  /** How texts of messages are shown; undefined: they are not. */
  readonly shown?: ((text: string) => string) | undefined;
  /** A customer learns nothing of connectors and rules. Default false. */
  readonly isCustomer?: boolean | undefined;
}

type MessageData = EventData<EventTypeOf<'message'>>;

/** The event as it is told. To be called at once: messages go on changing. */
export function eventBodyOf(event: GatewayEvent, view: EventView = {}): EventBody {
  return {
    version: eventVersion,
    id: eventIdOf(event),
    type: event.type,
    time: timeOf(event.atMs),
    data: dataOf(event, view),
  };
}

function dataOf(event: GatewayEvent, view: EventView): EventData {
  if ('step' in event) {
    const { message } = event;
    return message.kind === 'mt' || message.kind === 'mo' ? messageData(message, view) : receiptData(message);
  }
  switch (event.type) {
    case 'session.bound':
      return event.session;
    case 'session.unbound':
      return { ...event.session, reason: event.reason };
    case 'session.refused': {
      const { account, address, status, reason, text } = event.refusal;
      return { account, address, status: statusText(status), reason, detail: text };
    }
    case 'submission.refused':
      return submissionData(event.refusal, view.isCustomer === true);
    case 'pumping.detected': {
      const { account, kind: alarm, prefix, value, stopped } = event.alarm;
      return { account, alarm, prefix, value, stopped };
    }
    case 'handset.received':
      return handsetData(event, view);
    case 'webhook.failing':
    case 'webhook.disabled':
    case 'webhook.enabled':
    case 'webhook.test': {
      const { webhook, detail, failures, limit } = event;
      return { webhook, detail, failures, limit: limit ?? null };
    }
    default:
      return { connector: event.connector, detail: event.detail };
  }
}

function messageData(message: Message, { shown, isCustomer = false }: EventView): MessageData {
  const { kind, publicId, account, source, destination, state, error, attempts, acceptedMs, doneMs } =
    message;
  return {
    id: publicId,
    kind: kind === 'mo' ? 'mo' : 'mt',
    account,
    connector: isCustomer ? null : connectorOf(message),
    from: source.digits,
    to: destination.digits,
    state,
    error,
    operatorError: errorWordOf(message.operatorError) ?? null,
    attempts,
    acceptedAt: timeOf(acceptedMs),
    doneAt: doneMs === 0 ? null : timeOf(doneMs),
    ...metaData(metaOf(message.content)),
    ...(shown === undefined ? {} : { content: contentData(message, readContent(message.content), shown) }),
  };
}

/** Words of the submitter, where there are any. */
export function metaData(written: string | undefined): Pick<MessageData, 'meta'> {
  const meta = readMeta(written);
  return meta === undefined ? {} : { meta };
}

/** The group that has it, or, of a message from a handset, the connector that it came by. */
export function connectorOf({ kind, group, origin }: Message): string | null {
  return (kind === 'mt' ? group : origin?.connector) ?? null;
}

/** What a message says. */
export function contentData(
  message: Message,
  { esmClass, dataCoding, payload, tlvs }: Content,
  shown: (text: string) => string = (text) => text,
): NonNullable<MessageData['content']> {
  const { text, segments } = message;
  const pieces = message.origin?.pieces;
  const concat = readConcat({ esm_class: esmClass, data_coding: dataCoding, short_message: payload, tlvs });
  return {
    text: text === undefined ? null : shown(text),
    hex: text === undefined ? shown(hexOf(payload)) : null,
    coding: dataCodingOf(dataCoding).coding,
    segments: concat?.total ?? pieces?.total ?? segments,
    part: concat === undefined ? null : { reference: concat.reference, sequence: concat.sequence },
    missing: pieces?.missing ?? [],
  };
}

function receiptData(message: Message): EventData<EventTypeOf<'receipt'>> {
  const { kind, publicId, account, source, destination, state, error, attempts } = message;
  const { receipt, payload } = readContent(message.content);
  return {
    id: publicId,
    kind: kind === 'notice' ? 'notice' : 'receipt',
    messageId: toldId(payload, receipt?.idOctets ?? 0),
    messageState: stateOfValue(receipt?.state ?? 0),
    account,
    from: source.digits,
    to: destination.digits,
    state,
    error,
    attempts,
  };
}

// The id of the message stands in the text after "id:" (content.ts).
const idAt = 3;

/** The id that a receipt names its message by. */
export function toldId(payload: Uint8Array, octets: number): string {
  const end = Math.min(idAt + octets, payload.length);
  let id = '';
  for (let at = idAt; at < end; at += 1) id += String.fromCharCode(payload[at] as number);
  return id;
}

function submissionData(
  { number, account, command, session, from, to, status, reason, rule }: Refusal,
  isCustomer: boolean,
): EventData<'submission.refused'> {
  const shown = isCustomer ? '' : rule;
  return {
    number,
    account,
    command,
    session: session ?? null,
    from,
    to,
    status: statusText(status),
    reason,
    rule: shown,
  };
}

function handsetData(
  { msisdn, message }: Extract<GatewayEvent, { readonly type: 'handset.received' }>,
  { shown }: EventView,
): EventData<'handset.received'> {
  const { publicId, account, from, segments, total, flash, text } = message;
  return {
    msisdn,
    id: publicId,
    account,
    from,
    segments: segments.length,
    totalSegments: total,
    flash,
    ...(shown === undefined ? {} : { text: text === undefined ? null : shown(text) }),
  };
}

function statusText(status: number): string {
  return statusName(status) ?? `0x${status.toString(16).padStart(8, '0')}`;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex');
}
