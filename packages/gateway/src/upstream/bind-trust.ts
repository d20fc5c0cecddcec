/**
 * What is thought of the binds of one upstream: which it no longer honours, whether the new ones are honoured, and which
 * were lost with everything that was on its way.
 */
import type { Session } from '@chappe/smpp';
import { type Answer, type Unhonoured, unsent } from './answer.ts';

/** The trust in the binds of one upstream. */
export class BindTrust {
  /** Binds that are not honoured, and whether the one before was not either. */
  readonly #void: WeakMap<Session, boolean> = new WeakMap();
  readonly #lost: WeakSet<Session> = new WeakSet();
  #isInDoubt = false;
  #isTrying = false;

  /** How many may leave now: any number; in doubt one at a time, which finds out if the binds are honoured again. */
  get room(): number {
    if (!this.#isInDoubt) return Number.POSITIVE_INFINITY;
    return this.#isTrying ? 0 : 1;
  }

  /** Something leaves. */
  passed(): void {
    this.#isTrying = this.#isInDoubt;
  }

  /** Something was heard of what had left, whatever it was. */
  heard(): void {
    this.#isTrying = false;
  }

  /** A bind that is answered with good answers is honoured. */
  honoured(): void {
    this.#isInDoubt = false;
  }

  /**
   * A submission was answered as if there was no such bind. The first time the message stays where it was; when the bind
   * made anew is answered alike it may be the message, which goes behind the others.
   */
  unhonoured(session: Session, { status }: Unhonoured): Answer {
    const isAgain = this.#void.get(session) ?? this.#isInDoubt;
    this.#void.set(session, isAgain);
    this.#isInDoubt = true;
    return isAgain ? { kind: 'later', errorClass: 'system', status } : unsent;
  }

  /** Whether this is the first request of which is heard that it was lost with its connection: that is one failure. */
  isFirstLost(session: Session): boolean {
    if (this.#lost.has(session)) return false;
    this.#lost.add(session);
    return true;
  }
}
