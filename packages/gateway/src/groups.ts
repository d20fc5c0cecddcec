/** Messages that were accepted together are found again from any one of them: their ids follow each other. */
import type { Center, Message } from '@chappe/center';
import { readGroupOf } from './content.ts';

/** All messages of a message's group in order, itself included; just itself when it has no group. */
export async function groupOf(center: Center, message: Message): Promise<readonly Message[]> {
  const group = readGroupOf(message.content);
  if (group === undefined || group.count === 1) return [message];
  const first = message.id - group.index;
  const others = Array.from({ length: group.count }, (_, index) =>
    index === group.index ? message : center.find(first + index),
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
