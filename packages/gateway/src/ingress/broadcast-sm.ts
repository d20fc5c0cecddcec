/** broadcast_sm (SMPP 5.0 4.4.1): a text to all handsets of some areas. */
import type { Draft } from '@chappe/center';
import { cleanSource, openAccount } from '@chappe/policy';
import { type PduOf, readBroadcastInterval, status, type Tlv, tlv, tlvAll } from '@chappe/protocol';
import type { OperationResult, ResponseInput, Session } from '@chappe/smpp';
import { broadcastLane } from '../lanes/lanes.ts';
import { repetitionOf, spanMs } from '../message/broadcast-times.ts';
import { writeContent } from '../message/content.ts';
import { lifetimeOf } from '../message/lifetime.ts';
import { messageText } from '../message/message-text.ts';
import { priorityOf } from '../message/priority.ts';
import { factsOfStored } from '../message/stored-facts.ts';
import { checkBroadcastPriority, checkSource, checkTolerated } from '../message/validation.ts';
import { accountOf, type Ingress, knownAccount, refuse, storeAndAnswer } from './ingress.ts';
import { Prepared } from './prepared.ts';
import { referencedBy } from './referenced.ts';

// SMPP 5.0 4.8.4.4: alias, ellipsoid arc, polygon.
const maxAreaFormat = 2;
// SMPP 5.0 4.8.4.8: generic, GSM, TDMA, CDMA.
const maxContentNetwork = 3;
// 255 areas of 100 octets fill the largest PDU by half.
const maxAreas = 255;
// SMPP 5.0 4.7.19: an immediate broadcast is not repeated.
const immediate = 1;

/** Stores the broadcast; answered with its id once it is on disk. */
export function broadcastSm(
  pdu: PduOf<'broadcast_sm'>,
  session: Session,
  ingress: Ingress,
): OperationResult<'broadcast_sm'> {
  const refused =
    checkTolerated(pdu.flags) ||
    checkSource(pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr) ||
    checkBroadcastPriority(pdu.priority_flag) ||
    (pdu.replace_if_present_flag > 1 ? status.ESME_RINVREPFLAG : 0) ||
    (pdu.sm_default_msg_id !== 0 ? status.ESME_RINVDFTMSGID : 0) ||
    checkAreas(pdu);
  if (refused !== 0) return refuse(ingress, refused);
  const draft = draftOf(pdu, session, ingress);
  if (typeof draft === 'number') return refuse(ingress, draft);
  if (pdu.replace_if_present_flag === 1)
    return replace(pdu.message_id, pdu.source_addr, draft, session, ingress);
  const prepared = prepare(pdu, draft, session, ingress);
  if (typeof prepared === 'number') return refuse(ingress, prepared);
  return storeAndAnswer(ingress, session, pdu, prepared, (messages) => ({
    message_id: messages[0]?.publicId ?? '',
  }));
}

/** By the rules of its account and the routes; a number is the status to refuse it with. */
function prepare(
  pdu: PduOf<'broadcast_sm'>,
  draft: Draft,
  session: Session,
  ingress: Ingress,
): Prepared | number {
  const name = accountOf(session);
  const taken = ingress.acceptance.decideBroadcast({
    account: knownAccount(name, ingress) ?? openAccount(name),
    source: draft.source,
    destination: draft.destination,
    text: draft.text,
    contentKey: draft.text === undefined ? tlv(pdu, 'message_payload') : undefined,
    dataCoding: pdu.data_coding,
    segments: 1,
    part: undefined,
    tlvs: pdu.tlvs,
    priority: priorityOf(pdu.priority_flag),
    nowMs: ingress.clock.nowMs(),
  });
  const door = { command: pdu.command, session: session.id };
  if (taken.refusal !== undefined) {
    const { refusal: reason, status: answer, rule = '' } = taken;
    const from = draft.source.digits;
    ingress.refusals.note({ ...door, account: name, from, to: '', status: answer, reason, rule });
    return answer;
  }
  if (taken.text !== undefined) {
    // A filter would have it say something else, and areas may have limits that are not known here.
    taken.reservation?.release();
    return status.ESME_RSUBMITFAIL;
  }
  const { source, lane, priority, memo, price, detail } = taken;
  return new Prepared(ingress, {
    door,
    account: name,
    drafts: [{ ...draft, source, lane, priority, memo, price, ...(detail === undefined ? {} : { detail }) }],
    waitMs: taken.waitMs,
    isTransaction: false,
    reservation: taken.reservation,
    segments: 1,
  });
}

function checkAreas(pdu: PduOf<'broadcast_sm'>): number {
  const areas = tlvAll(pdu, 'broadcast_area_identifier');
  const type = tlv(pdu, 'broadcast_content_type');
  const interval = tlv(pdu, 'broadcast_frequency_interval');
  const repeats = tlv(pdu, 'broadcast_rep_num');
  if (areas.length === 0 || type === undefined || interval === undefined) return status.ESME_RMISSINGTLV;
  if (repeats === undefined && pdu.priority_flag !== immediate) return status.ESME_RMISSINGTLV;
  if (tlv(pdu, 'message_payload') === undefined) return status.ESME_RMISSINGTLV;
  if (areas.length > maxAreas) return status.ESME_RINVNUMBCAST_AREAS;
  if (areas.some((area) => area.length < 1 || (area[0] ?? 0) > maxAreaFormat)) {
    return status.ESME_RINVBCASTAREAFMT;
  }
  if (type.length !== 3 || (type[0] ?? 0) > maxContentNetwork) return status.ESME_RINVBCASTCNTTYPE;
  if (readBroadcastInterval(interval) === undefined) return status.ESME_RINVBCASTFREQINT;
  if (repeats === 0 && pdu.priority_flag !== immediate) return status.ESME_RINVBCAST_REP;
  return 0;
}

function draftOf(pdu: PduOf<'broadcast_sm'>, session: Session, ingress: Ingress): Draft | number {
  const nowMs = ingress.clock.nowMs();
  const { schedule_delivery_time: schedule, validity_period: validity } = pdu;
  const payload = tlv(pdu, 'message_payload') ?? new Uint8Array(0);
  const isOnce = pdu.priority_flag === immediate;
  const isOwn = (item: Tlv): boolean =>
    item.name !== 'message_payload' &&
    item.name !== 'user_message_reference' &&
    !(isOnce && item.name === 'broadcast_rep_num');
  const tlvs = pdu.tlvs.filter(isOwn);
  const { validityMs, ...limits } = ingress.lifetime;
  // Without a validity of its own it is valid as long as it repeats, as far as that is allowed.
  const repetition = repetitionOf(tlvs);
  const asLongAs = Math.max(validityMs, spanMs(repetition) + repetition.intervalMs);
  const lifetime = lifetimeOf(schedule, validity, undefined, nowMs, { ...limits, validityMs: asLongAs });
  if (lifetime.dueMs === undefined) return lifetime.status;
  return {
    kind: 'mt',
    account: accountOf(session),
    lane: broadcastLane,
    source: cleanSource({ ton: pdu.source_addr_ton, npi: pdu.source_addr_npi, digits: pdu.source_addr }),
    destination: { ton: 0, npi: 0, digits: '' },
    serviceType: pdu.service_type,
    priority: priorityOf(pdu.priority_flag),
    dueMs: lifetime.dueMs,
    expiresMs: lifetime.expiresMs,
    receiptWanted: 0,
    content: writeContent({
      shape: 'broadcast',
      esmClass: 0,
      protocolId: 0,
      dataCoding: pdu.data_coding,
      registeredDelivery: 0,
      inPayloadTlv: true,
      payload,
      userMessageReference: tlv(pdu, 'user_message_reference'),
      tlvs: tlvs as NonNullable<Parameters<typeof writeContent>[0]['tlvs']>,
    }),
    text: messageText(0, pdu.data_coding, payload),
  };
}

/** A replacement that finds nothing is an error; no new broadcast comes of it (SMPP 5.0 4.4.1.1). */
async function replace(
  publicId: string,
  source: string,
  draft: Draft,
  session: Session,
  ingress: Ingress,
): Promise<ResponseInput<'broadcast_sm'>> {
  // Replacing by user_message_reference would need an index that nothing else uses.
  if (publicId === '') return refuse(ingress, status.ESME_RINVSUBREP);
  const reference = { message_id: publicId, source_addr: source };
  const found = await referencedBy(reference, session, ingress, status.ESME_RREPLACEFAIL);
  if (typeof found === 'number') return refuse(ingress, found);
  const { content, text, dueMs, expiresMs } = draft;
  const tags = ingress.accounts.get(found.account)?.policy.tags ?? [];
  const facts = factsOfStored(found, tags, ingress.clock.nowMs(), text);
  const allowed = ingress.acceptance.replacement(facts, found);
  if (allowed === undefined) return refuse(ingress, status.ESME_RREPLACEFAIL);
  const changes = { content, text, dueMs: dueMs ?? found.dueMs, expiresMs: expiresMs ?? found.expiresMs };
  const result = await ingress.center.replace({ id: found.id, account: found.account }, changes);
  if (result === 'replaced') return { message_id: publicId };
  allowed.release();
  return refuse(ingress, status.ESME_RREPLACEFAIL);
}
