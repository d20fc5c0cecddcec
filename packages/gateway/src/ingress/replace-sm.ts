/** replace_sm (SMPP 3.4 4.10, SMPP 5.0 4.2.6): another text, times or receipts for a message still waiting. */
import type { Message } from '@chappe/center';
import { type PduOf, status } from '@chappe/protocol';
import type { ResponseInput, Session } from '@chappe/smpp';
import { type Content, readContent, readGroupOf, writeContent } from '../content.ts';
import { groupOf } from '../groups.ts';
import { lifetimeOf } from '../lifetime.ts';
import { messageText } from '../message-text.ts';
import { receiptsWanted } from '../receipts-wanted.ts';
import { planOfLane } from '../upstream/plan.ts';
import { cutText } from '../upstream/submission/cut-text.ts';
import { checkFlags, checkText, checkTolerated } from '../validation.ts';
import { type Ingress, refuse } from './ingress.ts';
import { referencedBy } from './referenced.ts';
import { readTlvs } from './submission.ts';

/** Replaces; data_coding stays, since the PDU has none, and so do times that are not given. */
export async function replaceSm(
  pdu: PduOf<'replace_sm'>,
  session: Session,
  ingress: Ingress,
): Promise<ResponseInput<'replace_sm'>> {
  const { version } = session;
  const tlvs = readTlvs(pdu.tlvs, version);
  const refused =
    checkTolerated(pdu.flags) ||
    checkFlags({ ...pdu, esm_class: 0 }, version, false) ||
    checkText(pdu.short_message.length, tlvs.payload?.length, version);
  if (refused !== 0) return refuse(ingress, refused);
  // The PDU is a view of a chunk, which must not be kept while the store is asked. (A Buffer's slice copies nothing.)
  const payload = new Uint8Array(tlvs.payload ?? pdu.short_message);
  const found = await referencedBy(pdu, session, ingress, status.ESME_RREPLACEFAIL);
  if (typeof found === 'number') return refuse(ingress, found);
  const all = await groupOf(ingress.center, found);
  if (all.some(isPiece) || isTooLong(found, payload, ingress))
    return refuse(ingress, status.ESME_RREPLACEFAIL);
  const results = await Promise.all(
    all.map((message) => replaceOne(message, pdu, payload, tlvs.payload !== undefined, session, ingress)),
  );
  const failed = results.find((result) => result !== 0);
  return failed === undefined ? {} : refuse(ingress, failed);
}

async function replaceOne(
  message: Message,
  pdu: PduOf<'replace_sm'>,
  payload: Uint8Array,
  inPayloadTlv: boolean,
  session: Session,
  ingress: Ingress,
): Promise<number> {
  const times = timesOf(message, pdu, ingress);
  if (typeof times === 'number') return times;
  const old = readContent(message.content);
  const content = writeContent({
    ...old,
    payload,
    inPayloadTlv,
    registeredDelivery: pdu.registered_delivery,
    tlvs: old.tlvs as NonNullable<Parameters<typeof writeContent>[0]['tlvs']>,
  });
  const text = textOf(old, payload);
  if (!ingress.acceptance.mayReplace(message, text, ingress.clock.nowMs())) return status.ESME_RREPLACEFAIL;
  const result = await ingress.center.replace(
    { id: message.id, account: message.account },
    {
      content,
      text,
      receiptWanted: receiptsWanted(pdu.registered_delivery, session.version),
      ...times,
    },
  );
  return result === 'replaced' ? 0 : status.ESME_RREPLACEFAIL;
}

/** A text that was cut here: another one would take another number of messages than are stored and paid for. */
function isPiece({ content }: Message): boolean {
  const group = readGroupOf(content);
  return group?.kind === 'segments' && group.count > 1;
}

/** As `isPiece`, the other way round: it would have to be cut. */
function isTooLong({ content, lane }: Message, payload: Uint8Array, ingress: Ingress): boolean {
  const plan = planOfLane(lane);
  if (plan === undefined || ingress.takesWhole(plan)) return false;
  const { esmClass, dataCoding, tlvs } = readContent(content);
  return cutText({ payload, esmClass, dataCoding, tlvs }, 0).segments?.length !== 1;
}

function textOf(old: Content, payload: Uint8Array): string | undefined {
  return messageText(old.esmClass, old.dataCoding, payload);
}

/** Times that were given; what was not keeps its value (SMPP 3.4 4.10.1). */
function timesOf(
  message: Message,
  pdu: PduOf<'replace_sm'>,
  ingress: Ingress,
): { dueMs?: number; expiresMs?: number } | number {
  const { schedule_delivery_time: schedule, validity_period: validity } = pdu;
  if (schedule === '' && validity === '') return {};
  const nowMs = ingress.clock.nowMs();
  const lifetime = lifetimeOf(schedule, validity, undefined, nowMs, ingress.lifetime);
  if (lifetime.dueMs === undefined) return lifetime.status;
  const dueMs = schedule === '' ? message.dueMs : lifetime.dueMs;
  const expiresMs = validity === '' ? message.expiresMs : lifetime.expiresMs;
  if (expiresMs < dueMs) return schedule === '' ? status.ESME_RINVEXPIRY : status.ESME_RINVSCHED;
  return { dueMs, expiresMs };
}
