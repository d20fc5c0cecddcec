/** Messages that have ended not long ago, by the receipts that would end them. */
import type { MessageId } from '@chappe/center';
import { canonicalId } from '@chappe/protocol';
import { handsetOf } from './handset.ts';

/** A message that has ended. */
export interface Ended {
  readonly id: MessageId;
  /** What its upstream said last: `stat=DELIVRD err=000`. Saying it again is no news. */
  verdict: string;
  /** Other messages have the same name and handset on the disk: another receipt may be for one of them. */
  readonly hasOthers: boolean;
}

/** The key of the receipt about that id and handset. */
export function receiptKey(id: string, handset: string): string {
  return `${canonicalId(id)} ${handsetOf(handset)}`;
}

// Some upstreams say everything twice, within seconds; others have a second thought, within hours.
const maxRecent = 20_000;

/** The last 20,000 to 40,000. */
export class RecentEnds {
  #recent: Map<string, Ended> = new Map();
  #before: Map<string, Ended> = new Map();

  note(key: string, ended: Ended): void {
    this.#recent.set(key, ended);
    if (this.#recent.size < maxRecent) return;
    // Two generations instead of an order: adding is what has to be quick.
    this.#before = this.#recent;
    this.#recent = new Map();
  }

  get(key: string): Ended | undefined {
    return this.#recent.get(key) ?? this.#before.get(key);
  }
}
