/** Messages from handsets (mobile originated): from the arguments of a call to stored messages for an account. */

import type { Address, Draft, Message } from '@chappe/center';
import { ESM_CLASS } from '@chappe/protocol';
import { addressOf, destinationOf } from './address.ts';
import { type Group, payloadOf, readContent, writeContent } from './content.ts';
import { GatewayError } from './errors.ts';
import type { Ingress } from './ingress/ingress.ts';
import { accountLane, unclaimedLane } from './routing.ts';
import type { Handsets } from './sandbox/handsets.ts';
import { type ContentArgument, cut } from './segments.ts';
import { storeMo } from './submit.ts';
import { checkDestination, checkSource } from './validation.ts';

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
}

/** What is needed for messages from handsets. */
export interface MoRoad {
  readonly ingress: Ingress;
  readonly handsets: Handsets;
  /** How long it waits for its account, milliseconds. */
  readonly validityMs: number;
}

/** Stores the message for the account that serves it; settles when it is on disk. Rejects with `GatewayError`. */
export async function injectMo(
  input: MoArguments,
  road: MoRoad,
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
  const account = accountFor(source, destination, input.account, road);
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
    return moDraft(source, destination, account, content, segment.text, road);
  });
  const messages = await storeMo(road.ingress, drafts);
  return { ids: messages.map((message) => message.publicId) };
}

/** The handset's answer with the same text: the magic number `echo`. */
export function echoDraft(message: Message, road: MoRoad): Draft {
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
  const account = road.ingress.routing.accountFor(source.digits, destination.digits, writer, writer);
  return moDraft(message.destination, message.source, account, content, message.text, road);
}

function accountFor(
  source: Address,
  destination: Address,
  given: string | undefined,
  road: MoRoad,
): string | undefined {
  const writer = road.handsets.lastWriter(source.digits, destination.digits);
  return road.ingress.routing.accountFor(destination.digits, source.digits, writer, given);
}

function moDraft(
  source: Address,
  destination: Address,
  account: string | undefined,
  content: Uint8Array,
  text: string | undefined,
  road: MoRoad,
): Draft {
  const dueMs = road.ingress.clock.nowMs();
  return {
    kind: 'mo',
    account: account ?? '',
    lane: account === undefined ? unclaimedLane : accountLane(account),
    source,
    destination,
    serviceType: '',
    priority: 0,
    dueMs,
    expiresMs: dueMs + road.validityMs,
    receiptWanted: 0,
    content,
    text,
  };
}
