import type { LiveMessage } from './lanes/lane.ts';

/** Messages at upstreams that stay in memory until their receipt comes, by what the upstream called them. */
export class Awaiting {
  /** In the order of their coming: the eldest give way. */
  readonly #all: Set<LiveMessage> = new Set();
  readonly #byConnector: Map<string, Map<string, LiveMessage>> = new Map();

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
    references.set(reference, message);
    this.#all.add(message);
  }

  has(message: LiveMessage): boolean {
    return this.#all.has(message);
  }

  /** The message that an upstream calls so; of several the last. */
  get(connector: string, reference: string): LiveMessage | undefined {
    return this.#byConnector.get(connector)?.get(reference);
  }

  delete(message: LiveMessage): void {
    if (!this.#all.delete(message)) return;
    const { connector = '', reference = '' } = message;
    const references = this.#byConnector.get(connector);
    // An upstream may have given the same name to another one since.
    if (references?.get(reference) === message) references.delete(reference);
  }

  /** The eldest of more than `limit`; undefined while there are not so many. */
  eldestBeyond(limit: number): LiveMessage | undefined {
    if (this.#all.size <= limit) return undefined;
    return this.#all.values().next().value;
  }
}
