/** A segment that waits for the others of its message: as it is held in memory, and as it is stored. */
import type { Message, MessageId } from '@chappe/center';
import { type Concatenation, type MessagePart, readConcat, readUserData } from '@chappe/protocol';
import { readContent } from '../message/content.ts';
import { wordOf } from '../message/detail.ts';
import type { Received } from './received.ts';

/** The lane where segments wait; it has no connector. */
export const partsLane = 'parts';

/** A stored segment. */
export interface MoPart extends MessagePart {
  readonly id: MessageId;
  readonly publicId: string;
  /** When it was stored, epoch milliseconds. */
  readonly acceptedMs: number;
  readonly received: Received;
}

/** The segments of one message, all of them or as many as came. */
export interface PartSet {
  /** In order; not empty. */
  readonly parts: readonly MoPart[];
  readonly total: number;
  /** Sequence numbers that did not come. */
  readonly missing: readonly number[];
  /** Public id of the part that was stored first: names the set in timelines. */
  readonly id: string;
}

/** A segment as it is held: a copy, since what waits for hours must not hold on to a piece of Node's pool. */
export function partOf(
  received: Received,
  concat: Concatenation,
  { id, publicId, acceptedMs }: Pick<Message, 'id' | 'publicId' | 'acceptedMs'>,
): MoPart {
  const content = new Uint8Array(received.content);
  return {
    ...concat,
    source: received.source.digits,
    destination: received.destination.digits,
    context: wordOf(received.group),
    payload: userDataOf(content),
    id,
    publicId,
    acceptedMs,
    received: { ...received, content },
  };
}

/** The octets of a segment without header: by them a segment that came again is known, whatever its TLVs say. */
export function userDataOf(content: Uint8Array): Uint8Array {
  const { esmClass, dataCoding, payload } = readContent(content);
  return readUserData({ esm_class: esmClass, data_coding: dataCoding, short_message: payload, tlvs: [] })
    .payload;
}

/** What the timeline of a stored segment says. */
export function partDetail(received: Received, { sequence, total, reference }: Concatenation): string {
  return `${received.detail} group=${wordOf(received.group)} part=${sequence}/${total} reference=${reference}`;
}

/** A stored segment read back; undefined when it is none. `tagsOf`: those of its connector. */
export function storedPart(
  message: Message,
  tagsOf: (connector: string) => readonly string[],
): MoPart | undefined {
  const { received, concat } = storedReceived(message, tagsOf);
  return concat === undefined ? undefined : partOf(received, concat, message);
}

/** A stored message as it was received, and which segment it is. */
export function storedReceived(
  message: Message,
  tagsOf: (connector: string) => readonly string[],
): { readonly received: Received; readonly concat: Concatenation | undefined } {
  const { connector = '', group = connector } = message.origin ?? {};
  const { esmClass, dataCoding, payload, tlvs } = readContent(message.content);
  const concat = readConcat({ esm_class: esmClass, data_coding: dataCoding, short_message: payload, tlvs });
  const received: Received = {
    connector,
    group,
    tags: tagsOf(connector),
    source: message.source,
    destination: message.destination,
    serviceType: message.serviceType,
    priority: message.priority,
    content: message.content,
    text: message.text,
    dataCoding,
    pieces: undefined,
    detail: `connector=${wordOf(connector)}`,
  };
  return { received, concat: concat?.total === 1 ? undefined : concat };
}

/** What the parts of one set have in common. */
export function setKey(group: string, source: string, destination: string, concat: Concatenation): string {
  const { reference, total, bits } = concat;
  // Addresses and names hold no line ends.
  return `${group}\n${source}\n${destination}\n${reference}\n${total}\n${bits}`;
}
