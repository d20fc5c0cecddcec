/**
 * Faults of the wire, for tests of programs that must live with them. Magic numbers choose what becomes of the response to
 * a submission that was taken; names in a bind choose what becomes of the bind.
 */
import type { Message } from '@chappe/center';
import { status } from '@chappe/protocol';
import type { Clock } from '@chappe/smpp';
import { handsetLane } from '../routing.ts';
import { lateResponseMs, magicOf } from './magic.ts';

const maxHeld = 1_000;

interface Held {
  readonly answer: () => void;
  readonly disarm: () => void;
}

/** Responses that come late, or never. */
export class WireFaults {
  /** The eldest first. */
  readonly #held = new Set<Held>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * True when the response to these messages is not to be given now: it comes late, or never, or the connection is cut.
   * Of more than a thousand the eldest are never answered.
   */
  takes(messages: readonly Message[], session: { destroy(): void }, answer: () => void): boolean {
    const [message] = messages;
    // Hot path: one look at the number.
    if (message === undefined || message.lane !== handsetLane) return false;
    switch (magicOf(message.destination.digits)) {
      case 'no-response':
        this.#hold(answer, undefined);
        return true;
      case 'late-response':
        this.#hold(answer, lateResponseMs);
        return true;
      case 'cut':
        session.destroy();
        return true;
      default:
        return false;
    }
  }

  /** Gives all responses: a session that is to end in order waits for them. */
  releaseAll(): void {
    for (const held of this.#held) this.#release(held);
  }

  #hold(answer: () => void, afterMs: number | undefined): void {
    const disarm =
      afterMs === undefined ? () => undefined : this.#clock.setTimer(() => this.#release(held), afterMs);
    const held: Held = { answer, disarm };
    this.#held.add(held);
    if (this.#held.size <= maxHeld) return;
    const [eldest] = this.#held;
    eldest?.disarm();
    if (eldest !== undefined) this.#held.delete(eldest);
  }

  #release(held: Held): void {
    this.#held.delete(held);
    held.disarm();
    held.answer();
  }
}

/** A system_id whose binds fail, where everybody may bind. */
export interface MagicBind {
  readonly systemId: string;
  /** command_status of the answer; undefined: there is none. */
  readonly status: number | undefined;
  /** One line for people. */
  readonly meaning: string;
}

/** The table of them. */
export const magicBinds: readonly MagicBind[] = [
  { systemId: 'bind-refused', status: status.ESME_RBINDFAIL, meaning: 'bind refused: ESME_RBINDFAIL' },
  { systemId: 'bind-password', status: status.ESME_RINVPASWD, meaning: 'bind refused: ESME_RINVPASWD' },
  { systemId: 'bind-unanswered', status: undefined, meaning: 'bind never answered' },
];

/** What is special about that name; undefined for an ordinary one. */
export function magicBindOf(systemId: string): MagicBind | undefined {
  return magicBinds.find((bind) => bind.systemId === systemId);
}
