/** What is answered when the center does not take something. */
import { CenterError } from '@chappe/center';
import { status } from '@chappe/protocol';

/** The status for a submission that the center did not take. */
export function statusOfError(error: unknown): number {
  const isFull = error instanceof CenterError && error.code === 'CHAPPE_CENTER_FULL';
  return isFull ? status.ESME_RMSGQFUL : status.ESME_RSYSERR;
}
