import { basename } from 'node:path';
import { CenterError, type CenterErrorCode } from '@chappe/center';

// Primary result codes of SQLite (sqlite.org/rescode.html).
const ERROR = 1;
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;
// SQLITE_IOERR_SHMSIZE: the shared memory file could not grow, which is what a full disk looks like there.
const IOERR_SHMSIZE = IOERR | (19 << 8);

/** What was thrown while working on a file, with a stable code and what to do. */
export function failureOf(error: unknown, path: string): CenterError {
  if (error instanceof CenterError) return error;
  const { errcode, message } = error as { readonly errcode?: number; readonly message?: string };
  const { code, text } = explain(errcode ?? -1, message ?? String(error), path);
  return new CenterError(code, text, { cause: error, path });
}

/** What the file system threw while a file was written or synced. */
export function fileFailure(error: unknown, path: string): CenterError {
  if (error instanceof CenterError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return failureOf(error, path);
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new CenterError(
    isFull ? 'CHAPPE_STORE_DISK_FULL' : 'CHAPPE_STORE_IO',
    isFull ? fullText(path) : `the disk failed on ${path}: ${message}`,
    { cause: error, path },
  );
}

/** There is no room on the disk for what is to be written there. */
export function fullFailure(path: string): CenterError {
  return new CenterError('CHAPPE_STORE_DISK_FULL', fullText(path), { path });
}

function fullText(path: string): string {
  return `no room on the disk for ${path}: make room; nothing else is needed`;
}

function explain(errcode: number, message: string, path: string): { code: CenterErrorCode; text: string } {
  const primary = errcode === -1 ? -1 : errcode & 0xff;
  if (primary === FULL || errcode === IOERR_SHMSIZE) {
    return {
      code: 'CHAPPE_STORE_DISK_FULL',
      text: fullText(path),
    };
  }
  // What we ask is the same in all files: where a table is missing, the file is not what it was.
  if (
    primary === CORRUPT ||
    primary === NOTADB ||
    (primary === ERROR && /^no such (table|column)/.test(message))
  )
    return { code: 'CHAPPE_STORE_DAMAGED', text: damagedText(path, message) };
  if (primary === IOERR || primary === CANTOPEN || primary === READONLY) {
    return { code: 'CHAPPE_STORE_IO', text: `the disk failed on ${path}: ${message}` };
  }
  if (primary === BUSY) {
    return { code: 'CHAPPE_STORE_LOCKED', text: `${path} is in use by another program: ${message}` };
  }
  return { code: 'CHAPPE_STORE_FAILED', text: `${path}: ${message}` };
}

/** What to do about a damaged control.db that has no copy: moved away, money and opt-outs would be gone with it. */
export const controlAdvice: string =
  'put a backup in its place; it holds credits, suspensions, opt-outs and entries made at run time, which are nowhere else';

/** What to say about a damaged file: what is in it decides what may be done without. */
export function damagedText(path: string, what: string): string {
  return `${path} is damaged (${what}): ${adviceFor(path)}`;
}

function adviceFor(path: string): string {
  switch (basename(path)) {
    case 'control.db':
      return controlAdvice;
    case 'lock.db':
      return 'take it away while nothing runs on this folder: it holds nothing';
    default:
      return (
        `put a backup in its place, or rescue what can be read with \`sqlite3 "${path}" .recover\`, ` +
        'or move the file away to go on without the messages of that day, then start again'
      );
  }
}

/** What SQLite said of a file, without what to do about it. */
export function whyOf(failure: CenterError): string {
  const { cause, message } = failure;
  return cause instanceof Error ? cause.message : (/ is damaged \((.*?)\):/.exec(message)?.[1] ?? message);
}

/** True when a file is not what it should be, whoever opens it. */
export function isDamage({ code }: CenterError): boolean {
  return code === 'CHAPPE_STORE_DAMAGED' || code === 'CHAPPE_STORE_NEWER';
}

/** True when the connection cannot be trusted any more: what the file says must be read afresh. */
export function isSuspect(error: CenterError): boolean {
  return error.code === 'CHAPPE_STORE_IO' || isDamage(error);
}
