/** The entry of the store's threads. Loaded as a worker it runs as what `workerData` says. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { Checkpointer } from './checkpointer.ts';
import { Copier } from './copier.ts';
import { failureOf } from './failure.ts';
import { Reader } from './reader.ts';
import type { Answer, Notice, Numbered, WorkerRole } from './requests.ts';
import { Writer } from './writer.ts';

/** Loading this module runs it; in a program in one file, the program calls it as well. */
let isRunning = false;

/**
 * Runs this thread as a thread of a SqliteStore, if it was started as one; true when it was. A program in one file
 * calls this first and gives its own URL as `workerUrl`.
 */
export function runStoreWorker(): boolean {
  const role = workerData as Partial<WorkerRole> | null | undefined;
  if (isMainThread || parentPort === null || role?.chappeStore === undefined) return false;
  if (isRunning) return true;
  isRunning = true;
  const port = parentPort;
  const failed = (number: number, error: unknown): void => {
    const { code, message, path } = failureOf(error, role.path ?? '');
    port.postMessage({ number, ok: false, code, message, path } satisfies Answer);
  };
  const answer = async (number: number, work: () => unknown): Promise<void> => {
    try {
      const value = work();
      // Most reads are done at once, and in order then.
      const answered = value instanceof Promise ? await value : value;
      port.postMessage({ number, ok: true, value: answered } satisfies Answer);
    } catch (error) {
      failed(number, error);
    }
  };
  let side: Writer | Reader | Copier | Checkpointer;
  try {
    side = sideOf(role as WorkerRole, (notice) => port.postMessage(notice));
  } catch (error) {
    failed(0, error);
    return true;
  }
  port.postMessage({ number: 0, ok: true, value: undefined } satisfies Answer);
  port.on('message', ({ number, request }: Numbered) => {
    void answer(number, () => side.answer(request)).then(() => {
      if (request.ask === 'close') port.close();
    });
  });
  return true;
}

function sideOf(role: WorkerRole, say: (notice: Notice) => void): Writer | Reader | Copier | Checkpointer {
  switch (role.chappeStore) {
    case 'writer':
      return new Writer(role, say);
    case 'reader':
      return new Reader(role, say);
    case 'copier':
      return new Copier(role);
    case 'checkpointer':
      return new Checkpointer(role);
  }
}

runStoreWorker();
