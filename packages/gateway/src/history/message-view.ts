/** A message as people and programs look at it: its segments put together, its timeline read. */
import { type Message, type MessageState, timelineSteps } from '@chappe/center';
import { type Content, readContent } from '../message/content.ts';
import { dataCodingOf } from '../message/message-text.ts';
import { type Meta, readMeta } from '../message/meta.ts';
import { isFinal } from '../message/states.ts';

/** One step of a message's life. */
export interface TimelineStep {
  readonly atMs: number;
  /** `accepted`, `attempt`, `delivered` and the like. */
  readonly step: string;
  /** What is known about it, as `session=3 error=27`. */
  readonly detail: string;
  /** Which segment, from 1. */
  readonly segment: number;
}

/** One segment. */
export interface SegmentView {
  readonly id: string;
  /** Its destination: the segments of a submit_multi are its destinations. */
  readonly to: string;
  readonly state: MessageState;
  readonly error: number;
  readonly text: string | undefined;
  readonly attempts: number;
}

/** One message, whatever number of segments it took. */
export interface MessageView {
  /** The id of its first segment, as its submitter knows it. */
  readonly id: string;
  /** `mt` to a handset or ESME, `mo` from a handset, `receipt`, `notice`. */
  readonly kind: Message['kind'];
  readonly account: string;
  readonly from: string;
  readonly to: string;
  /** The whole text; undefined for octets. */
  readonly text: string | undefined;
  /** Content that is no text, in hexadecimal, user data header included. */
  readonly hex: string | undefined;
  readonly coding: string;
  /** Delivered when all segments are; else the first other state among them. */
  readonly state: MessageState;
  readonly error: number;
  /** The operator's own error code, as its receipt wrote it; undefined: it gave none. */
  readonly operatorError: string | undefined;
  readonly isFinal: boolean;
  readonly acceptedMs: number;
  readonly dueMs: number;
  readonly expiresMs: number;
  /** 0 while not final. */
  readonly doneMs: number;
  readonly attempts: number;
  readonly clientReference: string | undefined;
  /** Words of its submitter; undefined: it gave none. */
  readonly meta: Meta | undefined;
  readonly segments: readonly SegmentView[];
  /** Short messages that it takes on the air: more than `segments` where a text goes whole. */
  readonly segmentCount: number;
  readonly timeline: readonly TimelineStep[];
}

/** Puts the segments of one message (or the destinations of one submit_multi) together. `messages` is not empty. */
export function viewOf(messages: readonly Message[]): MessageView {
  const [first] = messages as readonly [Message, ...Message[]];
  const content = readContent(first.content);
  const telling =
    messages.find((message) => !isFinal(message.state)) ??
    messages.find((message) => message.state !== 'delivered') ??
    first;
  const done = isFinal(telling.state);
  const parts = content.group?.kind === 'destinations' ? [first] : messages;
  const isText = parts.every((part) => part.text !== undefined);
  return {
    id: first.publicId,
    kind: first.kind,
    account: first.account,
    from: first.source.digits,
    to: first.destination.digits,
    text: isText ? parts.map((part) => part.text).join('') : undefined,
    hex: isText ? undefined : parts.map(hexOf).join(''),
    coding: codingOf(content),
    state: telling.state,
    error: telling.error,
    operatorError: telling.operatorError,
    isFinal: done,
    acceptedMs: first.acceptedMs,
    dueMs: first.dueMs,
    expiresMs: first.expiresMs,
    doneMs: done ? Math.max(...messages.map((message) => message.doneMs)) : 0,
    attempts: Math.max(...messages.map((message) => message.attempts)),
    clientReference: first.clientReference,
    meta: readMeta(content.meta),
    segments: messages.map(segmentView),
    segmentCount: messages.reduce((sum, { segments }) => sum + segments, 0),
    timeline: timelineOf(messages),
  };
}

function codingOf(content: Content): string {
  return content.receipt === undefined ? dataCodingOf(content.dataCoding).coding : 'ascii';
}

function hexOf(message: Message): string {
  return Buffer.from(readContent(message.content).payload).toString('hex');
}

function segmentView({ publicId, destination, state, error, text, attempts }: Message): SegmentView {
  return { id: publicId, to: destination.digits, state, error, text, attempts };
}

function timelineOf(messages: readonly Message[]): TimelineStep[] {
  const steps = messages.flatMap((message, index) =>
    timelineSteps(message.timeline).map((step) => ({ ...step, segment: index + 1 })),
  );
  return steps.sort((a, b) => a.atMs - b.atMs);
}
