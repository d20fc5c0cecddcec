/** A message that has failed, as a new one: the same content, decided and charged as if it came now. */
import type { Message } from '@chappe/center';
import { GatewayError, openAccount } from '@chappe/policy';
import { ESM_CLASS } from '@chappe/protocol';
import { type Content, readContent } from '../message/content.ts';
import { isSar } from '../message/long.ts';
import { dataCodingOf } from '../message/message-text.ts';
import { cut, ownHeader } from '../message/segments.ts';
import { type Ingress, knownAccount } from './ingress.ts';
import { http, refused, type Submitted, storedAs } from './inlet.ts';
import { prepare } from './prepare.ts';
import type { Pieces, Submission } from './submission.ts';

/**
 * Stores it; settles when it is on disk. `pieces`: all segments of one text, or all destinations of one submit_multi, of
 * which the first is meant. Rejects with `GatewayError`.
 */
export async function submitAgain(pieces: readonly Message[], ingress: Ingress): Promise<Submitted> {
  const [first] = pieces as readonly [Message, ...Message[]];
  const content = readContent(first.content);
  const text = pieces.every((one) => one.text !== undefined)
    ? pieces.map((one) => one.text).join('')
    : undefined;
  const submission = submissionOf(pieces, content, text, ingress);
  const prepared = prepare(submission, first.destination, ingress);
  if (prepared.refusal !== undefined) throw refused(prepared);
  const { coding } = dataCodingOf(submission.cut?.dataCoding ?? content.dataCoding);
  const stored = await storedAs({ prepared, cutUp: { coding, replaced: [] } });
  if (stored instanceof GatewayError) throw stored;
  return stored;
}

function submissionOf(
  pieces: readonly Message[],
  content: Content,
  text: string | undefined,
  ingress: Ingress,
): Submission {
  const [first] = pieces as readonly [Message, ...Message[]];
  const nowMs = ingress.clock.nowMs();
  // As long as it had at first, from when it was taken.
  const validityMs = Math.min(first.expiresMs - first.acceptedMs, ingress.lifetime.maxValidityMs);
  const isCut = pieces.length > 1 && content.group?.kind === 'segments';
  const tlvs = isCut ? content.tlvs.filter(({ tag }) => !isSar(tag)) : content.tlvs;
  return {
    door: http,
    account: knownAccount(first.account, ingress) ?? openAccount(first.account),
    source: first.source,
    serviceType: first.serviceType,
    protocolId: content.protocolId,
    registeredDelivery: content.registeredDelivery,
    priority: first.priority,
    replaceIfPresent: false,
    dueMs: nowMs,
    expiresMs: nowMs + validityMs,
    receiptWanted: first.receiptWanted,
    isTransaction: false,
    shape: content.shape,
    esmClass: content.esmClass,
    dataCoding: content.dataCoding,
    payload: content.payload,
    inPayloadTlv: content.inPayloadTlv,
    userMessageReference: content.userMessageReference,
    tlvs,
    text,
    contentKey: text === undefined ? content.payload : undefined,
    idForm: first.idForm,
    sharesPublicId: pieces.some(({ id, head }) => id !== head),
    clientReference: first.clientReference,
    meta: content.meta,
    detail: `again=${first.publicId}`,
    cut: isCut ? piecesOf(pieces, content, text, ingress) : undefined,
    recut: undefined,
  };
}

/** A text is cut anew, under another reference: segments of the first time may have arrived. Octets stay as they were. */
function piecesOf(
  pieces: readonly Message[],
  content: Content,
  text: string | undefined,
  ingress: Ingress,
): Pieces {
  const { dataCoding } = content;
  if (text !== undefined) {
    const { coding, messageClass } = dataCodingOf(dataCoding);
    const udh = ownHeader(content);
    return { ...cut({ text, coding, messageClass, udh }, ingress.nextReference()), dataCoding };
  }
  const segments = pieces.map((piece) => {
    const { payload, inPayloadTlv, esmClass, tlvs } = readContent(piece.content);
    const sar = tlvs.filter(({ tag }) => isSar(tag)) as Pieces['segments'][number]['tlvs'];
    return { payload, inPayloadTlv, esmClassBits: esmClass & ESM_CLASS.UDHI, tlvs: sar, text: piece.text };
  });
  return { segments, dataCoding };
}
