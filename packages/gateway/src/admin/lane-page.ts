/** What waits in several lanes as one page, newest first. */
import { type Center, type Message, type MessagePage, maxPageOctets } from '@chappe/center';

/** The newest messages of these lanes, at most `limit`; with a lower id than `beforeId`. */
export async function newestWaiting(
  center: Center,
  lanes: Iterable<string>,
  limit: number,
  beforeId?: number,
): Promise<MessagePage> {
  let kept: Message[] = [];
  // Below this id a lane may have messages that were not read: the page cannot go on there.
  let floor = 0;
  // One lane after the other: never more in memory than two pages.
  for (const lane of lanes) {
    const { messages, nextBeforeId = 0 } = await center.waitingIn(lane, limit, beforeId);
    floor = Math.max(floor, nextBeforeId);
    const all = [...kept, ...messages].sort((a, b) => b.id - a.id).filter(({ id }) => id >= floor);
    kept = [];
    let octets = 0;
    for (const message of all) {
      if (kept.length === limit || octets >= maxPageOctets) {
        floor = kept.at(-1)?.id ?? floor;
        break;
      }
      kept.push(message);
      octets += message.content.length + (message.text?.length ?? 0);
    }
  }
  return { messages: kept, nextBeforeId: floor === 0 ? undefined : floor };
}
