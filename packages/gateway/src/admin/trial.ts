/** A bind of its own to an upstream, made to see whether it works, and a message over it. */
import type { Message } from '@chappe/center';
import { addressOf, destinationOf } from '@chappe/policy';
import { type SmppVersion, statusName, versionName } from '@chappe/protocol';
import { type Clock, SmppClient, type SmppError } from '@chappe/smpp';
import { writeContent } from '../message/content.ts';
import { cut } from '../message/segments.ts';
import { refusedBind } from '../upstream/bind-problem.ts';
import type { UpstreamPdu } from '../upstream/submission/profile.ts';
import type { Upstream } from '../upstream/upstream.ts';

/** A text to try it with. */
export interface TrialMessage {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** What came of it. */
export interface TrialResult {
  readonly ok: boolean;
  /** From an enquire_link to its response; undefined when there was no bind. */
  readonly rttMs: number | undefined;
  /** What the upstream calls itself. */
  readonly peerSystemId: string | undefined;
  readonly version: SmppVersion | undefined;
  /** What the upstream calls the message, one for each segment; undefined when none was sent. */
  readonly messageIds: readonly string[] | undefined;
  /** Why it failed. */
  readonly error: string | undefined;
}

// It has answered by then, or hangs.
const trialResponseMs = 15_000;
const trialValidityMs = 3_600_000;
const closeMs = 1_000;

/**
 * Binds to each host, measures, sends the message over the first when one is given, and unbinds. What is sent so is no
 * message of the store: nothing is tried again, charged, or awaited. The result is that of the first host, or of the first
 * that fails. Rejects with a `GatewayError` for a text that cannot be cut; else never.
 */
export async function tryUpstream(
  upstream: Upstream,
  clock: Clock,
  message?: TrialMessage,
): Promise<TrialResult> {
  const requests = message === undefined ? undefined : messagesOf(upstream, message, clock.nowMs());
  let first: TrialResult | undefined;
  for (const trial of upstream.binds.trials()) {
    const result = await tryHost(upstream, trial, clock, first === undefined ? requests : undefined);
    if (!result.ok)
      return first === undefined ? result : { ...result, error: `${trial.url}: ${result.error}` };
    first ??= result;
  }
  return first as TrialResult;
}

async function tryHost(
  upstream: Upstream,
  { url, options }: ReturnType<Upstream['binds']['trials']>[number],
  clock: Clock,
  messages: readonly Message[] | undefined,
): Promise<TrialResult> {
  let peerSystemId: string | undefined;
  let client: SmppClient | undefined;
  let rttMs: number | undefined;
  const failed = (error: string): TrialResult => {
    const version = versionOf(client);
    return { ok: false, rttMs, peerSystemId, version, messageIds: undefined, error };
  };
  try {
    client = await SmppClient.connect(url, {
      ...options,
      responseTimeoutMs: trialResponseMs,
      onPdu: (_session, direction, pdu) => {
        if (direction === 'in' && 'system_id' in pdu && typeof pdu.system_id === 'string')
          peerSystemId = pdu.system_id;
      },
    });
    const beganMs = clock.monotonicMs();
    await client.request({ command: 'enquire_link' });
    rttMs = clock.monotonicMs() - beganMs;
    const messageIds: string[] = [];
    for (const one of messages ?? []) {
      const request = upstream.requestFor(one);
      if ('reason' in request) return failed(request.reason);
      // No receipt: it would find no message here.
      const response = await client.request(withoutReceipt(request));
      const { command_status: status } = response;
      if (status !== 0) return failed(`refused: ${statusName(status) ?? `0x${status.toString(16)}`}`);
      messageIds.push('message_id' in response ? String(response.message_id) : '');
    }
    return {
      ok: true,
      rttMs,
      peerSystemId,
      version: versionOf(client),
      messageIds: messages === undefined ? undefined : messageIds,
      error: undefined,
    };
  } catch (error) {
    const isTls = upstream.settings.tls !== undefined;
    return failed(refusedBind(error as SmppError, isTls).message);
  } finally {
    await client?.close({ drainMs: closeMs });
  }
}

function withoutReceipt(request: UpstreamPdu): UpstreamPdu {
  return request.command === 'broadcast_sm' ? request : { ...request, registered_delivery: 0 };
}

function versionOf(client: SmppClient | undefined): TrialResult['version'] {
  const [session] = client?.sessions ?? [];
  return session === undefined ? undefined : versionName(session.version);
}

/** The segments, in the form of stored messages that exist nowhere else. */
function messagesOf(upstream: Upstream, { from, to, text }: TrialMessage, nowMs: number): Message[] {
  const parts = cut({ text, longMessage: upstream.settings.longMessages }, nowMs & 0xff);
  return parts.segments.map((segment, index) => ({
    id: 0,
    tag: 0,
    publicId: '',
    idForm: 'hex',
    head: 0,
    kind: 'mt',
    account: '',
    lane: '',
    source: addressOf(from),
    destination: destinationOf(to),
    serviceType: '',
    priority: 0,
    dueMs: nowMs,
    expiresMs: nowMs + trialValidityMs,
    acceptedMs: nowMs,
    state: 'enroute',
    attempts: 0,
    error: 0,
    doneMs: 0,
    receiptWanted: 0,
    of: undefined,
    upstreamId: undefined,
    answeredAs: undefined,
    sentMs: 0,
    operatorError: undefined,
    isReplaced: false,
    origin: undefined,
    group: undefined,
    content: writeContent({
      shape: 'submit',
      esmClass: segment.esmClassBits,
      protocolId: 0,
      dataCoding: parts.dataCoding,
      registeredDelivery: 0,
      inPayloadTlv: segment.inPayloadTlv,
      payload: segment.payload,
      group:
        parts.segments.length === 1
          ? undefined
          : { kind: 'segments', index, count: parts.segments.length, reference: nowMs & 0xff },
      tlvs: segment.tlvs,
    }),
    text: segment.text,
    clientReference: undefined,
    timeline: '',
    price: 0,
    charged: undefined,
    memo: undefined,
    segments: 1,
  }));
}
