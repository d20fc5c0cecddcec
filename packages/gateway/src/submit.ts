/** Messages that are submitted without SMPP: the same road, from the arguments of a call to stored messages. */
import {
  type Address,
  type Draft,
  type Message,
  type MessageState,
  noticeOnRetry,
  receiptOnFailure,
  receiptOnSuccess,
} from '@chappe/center';
import { status, statusName, type Tlv, type TlvInput } from '@chappe/protocol';
import { openAccount } from './accounts/account.ts';
import { addressOf, maxAddressCharacters } from './address.ts';
import { type Group, writeContent } from './content.ts';
import { GatewayError } from './errors.ts';
import type { Asked, RefusalKind, Taken } from './ingress/acceptance.ts';
import { type Ingress, knownAccount, statusOfError } from './ingress/ingress.ts';
import { pricedAs } from './ingress/prepare.ts';
import { type ContentArgument, type Cut, type CutSegment, cut } from './segments.ts';
import { checkDestination, checkSource } from './validation.ts';

/** Which receipts are wanted. */
export type ReceiptChoice = 'final' | 'failure' | 'success' | 'none';

/** One message to be sent. */
export interface SubmitArguments extends ContentArgument {
  readonly account: string;
  /** A number, a short code or a name. Default ''. */
  readonly from?: string | undefined;
  readonly to: string;
  readonly fromTon?: number | undefined;
  readonly fromNpi?: number | undefined;
  readonly toTon?: number | undefined;
  readonly toNpi?: number | undefined;
  /** Receipts go to the account's binds. Default `none`: the caller looks at the message instead. */
  readonly receipt?: ReceiptChoice | undefined;
  /** Also a notification after a failed attempt. Default false. */
  readonly intermediate?: boolean | undefined;
  /** Default 0. */
  readonly priority?: 0 | 1 | 2 | 3 | undefined;
  /** How long delivery is tried, milliseconds from now (or from `scheduleAt`). Default: the gateway's validity. */
  readonly validityMs?: number | undefined;
  /** Not before; epoch milliseconds. */
  readonly scheduleAtMs?: number | undefined;
  readonly serviceType?: string | undefined;
  readonly tlvs?: readonly TlvInput[] | undefined;
  /** The gateway's own word to a handset: account and filters are not asked. */
  readonly isReply?: boolean | undefined;
  /** The caller's own name for it, found again with `ref:`. At most 128 characters. */
  readonly clientReference?: string | undefined;
}

/** What became of a submission. */
export interface Submitted {
  /** One id for each segment. */
  readonly ids: readonly string[];
  readonly segments: number;
  readonly coding: string;
  readonly state: MessageState;
}

const maxReferenceCharacters = 128;
// SMPP 3.4 5.2.11: six octets with the NUL.
const maxServiceTypeCharacters = 5;

/** Stores the message; settles when it is on disk. Rejects with `GatewayError`. */
export async function submit(
  input: SubmitArguments,
  ingress: Ingress,
  reference: number,
): Promise<Submitted> {
  const parts = cut(input, reference);
  const { drafts, giveBack } = draftsOf(input, parts, ingress, reference);
  const messages = await store(ingress, drafts).catch((error: unknown) => {
    giveBack?.();
    if (input.isReply !== true) ingress.accounts.get(input.account)?.policy.notStored(parts.segments.length);
    throw error;
  });
  return {
    ids: messages.map((message) => message.publicId),
    segments: messages.length,
    coding: parts.coding,
    state: messages[0]?.state ?? 'enroute',
  };
}

/** Stores drafts; settles when they are on disk. Rejects with `GatewayError`. */
export function store(ingress: Ingress, drafts: readonly Draft[]): Promise<readonly Message[]> {
  return new Promise((resolve, reject) => {
    ingress.center.submit(drafts, (error, messages) => {
      if (error === undefined) {
        ingress.counters.accepted += messages.length;
        resolve(messages);
        return;
      }
      const commandStatus = statusOfError(error);
      if (error.code === 'CHAPPE_CENTER_STOPPED') {
        const options = { cause: error, commandStatus };
        reject(
          new GatewayError(
            'CHAPPE_GATEWAY_STOPPED',
            'the gateway is stopping; nothing was accepted',
            options,
          ),
        );
        return;
      }
      const isFull = commandStatus === status.ESME_RMSGQFUL;
      reject(
        new GatewayError(
          isFull ? 'CHAPPE_GATEWAY_FULL' : 'CHAPPE_GATEWAY_STORE',
          isFull
            ? 'too many messages are waiting: try again later'
            : 'the store has failed; nothing was accepted',
          { cause: error, commandStatus },
        ),
      );
    });
  });
}

interface Made {
  readonly drafts: readonly Draft[];
  readonly giveBack: (() => void) | undefined;
}

function draftsOf(input: SubmitArguments, parts: Cut, ingress: Ingress, reference: number): Made {
  const source = addressOf(input.from ?? '', typesOf(input.fromTon, input.fromNpi));
  const destination = addressOf(input.to, typesOf(input.toTon, input.toNpi));
  refuseStatus('from', lengthStatus(source.digits, status.ESME_RINVSRCADR));
  refuseStatus('from', checkSource(source.ton, source.npi, source.digits));
  refuseStatus('to', lengthStatus(destination.digits, status.ESME_RINVDSTADR));
  refuseStatus('to', checkDestination(destination.ton, destination.npi, destination.digits));
  if ((input.clientReference?.length ?? 0) > maxReferenceCharacters) {
    throw new GatewayError('CHAPPE_GATEWAY_INVALID', `at most ${maxReferenceCharacters} characters`, {
      field: 'clientReference',
    });
  }
  if ((input.serviceType?.length ?? 0) > maxServiceTypeCharacters) {
    refuseStatus('serviceType', status.ESME_RINVSERTYP);
  }
  const times = timesOf(input, ingress);
  const taken = decide(input, parts, source, destination, ingress);
  const cutAs = taken.text === undefined ? parts : cutAnew(input, taken, parts, reference, ingress);
  const count = cutAs.segments.length;
  const drafts = cutAs.segments.map((segment, index) => {
    const group: Group | undefined = count === 1 ? undefined : { kind: 'segments', index, count, reference };
    return {
      kind: 'mt' as const,
      account: input.account,
      lane: taken.lane,
      source: taken.source,
      destination: taken.destination,
      serviceType: input.serviceType ?? '',
      priority: taken.priority,
      memo: taken.memo,
      price: taken.price * pricedAs(index, count, parts.segments.length),
      ...(taken.detail === undefined ? {} : { detail: taken.detail }),
      ...times,
      receiptWanted: wantedBits(input),
      content: contentOf(input, cutAs, segment, group),
      text: segment.text,
      ...(input.clientReference === undefined ? {} : { clientReference: input.clientReference }),
    };
  });
  return { drafts, giveBack: taken.undo };
}

/** Asks the rules. Throws a `GatewayError` for what is not taken. */
function decide(
  input: SubmitArguments,
  parts: Cut,
  source: Address,
  destination: Address,
  ingress: Ingress,
): Taken {
  const account = knownAccount(input.account, ingress) ?? openAccount(input.account);
  const asked: Asked = {
    account,
    source,
    destination,
    text: input.text,
    contentKey: input.text === undefined ? parts.segments[0]?.payload : undefined,
    dataCoding: parts.dataCoding,
    segments: parts.segments.length,
    tlvs: (input.tlvs ?? []) as readonly Tlv[],
    priority: input.priority ?? 0,
    nowMs: ingress.clock.nowMs(),
  };
  const verdict =
    input.isReply === true ? ingress.acceptance.decideReply(asked) : ingress.acceptance.decide(asked);
  if (verdict.refusal !== undefined) {
    const isThrottled = verdict.status === status.ESME_RTHROTTLED;
    const code = isThrottled ? 'CHAPPE_GATEWAY_THROTTLED' : 'CHAPPE_GATEWAY_INVALID';
    const what = `the message is refused (${verdict.refusal}): ${statusName(verdict.status) ?? verdict.status}`;
    throw new GatewayError(code, what, { field: fieldOf(verdict.refusal), commandStatus: verdict.status });
  }
  return verdict;
}

/** A text that a filter has changed. */
function cutAnew(
  input: SubmitArguments,
  { text, undo }: Taken,
  { segments }: Cut,
  reference: number,
  ingress: Ingress,
): Cut {
  try {
    return cut({ ...input, text, bytes: undefined, hex: undefined }, reference);
  } catch (error) {
    undo?.();
    ingress.accounts.get(input.account)?.policy.giveBack(segments.length);
    throw error;
  }
}

function fieldOf(refusal: RefusalKind): string | undefined {
  if (refusal === 'sender') return 'from';
  return refusal === 'destination' || refusal === 'unrouted' || refusal === 'pumping' ? 'to' : undefined;
}

function contentOf(
  input: SubmitArguments,
  parts: Cut,
  segment: CutSegment,
  group: Group | undefined,
): Uint8Array {
  return writeContent({
    shape: 'submit',
    esmClass: segment.esmClassBits,
    protocolId: 0,
    dataCoding: parts.dataCoding,
    registeredDelivery: 0,
    inPayloadTlv: segment.inPayloadTlv,
    payload: segment.payload,
    group,
    tlvs: [...segment.tlvs, ...(input.tlvs ?? [])],
  });
}

function timesOf(input: SubmitArguments, ingress: Ingress): { dueMs: number; expiresMs: number } {
  const nowMs = ingress.clock.nowMs();
  const dueMs = Math.max(input.scheduleAtMs ?? nowMs, nowMs);
  if (dueMs - nowMs > ingress.lifetime.maxScheduleMs) refuseStatus('scheduleAtMs', status.ESME_RINVSCHED);
  const validityMs = Math.min(
    input.validityMs ?? ingress.lifetime.validityMs,
    ingress.lifetime.maxValidityMs,
  );
  if (validityMs < 0) refuseStatus('validityMs', status.ESME_RINVEXPIRY);
  return { dueMs, expiresMs: dueMs + validityMs };
}

function wantedBits({ receipt, intermediate }: SubmitArguments): number {
  const notified = intermediate === true ? noticeOnRetry : 0;
  switch (receipt) {
    case 'final':
      return receiptOnSuccess | receiptOnFailure | notified;
    case 'failure':
      return receiptOnFailure | notified;
    case 'success':
      return receiptOnSuccess | notified;
    default:
      return notified;
  }
}

function typesOf(ton: number | undefined, npi: number | undefined): { ton?: number; npi?: number } {
  return { ...(ton === undefined ? {} : { ton }), ...(npi === undefined ? {} : { npi }) };
}

function lengthStatus(digits: string, failure: number): number {
  return digits.length > maxAddressCharacters ? failure : 0;
}

function refuseStatus(field: string, commandStatus: number): void {
  if (commandStatus === 0) return;
  const isThrottled = commandStatus === status.ESME_RTHROTTLED;
  throw new GatewayError(
    isThrottled ? 'CHAPPE_GATEWAY_THROTTLED' : 'CHAPPE_GATEWAY_INVALID',
    `${field} is refused: ${statusName(commandStatus) ?? commandStatus}`,
    { field, commandStatus },
  );
}
