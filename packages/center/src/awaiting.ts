import type { LiveMessage } from './lanes/lane.ts';

/** Messages at upstreams that stay in memory until their receipt comes, by what the upstream called them. */
export class Awaiting {
  /** In the order of their coming: the eldest give way. */
  readonly #all: Set<LiveMessage> = new Set();
  /** An upstream may give one name to several: those are listed in the order of their coming. */
  readonly #byGroup: Map<string, Map<string, LiveMessage | Set<LiveMessage>>> = new Map();

  /** Octets of all. */
  octets = 0;

  get size(): number {
    return this.#all.size;
  }

  /** Takes a message whose `group` and `upstreamId` are set. */
  add(message: LiveMessage): void {
    const { group = '', upstreamId = '' } = message;
    let ids = this.#byGroup.get(group);
    if (ids === undefined) {
      ids = new Map();
      this.#byGroup.set(group, ids);
    }
    if (!this.#all.has(message)) this.octets += message.octets;
    this.#all.add(message);
    const others = ids.get(upstreamId);
    if (others === undefined) ids.set(upstreamId, message);
    else if (others instanceof Set) others.add(message);
    else if (others !== message) ids.set(upstreamId, new Set([others, message]));
  }

  has(message: LiveMessage): boolean {
    return this.#all.has(message);
  }

  /** The messages that an upstream calls so, the one that came first at the front. */
  called(group: string, upstreamId: string): Iterable<LiveMessage> {
    const found = this.#byGroup.get(group)?.get(upstreamId);
    if (found === undefined) return none;
    return found instanceof Set ? found : [found];
  }

  /** Its receipt has come: it stays here until that is stored, but the next receipt of that name means another one. */
  claim(message: LiveMessage): void {
    const { group = '', upstreamId = '' } = message;
    const ids = this.#byGroup.get(group);
    const found = ids?.get(upstreamId);
    if (ids === undefined || found === undefined) return;
    if (found instanceof Set) found.delete(message);
    if (found === message || (found instanceof Set && found.size === 0)) ids.delete(upstreamId);
  }

  delete(message: LiveMessage): void {
    if (!this.#all.delete(message)) return;
    this.octets -= message.octets;
    this.claim(message);
  }

  /** The eldest of more than so many messages or octets; undefined while there are not so many. */
  eldestBeyond(messages: number, octets: number): LiveMessage | undefined {
    if (this.#all.size <= messages && this.octets <= octets) return undefined;
    return this.#all.values().next().value;
  }
}

const none: readonly LiveMessage[] = Object.freeze([]);
