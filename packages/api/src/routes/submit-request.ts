/** The body of a submission as the gateway takes it. */
import { type ContentArgument, type SubmitRequest, sizeOf } from '@chappe/gateway';
import { checkCharacters } from '../content-argument.ts';
import { Problem } from '../problem.ts';
import type { SubmissionBody } from '../schemas/submission.ts';
import { durationMs, momentMs } from '../times.ts';

const defaultAccount = 'http';
// What one request may store: a thousand numbers of five segments each, or their octets in fewer.
const maxSegments = 5_000;
const maxStoredOctets = 1024 * 1024;

/** Throws a `Problem` for what is too much for one request. */
export function checkSize(numbers: number, content: ContentArgument): void {
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

/** The arguments of the gateway, but for the number. Throws a `Problem` for what cannot be one. */
export function submitRequestOf(body: SubmissionBody, nowMs: number): Omit<SubmitRequest, 'to'> {
  const { coding, replacement, schedule, validity, hex, text, from, receipt, clientReference, longMessage } =
    body;
  for (const field of ['coding', 'replacement'] as const) {
    if (hex === undefined || body[field] === undefined) continue;
    throw new Problem('invalid_field', `"${field}" is for texts, not for "hex"`, { field });
  }
  const chosen = coding === 'auto' ? undefined : coding;
  if (text !== undefined && chosen !== undefined && replacement === undefined) checkCharacters(text, chosen);
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
  };
}

function scheduledMs(schedule: string, nowMs: number): number {
  const atMs = momentMs(schedule, nowMs);
  if (atMs === undefined) {
    throw new Problem('invalid_field', `"schedule": there is no such time`, { field: 'schedule' });
  }
  return atMs;
}
