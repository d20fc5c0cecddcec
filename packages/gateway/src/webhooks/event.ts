/** A stored message as the event that is posted to a webhook: the same as others are told, see docs/events.md. */
import type { Message } from '@chappe/center';
import type { Tlv } from '@chappe/protocol';
import { type Content, readContent } from '../message/content.ts';
import { stateOfValue } from '../message/states.ts';
import { connectorOf, contentData, metaData, toldId } from '../observation/event-body.ts';
import { toldType } from '../observation/event-steps.ts';
import {
  type EventBody,
  type EventData,
  type EventTypeOf,
  eventVersion,
} from '../observation/event-types.ts';

type MessageEvent = EventTypeOf<'message'>;

/** The event of a message in the lane of a webhook: one from a handset, or what a receipt or a notice tells of another. */
export function webhookEvent(message: Message): EventBody<MessageEvent> {
  const content = readContent(message.content);
  const { receipt } = content;
  return {
    version: eventVersion,
    // Of the posted message itself: it is on disk, and the same at every attempt.
    id: message.publicId,
    type: receipt === undefined ? 'message.received' : toldType(stateOfValue(receipt.state)),
    time: new Date(message.acceptedMs).toISOString(),
    data: receipt === undefined ? receivedData(message, content) : toldData(message, content, receipt),
  };
}

function receivedData(message: Message, content: Content): EventData<MessageEvent> {
  return {
    id: message.publicId,
    kind: 'mo',
    account: message.account,
    connector: connectorOf(message),
    from: message.source.digits,
    to: message.destination.digits,
    // As it was when it came: an event does not change when it is posted again.
    state: 'enroute',
    error: 0,
    operatorError: null,
    attempts: 0,
    acceptedAt: new Date(message.acceptedMs).toISOString(),
    doneAt: null,
    content: contentData(message, content),
    tlvs: content.tlvs.map(tlvData),
  };
}

function toldData(
  message: Message,
  { payload, tlvs, meta }: Content,
  { state, error, errorWord, idOctets, doneMs }: NonNullable<Content['receipt']>,
): EventData<MessageEvent> {
  const isEnd = message.kind === 'receipt';
  return {
    id: toldId(payload, idOctets),
    kind: 'mt',
    account: message.account,
    connector: null,
    // A receipt walks back: its source is where the message went.
    from: message.destination.digits,
    to: message.source.digits,
    state: stateOfValue(state),
    error,
    operatorError: errorWord ?? null,
    attempts: null,
    acceptedAt: null,
    doneAt: isEnd ? new Date(doneMs ?? message.acceptedMs).toISOString() : null,
    ...metaData(meta),
    tlvs: tlvs.map(tlvData),
  };
}

function tlvData({ tag, name, value, bytes }: Tlv): NonNullable<EventData<MessageEvent>['tlvs']>[number] {
  const octets = bytes ?? (value instanceof Uint8Array ? value : undefined);
  const told = octets === undefined ? (value as number | string) : hexOf(octets);
  return { tag, name: name ?? null, value: told };
}

function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex');
}
