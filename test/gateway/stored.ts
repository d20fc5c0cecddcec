import { isFinalState, type Message } from '@chappe/center';
import { SqliteStore } from '@chappe/store-sqlite';

/** What the disk says of one message of a customer. */
export interface Stored {
  readonly publicId: string;
  readonly to: string;
  readonly state: string;
  readonly isFinal: boolean;
  /** An upstream has it, and its receipt is awaited. */
  readonly reference: string | undefined;
  readonly timeline: string;
}

/** All messages of customers in a data folder that no process uses, by destination. */
export async function storedMessages(data: string): Promise<ReadonlyMap<string, readonly Stored[]>> {
  const store = await SqliteStore.open({ path: data });
  const all = new Map<string, Stored[]>();
  try {
    let beforeId: number | undefined;
    do {
      const page = await store.search({ kinds: ['mt'], limit: 1_000, ...(beforeId ? { beforeId } : {}) });
      for (const message of page.messages) {
        const stored = storedOf(message);
        all.set(stored.to, [...(all.get(stored.to) ?? []), stored]);
      }
      beforeId = page.nextBeforeId;
    } while (beforeId !== undefined);
  } finally {
    await store.close();
  }
  return all;
}

/** Whether its timeline owns up to a possible second copy at an upstream. */
export function isMarked({ timeline }: Stored): boolean {
  return /uncertain|possible duplicate|unanswered/.test(timeline);
}

function storedOf(message: Message): Stored {
  return {
    publicId: message.publicId,
    to: message.destination.digits,
    state: message.state,
    isFinal: isFinalState(message.state),
    reference: message.upstreamId,
    timeline: message.timeline,
  };
}
