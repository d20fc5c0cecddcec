/** Receipts and notices that wait for their accounts, by account. */
import type { Message, Recovery, Step } from '@chappe/center';
import { isUnmatchedLane } from '../lanes/lanes.ts';
import { isFinal } from '../message/states.ts';

/** Counts what waits: it is exact, over restarts as well. */
export class ReceiptBacklog {
  readonly #waiting: Map<string, number> = new Map();
  readonly #dropped: Map<string, number> = new Map();

  /** What waited when the store was opened. */
  restore({ waiting }: Recovery): void {
    for (const { lane, account, notes = 0 } of waiting)
      if (notes > 0 && !isKept(lane)) this.#add(account, notes);
  }

  /** After the commit of a step of a message. */
  onChange({ kind, lane, account, state }: Message, step: Step): void {
    if (kind !== 'receipt' && kind !== 'notice') return;
    if (isKept(lane)) return;
    if (isFinal(state)) this.#add(account, -1);
    else if (step === state) this.#add(account, 1);
  }

  /** A receipt was not made, as too many wait. */
  drop(account: string): void {
    this.#dropped.set(account, (this.#dropped.get(account) ?? 0) + 1);
  }

  /** How many wait for an account. */
  of(account: string): number {
    return this.#waiting.get(account) ?? 0;
  }

  /** How many wait, of all accounts for which any does. */
  get waiting(): ReadonlyMap<string, number> {
    return this.#waiting;
  }

  /** Receipts that were not made since the start, of accounts whose limit was reached. */
  get dropped(): ReadonlyMap<string, number> {
    return this.#dropped;
  }

  #add(account: string, count: number): void {
    const left = this.of(account) + count;
    if (left > 0) this.#waiting.set(account, left);
    else this.#waiting.delete(account);
  }
}

/** An operator's receipt without a message waits for nobody. */
function isKept(lane: string): boolean {
  return isUnmatchedLane(lane);
}
