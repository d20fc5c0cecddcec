/** One of the store's threads, seen from the main thread: requests go out, answers settle them. */
import { Worker } from 'node:worker_threads';
import { CenterError } from '@chappe/center';
import type { Answer, Notice, Numbered, Request, WorkerRole } from './requests.ts';

/**
 * Rows are short-lived: collected early they cost nothing, collected late some 60 MB for each thread. What the writer
 * merges lives for a second.
 */
const YOUNG_GENERATION_MB = { writer: 16, other: 6 };

interface Pending {
  readonly settle: (value: unknown) => void;
  readonly reject: (error: CenterError) => void;
}

/** Set by scripts/bundling.ts: where the threads of a program in one file find their code, which then stands alone. */
declare const CHAPPE_STORE_THREAD: string | undefined;

/** What runs in the threads when nothing else is given: the file beside this one, compiled or not. */
function defaultWorkerUrl(): URL {
  if (typeof CHAPPE_STORE_THREAD !== 'undefined') return new URL(CHAPPE_STORE_THREAD);
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
}

/** A thread that answers requests. */
export class StoreThread {
  readonly #worker: Worker;
  readonly #pending: Map<number, Pending> = new Map();
  #asked = 0;
  #ended: CenterError | undefined;

  /** Starts the thread; `ready` settles when it has opened what it works on. `hear`: what it says unasked. */
  constructor(role: WorkerRole, workerUrl: URL | undefined, hear: (notice: Notice) => void) {
    this.#worker = new Worker(workerUrl ?? defaultWorkerUrl(), {
      workerData: role,
      resourceLimits: {
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MB[role.chappeStore === 'writer' ? 'writer' : 'other'],
      },
      name: `store ${role.chappeStore}`,
    });
    this.#worker.on('message', (answer: Answer | Notice) => {
      if ('notice' in answer) hear(answer);
      else this.#take(answer);
    });
    this.#worker.on('error', (error) =>
      this.#end(`the store's ${role.chappeStore} thread failed: ${error.message}`),
    );
    this.#worker.on('exit', () => this.#end(`the store's ${role.chappeStore} thread has ended`));
    this.ready = this.#expect(0);
  }

  readonly ready: Promise<unknown>;

  /** Settles with the answer, or rejects with a CenterError. Buffers in `transfer` change hands. */
  ask(request: Request, transfer?: ArrayBuffer[]): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#asked += 1;
    const answer = this.#expect(this.#asked);
    this.#worker.postMessage({ number: this.#asked, request } satisfies Numbered, transfer);
    return answer;
  }

  /** Lets the thread finish what it was asked, and ends it. */
  async close(): Promise<void> {
    if (this.#ended === undefined) await this.ask({ ask: 'close' }).catch(() => undefined);
    await this.#worker.terminate();
  }

  /** Ends the thread in the midst of what it does. */
  async abort(): Promise<void> {
    await this.#worker.terminate();
  }

  #expect(number: number): Promise<unknown> {
    return new Promise((settle, reject) => this.#pending.set(number, { settle, reject }));
  }

  #take(answer: Answer): void {
    const pending = this.#pending.get(answer.number);
    this.#pending.delete(answer.number);
    if (answer.ok) {
      pending?.settle(answer.value);
      return;
    }
    const { code, message, path } = answer;
    pending?.reject(new CenterError(code, message, path === undefined ? {} : { path }));
  }

  #end(why: string): void {
    this.#ended ??= new CenterError('CHAPPE_STORE_CLOSED', why);
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(this.#ended);
  }
}
