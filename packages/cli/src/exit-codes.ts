/** What the exit code of every command means. */
export const exitCodes = {
  ok: 0,
  /** A defect of ours, or a failing machine. */
  unexpected: 1,
  /** A wrong flag, value or file; a port that is taken; a data folder that cannot be used. */
  usage: 2,
  /** No connection. */
  connect: 3,
  /** The other side refused the bind. */
  bindRefused: 4,
  /** The other side refused the request. */
  rejected: 5,
  /** Something did not come in time. */
  timeout: 6,
  /** A threshold or a check did not hold. */
  assertion: 7,
  /** Finished, and some of many failed. */
  partial: 8,
  /** Not ready. */
  notReady: 9,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** One of them. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
