import type { Message } from './message.ts';
import { firstIdAt } from './message-id.ts';
import { type MessagePage, maxPageOctets, type SearchQuery } from './store.ts';
import { hasTimelineWord } from './timeline.ts';

/** Whether a message fulfils every condition of a search: what every store must mean by it. */
export function matchesQuery(message: Message, query: SearchQuery): boolean {
  const { account, source, destination, prefix = false, kinds, states, text, clientReference } = query;
  const { afterMs, beforeMs, beforeId, inTimeline, any } = query;
  const isLike = (value: string, wanted: string | undefined): boolean =>
    wanted === undefined || (prefix ? value.startsWith(wanted) : value === wanted);
  return (
    isLike(message.account, account) &&
    isLike(message.source.digits, source) &&
    isLike(message.destination.digits, destination) &&
    (kinds === undefined ? message.kind === 'mt' || message.kind === 'mo' : kinds.includes(message.kind)) &&
    (states === undefined || states.includes(message.state)) &&
    (text === undefined || lowerAscii(message.text ?? '').includes(lowerAscii(text))) &&
    (clientReference === undefined || message.clientReference === clientReference) &&
    (inTimeline === undefined ||
      inTimeline.every((words) => words.some((word) => hasTimelineWord(message.timeline, word)))) &&
    (any === undefined ||
      lowerAscii(message.text ?? '').includes(lowerAscii(any.text)) ||
      message.publicId === any.publicId ||
      any.inTimeline.some((word) => hasTimelineWord(message.timeline, word))) &&
    (afterMs === undefined || message.id >= firstIdAt(afterMs)) &&
    (beforeMs === undefined || message.id < firstIdAt(beforeMs)) &&
    (beforeId === undefined || message.id < beforeId)
  );
}

/** As SQLite's LIKE: only A to Z have two cases. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** One page of these: as many as there is room for, the first one always. */
export function pageOf(all: Iterable<Message>, limit: number): MessagePage {
  const messages: Message[] = [];
  let octets = 0;
  for (const message of all) {
    messages.push(message);
    octets += message.content.length + (message.text?.length ?? 0);
    if (messages.length >= limit || octets >= maxPageOctets) return { messages, nextBeforeId: message.id };
  }
  return { messages, nextBeforeId: undefined };
}
