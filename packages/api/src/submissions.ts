/** From what is asked over HTTP to what the inlet takes, and from what became of it to what is answered. */
import { createHash } from 'node:crypto';
import {
  type Beside,
  type ContentArgument,
  type SubmitRequest,
  type SubmitResult,
  type Submitted,
  sizeOf,
} from '@chappe/gateway';
import { GatewayError } from '@chappe/policy';
import { type Caller, ownAccount } from './auth/caller.ts';
import { checkCharacters, checkContent, textCodingOf } from './content-argument.ts';
import { problemOfGateway } from './gateway-problem.ts';
import { headerOf } from './header-argument.ts';
import { Problem, type ProblemCode } from './problem.ts';
import type { Answer } from './route.ts';
import {
  type ContentBody,
  maxSegments,
  maxStoredOctets,
  type RefusedBody,
  type SingleSubmissionBody,
  type SubmittedBody,
} from './schemas/submission.ts';
import { durationMs, momentMs } from './times.ts';
import { tlvsOf } from './tlv-argument.ts';

const defaultAccount = 'http';
const maxShownCharacters = 40;

/** Why a request that sends messages is not taken. */
export const submissionProblems: readonly ProblemCode[] = [
  'refused',
  'throttled',
  'full',
  'store_failed',
  'stopping',
  'invalid_idempotency_key',
  'idempotency_key_reused',
  'idempotency_uncertain',
];

/**
 * The same for the same fields and values, in whatever order they came: in that of the schema. It is kept over restarts, so
 * new fields come last there.
 */
export function fingerprint(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('base64');
}

/** A message of a caller for one number. Throws a `Problem`. */
export function requestOf(body: SingleSubmissionBody, caller: Caller, nowMs: number): SubmitRequest {
  const own = { ...body, account: ownAccount(caller, body.account) };
  checkContent(own);
  return { ...argumentsOf(own, nowMs), to: body.to };
}

/** All but where it goes. Throws a `Problem`. */
export function argumentsOf(body: ContentBody, nowMs: number): Omit<SubmitRequest, 'to'> {
  const { coding, replacement, schedule, validity, hex, text, from, receipt, clientReference, longMessage } =
    body;
  for (const field of ['coding', 'replacement'] as const) {
    if (hex === undefined || body[field] === undefined) continue;
    throw new Problem('invalid_field', `"${field}" is for texts, not for "hex"`, { field });
  }
  const chosen = textCodingOf({ ...body, coding: coding === 'auto' ? undefined : coding });
  const udh = headerOf(body);
  if (text !== undefined && chosen !== undefined && replacement === undefined) {
    checkCharacters(text, chosen, body.dataCoding === undefined ? 'coding' : 'dataCoding');
  }
  return {
    account: body.account ?? defaultAccount,
    from,
    text,
    hex,
    coding: chosen,
    replacement,
    longMessage,
    messageClass: body.messageClass as SubmitRequest['messageClass'],
    receipt,
    priority: body.priority as SubmitRequest['priority'],
    validityMs: typeof validity === 'number' ? validity * 1_000 : durationMs(validity ?? ''),
    scheduleAtMs: schedule === undefined ? undefined : scheduledMs(schedule, nowMs),
    clientReference,
    udh,
    protocolId: body.protocolId,
    serviceType: body.serviceType,
    replyPath: body.replyPath,
    dataCoding: body.dataCoding,
    tlvs: tlvsOf(body.tlvs, udh !== undefined),
    meta: body.meta,
  };
}

/** Throws a `Problem` for what is too much for one request. */
export function checkSize(numbers: number, content: ContentArgument & Beside): void {
  const { segments, octets } = sizeOf(content);
  if (numbers > 1 && (numbers * segments > maxSegments || numbers * octets > maxStoredOctets)) {
    const most = Math.max(1, Math.floor(Math.min(maxSegments / segments, maxStoredOctets / octets)));
    const what = segments === 1 ? `${octets} octets` : `${segments} segments`;
    throw new Problem('invalid_field', `"to": ${what} to ${numbers} numbers are too much for one request`, {
      field: 'to',
      hint: `send it to at most ${most} at a time`,
    });
  }
}

function scheduledMs(schedule: string, nowMs: number): number {
  const atMs = momentMs(schedule, nowMs);
  if (atMs === undefined) {
    throw new Problem('invalid_field', `"schedule": there is no such time`, { field: 'schedule' });
  }
  return atMs;
}

/** What is answered of a message that was taken. */
export function takenBody(to: string, { ids, segments, coding, replaced, state }: Submitted): SubmittedBody {
  const told = replaced.length === 0 ? {} : { replaced };
  return { id: ids[0] ?? '', ids, to, segments, coding, ...told, state };
}

/** What is answered of one of a list of destinations that was refused. */
export function refusedBody(to: string, { code, message, options: { commandStatus } }: Problem): RefusedBody {
  return { to, code, detail: message, ...(commandStatus === undefined ? {} : { commandStatus }) };
}

/** What is answered of one of several messages that was refused: which one, and which of its fields. */
export function refusedMessage(
  given: unknown,
  problem: Problem,
  place: { readonly index: number } | { readonly line: number },
): RefusedBody {
  const { field, hint } = problem.options;
  const { to, ...rest } = refusedBody(shownTo(given), problem);
  return {
    ...place,
    to,
    ...rest,
    ...(field === undefined ? {} : { field }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Where a message should have gone, as far as that can be said of something that may be anything. */
function shownTo(given: unknown): string {
  const to =
    typeof given === 'object' && given !== null ? (given as { readonly to?: unknown }).to : undefined;
  return typeof to === 'string' ? to.slice(0, maxShownCharacters) : '';
}

/** The problem that a result of the inlet is, or what was taken. Throws what is neither. */
export function outcomeOf(result: SubmitResult): Submitted | Problem {
  if (!(result instanceof GatewayError)) return result;
  const problem = problemOfGateway(result);
  if (problem === undefined) throw result;
  return problem;
}

/** The answer to several in one request: a problem, that of the first, only when all were refused. */
export function answerToAll(
  messages: readonly (SubmittedBody | RefusedBody)[],
  first: Problem | undefined,
): Answer {
  const accepted = messages.filter((message) => 'id' in message).length;
  const body = { accepted, refused: messages.length - accepted, messages };
  if (accepted === 0 && first !== undefined) {
    throw new Problem(first.code, first.message, { ...first.options, members: { messages } });
  }
  return { status: 202, body };
}
