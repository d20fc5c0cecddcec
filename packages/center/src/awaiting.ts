import type { LiveMessage } from './lanes/lane.ts';

/** Messages at upstreams that stay in memory until their receipt comes, by what the upstream called them. */
export class Awaiting {
  /** In the order of their coming: the eldest give way. */
  readonly #all: Set<LiveMessage> = new Set();
  /** An upstream may give one name to several: those are listed in the order of their coming. */
  readonly #byConnector: Map<string, Map<string, LiveMessage | Set<LiveMessage>>> = new Map();

  /** Octets of all. */
  octets = 0;

  get size(): number {
    return this.#all.size;
  }

  /** Takes a message whose `connector` and `reference` are set. */
  add(message: LiveMessage): void {
    const { connector = '', reference = '' } = message;
    let references = this.#byConnector.get(connector);
    if (references === undefined) {
      references = new Map();
      this.#byConnector.set(connector, references);
    }
    if (!this.#all.has(message)) this.octets += message.octets;
    this.#all.add(message);
    const others = references.get(reference);
    if (others === undefined) references.set(reference, message);
    else if (others instanceof Set) others.add(message);
    else if (others !== message) references.set(reference, new Set([others, message]));
  }

  has(message: LiveMessage): boolean {
    return this.#all.has(message);
  }

  /** The messages that an upstream calls so, the one that came first at the front. */
  called(connector: string, reference: string): Iterable<LiveMessage> {
    const found = this.#byConnector.get(connector)?.get(reference);
    if (found === undefined) return none;
    return found instanceof Set ? found : [found];
  }

  /** Its receipt has come: it stays here until that is stored, but the next receipt of that name means another one. */
  claim(message: LiveMessage): void {
    const { connector = '', reference = '' } = message;
    const references = this.#byConnector.get(connector);
    const found = references?.get(reference);
    if (references === undefined || found === undefined) return;
    if (found instanceof Set) found.delete(message);
    if (found === message || (found instanceof Set && found.size === 0)) references.delete(reference);
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
