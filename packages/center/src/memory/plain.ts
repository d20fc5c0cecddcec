import type { Message } from '../message.ts';

/** A copy without what the center keeps beside the message. */
export function plain(message: Message): Message {
  return {
    id: message.id,
    tag: message.tag,
    publicId: message.publicId,
    idForm: message.idForm,
    head: message.head,
    kind: message.kind,
    account: message.account,
    lane: message.lane,
    source: message.source,
    destination: message.destination,
    serviceType: message.serviceType,
    priority: message.priority,
    dueMs: message.dueMs,
    expiresMs: message.expiresMs,
    acceptedMs: message.acceptedMs,
    state: message.state,
    attempts: message.attempts,
    error: message.error,
    doneMs: message.doneMs,
    receiptWanted: message.receiptWanted,
    of: message.of,
    upstreamId: message.upstreamId,
    group: message.group,
    content: message.content,
    text: message.text,
    clientReference: message.clientReference,
    timeline: message.timeline,
    price: message.price,
    charged: message.charged,
    memo: message.memo,
    segments: message.segments,
  };
}
