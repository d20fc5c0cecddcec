/**
 * Texts that customers have cut themselves, while their parts come in. What became of the part that came first becomes of
 * the others: the same route, or the same refusal. Where rules look at texts, the parts are stored and answered at once,
 * but leave only when all have come (or a little later): what a rule refuses in one of them is refused as a whole.
 */
import type { Center, Message, MessageId } from '@chappe/center';
import { FairMap } from '@chappe/policy';
import { ownPartOfStored, wholeKeyOf } from '../message/own-part.ts';
import type { PartPlace, RefusalKind } from './verdict.ts';

/** What becomes of all parts. */
export type Fate =
  | { readonly kind: 'taken'; readonly route: string; readonly isDropped: boolean }
  | { readonly kind: 'refused'; readonly refusal: RefusalKind; readonly status: number };

/** Whether rules that look at texts let a text go. */
export type MayGo = (text: string) => boolean;

interface Whole {
  fate: Fate;
  /** When the last part came, wall clock. */
  lastMs: number;
  /** A bit for each part that has come. */
  readonly seen: Uint8Array;
  count: number;
  /** Parts that are stored and may not have left. */
  readonly stored: MessageId[];
  /** Says of the whole text whether it may go: they wait for the others. Undefined: for their time. */
  mayGo: MayGo | undefined;
  /** Take back what filters remember of parts. */
  readonly forgets: (() => void)[];
}

// Each some 500 octets; those that are complete go at once.
const maxWholes = 20_000;
// References of 8 bits come again. Nobody takes longer between two parts.
const ageMs = 300_000;
/** So long parts wait for the others at most, milliseconds. */
export const holdMs = 10_000;

/** The texts of all accounts. */
export class Wholes {
  readonly #wholes: FairMap<Whole> = new FairMap(maxWholes);
  readonly #center: Pick<Center, 'cancel' | 'find' | 'retryNow'>;
  readonly #onError: (error: unknown, where: string) => void;

  constructor(
    center: Pick<Center, 'cancel' | 'find' | 'retryNow'>,
    onError: (error: unknown, where: string) => void,
  ) {
    this.#center = center;
    this.#onError = onError;
  }

  /** What became of the parts before this one; undefined: it is the first. A part that comes again begins a new text. */
  fateOf({ account, whole: key, sequence }: PartPlace, nowMs: number): Fate | undefined {
    const whole = this.#wholes.get(account, key);
    if (whole === undefined) return undefined;
    if (nowMs - whole.lastMs > ageMs) this.#wholes.delete(account, key);
    else if (!hasSeen(whole, sequence)) return whole.fate;
    return undefined;
  }

  /**
   * A part has been decided on. `mayGo`: it waits for the others, and then that is asked. `forget`: takes back what filters
   * remember of it. When it is refused and those before it were not, they are withdrawn as far as they are here; but not
   * for one that was there before and is refused when it comes again.
   */
  note(
    part: PartPlace,
    fate: Fate,
    nowMs: number,
    mayGo: MayGo | undefined,
    forget: (() => void) | undefined,
  ): void {
    const { account, whole: key, sequence, total } = part;
    const before = this.#wholes.get(account, key);
    const isAgain = before !== undefined && hasSeen(before, sequence);
    if (isAgain && isOver(fate) && !isOver(before.fate)) return;
    const whole = (isAgain ? undefined : before) ?? {
      fate,
      lastMs: nowMs,
      seen: new Uint8Array(32),
      count: 0,
      stored: [],
      mayGo,
      forgets: [],
    };
    whole.lastMs = nowMs;
    whole.mayGo = mayGo ?? whole.mayGo;
    mark(whole, sequence, true);
    if (forget !== undefined) whole.forgets.push(forget);
    const isWorse = isOver(fate) && !isOver(whole.fate);
    if (isWorse) whole.fate = fate;
    this.#wholes.set(account, key, whole);
    if (isWorse) this.#withdraw(whole);
    // Parts that wait are let go when the last one is stored.
    if (whole.count === total && (whole.mayGo === undefined || isOver(whole.fate)))
      this.#wholes.delete(account, key);
  }

  /** A part was not stored after all. */
  release({ account, whole: key, sequence }: PartPlace): void {
    const whole = this.#wholes.get(account, key);
    if (whole === undefined) return;
    mark(whole, sequence, false);
    if (whole.count === 0) this.#wholes.delete(account, key);
  }

  /** Parts are on disk. */
  keep(messages: readonly Message[]): void {
    for (const message of messages) {
      const place = placeOf(message);
      const whole = place === undefined ? undefined : this.#wholes.get(place.account, place.whole);
      if (place === undefined || whole === undefined) continue;
      whole.stored.push(message.id);
      if (isOver(whole.fate)) this.#withdraw(whole);
      else if (whole.mayGo !== undefined && whole.stored.length === place.total) {
        this.#wholes.delete(place.account, place.whole);
        void this.#letGo(whole, whole.mayGo);
      }
    }
  }

  /** What was accepted before a restart: the parts that come now go the way of theirs. The eldest first. */
  restore(messages: readonly Message[], routeOf: (message: Message) => Fate, nowMs: number): void {
    for (const message of messages) {
      const place = placeOf(message);
      if (place === undefined || this.fateOf(place, nowMs) !== undefined) continue;
      this.note(place, routeOf(message), message.acceptedMs, undefined, undefined);
    }
  }

  /** All parts have come: what is parted between two of them is seen only now. */
  async #letGo(whole: Whole, mayGo: MayGo): Promise<void> {
    const text = await this.#textOf(whole.stored);
    if (text !== undefined && !mayGo(text)) this.#withdraw(whole);
    else for (const id of whole.stored) await this.#try(this.#center.retryNow(id));
  }

  /** Undefined: it is none, or not all of it is here any more. */
  async #textOf(ids: readonly MessageId[]): Promise<string | undefined> {
    const texts: string[] = [];
    try {
      for (const id of ids) {
        const message = await this.#center.find(id);
        const part = message === undefined ? undefined : ownPartOfStored(message);
        if (message?.text === undefined || part === undefined) return undefined;
        texts[part.sequence - 1] = message.text;
      }
    } catch (error) {
      this.#onError(error, 'parts of a long message');
      return undefined;
    }
    return texts.join('');
  }

  #withdraw(whole: Whole): void {
    for (const forget of whole.forgets.splice(0)) forget();
    for (const id of whole.stored.splice(0)) void this.#try(this.#center.cancel({ id }));
  }

  async #try(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#onError(error, 'parts of a long message');
    }
  }
}

/** Where a stored part belongs; undefined: it is none. */
function placeOf(message: Message): PartPlace | undefined {
  const part = ownPartOfStored(message);
  if (part === undefined) return undefined;
  const { account, source, destination } = message;
  const whole = wholeKeyOf(account, source.digits, destination.digits, part);
  return { account, whole, sequence: part.sequence, total: part.total };
}

function isOver(fate: Fate): boolean {
  return fate.kind === 'refused' || fate.isDropped;
}

function hasSeen({ seen }: Whole, sequence: number): boolean {
  return ((seen[sequence >> 3] ?? 0) & (1 << (sequence & 7))) !== 0;
}

function mark(whole: Whole, sequence: number, isSeen: boolean): void {
  if (hasSeen(whole, sequence) === isSeen) return;
  whole.seen[sequence >> 3] = (whole.seen[sequence >> 3] ?? 0) ^ (1 << (sequence & 7));
  whole.count += isSeen ? 1 : -1;
}
