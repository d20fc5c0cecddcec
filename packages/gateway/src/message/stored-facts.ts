/** What rules ask about a message, of one that is stored. */
import type { Message } from '@chappe/center';
import type { MessageFacts } from '@chappe/policy';
import { type Content, readContent } from './content.ts';
import { isSar } from './long.ts';
import { dataCodingOf } from './message-text.ts';
import { ownPartOf } from './own-part.ts';

/**
 * The facts of a stored message: the same that were decided on when it came, as far as they have not changed since.
 * `tags`: of its account now, since the store keeps none. `text`: that of the whole, where it is a piece of one.
 */
export function factsOfStored(
  message: Message,
  tags: readonly string[],
  nowMs: number,
  text: string | undefined = message.text,
): MessageFacts {
  const content = readContent(message.content);
  const isPiece = content.group?.kind === 'segments';
  return {
    kind: message.kind === 'mo' ? 'mo' : 'mt',
    account: message.account,
    connector: '',
    source: message.source,
    destination: message.destination,
    text,
    coding: dataCodingOf(content.dataCoding).coding,
    segments: isPiece
      ? (content.group?.count ?? 1)
      : Math.max(message.segments, ownPartOf(content)?.total ?? 1),
    tlvs: isPiece ? withoutOurs(content) : content.tlvs,
    tags,
    priority: message.priority,
    nowMs,
  };
}

/** The text of a message that is stored in pieces; undefined when it is none. */
export function wholeText(messages: readonly Message[]): string | undefined {
  let whole = '';
  for (const { text } of messages) {
    if (text === undefined) return undefined;
    whole += text;
  }
  return whole;
}

/** Those that join pieces are the gateway's. */
function withoutOurs({ tlvs }: Content): Content['tlvs'] {
  return tlvs.filter(({ tag }) => !isSar(tag));
}
