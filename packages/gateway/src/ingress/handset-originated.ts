/** Messages from handsets (mobile originated): from the arguments of a call to stored messages for an account. */

import type { Address, Draft, Message } from '@chappe/center';
import { addressOf, destinationOf, GatewayError } from '@chappe/policy';
import { ESM_CLASS } from '@chappe/protocol';
import { accountLane, unclaimedLane } from '../lanes/lanes.ts';
import { type Group, payloadOf, readContent, writeContent } from '../message/content.ts';
import { type ContentArgument, cut } from '../message/segments.ts';
import { checkDestination, checkSource } from '../message/validation.ts';
import type { Ingress } from './ingress.ts';
import { storeMo } from './inlet.ts';

/** One message from a handset. */
export interface MoArguments extends ContentArgument {
  /** The handset's number. */
  readonly from: string;
  /** The number or short code that it writes to. */
  readonly to: string;
  /**
   * The account it is for when `to` is no number of an account; in a sandbox, when no bind serves it and nobody at `to`
   * wrote to this handset before.
   */
  readonly account?: string | undefined;
  /** The account that last wrote to this handset from `to`, where that is known. */
  readonly writer?: string | undefined;
}

/** What is needed for messages from handsets. */
export interface OriginatedContext {
  readonly ingress: Ingress;
  /** How long it waits for its account, milliseconds. */
  readonly validityMs: number;
}

/** Stores the message for the account that serves it; settles when it is on disk. Rejects with `GatewayError`. */
export async function injectMo(
  input: MoArguments,
  context: OriginatedContext,
  reference: number,
): Promise<{ ids: string[] }> {
  const source = addressOf(input.from);
  const destination = destinationOf(input.to);
  const refused: [string, number][] = [
    ['from', source.digits === '' ? 1 : checkSource(source.ton, source.npi, source.digits)],
    ['to', checkDestination(destination.ton, destination.npi, destination.digits, false)],
  ];
  for (const [field, commandStatus] of refused) {
    if (commandStatus !== 0) {
      throw new GatewayError('CHAPPE_GATEWAY_INVALID', `${field} is no address`, { field });
    }
  }
  const { receivingBinds } = context.ingress;
  const account = receivingBinds.accountFor(destination.digits, source.digits, input.writer, input.account);
  const { dataCoding, segments } = cut(input, reference);
  const count = segments.length;
  const drafts = segments.map((segment, index) => {
    const group: Group | undefined = count === 1 ? undefined : { kind: 'segments', index, count, reference };
    const content = writeContent({
      shape: 'submit',
      esmClass: segment.esmClassBits,
      protocolId: 0,
      dataCoding,
      registeredDelivery: 0,
      inPayloadTlv: segment.inPayloadTlv,
      payload: segment.payload,
      group,
      tlvs: segment.tlvs,
    });
    return moDraft(source, destination, account, content, segment.text, context);
  });
  const messages = await storeMo(context.ingress, drafts);
  return { ids: messages.map((message) => message.publicId) };
}

/** The handset's answer with the same text. */
export function echoDraft(message: Message, context: OriginatedContext): Draft {
  const { esmClass, dataCoding, tlvs } = readContent(message.content);
  const content = writeContent({
    shape: 'submit',
    esmClass: esmClass & ESM_CLASS.UDHI,
    protocolId: 0,
    dataCoding,
    registeredDelivery: 0,
    inPayloadTlv: false,
    payload: payloadOf(message.content),
    // Segments that are tied together by TLVs come back tied together.
    tlvs: tlvs.filter(({ name }) => name?.startsWith('sar_') === true),
  });
  const { source, destination, account: writer } = message;
  const account = context.ingress.receivingBinds.accountFor(
    source.digits,
    destination.digits,
    writer,
    writer,
  );
  return moDraft(message.destination, message.source, account, content, message.text, context);
}

function moDraft(
  source: Address,
  destination: Address,
  account: string | undefined,
  content: Uint8Array,
  text: string | undefined,
  context: OriginatedContext,
): Draft {
  const dueMs = context.ingress.clock.nowMs();
  return {
    kind: 'mo',
    account: account ?? '',
    lane: account === undefined ? unclaimedLane : accountLane(account),
    source,
    destination,
    serviceType: '',
    priority: 0,
    dueMs,
    expiresMs: dueMs + context.validityMs,
    receiptWanted: 0,
    content,
    text,
  };
}
