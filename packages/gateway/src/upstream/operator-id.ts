/** What an operator calls a message, as it wrote it. */
import type { Message } from '@chappe/center';
import { lastLine } from '../message/last-line.ts';
import { unansweredMark } from './outcome.ts';

/**
 * The id of the last submit_sm_resp; empty where no operator has given one. One of which no receipt is awaited ends as
 * accepted. The timeline has it where it is not the
 * reference that receipts are found by: `sent reference=1f ... id=001F`.
 */
export function operatorIdOf({
  timeline,
  upstreamId = '',
}: Pick<Message, 'timeline' | 'upstreamId'>): string {
  const ended = lastLine(timeline, 'accepted');
  // A timeline begins with the acceptance by us.
  const line = lastLine(timeline, 'sent') ?? (ended?.includes(' lane=') === true ? ended : '');
  const told = wordAfter(line, ' id=') ?? wordAfter(line, ' reference=') ?? upstreamId;
  return told.startsWith(unansweredMark) ? '' : told;
}

function wordAfter(line: string, key: string): string | undefined {
  const at = line.indexOf(key);
  if (at < 0) return undefined;
  const from = at + key.length;
  const end = line.indexOf(' ', from);
  return line.slice(from, end < 0 ? undefined : end);
}
