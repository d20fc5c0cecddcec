/**
 * Submissions that were not taken, for those who are asked about them: who, to whom, when, why and by which rule. Never
 * what it said. Kept a day, in memory, and shared: a customer who gets nothing but refusals leaves those of others be.
 */
import { numberKey } from '@chappe/protocol';
import type { Clock } from '@chappe/smpp';

/** One refused submission, or one destination of it. */
export interface Refusal {
  /** Counts up; later ones have greater ones. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly account: string;
  /** `submit_sm`, `submit_multi`, `data_sm`, `broadcast_sm`, `replace_sm`, `http`. */
  readonly command: string;
  /** The session of the customer; undefined for HTTP. */
  readonly session: number | undefined;
  readonly from: string;
  readonly to: string;
  /** command_status that it was answered with. */
  readonly status: number;
  /** Under what it is counted: `credit`, `sender`, `unrouted`, `filter` and the like; `form`: the request was wrong; `store`. */
  readonly reason: string;
  /** Which rule or route decided, as `route=uk filters.blockTo`; empty where none did. */
  readonly rule: string;
}

/** Which refusals; all conditions must hold. */
export interface RefusalQuery {
  readonly account?: string | undefined;
  /** The whole address, or its beginning with `*` at the end. */
  readonly to?: string | undefined;
  readonly from?: string | undefined;
  readonly reason?: string | undefined;
  /** Whatever else is asked; asked last. */
  readonly where?: ((refusal: Refusal) => boolean) | undefined;
  /** At or after, epoch milliseconds. */
  readonly fromMs?: number | undefined;
  /** Before. */
  readonly untilMs?: number | undefined;
  /** Only those with a smaller number: the last of the page before. */
  readonly before?: number | undefined;
}

/** How many are kept. */
export interface RefusalLimits {
  /** Of all accounts. */
  readonly all: number;
  /** Octets that they take, about. */
  readonly octets: number;
  readonly keptMs: number;
}

// Some 200 octets each.
const defaultLimits: RefusalLimits = { all: 50_000, octets: 16 * 1024 * 1024, keptMs: 24 * 3_600_000 };
const refusalOctets = 200;
// Texts of strangers; SMPP 5.0 4.7.8 has no longer address.
const maxTextCharacters = 65;
const maxRuleCharacters = 200;
// Room is made for some at once, so that finding out who has most is not done for each.
const madeAtOnce = 0.01;

/** Those of one account, the eldest first. */
interface Shelf {
  readonly refusals: Refusal[];
  /** How many at the beginning are gone already. */
  gone: number;
  octets: number;
}

/** The refusals of the last day. */
export class Refusals {
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #onNoted: (refusal: Refusal) => void;
  readonly #limits: RefusalLimits;
  readonly #shelves = new Map<string, Shelf>();
  #count = 0;
  #octets = 0;
  #last = 0;

  /** `onNoted` hears of each. */
  constructor(
    clock: Pick<Clock, 'nowMs'>,
    onNoted: (refusal: Refusal) => void = () => undefined,
    limits: Partial<RefusalLimits> = {},
  ) {
    this.#clock = clock;
    this.#onNoted = onNoted;
    this.#limits = { ...defaultLimits, ...limits };
  }

  /** The number of the last one; 0: there was none. */
  get last(): number {
    return this.#last;
  }

  /** How many are kept now. */
  get size(): number {
    return this.#count;
  }

  /** Notes one, and gives it back as it is kept. */
  note(refused: Omit<Refusal, 'number' | 'atMs'>): Refusal {
    this.#last += 1;
    const refusal: Refusal = {
      ...refused,
      number: this.#last,
      atMs: this.#clock.nowMs(),
      from: refused.from.slice(0, maxTextCharacters),
      to: refused.to.slice(0, maxTextCharacters),
      rule: refused.rule.slice(0, maxRuleCharacters),
    };
    let shelf = this.#shelves.get(refusal.account);
    if (shelf === undefined) {
      shelf = { refusals: [], gone: 0, octets: 0 };
      this.#shelves.set(refusal.account, shelf);
    }
    shelf.refusals.push(refusal);
    const octets = octetsOf(refusal);
    shelf.octets += octets;
    this.#octets += octets;
    this.#count += 1;
    if (this.#count > this.#limits.all || this.#octets > this.#limits.octets) this.#makeRoom(refusal.atMs);
    this.#onNoted(refusal);
    return refusal;
  }

  /** Forgets all of them. */
  forget(): void {
    this.#shelves.clear();
    this.#count = 0;
    this.#octets = 0;
  }

  /** The newest first, at most `limit`. */
  find(query: RefusalQuery, limit: number): readonly Refusal[] {
    const eldestMs = this.#clock.nowMs() - this.#limits.keptMs;
    const matches = matcher(query, eldestMs);
    const shelves =
      query.account === undefined
        ? [...this.#shelves.values()]
        : [this.#shelves.get(query.account)].filter((shelf) => shelf !== undefined);
    // From each no more than could be among the newest of all.
    const found = shelves.flatMap((shelf) => newestOf(shelf, matches, limit));
    return found.sort((a, b) => b.number - a.number).slice(0, limit);
  }

  /** What is too old goes; then the eldest of those who have most, until there is room for some more. */
  #makeRoom(nowMs: number): void {
    const eldestMs = nowMs - this.#limits.keptMs;
    for (const [account, shelf] of this.#shelves) {
      while ((shelf.refusals[shelf.gone]?.atMs ?? Number.POSITIVE_INFINITY) < eldestMs)
        this.#dropFirst(shelf);
      tidy(shelf);
      if (shelf.refusals.length === 0) this.#shelves.delete(account);
    }
    const { all, octets } = this.#limits;
    const keep = 1 - madeAtOnce;
    while (this.#count > all * keep || this.#octets > octets * keep) {
      const [account, largest] = this.#largest();
      const others = Math.max(1, Math.ceil(all * madeAtOnce));
      for (let at = 0; at < others && largest.gone < largest.refusals.length; at += 1)
        this.#dropFirst(largest);
      tidy(largest);
      if (largest.refusals.length === 0) this.#shelves.delete(account);
    }
  }

  #largest(): readonly [account: string, Shelf] {
    let largest: readonly [string, Shelf] | undefined;
    for (const one of this.#shelves) {
      if (largest === undefined || one[1].octets > largest[1].octets) largest = one;
    }
    return largest as readonly [string, Shelf];
  }

  #dropFirst(shelf: Shelf): void {
    const octets = octetsOf(shelf.refusals[shelf.gone] as Refusal);
    shelf.gone += 1;
    shelf.octets -= octets;
    this.#octets -= octets;
    this.#count -= 1;
  }
}

function octetsOf({ from, to, rule }: Refusal): number {
  return refusalOctets + 2 * (from.length + to.length + rule.length);
}

function tidy(shelf: Shelf): void {
  if (shelf.gone > 0) shelf.refusals.splice(0, shelf.gone);
  shelf.gone = 0;
}

function newestOf({ refusals, gone }: Shelf, matches: (one: Refusal) => boolean, limit: number): Refusal[] {
  const found: Refusal[] = [];
  for (let at = refusals.length - 1; at >= gone && found.length < limit; at -= 1) {
    const one = refusals[at] as Refusal;
    if (matches(one)) found.push(one);
  }
  return found;
}

function matcher(query: RefusalQuery, eldestMs: number): (one: Refusal) => boolean {
  const { reason, fromMs = 0, untilMs = Number.POSITIVE_INFINITY, before = Number.POSITIVE_INFINITY } = query;
  const isTo = addressMatcher(query.to);
  const isFrom = addressMatcher(query.from);
  return (one) =>
    one.atMs >= eldestMs &&
    one.atMs >= fromMs &&
    one.atMs < untilMs &&
    one.number < before &&
    (reason === undefined || one.reason === reason) &&
    isTo(one.to) &&
    isFrom(one.from) &&
    (query.where === undefined || query.where(one));
}

/** What was refused stands there as it was sent; it is compared as people mean it. */
function addressMatcher(wanted: string | undefined): (address: string) => boolean {
  if (wanted === undefined) return () => true;
  const isPrefix = wanted.endsWith('*');
  const key = numberKey(isPrefix ? wanted.slice(0, -1) : wanted).toLowerCase();
  return (address) => {
    const other = numberKey(address).toLowerCase();
    return isPrefix ? other.startsWith(key) : other === key;
  };
}
