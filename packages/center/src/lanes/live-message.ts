import type { IdForm, Message, Place } from '../message.ts';
import type { Feed } from './feed.ts';

/**
 * Where a message in memory stands. saving: its commit is under way; queued: in its feed; flying: a connector has it;
 * gone: it left the memory (its queue may still hold it and passes over it).
 */
export type Phase = 'saving' | 'queued' | 'flying' | 'gone';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A message in memory: what others see as `Message`, and what the center needs to move it. */
export interface LiveMessage extends Writable<Message> {
  phase: Phase;
  feed: Feed | undefined;
  /** Place asked for in the change that is being saved. */
  savingPlace: Place;
  /** Counts in Feed.arriving or Feed.releasing until its change is stored. */
  toDisk: 'arriving' | 'releasing' | undefined;
  /** Somebody waits for the commit of its change. */
  whenStored: (() => void) | undefined;
}

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
    reference: from.reference,
    connector: from.connector,
    content: from.content,
    text: from.text,
    clientReference: from.clientReference,
    timeline: from.timeline,
    phase: 'queued',
    feed: undefined,
    savingPlace: 'memory',
    toDisk: undefined,
    whenStored: undefined,
  };
}

/** A copy for callers who keep it: it does not change any more. */
export function snapshot(message: LiveMessage): Message {
  const {
    phase: _phase,
    feed: _feed,
    savingPlace: _place,
    toDisk: _toDisk,
    whenStored: _stored,
    ...copy
  } = message;
  return copy;
}
