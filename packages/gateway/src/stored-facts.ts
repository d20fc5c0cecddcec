/** What rules ask about a message, of one that is stored: as far as it is kept. */
import type { Message } from '@chappe/center';
import { readContent } from './content.ts';
import type { MessageFacts } from './facts.ts';
import { dataCodingOf } from './message-text.ts';

/** The facts of a stored message. */
export function factsOfStored(message: Message, nowMs: number): MessageFacts {
  const content = readContent(message.content);
  return {
    kind: message.kind === 'mo' ? 'mo' : 'mt',
    account: message.account,
    connector: '',
    source: message.source,
    destination: message.destination,
    text: message.text,
    coding: dataCodingOf(content.dataCoding).coding,
    segments: content.group?.kind === 'segments' ? content.group.count : 1,
    tlvs: content.tlvs,
    tags: [],
    priority: message.priority,
    nowMs,
  };
}
