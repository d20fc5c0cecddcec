/** Messages that were accepted together are found again from any one of them: their ids follow each other. */
import type { Center, Message, MessageId } from '@chappe/center';
import { readGroupOf } from './content.ts';
import { ownPartOfStored } from './own-part.ts';

/** All messages of a message's group in order, itself included; just itself when it has no group. */
export async function groupOf(center: Center, message: Message): Promise<readonly Message[]> {
  const group = readGroupOf(message.content);
  if (group === undefined || group.count === 1) return [message];
  const first = group.kind === 'destinations' ? message.head : message.id - group.index;
  const others = Array.from({ length: group.count }, (_, index) =>
    first + index === message.id ? message : center.find(first + index),
  );
  const found = await Promise.all(others);
  // A purge may have taken some; an id beside the group may belong to somebody else.
  return found.filter(
    (other): other is Message =>
      other !== undefined &&
      other.account === message.account &&
      readGroupOf(other.content)?.count === group.count,
  );
}

/** The id of the first piece of the text that a message is a piece of; its own where it is none. */
export function firstPieceOf({ id, content }: Message): MessageId {
  const group = readGroupOf(content);
  return group?.kind === 'segments' ? id - group.index : id;
}

/**
 * Ids of the messages that another text takes the place of together with this one. Undefined: of none, since it is a part
 * that its customer has cut, whose others nobody knows here.
 */
export function replaceableOf(message: Message): readonly MessageId[] | undefined {
  const group = readGroupOf(message.content);
  if (group?.kind === 'segments')
    return Array.from({ length: group.count }, (_, index) => message.id - group.index + index);
  return ownPartOfStored(message) === undefined ? [message.id] : undefined;
}

/** All pieces of the text that a message is a piece of, in order; just itself when it is none. */
export async function piecesOf(center: Center, message: Message): Promise<readonly Message[]> {
  return readGroupOf(message.content)?.kind === 'segments' ? groupOf(center, message) : [message];
}

/** All that have the public id of a message: the pieces for all destinations of one submit_multi. In order. */
export async function allOfId(center: Center, message: Message): Promise<readonly Message[]> {
  const found: Message[] = [];
  // The ids of one submission follow each other.
  for (let id = message.head; ; id += 1) {
    const next = await center.find(id);
    if (next === undefined || next.head !== message.head) return found;
    found.push(next);
  }
}

/**
 * All that an id stands for to whoever was told it: the pieces of a text, and where destinations of a submit_multi got
 * pieces of their own under one id, those of every destination. In order.
 */
export async function meantBy(center: Center, message: Message): Promise<readonly Message[]> {
  const group = await groupOf(center, message);
  const mayShare = readGroupOf(message.content)?.kind === 'segments' || message.id !== message.head;
  if (!mayShare) return group;
  const all = await allOfId(center, message);
  return all.length > group.length ? all : group;
}
