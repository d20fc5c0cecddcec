/**
 * Work that takes turns, such as searches: each caller has some few under way, and while there is more to do than may be
 * done at once the callers are served in rounds, so that one with a thousand requests delays its own only.
 */
import { Problem } from './problem.ts';

/** How much at once. */
export interface TurnLimits {
  /** Work of all callers that is being done. */
  readonly atOnce: number;
  /** Of one caller: being done, or answered and not yet read by it. */
  readonly each: number;
  /** Of one caller: waiting for its turn; more is refused. */
  readonly waiting: number;
}

/** A turn that has come. */
export interface Turn {
  /** The work is done, and others may begin; the answer may still be on its way. */
  worked(): void;
  /** The answer has left, or nobody wants it any more. Implies `worked`. Both may be called again. */
  over(): void;
}

interface Line {
  underWay: number;
  readonly waiting: (() => void)[];
}

/** Turns of one kind of work. */
export class Turns {
  readonly #limits: TurnLimits;
  /** Who was served last stands last. */
  readonly #lines = new Map<string, Line>();
  #working = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * Settles when it is the caller's turn. Rejects with a `Problem` when too much of the caller waits, or when `signal` is
   * aborted meanwhile.
   */
  async take(caller: string, signal: AbortSignal): Promise<Turn> {
    const line = this.#lines.get(caller) ?? { underWay: 0, waiting: [] };
    this.#lines.set(caller, line);
    if (line.waiting.length >= this.#limits.waiting) {
      const many = this.#limits.each + this.#limits.waiting;
      throw new Problem('throttled', `${many} requests of this caller are under way`, {
        hint: 'wait for their answers, and read them',
        headers: { 'retry-after': '1' },
      });
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      const at = line.waiting.indexOf(resolve);
      if (at >= 0) line.waiting.splice(at, 1);
      this.#forget(caller, line);
      reject(new Problem('stopping', 'the caller has gone away, or the server is being stopped'));
    };
    line.waiting.push(resolve);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    this.#serve();
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
    return this.#turnOf(caller, line);
  }

  #turnOf(caller: string, line: Line): Turn {
    let isWorking = true;
    let isOver = false;
    const worked = (): void => {
      if (!isWorking) return;
      isWorking = false;
      this.#working -= 1;
      this.#serve();
    };
    const over = (): void => {
      worked();
      if (isOver) return;
      isOver = true;
      line.underWay -= 1;
      this.#serve();
      this.#forget(caller, line);
    };
    return { worked, over };
  }

  #forget(caller: string, line: Line): void {
    if (line.underWay === 0 && line.waiting.length === 0) this.#lines.delete(caller);
  }

  /** Lets begin what may. */
  #serve(): void {
    for (const [caller, line] of this.#lines) {
      if (this.#working >= this.#limits.atOnce) return;
      if (line.waiting.length === 0 || line.underWay >= this.#limits.each) continue;
      line.underWay += 1;
      this.#working += 1;
      this.#lines.delete(caller);
      this.#lines.set(caller, line);
      line.waiting.shift()?.();
    }
  }
}
