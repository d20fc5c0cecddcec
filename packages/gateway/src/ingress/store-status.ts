/** What is answered when the center does not take something. */
import { CenterError } from '@chappe/center';
import { status } from '@chappe/protocol';

/** The status for a submission that the center did not take. */
export function statusOfError(error: unknown): number {
  if (!(error instanceof CenterError)) return status.ESME_RSYSERR;
  switch (error.code) {
    case 'CHAPPE_CENTER_FULL':
      return status.ESME_RMSGQFUL;
    // It will not be taken the next time either: too many messages, or octets, at once.
    case 'CHAPPE_CENTER_DRAFT':
      return status.ESME_RSUBMITFAIL;
    default:
      return status.ESME_RSYSERR;
  }
}
