/** Messages that have ended not long ago, by the receipts that would end them. */
import type { MessageId } from '@chappe/center';
import { canonicalId } from '@chappe/protocol';
import { RecentKeys } from '../message/recent-keys.ts';
import { handsetOf } from './handset.ts';

/** A message that has ended. */
export interface Ended {
  readonly id: MessageId;
  /** What its upstream said last: `stat=DELIVRD err=000`. Saying it again is no news. */
  verdict: string;
  /** Other messages have the same name and handset on the disk: another receipt may be for one of them. */
  readonly hasOthers: boolean;
}

// Some upstreams say everything twice, within seconds; others have a second thought, within hours.
const maxRecent = 20_000;

/** The last 20,000 to 40,000, by the operator's id and the handset. */
export class RecentEnds {
  readonly #recent: RecentKeys<Ended> = new RecentKeys(maxRecent);

  note(upstreamId: string, handset: string, ended: Ended): void {
    this.#recent.note(canonicalId(upstreamId), handsetOf(handset), ended);
  }

  get(upstreamId: string, handset: string): Ended | undefined {
    return this.#recent.get(canonicalId(upstreamId), handsetOf(handset));
  }
}
