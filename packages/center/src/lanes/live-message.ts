import type { IdForm, Message } from '../message.ts';
import { octetsOf } from '../octets.ts';
import type { LiveMessage } from './lane.ts';

/** A stored message back in memory. One literal, so that all live messages have one shape. */
export function liveMessage(from: Message): LiveMessage {
  return {
    id: from.id,
    tag: from.tag,
    publicId: from.publicId,
    idForm: from.idForm as IdForm,
    head: from.head,
    kind: from.kind,
    account: from.account,
    lane: from.lane,
    source: from.source,
    destination: from.destination,
    serviceType: from.serviceType,
    priority: from.priority,
    dueMs: from.dueMs,
    expiresMs: from.expiresMs,
    acceptedMs: from.acceptedMs,
    state: from.state,
    attempts: from.attempts,
    error: from.error,
    doneMs: from.doneMs,
    receiptWanted: from.receiptWanted,
    of: from.of,
    upstreamId: from.upstreamId,
    answeredAs: from.answeredAs,
    sentMs: from.sentMs,
    operatorError: from.operatorError,
    isReplaced: from.isReplaced,
    origin: from.origin,
    group: from.group,
    content: from.content,
    text: from.text,
    clientReference: from.clientReference,
    timeline: from.timeline,
    price: from.price,
    charged: from.charged,
    memo: from.memo,
    segments: from.segments,
    phase: 'queued',
    feed: undefined,
    savingPlace: 'memory',
    toDisk: undefined,
    whenStored: undefined,
    octets: octetsOf(from),
  };
}

/**
 * A copy for callers who keep it: it does not change any more. Field by field: what the rest of a pattern gives is a table of
 * hashes, slow to make and to read, and thrice as large.
 */
export function snapshot(from: LiveMessage): Message {
  return {
    id: from.id,
    tag: from.tag,
    publicId: from.publicId,
    idForm: from.idForm as IdForm,
    head: from.head,
    kind: from.kind,
    account: from.account,
    lane: from.lane,
    source: from.source,
    destination: from.destination,
    serviceType: from.serviceType,
    priority: from.priority,
    dueMs: from.dueMs,
    expiresMs: from.expiresMs,
    acceptedMs: from.acceptedMs,
    state: from.state,
    attempts: from.attempts,
    error: from.error,
    doneMs: from.doneMs,
    receiptWanted: from.receiptWanted,
    of: from.of,
    upstreamId: from.upstreamId,
    answeredAs: from.answeredAs,
    sentMs: from.sentMs,
    operatorError: from.operatorError,
    isReplaced: from.isReplaced,
    origin: from.origin,
    group: from.group,
    content: from.content,
    text: from.text,
    clientReference: from.clientReference,
    timeline: from.timeline,
    price: from.price,
    charged: from.charged,
    memo: from.memo,
    segments: from.segments,
  };
}

/** A message has another content or text than before. */
export function remeasure(message: LiveMessage): number {
  const before = message.octets;
  message.octets = octetsOf(message);
  return message.octets - before;
}
