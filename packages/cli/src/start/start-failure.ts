/** What keeps `start` from starting, in one line: what, where, and what to do. */
import { CenterError, type CenterErrorCode } from '@chappe/center';
import { exitCodes } from '../exit-codes.ts';
import { Failure, systemCodeOf } from '../failure.ts';

/** A listener that could not be opened. */
export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Flags that choose them. */
  readonly hostFlag: string;
  readonly portFlag: string;
}

/** How another data folder is chosen, and how nothing is kept at all. */
export interface DataHints {
  readonly folder: string;
  readonly memory: string;
}

const byFlags: DataHints = {
  folder: 'or choose another folder with --data, or --data :memory: to keep nothing',
  memory: 'or keep nothing with --data :memory:',
};

/** What to do, where the message of the store does not say it. */
function storeHintsOf({ folder, memory }: DataHints): { readonly [code in CenterErrorCode]?: string } {
  return {
    CHAPPE_STORE_LOCKED: folder,
    CHAPPE_STORE_NEWER: folder,
    CHAPPE_STORE_DAMAGED: folder,
    CHAPPE_STORE_DISK_FULL: `make room, then start again; ${folder}`,
    CHAPPE_STORE_IO: `this user must be able to write there; ${folder}`,
    CHAPPE_STORE_SQLITE_TOO_OLD: memory,
  };
}

/** Why the data folder cannot be used. Anything that is no error of the store is given back as it is. */
export function storeFailure(error: unknown, path: string, hints: DataHints = byFlags): unknown {
  if (!(error instanceof CenterError)) return error;
  const storeHints = storeHintsOf(hints);
  // SQLite has no word for some failures of the system while a file is made; its own is in the message.
  if (error.code === 'CHAPPE_STORE_FAILED' && error.message.includes('ENOSPC')) {
    return failure(
      `no room on the disk for the data folder ${path}`,
      storeHints.CHAPPE_STORE_DISK_FULL,
      error,
    );
  }
  if (error.code === 'CHAPPE_STORE_FAILED' && /\b(EACCES|EPERM|EROFS)\b/.test(error.message)) {
    return failure(error.message, storeHints.CHAPPE_STORE_IO, error);
  }
  const hint = storeHints[error.code];
  return hint === undefined ? error : failure(error.message, hint, error);
}

/** Why an API that asks nobody for a key does not listen there. `flag`: what chooses the host; default those of `start`. */
export function exposureFailure(
  host: string,
  flag: string = '--http-host',
  hint: string = 'give a key with CHAPPE_HTTP_ADMIN_KEY or --http-admin-key, or stay on 127.0.0.1',
): Failure {
  return new Failure(
    exitCodes.usage,
    `${flag} ${host} would let anybody in: the HTTP API asks for no key`,
    hint,
  );
}

/** Why an address cannot be listened on. */
export function listenFailure(
  error: unknown,
  what: string,
  { host, port, hostFlag, portFlag }: Listener,
): Failure {
  const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const code = systemCodeOf(error);
  const message = `cannot listen on ${where} for ${what}`;
  if (code === 'EADDRINUSE') {
    const hint = `stop that program, or choose another port: ${portFlag} (0 takes any free one)`;
    return failure(`${message}: port ${port} is in use by another program`, hint, error);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return failure(
      `${message}: this user may not listen on port ${port}`,
      `choose a port from 1024 on: ${portFlag}`,
      error,
    );
  }
  const { cause = error } = error as Error;
  return failure(
    `${message}: ${cause instanceof Error ? cause.message : String(cause)}`,
    `choose an address of this machine: ${hostFlag}`,
    error,
  );
}

function failure(message: string, hint: string | undefined, cause: unknown): Failure {
  return new Failure(exitCodes.usage, message, hint, { cause });
}
