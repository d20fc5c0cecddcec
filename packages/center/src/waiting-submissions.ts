/** Submissions on their way to a commit, by account: those of one do not stand in front of another's. */

import { Deque } from './lanes/deque.ts';
import type { Submission } from './submission.ts';

/** What an account may put into commits in a row when others wait too: a fraction of what a commit takes. */
const QUANTUM_OCTETS = 256 * 1024;

interface Queue {
  readonly account: string;
  readonly submissions: Deque<Submission>;
  /** Octets that it may still take in this turn; below zero when its last submission was larger than that. */
  credit: number;
}

/** Given out in turns: deficit round robin by octets between accounts, in order inside an account. */
export class WaitingSubmissions {
  readonly #queues: Map<string, Queue> = new Map();
  readonly #round: Deque<Queue> = new Deque();

  get isEmpty(): boolean {
    return this.#round.size === 0;
  }

  add(submission: Submission): void {
    const { account } = submission.share;
    let queue = this.#queues.get(account);
    if (queue === undefined) {
      queue = { account, submissions: new Deque(), credit: QUANTUM_OCTETS };
      this.#queues.set(account, queue);
      this.#round.push(queue);
    }
    queue.submissions.push(submission);
  }

  /** The next in turn; undefined when none waits. */
  next(): Submission | undefined {
    for (let queue = this.#round.peek(); queue !== undefined; queue = this.#round.peek()) {
      if (queue.credit <= 0) {
        // Alone it owes nobody anything.
        queue.credit = this.#round.size === 1 ? QUANTUM_OCTETS : queue.credit + QUANTUM_OCTETS;
        this.#round.shift();
        this.#round.push(queue);
        continue;
      }
      const submission = queue.submissions.shift() as Submission;
      queue.credit -= submission.octets;
      if (queue.submissions.size === 0) {
        this.#round.shift();
        this.#queues.delete(queue.account);
      }
      return submission;
    }
    return undefined;
  }

  /** Takes out all. */
  clear(): Submission[] {
    const all: Submission[] = [];
    for (let one = this.next(); one !== undefined; one = this.next()) all.push(one);
    return all;
  }
}
