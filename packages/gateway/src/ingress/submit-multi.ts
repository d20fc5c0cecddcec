/** submit_multi (SMPP 3.4 4.5, SMPP 5.0 4.2.3): one text to many destinations under one message_id. */
import type { Address, Draft } from '@chappe/center';
import { cleanDestination } from '@chappe/policy';
import { type PduOf, status } from '@chappe/protocol';
import type { OperationResult, Session } from '@chappe/smpp';
import {
  checkDestination,
  checkFlags,
  checkSource,
  checkText,
  checkTolerated,
} from '../message/validation.ts';
import { type Ingress, refuse, storeAndAnswer } from './ingress.ts';
import type { Length } from './length.ts';
import { type Decided, decide, draftsOf, dueOf, measured } from './prepare.ts';
import { Prepared } from './prepared.ts';
import { together } from './reservation.ts';
import { Contents, draftFor, readTlvs, type Submission, submissionOf } from './submission.ts';

type Unsuccess = PduOf<'submit_multi_resp'>['unsuccess_sme'][number];

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

  const length = measured(submission, ingress);
  if (length.isTooLong) return refuse(ingress, status.ESME_RINVMSGLEN);
  const { good, bad } = sorted(pdu, ingress.numbersOnly);
  for (const { destination_addr: to, error_status_code: answer } of bad) {
    const { account, source, door } = submission;
    const addresses = { from: source.digits, to };
    const refused = { account: account.name, status: answer, reason: 'form', rule: '' };
    ingress.refusals.note({ ...door, ...addresses, ...refused });
  }
  const taken = decided(submission, length, good, bad, ingress);
  const [firstBad] = bad;
  if (taken.length === 0) return refuse(ingress, firstBad?.error_status_code ?? status.ESME_RSUBMITFAIL);
  const prepared = prepareAll(submission, taken, length.segments, ingress);
  return storeAndAnswer(ingress, session, pdu, prepared, (messages) => ({
    message_id: messages[0]?.publicId ?? '',
    unsuccess_sme: bad,
  }));
}

/** Destinations that may be sent to, each by its own route; the others go to `bad`. */
function decided(
  submission: Submission,
  length: Length,
  good: readonly Address[],
  bad: Unsuccess[],
  ingress: Ingress,
): Decided[] {
  const taken: Decided[] = [];
  for (const destination of good) {
    const one = decide(submission, length, destination, ingress);
    if (one.refusal === undefined) taken.push(one);
    else bad.push(unsuccess(destination.ton, destination.npi, destination.digits, one.status));
  }
  return taken;
}

function prepareAll(
  submission: Submission,
  all: readonly Decided[],
  segments: number,
  ingress: Ingress,
): Prepared {
  return new Prepared(ingress, {
    door: submission.door,
    account: submission.account.name,
    drafts: draftsOfAll(submission, all, segments, ingress),
    waitMs: Math.max(...all.map(({ taken }) => taken.waitMs)),
    isTransaction: false,
    reservation: together(all.map(({ taken }) => taken.reservation)),
    segments: all.length * segments,
  });
}

/** All have one id. Where texts are cut, the segments of a destination belong together instead of the destinations. */
function draftsOfAll(
  submission: Submission,
  all: readonly Decided[],
  segments: number,
  ingress: Ingress,
): readonly Draft[] {
  const contents = new Contents(ingress.nextReference());
  if (all.some(({ pieces }) => (pieces?.segments.length ?? 1) > 1)) {
    return all
      .flatMap(({ taken, pieces }) => draftsOf(submission, taken, pieces, segments, ingress, contents))
      .map((draft) => ({ ...draft, sharesPublicId: true }));
  }
  const count = all.length;
  // Which of them a message is for is told by its id: their content is one.
  const group = { kind: 'destinations' as const, index: 0, count, reference: 0 };
  return all.map(({ taken, pieces }) => {
    const piece = pieces?.segments[0];
    const price = taken.price * segments;
    const dueMs = dueOf(submission, taken, ingress);
    const { dataCoding } = pieces ?? {};
    const destined = { ...taken, dueMs, group, piece, price, segments, dataCoding, contents };
    return { ...draftFor(submission, destined), sharesPublicId: true };
  });
}

function sorted(pdu: PduOf<'submit_multi'>, numbersOnly: boolean): { good: Address[]; bad: Unsuccess[] } {
  const good: Address[] = [];
  const bad: Unsuccess[] = [];
  for (const address of pdu.dest_address) {
    if (address.dest_flag === 2) {
      // This centre keeps no distribution lists.
      bad.push(unsuccess(0, 0, address.dl_name, status.ESME_RINVDLNAME));
      continue;
    }
    const { dest_addr_ton: ton, dest_addr_npi: npi, destination_addr: digits } = address;
    const refused = checkDestination(ton, npi, digits, numbersOnly);
    if (refused === 0) good.push(cleanDestination({ ton, npi, digits }));
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
