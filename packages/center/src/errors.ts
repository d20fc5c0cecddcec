/** Stable codes of this package's errors. */
export type CenterErrorCode =
  /** A limit is reached; the message was not taken. Try again later (ESME_RMSGQFUL, HTTP 503). */
  | 'CHAPPE_CENTER_FULL'
  /** The center is not started, or stops. */
  | 'CHAPPE_CENTER_STOPPED'
  /** A draft cannot be a message: a limit of one message or of one call. */
  | 'CHAPPE_CENTER_DRAFT'
  /** The clock of the machine says what cannot be, or has jumped. */
  | 'CHAPPE_CENTER_CLOCK'
  /** What the center calls of its user (a hook, a connector, who waits for an answer) threw: a mistake there. */
  | 'CHAPPE_CENTER_HOOK'
  /** No room on the disk. Nothing of the commit is stored; it works again once there is room. */
  | 'CHAPPE_STORE_DISK_FULL'
  /** The disk or the operating system failed a read, a write or a sync. */
  | 'CHAPPE_STORE_IO'
  /** What was written is safe in the log of a day file, and cannot be copied into the file: the log grows. */
  | 'CHAPPE_STORE_LOG'
  /** The disk does not answer: what waits for it goes on waiting, and nothing more is taken. It works again once it does. */
  | 'CHAPPE_STORE_STALLED'
  /** A file of the store is not what it should be. `path` names it. */
  | 'CHAPPE_STORE_DAMAGED'
  /** The file of a day is damaged and set aside: nothing can be said of its messages until it is back. `path` names it. */
  | 'CHAPPE_STORE_ASIDE'
  /** A file of the store was taken away, or replaced, under the program. `path` names it. */
  | 'CHAPPE_STORE_GONE'
  /** A file was written by a newer version. It is left untouched. `path` names it. */
  | 'CHAPPE_STORE_NEWER'
  /** Another process has the data folder open. */
  | 'CHAPPE_STORE_LOCKED'
  /** Another has the place of this node in the store since: nothing of what this one writes is stored any more. */
  | 'CHAPPE_STORE_FENCED'
  /** A backup cannot be made there, is none, or not what it was: the message says why. What runs goes on. */
  | 'CHAPPE_STORE_BACKUP'
  /** SQLite is older than 3.51.3, which can damage a database in WAL mode. */
  | 'CHAPPE_STORE_SQLITE_TOO_OLD'
  /** The store is closed, or its thread ended. */
  | 'CHAPPE_STORE_CLOSED'
  /** Anything else that the engine refuses: a mistake of ours. */
  | 'CHAPPE_STORE_FAILED';

/** True for what whoever notices it first tells once; it meets everybody else too. */
export function isToldElsewhere({ code }: CenterError): boolean {
  return code === 'CHAPPE_STORE_ASIDE' || code === 'CHAPPE_STORE_GONE';
}

/** The base of this package's errors. The message says what happened, where, and what to do. */
export class CenterError extends Error {
  readonly code: CenterErrorCode;
  /** The file or folder concerned, where there is one. */
  readonly path: string | undefined;

  constructor(code: CenterErrorCode, message: string, options: ErrorOptions & { path?: string } = {}) {
    super(message, options);
    this.name = 'CenterError';
    this.code = code;
    this.path = options.path;
  }
}
