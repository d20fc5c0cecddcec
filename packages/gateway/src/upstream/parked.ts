/** Pieces of texts under way that wait for room at the one upstream that they may go by, beside their lane. */
import type { Message, Report } from '@chappe/center';

/** One of them. */
interface Waiting {
  readonly message: Message;
  readonly report: Report;
  /** The text that it is a piece of: see `textOf`. */
  readonly text: string;
  readonly target: string;
}

/** What becomes of one that waits. `back`: into its lane, untried. */
export type Fate = 'send' | 'wait' | 'back';

// Those of one full text and some more. Beyond, their lane waits with them.
const maxParked = 512;

/** The pieces that wait before one plan's upstreams, in their order. */
export class Parked {
  #waiting: Waiting[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Lets a piece wait; false: there are too many. */
  add(message: Message, text: string, target: string, report: Report): boolean {
    if (this.#waiting.length >= maxParked) return false;
    this.#waiting.push({ message, text, target, report });
    return true;
  }

  /** Takes one out; false when it does not wait here. */
  withdraw(message: Message): boolean {
    const at = this.#waiting.findIndex((one) => one.message === message);
    if (at < 0) return false;
    this.#waiting.splice(at, 1);
    return true;
  }

  /**
   * Takes out all that need not wait any more, each with what is to be done. `targetOf`: where the pieces of a text go now;
   * those that wait elsewhere go back, since their upstream has failed a piece before them. Undefined: it is not known.
   */
  take(
    fateOf: (message: Message, target: string) => Fate,
    targetOf: (message: Message, text: string) => string | undefined = () => undefined,
  ): readonly (Waiting & { readonly fate: Fate })[] {
    const taken: (Waiting & { readonly fate: Fate })[] = [];
    const fates = new Map<string, Fate>();
    this.#waiting = this.#waiting.filter((one) => {
      if ((targetOf(one.message, one.text) ?? one.target) !== one.target) {
        taken.push({ ...one, fate: 'back' });
        return false;
      }
      // Once one waits for an upstream, those behind it wait, too.
      const fate = fates.get(one.target) === 'wait' ? 'wait' : fateOf(one.message, one.target);
      fates.set(one.target, fate);
      if (fate !== 'wait') taken.push({ ...one, fate });
      return fate === 'wait';
    });
    return taken;
  }
}
