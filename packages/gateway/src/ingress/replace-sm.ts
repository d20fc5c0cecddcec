/** replace_sm (SMPP 3.4 4.10, SMPP 5.0 4.2.6): another text, times or receipts for a message still waiting. */
import type { Message } from '@chappe/center';
import { type PduOf, status, type Version } from '@chappe/protocol';
import type { ResponseInput, Session } from '@chappe/smpp';
import { type Coded, toCanonical } from '../message/alphabet.ts';
import { type Content, readContent, readGroupOf, writeContent } from '../message/content.ts';
import { groupOf } from '../message/groups.ts';
import { lifetimeOf } from '../message/lifetime.ts';
import { messageText } from '../message/message-text.ts';
import { receiptsWanted } from '../message/receipts-wanted.ts';
import { checkFlags, checkText, checkTolerated } from '../message/validation.ts';
import { type Ingress, refuse } from './ingress.ts';
import { type Length, lengthOf } from './length.ts';
import { referencedBy } from './referenced.ts';
import { putInPlace } from './replace-stored.ts';
import { readTlvs } from './submission.ts';

/**
 * Replaces; data_coding stays, since the PDU has none, and so do times that are not given. The new text goes through what
 * the first went through, and takes no more segments than were counted and paid for that.
 */
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
  const texts = all.map((message) => newTextOf(message, payload, ingress));
  if (all.some(isPiece) || texts.some((text) => isTooLong(text, ingress)))
    return refuse(ingress, status.ESME_RREPLACEFAIL);
  const inPayloadTlv = tlvs.payload !== undefined;
  const results = await Promise.all(
    texts.map((text) => replaceOne(text, pdu, inPayloadTlv, session.version, ingress)),
  );
  const failed = results.find((result) => result !== 0);
  return failed === undefined ? {} : refuse(ingress, failed);
}

/** The new text of a message, canonical, in the place of the old one. */
interface NewText {
  readonly message: Message;
  readonly old: Content;
  readonly coded: Coded;
  readonly length: Length;
}

function newTextOf(message: Message, payload: Uint8Array, ingress: Ingress): NewText {
  const old = readContent(message.content);
  const alphabet = ingress.accounts.get(message.account)?.settings.defaultAlphabet ?? 'gsm7';
  const coded = toCanonical(payload, old.esmClass, old.dataCoding, alphabet);
  return { message, old, coded, length: lengthOf({ ...coded, tlvs: old.tlvs }, ingress) };
}

async function replaceOne(
  { message, old, coded, length }: NewText,
  pdu: PduOf<'replace_sm'>,
  inPayloadTlv: boolean,
  version: Version,
  ingress: Ingress,
): Promise<number> {
  const times = timesOf(message, pdu, ingress);
  if (typeof times === 'number') return times;
  const content = writeContent({
    ...old,
    ...coded,
    inPayloadTlv,
    registeredDelivery: pdu.registered_delivery,
    tlvs: old.tlvs as NonNullable<Parameters<typeof writeContent>[0]['tlvs']>,
  });
  const text = messageText(coded.esmClass, coded.dataCoding, coded.payload);
  const { segments } = length;
  const receiptWanted = receiptsWanted(pdu.registered_delivery, version);
  const result = await putInPlace(message, { content, text, segments }, { receiptWanted, ...times }, ingress);
  return result === 'replaced' ? 0 : status.ESME_RREPLACEFAIL;
}

/** A text that was cut here: another one would take another number of messages than are stored and paid for. */
function isPiece({ content }: Message): boolean {
  const group = readGroupOf(content);
  return group?.kind === 'segments' && group.count > 1;
}

/** More segments than went through the limits of its account and were paid, or one that would have to be cut. */
function isTooLong({ message, length }: NewText, ingress: Ingress): boolean {
  return length.segments > message.segments || (length.pieces !== undefined && ingress.cutsFor(message.lane));
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
