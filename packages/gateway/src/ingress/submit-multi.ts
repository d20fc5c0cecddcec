/** submit_multi (SMPP 3.4 4.5, SMPP 5.0 4.2.3): one text to many destinations under one message_id. */
import type { Address, Draft } from '@chappe/center';
import { type PduOf, status } from '@chappe/protocol';
import type { OperationResult, Session } from '@chappe/smpp';
import { checkDestination, checkFlags, checkSource, checkText, checkTolerated } from '../validation.ts';
import type { Taken } from './acceptance.ts';
import { type Ingress, type Prepared, refuse, storeAndAnswer } from './ingress.ts';
import { contentKeyOf, draftsOf, longPieces, type Pieces, piecesFor } from './prepare.ts';
import { draftFor, priorityOf, readTlvs, type Submission, submissionOf } from './submission.ts';

type Unsuccess = PduOf<'submit_multi_resp'>['unsuccess_sme'][number];

/** The destinations of a request, and its text where it is long. */
interface Sorted {
  readonly good: readonly Address[];
  readonly bad: Unsuccess[];
  readonly long: Pieces | undefined;
}

/** A destination that may be sent to. */
interface Destined {
  readonly verdict: Taken;
  readonly pieces: Pieces | undefined;
}

// SMPP 3.4 5.2.24: 254; SMPP 5.0 4.7.17: 255. (shared/spec/fields.json: 3.3 allows 255.)
const maxDestinations34 = 254;

/** Stores a message for each good destination, all or none; refused destinations stand in unsuccess_sme. */
export function submitMulti(
  pdu: PduOf<'submit_multi'>,
  session: Session,
  ingress: Ingress,
): OperationResult<'submit_multi'> {
  const { version } = session;
  const tlvs = readTlvs(pdu.tlvs, version);
  const count = pdu.dest_address.length;
  const refused =
    checkTolerated(pdu.flags) ||
    checkSource(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr) ||
    (count === 0 || (version === 0x34 && count > maxDestinations34) ? status.ESME_RINVNUMDESTS : 0) ||
    checkFlags(pdu, version, false) ||
    // SMPP 3.4 4.5.1: reserved here; SMPP 5.0 4.2.3.1 lets a centre refuse it.
    (pdu.replace_if_present_flag === 1 ? status.ESME_RINVSUBREP : 0) ||
    checkText(pdu.short_message.length, tlvs.payload?.length, version);
  if (refused !== 0) return refuse(ingress, refused);
  const submission = submissionOf(pdu, tlvs, 'submit', session, ingress);
  if (typeof submission === 'number') return refuse(ingress, submission);

  const long = tlvs.payload === undefined ? undefined : longPieces(submission, ingress);
  if (typeof long === 'number') return refuse(ingress, long);
  const { good, bad } = sorted(pdu);
  const taken = decided(submission, { good, bad, long }, ingress);
  const [firstBad] = bad;
  if (taken.length === 0) return refuse(ingress, firstBad?.error_status_code ?? status.ESME_RSUBMITFAIL);
  return storeAndAnswer(ingress, session, pdu, prepareAll(submission, taken, long, ingress), (messages) => ({
    message_id: messages[0]?.publicId ?? '',
    unsuccess_sme: bad,
  }));
}

/** Destinations that may be sent to, each by its own route; the others go to `bad`. */
function decided(submission: Submission, { good, bad, long }: Sorted, ingress: Ingress): Destined[] {
  const { account, source, text, dataCoding, tlvs, fields } = submission;
  const segments = long?.segments.length ?? 1;
  const taken: Destined[] = [];
  for (const destination of good) {
    const verdict = ingress.acceptance.decide({
      account,
      source,
      destination,
      text,
      contentKey: contentKeyOf(submission),
      dataCoding,
      segments,
      tlvs: tlvs.rest,
      priority: priorityOf(fields.priority_flag ?? 0),
      nowMs: ingress.clock.nowMs(),
    });
    const pieces = verdict.refusal === undefined ? piecesFor(verdict, long, ingress) : verdict.status;
    if (verdict.refusal === undefined && typeof pieces !== 'number') {
      taken.push({ verdict, pieces });
      continue;
    }
    if (verdict.refusal === undefined) {
      verdict.undo?.();
      account.policy.giveBack(segments);
    }
    const { ton, npi, digits } = destination;
    bad.push(unsuccess(ton, npi, digits, typeof pieces === 'number' ? pieces : status.ESME_RINVMSGLEN));
  }
  return taken;
}

function prepareAll(
  submission: Submission,
  taken: readonly Destined[],
  long: Pieces | undefined,
  ingress: Ingress,
): Prepared {
  const segments = long?.segments.length ?? 1;
  return {
    drafts: draftsOfAll(submission, taken, segments, ingress),
    waitMs: Math.max(...taken.map(({ verdict }) => verdict.waitMs)),
    isTransaction: false,
    giveBack: () => {
      for (const { verdict } of taken) verdict.undo?.();
    },
    segments: taken.length * segments,
  };
}

/** All have one id. Where texts are cut, the segments of a destination belong together instead of the destinations. */
function draftsOfAll(
  submission: Submission,
  taken: readonly Destined[],
  segments: number,
  ingress: Ingress,
): readonly Draft[] {
  if (taken.some(({ pieces }) => (pieces?.segments.length ?? 1) > 1)) {
    return taken
      .flatMap(({ verdict, pieces }) => draftsOf(submission, verdict, pieces, segments, ingress))
      .map((draft) => ({ ...draft, sharesPublicId: true }));
  }
  const count = taken.length;
  return taken.map(({ verdict, pieces }, index) => {
    const group = { kind: 'destinations' as const, index, count, reference: 0 };
    const piece = pieces?.segments[0];
    const price = verdict.price * segments;
    const destined = { ...verdict, group, piece, price, dataCoding: pieces?.dataCoding };
    return { ...draftFor(submission, destined), sharesPublicId: true };
  });
}

function sorted(pdu: PduOf<'submit_multi'>): { good: Address[]; bad: Unsuccess[] } {
  const good: Address[] = [];
  const bad: Unsuccess[] = [];
  for (const address of pdu.dest_address) {
    if (address.dest_flag === 2) {
      // This centre keeps no distribution lists.
      bad.push(unsuccess(0, 0, address.dl_name, status.ESME_RINVDLNAME));
      continue;
    }
    const { dest_addr_ton: ton, dest_addr_npi: npi, destination_addr: digits } = address;
    const refused = checkDestination(ton, npi, digits);
    if (refused === 0) good.push({ ton, npi, digits });
    else bad.push(unsuccess(ton, npi, digits, refused));
  }
  return { good, bad };
}

function unsuccess(ton: number, npi: number, address: string, error: number): Unsuccess {
  return {
    dest_addr_ton: ton,
    dest_addr_npi: npi,
    destination_addr: address,
    error_status_code: error,
  };
}
