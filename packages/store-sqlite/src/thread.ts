/** One of the store's threads, seen from the main thread: requests go out, answers settle them in order. */
import { Worker } from 'node:worker_threads';
import { CenterError, Deque } from '@chappe/center';
import type { Answer, Notice, Request, WorkerRole } from './requests.ts';

/** Rows are short-lived: collected early they cost nothing, collected late some 60 MB for each thread. */
const YOUNG_GENERATION_MB = 16;

interface Pending {
  readonly settle: (value: unknown) => void;
  readonly reject: (error: CenterError) => void;
}

/** The file that runs in the threads when no other is given: beside this one, compiled or not. */
function defaultWorkerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
}

/** A thread that answers requests in order. */
export class StoreThread {
  readonly #worker: Worker;
  readonly #pending: Deque<Pending> = new Deque();
  #ended: CenterError | undefined;

  /** Starts the thread; `ready` settles when it has opened what it works on. `hear`: what it says unasked. */
  constructor(role: WorkerRole, workerUrl: URL | undefined, hear: (notice: Notice) => void) {
    this.#worker = new Worker(workerUrl ?? defaultWorkerUrl(), {
      workerData: role,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
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
    this.ready = this.#expect();
  }

  readonly ready: Promise<unknown>;

  /** Settles with the answer, or rejects with a CenterError. Buffers in `transfer` change hands. */
  ask(request: Request, transfer?: ArrayBuffer[]): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const answer = this.#expect();
    this.#worker.postMessage(request, transfer);
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

  #expect(): Promise<unknown> {
    return new Promise((settle, reject) => this.#pending.push({ settle, reject }));
  }

  #take(answer: Answer): void {
    const pending = this.#pending.shift();
    if (answer.ok) {
      pending?.settle(answer.value);
      return;
    }
    const { code, message, path } = answer;
    pending?.reject(new CenterError(code, message, path === undefined ? {} : { path }));
  }

  #end(why: string): void {
    this.#ended ??= new CenterError('CHAPPE_STORE_CLOSED', why);
    for (let pending = this.#pending.shift(); pending !== undefined; pending = this.#pending.shift()) {
      pending.reject(this.#ended);
    }
  }
}
