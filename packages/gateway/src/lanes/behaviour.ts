/** What is special about a lane: said by whoever stands at its end in the place of an operator, as simulated handsets do. */

/** What happens to messages for one destination; all of it is usual where nothing is said. */
export interface Special {
  /** command_status that a submission is refused with; 0: it is taken. */
  readonly refusal: number;
  /** Receipts about its end: 0 or more. */
  readonly receipts: number;
  /** Milliseconds that they leave later than usual. */
  readonly receiptDelayMs: number;
  /** When the response to its submission leaves; `cut`: never, and the connection ends instead. */
  readonly response: 'at-once' | 'after-receipt' | 'never' | 'cut' | { readonly afterMs: number };
}

/** Knows what is special about the destinations of a lane. */
export interface LaneBehaviour {
  /** Undefined for what is as usual. Asked several times for each message: it must be quick. */
  special(digits: string): Special | undefined;
}

/** Behaviours by lane. */
export type LaneBehaviours = ReadonlyMap<string, LaneBehaviour>;
