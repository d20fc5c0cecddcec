/** A pool that accounts share, so that none of them can take what the others need. */

/** Messages and octets. */
export interface Amount {
  readonly messages: number;
  readonly octets: number;
}

/** What one account has taken. To be kept by who takes, and given back by it. */
export interface Share {
  readonly account: string;
  messages: number;
  octets: number;
}

/** Of the pool, what everybody gets however much the others have taken; and as much of it is kept back for that. */
const LEAST_PART = 1 / 512;
const RESERVE_PART = 1 / 8;

/**
 * Who asks gets as much as is left, but never more than is left to the others after it: one account alone half of the
 * pool, two a third each, and so on. Who comes late finds room therefore, whatever the others do.
 */
export class Shares {
  readonly #pool: Amount;
  readonly #shares: Map<string, Share> = new Map();
  messages = 0;
  octets = 0;

  constructor(pool: Amount) {
    this.#pool = pool;
  }

  /** What an account has taken. */
  of(account: string): Share {
    return this.#shares.get(account) ?? { account, messages: 0, octets: 0 };
  }

  /** Takes that much for an account; undefined when it has had its share. */
  take(account: string, messages: number, octets: number): Share | undefined {
    const share = this.of(account);
    if (!this.#fits(share, messages, octets)) return undefined;
    if (share.messages === 0) this.#shares.set(account, share);
    share.messages += messages;
    share.octets += octets;
    this.messages += messages;
    this.octets += octets;
    return share;
  }

  /** Gives back what was taken. */
  give(share: Share, messages: number, octets: number): void {
    share.messages -= messages;
    share.octets -= octets;
    this.messages -= messages;
    this.octets -= octets;
    if (share.messages <= 0) this.#shares.delete(share.account);
  }

  #fits(share: Share, messages: number, octets: number): boolean {
    const { messages: maxMessages, octets: maxOctets } = this.#pool;
    return (
      fits(share.messages, messages, this.messages, maxMessages) &&
      fits(share.octets, octets, this.octets, maxOctets)
    );
  }
}

function fits(own: number, more: number, taken: number, pool: number): boolean {
  if (own + more <= pool - taken - more) return true;
  return own + more <= Math.max(1, pool * LEAST_PART) && taken + more <= pool * (1 + RESERVE_PART);
}
