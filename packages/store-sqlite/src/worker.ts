/** The entry of the store's threads. Loaded as a worker it runs as what `workerData` says. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { Copier } from './copier.ts';
import { failureOf } from './failure.ts';
import { Reader } from './reader.ts';
import type { Answer, Notice, Request, WorkerRole } from './requests.ts';
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
  const tellFailure = (error: unknown): void => {
    const { code, message, path } = failureOf(error, role.path ?? '');
    port.postMessage({ ok: false, code, message, path } satisfies Answer);
  };
  const tellValue = (value: unknown): void => port.postMessage({ ok: true, value } satisfies Answer);
  const tell = (work: () => unknown): boolean => {
    try {
      const value = work();
      // The copier alone takes its time, and is asked for one thing at a time.
      if (value instanceof Promise) value.then(tellValue).catch(tellFailure);
      else tellValue(value);
      return true;
    } catch (error) {
      tellFailure(error);
      return false;
    }
  };
  let side: Writer | Reader | Copier | undefined;
  const isUp = tell(() => {
    const say = (notice: Notice): void => port.postMessage(notice);
    side = sideOf(role as WorkerRole, say);
  });
  if (!isUp) return true;
  port.on('message', (request: Request) => {
    tell(() => side?.answer(request));
    if (request.ask === 'close') port.close();
  });
  return true;
}

function sideOf(role: WorkerRole, say: (notice: Notice) => void): Writer | Reader | Copier {
  switch (role.chappeStore) {
    case 'writer':
      return new Writer(role, say);
    case 'reader':
      return new Reader(role, say);
    case 'copier':
      return new Copier(role);
  }
}

runStoreWorker();
