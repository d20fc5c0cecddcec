/** Errors as the one line that a person reads, and the exit code that a script reads. */
import { CenterError, type CenterErrorCode } from '@chappe/center';
import { ChappeError } from '@chappe/protocol';
import { connectHint } from './connect-hint.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** Why a command ends: what, where, and what to do. */
export class Failure extends ChappeError {
  readonly exitCode: ExitCode;
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(exitCode: ExitCode, message: string, hint?: string, options?: ErrorOptions) {
    super('CHAPPE_CLI', message, options);
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** The caller's mistake. */
export function usage(message: string, hint?: string): Failure {
  return new Failure(exitCodes.usage, message, hint);
}

/** Errors of the packages below by their stable codes; the rest are unexpected. */
const exitCodeByCode: { readonly [code: string]: ExitCode | undefined } = {
  CHAPPE_SMPP_CONNECT: exitCodes.connect,
  CHAPPE_SMPP_CLOSED: exitCodes.connect,
  CHAPPE_SMPP_BIND: exitCodes.bindRefused,
  CHAPPE_SMPP_NOT_BOUND: exitCodes.connect,
  CHAPPE_SMPP_STATUS: exitCodes.rejected,
  CHAPPE_SMPP_TIMEOUT: exitCodes.timeout,
  CHAPPE_SMPP_ABORTED: exitCodes.interrupted,
  CHAPPE_SMPP_STATE: exitCodes.unexpected,
  CHAPPE_SMPP_QUEUE_FULL: exitCodes.unexpected,
  CHAPPE_SMPP_MALFORMED_RESPONSE: exitCodes.unexpected,
  CHAPPE_SMPP_OPTION: exitCodes.usage,
  CHAPPE_SMPP_VERSION: exitCodes.usage,
};

/** Errors of the system while opening files and sockets: no defect, so no stack. */
const systemHints: { readonly [code: string]: string | undefined } = {
  EADDRINUSE: 'another program listens there: stop it, or choose another port (0 takes any free one)',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'this user may not do that: choose another port, file or folder, or change its permissions',
  EPERM: 'this user may not do that: choose another port, file or folder, or change its permissions',
  EROFS: 'the file system is read-only: choose another folder',
  ENOSPC: 'the disk is full: make room, then start again; nothing that was acknowledged is lost',
  ENOENT: 'there is no such file',
  EISDIR: 'a file is expected, not a folder',
  ENOTDIR: 'a folder is expected, not a file',
};

/** States of the machine and its disk whose message says what to do: no defect, so no stack. */
const machineCodes: ReadonlySet<CenterErrorCode> = new Set([
  'CHAPPE_CENTER_CLOCK',
  'CHAPPE_STORE_DISK_FULL',
  'CHAPPE_STORE_IO',
  'CHAPPE_STORE_STALLED',
  'CHAPPE_STORE_DAMAGED',
  'CHAPPE_STORE_NEWER',
  'CHAPPE_STORE_LOCKED',
  'CHAPPE_STORE_BACKUP',
  'CHAPPE_STORE_SQLITE_TOO_OLD',
]);

/** The platform's error code that an error, or one of its causes, carries. */
export function systemCodeOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== undefined && systemHints[code] !== undefined) return code;
  }
  return undefined;
}

function codedFailure(error: ChappeError): Failure {
  const isConnect = error.code === 'CHAPPE_SMPP_TIMEOUT' && (error as { kind?: unknown }).kind === 'connect';
  // Codes that are not listed are about values that cannot be sent: the caller gave them.
  const exitCode = isConnect ? exitCodes.connect : (exitCodeByCode[error.code] ?? exitCodes.usage);
  const hint = exitCode === exitCodes.connect ? connectHint(error) : undefined;
  return new Failure(exitCode, error.message.trim(), hint, { cause: error });
}

/** What an error means for the person at the terminal and for the exit code. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ChappeError) return codedFailure(error);
  if (error instanceof CenterError && machineCodes.has(error.code))
    return new Failure(exitCodes.usage, error.message, undefined, { cause: error });
  const code = systemCodeOf(error);
  if (code !== undefined) {
    return new Failure(exitCodes.usage, (error as Error).message, systemHints[code], { cause: error });
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Failure(exitCodes.unexpected, message, undefined, { cause: error });
}
