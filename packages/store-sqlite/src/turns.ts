/** What is asked of the thread that writes, in turn: commits that come one after the other have one sync together. */
import { Deque } from '@chappe/center';
import type { Request } from './requests.ts';

/** A commit that is asked for. */
export type Commit = Extract<Request, { readonly ask: 'commit' }>;

/** A request that has not been answered. */
interface Asked {
  readonly request: Request;
  readonly settle: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Who answers. All of them may throw, or reject. */
export interface Answers {
  /** Takes the changes of a commit, which `sync` makes durable. */
  append(commit: Commit): Promise<void>;
  sync(): Promise<void>;
  /** Anything else. */
  one(request: Request): unknown;
}

/** The queue in front of it. */
export class Turns {
  readonly #answers: Answers;
  readonly #asked: Deque<Asked> = new Deque();
  #isAnswering = false;

  constructor(answers: Answers) {
    this.#answers = answers;
  }

  /** Settles with the answer, when it is this one's turn. */
  ask(request: Request): Promise<unknown> {
    return new Promise((settle, reject) => {
      this.#asked.push({ request, settle, reject });
      if (!this.#isAnswering) void this.#answerAll();
    });
  }

  async #answerAll(): Promise<void> {
    this.#isAnswering = true;
    for (let asked = this.#asked.shift(); asked !== undefined; asked = this.#asked.shift()) {
      if (asked.request.ask === 'commit') await this.#commitAll(asked);
      else await this.#one(asked);
    }
    this.#isAnswering = false;
  }

  async #one({ request, settle, reject }: Asked): Promise<void> {
    try {
      settle(await this.#answers.one(request));
    } catch (error) {
      reject(error);
    }
  }

  /** This commit, and those right behind it. */
  async #commitAll(first: Asked): Promise<void> {
    const appended: Asked[] = [];
    for (let asked: Asked | undefined = first; asked !== undefined; asked = this.#nextCommit()) {
      try {
        await this.#answers.append(asked.request as Commit);
        appended.push(asked);
      } catch (error) {
        asked.reject(error);
      }
    }
    if (appended.length === 0) return;
    try {
      await this.#answers.sync();
      for (const { settle } of appended) settle(undefined);
    } catch (error) {
      for (const { reject } of appended) reject(error);
    }
  }

  #nextCommit(): Asked | undefined {
    return this.#asked.peek()?.request.ask === 'commit' ? this.#asked.shift() : undefined;
  }
}
