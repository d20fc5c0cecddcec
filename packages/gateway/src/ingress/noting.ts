/** Submissions that are refused before anybody was asked about them: their form is wrong. They are remembered as well. */
import type { PduOf } from '@chappe/protocol';
import { DEFERRED, type Notice, type OperationResult, type Session } from '@chappe/smpp';
import { accountOf, type Ingress } from './ingress.ts';

const submissions = ['submit_sm', 'submit_multi', 'data_sm', 'broadcast_sm'] as const;
type SubmissionName = (typeof submissions)[number];

/** An operation that takes submissions. */
type Operation<C extends SubmissionName> = (
  pdu: PduOf<C>,
  session: Session,
  ingress: Ingress,
) => OperationResult<C>;

/** The same operation; what it refuses at once, and nobody has noted yet, is noted. */
export function noting<C extends SubmissionName>(
  operation: Operation<C>,
  ingress: Ingress,
): (pdu: PduOf<C>, session: Session) => OperationResult<C> {
  const { refusals } = ingress;
  return (pdu, session) => {
    const before = refusals.last;
    const answer = operation(pdu, session, ingress);
    if (answer === DEFERRED || refusals.last !== before) return answer;
    const { command_status: status = 0 } = answer as { readonly command_status?: number };
    if (status !== 0) {
      refusals.note({
        command: pdu.command,
        session: session.id,
        account: accountOf(session),
        from: pdu.source_addr,
        to: destinationOf(pdu),
        status,
        reason: 'form',
        rule: '',
      });
    }
    return answer;
  };
}

/** Notes a submission that its session has refused before any operation saw it; other notices are left alone. */
export function noteRefused(notice: Notice, session: Session, { refusals }: Pick<Ingress, 'refusals'>): void {
  if (!session.isBound) return;
  const door = { session: session.id, account: accountOf(session) };
  if (notice.what === 'malformed') {
    const { name: command = '', error } = notice.pdu;
    // What has been read of it is not to be relied on.
    if (isSubmission(command))
      refusals.note({ ...door, command, from: '', to: '', status: error.status, reason: 'form', rule: '' });
  } else if (notice.what === 'refused' || notice.what === 'throttled') {
    const { pdu, status } = notice;
    if (!isSubmission(pdu.command)) return;
    const { command, source_addr: from } = pdu as PduOf<SubmissionName>;
    const to = destinationOf(pdu as PduOf<SubmissionName>);
    const reason = notice.what === 'throttled' ? 'throughput' : 'form';
    refusals.note({ ...door, command, from, to, status, reason, rule: '' });
  }
}

function isSubmission(command: string): command is SubmissionName {
  return (submissions as readonly string[]).includes(command);
}

/** The first one, where there are several. */
function destinationOf(pdu: PduOf<SubmissionName>): string {
  if ('destination_addr' in pdu) return pdu.destination_addr;
  const [first] = 'dest_address' in pdu ? pdu.dest_address : [];
  return first === undefined || first.dest_flag === 2 ? '' : first.destination_addr;
}
